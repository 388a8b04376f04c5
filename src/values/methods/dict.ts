// Methods of dicts that call no Harn function.
import {
  dictEntries,
  dictGet,
  dictHas,
  dictKeys,
  dictMerge,
  dictRemove,
  dictSize,
  dictValues,
} from '../dict.ts';
import { display } from '../display.ts';
import { fail } from '../errors.ts';
import { toIter } from '../source.ts';
import { type Dict, isDict, type List, typeOf, type Value } from '../value.ts';
import { arg, type PlainMethods, plainMethods } from './method.ts';

function get(dict: Dict, args: List): Value {
  if (args.length === 0) return null;
  return dictGet(dict, display(arg(args, 0))) ?? arg(args, 1);
}

function merge(dict: Dict, args: List): Value {
  const other = arg(args, 0);
  if (!isDict(other)) throw fail.argument({ name: 'merge', expected: 'dict', got: typeOf(other) });
  return dictMerge(dict, other);
}

export const dictMethods: PlainMethods<Dict> = plainMethods<Dict>(
  {
    count: (dict) => dictSize(dict),
    keys: (dict) => dictKeys(dict),
    values: (dict) => dictValues(dict),
    entries: (dict) => dictEntries(dict),
    has: (dict, args) => dictHas(dict, display(arg(args, 0))),
    get,
    merge,
    remove: (dict, args) => dictRemove(dict, display(arg(args, 0))),
    iter: (dict) => toIter(dict),
  },
  { len: 'count', size: 'count', merging: 'merge', removing: 'remove' },
);
