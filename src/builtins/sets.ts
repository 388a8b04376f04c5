// Builtins about sets. Where a set is expected a list will do.
import { callMethod, HarnSet, isList, type List, type SyncFunction } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

function makeSet(args: List): HarnSet {
  const [only] = args;
  if (args.length === 1 && only !== undefined) {
    if (isList(only)) return new HarnSet(only);
    if (only instanceof HarnSet) return only;
  }
  return new HarnSet(args);
}

/** The function form of a set method. */
function method(name: string): SyncFunction {
  return (ctx, set, ...args) => callMethod(ctx, isList(set) ? new HarnSet(set) : set, name, args);
}

const METHODS: readonly (readonly [string, string, string])[] = [
  ['set_add(s: set, value: any) -> set', 'add', 'The set with a value added.'],
  ['set_remove(s: set, value: any) -> set', 'remove', 'The set without a value.'],
  ['set_contains(s: set, value: any) -> bool', 'contains', 'Whether a value is in the set.'],
  ['set_union(a: set, b: set) -> set', 'union', 'What is in either set.'],
  ['set_intersect(a: set, b: set) -> set', 'intersect', 'What is in both sets.'],
  ['set_difference(a: set, b: set) -> set', 'difference', 'What is in the first set only.'],
  [
    'set_symmetric_difference(a: set, b: set) -> set',
    'symmetric_difference',
    'What is in exactly one of the sets.',
  ],
  ['set_is_subset(a: set, b: set) -> bool', 'is_subset', 'Whether b has everything that a has.'],
  [
    'set_is_superset(a: set, b: set) -> bool',
    'is_superset',
    'Whether a has everything that b has.',
  ],
  ['set_is_disjoint(a: set, b: set) -> bool', 'is_disjoint', 'Whether the sets share nothing.'],
];

export function setRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'set(...items: any) -> set',
      {
        doc: 'A set of the arguments, or of the items of one list.',
      },
      (_, ...items) => makeSet(items),
    ),
    ...METHODS.map(([signature, name, doc]) => builtin(signature, { doc }, method(name))),
  ];
}
