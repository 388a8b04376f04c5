// JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902): changes to data, as data. All of a patch holds, or nothing of it.
import {
  type Dict,
  dictGet,
  dictKeys,
  dictRemove,
  dictSet,
  equal,
  isDict,
  isList,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { pointerDelete, pointerGet, pointerSet } from './json-pointer.ts';

/** `patch` laid over `target`: dicts key by key, nil removes a key, everything else replaces. */
export function mergePatch(target: Value, patch: Value): Value {
  if (!isDict(patch)) return patch;
  let out: Dict = isDict(target) ? target : (Object.create(null) as Dict);
  for (const key of dictKeys(patch)) {
    const value = dictGet(patch, key) ?? null;
    out =
      value === null
        ? dictRemove(out, key)
        : dictSet(out, key, mergePatch(dictGet(out, key) ?? null, value));
  }
  return out;
}

/** What turns `from` into `to` with `mergePatch`; lists are replaced as a whole. */
function mergeDiff(from: Value, to: Value): Value {
  if (!isDict(from) || !isDict(to)) return to;
  let out = Object.create(null) as Dict;
  for (const key of dictKeys(from))
    if (dictGet(to, key) === undefined) out = dictSet(out, key, null);
  for (const key of dictKeys(to)) {
    const [before, after] = [dictGet(from, key), dictGet(to, key) ?? null];
    if (before === undefined || !equal(before, after))
      out = dictSet(out, key, mergeDiff(before ?? null, after));
  }
  return out;
}

function refuse(detail: string): never {
  throw wrong.argument({ builtin: 'json_patch', detail });
}

function textAt(change: Dict, key: string): string {
  const text = dictGet(change, key);
  return typeof text === 'string' ? text : refuse(`a change needs ${key} as text`);
}

function valueAt(value: Value, pointer: string): Value {
  const found = pointerGet(value, pointer);
  return found === undefined ? refuse(`there is nothing at ${pointer}`) : found;
}

/** Puts a value in: into a list before what stands there. */
function add(value: Value, pointer: string, item: Value): Value {
  const slash = pointer.lastIndexOf('/');
  if (slash === -1) return pointerSet(value, pointer, item);
  const above = pointer.slice(0, slash);
  const parent = pointerGet(value, above);
  if (parent === undefined) return refuse(`there is nothing at ${above}`);
  if (!isList(parent)) return pointerSet(value, pointer, item);
  const step = pointer.slice(slash + 1);
  const at = step === '-' ? parent.length : /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (at < 0 || at > parent.length) refuse(`there is no place at ${pointer}`);
  return pointerSet(value, above, parent.toSpliced(at, 0, item));
}

function applied(value: Value, change: Value): Value {
  if (!isDict(change)) return refuse('a change is a dict with op and path');
  const op = dictGet(change, 'op');
  const path = textAt(change, 'path');
  const given = () =>
    dictGet(change, 'value') ??
    (dictKeys(change).includes('value') ? null : refuse(`${String(op)} needs a value`));
  switch (op) {
    case 'add':
      return add(value, path, given());
    case 'remove':
      valueAt(value, path);
      return pointerDelete(value, path);
    case 'replace':
      valueAt(value, path);
      return pointerSet(value, path, given());
    case 'copy':
      return add(value, path, valueAt(value, textAt(change, 'from')));
    case 'move': {
      const from = textAt(change, 'from');
      if (path.startsWith(`${from}/`)) refuse(`${from} cannot move into itself`);
      return add(pointerDelete(value, from), path, valueAt(value, from));
    }
    case 'test':
      return equal(valueAt(value, path), given())
        ? value
        : refuse(`what is at ${path} is something else`);
    default:
      return refuse('op is one of add, remove, replace, move, copy, test');
  }
}

export function jsonPatchRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'json_merge_patch(value: any, patch: any) -> any',
      {
        doc: 'A value with a merge patch (RFC 7396) laid over it: dicts key by key, nil removes a key, everything else replaces.',
      },
      (_, value, patch) => mergePatch(value, patch),
    ),
    builtin(
      'json_merge_diff(before: any, after: any) -> any',
      {
        doc: 'The merge patch that turns one value into the other. A key whose new value is nil is removed by it.',
      },
      (_, from, to) => mergeDiff(from, to),
    ),
    builtin(
      'json_patch(value: any, changes: list<dict>) -> any',
      {
        doc: 'A value with the changes of a JSON Patch (RFC 6902): `{op, path, value | from}` with add, remove, replace, move, copy, test. A change that does not fit is an error.',
      },
      (_, value, changes) =>
        isList(changes) ? changes.reduce(applied, value) : refuse('changes are a list'),
    ),
  ];
}
