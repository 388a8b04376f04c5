// The groups of builtins that have no effect: values in, values out.
import { collectionRows } from './collections.ts';
import { convertRows } from './convert.ts';
import { errorRows } from './failure.ts';
import { jsonRows } from './json.ts';
import { mathRows } from './math.ts';
import type { BuiltinGroup } from './registry.ts';
import { resultRows } from './result.ts';
import { setRows } from './sets.ts';
import { textRows } from './text.ts';

export const PURE_GROUPS: readonly BuiltinGroup[] = [
  convertRows,
  resultRows,
  errorRows,
  mathRows,
  textRows,
  collectionRows,
  setRows,
  jsonRows,
];
