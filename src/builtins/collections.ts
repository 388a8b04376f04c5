// Builtins about lists, dicts and ranges.
import {
  asDouble,
  callMethod,
  type Dict,
  dictEntries,
  dictKeys,
  dictValues,
  HarnRange,
  HarnSet,
  HarnStruct,
  isDict,
  isInt,
  isList,
  type List,
  structToDict,
  typeOf,
  type Value,
} from '../values/index.ts';
import * as steps from './callbacks/collections.ts';
import * as sync from './callbacks-sync/collections.ts';
import { type BuiltinRow, builtin, callbackBuiltin } from './define.ts';
import { wrong } from './errors.ts';

/** The fields of a dict or struct; nothing for other values. */
function fields(value: Value): Dict {
  if (value instanceof HarnStruct) return structToDict(value);
  return isDict(value) ? value : {};
}

/** `range(n)` from 0, `range(a, b)`; the end is never included. */
function range(args: List): Value {
  const [first = 0, second] = args;
  const start = second === undefined ? 0 : first;
  const stop = second === undefined ? first : second;
  if (!isInt(start) || !isInt(stop)) {
    const got = args.map(typeOf).join(' and ');
    throw wrong.argument({ builtin: 'range', detail: `expected ints, got ${got}` });
  }
  return new HarnRange(Number(start), Number(stop), false);
}

/** A list as it is, the items of a set or range, and a list of one for any other value. */
function toList(value: Value): List {
  if (isList(value)) return value;
  if (value instanceof HarnSet || value instanceof HarnRange) return value.toList();
  return [value];
}

function callbackRows(): readonly BuiltinRow[] {
  return [
    callbackBuiltin(
      'group_by(items: list, key: closure) -> dict',
      { doc: 'Lists of items under the text of what the function says for each.' },
      steps.groupBy,
      sync.groupBy,
    ),
    callbackBuiltin(
      'partition(items: list, test: closure) -> dict',
      { doc: 'The items that pass and those that do not: `{match, no_match}`.' },
      steps.partition,
      sync.partition,
    ),
    callbackBuiltin(
      'dedup_by(items: list, key: closure) -> list',
      { doc: 'The first item for each thing the function says.' },
      steps.dedupBy,
      sync.dedupBy,
    ),
    callbackBuiltin(
      'flat_map(items: list, expand: closure) -> list',
      { doc: 'The items of all the lists that the function gives.' },
      steps.flatMap,
      sync.flatMap,
    ),
  ];
}

export function collectionRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'range(start_or_count: int, stop: int?) -> range',
      {
        doc: 'The ints from 0 or the start up to, not including, the stop.',
      },
      (_, ...args) => range(args),
    ),
    builtin(
      'keys(dict: any) -> list<string>',
      { doc: 'The keys of a dict, in order.' },
      (_, dict) => dictKeys(fields(dict)),
    ),
    builtin(
      'values(dict: any) -> list',
      { doc: 'The values of a dict, in the order of its keys.' },
      (_, dict) => dictValues(fields(dict)),
    ),
    builtin(
      'entries(dict: any) -> list<dict>',
      { doc: 'The entries of a dict as `{key, value}`, in the order of the keys.' },
      (_, dict) => dictEntries(fields(dict)),
    ),
    builtin(
      'to_list(value: any) -> list',
      { doc: 'The items of a set or range as a list; any other value as a list of one.' },
      (_, value) => toList(value),
    ),
    builtin(
      'chunk(items: list, size: int) -> list<list>',
      { doc: 'Parts of a size; the last one may be shorter.' },
      (ctx, items, count) => callMethod(ctx, items, 'chunk', [count]),
    ),
    builtin(
      'window(items: list, size: int, step: int?) -> list<list>',
      { doc: 'Every run of neighbours of a size, or every step-th one.' },
      (ctx, items, count, step = null) =>
        callMethod(ctx, items, 'window', [count, asDouble(step) === undefined ? 1 : step]),
    ),
    ...callbackRows(),
  ];
}
