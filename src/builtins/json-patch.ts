// JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902): changes to data, as data. All of a patch holds, or nothing of it.
import {
  type Dict,
  dictGet,
  dictKeys,
  dictRemove,
  dictSet,
  equal,
  isDict,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { patched } from './json-patch-changes.ts';

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
      (_, value, changes) => patched(value, changes),
    ),
  ];
}
