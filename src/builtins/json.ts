// Builtins about JSON texts and about finding one's way in data that came from them.

import { HarnError } from '../base/index.ts';
import {
  asDouble,
  dictGet,
  display,
  isDict,
  jsonParse,
  jsonStringify,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { pointerDelete, pointerGet, pointerSet } from './json-pointer.ts';

const FENCE = /```[\w-]*[ \t]*\r?\n([\s\S]*?)```/;

/** The JSON inside a text of a model: in a code fence, alone, or the first balanced object or list in the prose. */
function extract(text: string): Value {
  const fenced = FENCE.exec(text)?.[1];
  const candidates = [fenced, text, balanced(text, '{', '}'), balanced(text, '[', ']')];
  let problem = 'no JSON found';
  for (const candidate of inOrderOfStart(text, candidates)) {
    try {
      return jsonParse(candidate.trim());
    } catch (error) {
      if (!HarnError.is(error)) throw error;
      problem = error.message;
    }
  }
  throw wrong.jsonExtract({ detail: problem });
}

/** Fence and whole text first; of object and list the one that starts earlier. */
function inOrderOfStart(text: string, candidates: readonly (string | undefined)[]): string[] {
  const [fenced, whole, object, list] = candidates;
  const nested = [object, list]
    .filter((part) => part !== undefined)
    .sort((a, b) => text.indexOf(a) - text.indexOf(b));
  return [fenced, whole, ...nested].filter((part) => part !== undefined);
}

/** From the first opening bracket to the one that closes it, brackets in strings not counted. */
function balanced(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  if (start === -1) return undefined;
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i += 1) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === open) depth += 1;
    else if (char === close) {
      depth -= 1;
      if (depth === 0) return text.slice(start, i + 1);
    }
  }
  return undefined;
}

function extractKey(text: string, key: Value): Value {
  const value = extract(text);
  if (key === null) return value;
  return isDict(value) ? (dictGet(value, display(key)) ?? null) : null;
}

/** Spaces of a step; more than anybody reads are cut. */
const WIDEST_INDENT = 64;

function indentOf(value: Value): number {
  const indent = asDouble(value) ?? 0;
  return indent >= 1 ? Math.min(Math.floor(indent), WIDEST_INDENT) : 0;
}

export function jsonRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'json_parse(text: string) -> any',
      {
        boundary: true,
        doc: 'The value of a JSON text. `1` is an int and `1.0` a float.',
      },
      (_, text) => jsonParse(display(text)),
    ),
    builtin(
      'json_stringify(value: any, indent: int?) -> string',
      {
        doc: 'A value as JSON with its keys in order; with an indent spread over lines.',
      },
      (_, value, indent = null) => jsonStringify(value, indentOf(indent)),
    ),
    builtin(
      'json_extract(text: string, key: string?) -> any',
      {
        boundary: true,
        doc: 'The JSON inside a text that has other words around it, or one field of it.',
      },
      (_, text, key = null) => extractKey(display(text), key),
    ),
    builtin(
      'json_pointer(value: any, pointer: string) -> any',
      { doc: 'The part of a value at an RFC 6901 pointer such as `/users/0/name`; nil if absent.' },
      (_, value, pointer) => pointerGet(value, display(pointer)) ?? null,
    ),
    builtin(
      'json_pointer_set(value: any, pointer: string, replacement: any) -> any',
      { doc: 'A copy with the part at a pointer replaced; `-` appends to a list.' },
      (_, value, pointer, replacement) => pointerSet(value, display(pointer), replacement),
    ),
    builtin(
      'json_pointer_delete(value: any, pointer: string) -> any',
      { doc: 'A copy without the part at a pointer.' },
      (_, value, pointer) => pointerDelete(value, display(pointer)),
    ),
  ];
}
