// Methods of sets that call no Harn function.
import { fail } from '../errors.ts';
import { HarnSet, isSubset, symmetricDifference, union } from '../set.ts';
import { toIter } from '../source.ts';
import { isList, type List, typeOf, type Value } from '../value.ts';
import { arg, type PlainMethods, plainMethods } from './method.ts';

/** The other operand of a set method; a list counts as the set of its items. */
function other(name: string, args: List): HarnSet {
  const value = arg(args, 0);
  if (value instanceof HarnSet) return value;
  if (isList(value)) return new HarnSet(value);
  throw fail.argument({ name, expected: 'set', got: typeOf(value) });
}

function remove(set: HarnSet, args: List): Value {
  const gone = new HarnSet([arg(args, 0)]);
  return set.filter((item) => !gone.has(item));
}

export const setMethods: PlainMethods<HarnSet> = plainMethods<HarnSet>(
  {
    count: (set) => set.size,
    empty: (set) => set.size === 0,
    contains: (set, args) => set.has(arg(args, 0)),
    add: (set, args) => new HarnSet([...set.values(), arg(args, 0)]),
    remove,
    union: (set, args) => union(set, other('union', args)),
    intersect: (set, args) => {
      const right = other('intersect', args);
      return set.filter((item) => right.has(item));
    },
    difference: (set, args) => {
      const right = other('difference', args);
      return set.filter((item) => !right.has(item));
    },
    symmetric_difference: (set, args) =>
      symmetricDifference(set, other('symmetric_difference', args)),
    is_subset: (set, args) => isSubset(set, other('is_subset', args)),
    is_superset: (set, args) => isSubset(other('is_superset', args), set),
    is_disjoint: (set, args) => {
      const right = other('is_disjoint', args);
      return set.filter((item) => right.has(item)).size === 0;
    },
    to_list: (set) => set.toList(),
    iter: (set) => toIter(set),
  },
  {
    len: 'count',
    size: 'count',
    has: 'contains',
    adding: 'add',
    removing: 'remove',
    delete: 'remove',
  },
);
