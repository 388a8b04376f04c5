// Builtins about JSON texts and about finding one's way in data that came from them.

import { HarnError } from '../base/index.ts';
import {
  asDouble,
  dictGet,
  display,
  isDict,
  jsonParse,
  jsonStringify,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { pointerDelete, pointerGet, pointerSet } from './json-pointer.ts';

const FENCE = /```[\w-]*[ \t]*\r?\n([\s\S]*?)```/;

/** The JSON inside a text of a model: in a code fence, alone, or the first object or list in the prose. */
function extract(text: string): Value {
  let problem = 'no JSON found';
  for (const candidate of candidates(text)) {
    try {
      return jsonParse(candidate.trim());
    } catch (error) {
      if (!HarnError.is(error)) throw error;
      problem = error.message;
    }
  }
  throw wrong.jsonExtract({ detail: problem });
}

/** Brackets that prose may have before its JSON. Each costs a look at the rest of the text. */
const MOST_STARTS = 64;

/** Fence and whole text first, then what stands in balanced brackets, from each opening bracket on. */
function* candidates(text: string): Generator<string> {
  const fenced = FENCE.exec(text)?.[1];
  if (fenced !== undefined) yield fenced;
  yield text;
  let start = text.search(/[[{]/);
  for (let starts = 0; start !== -1 && starts < MOST_STARTS; starts += 1) {
    const found = text[start] === '{' ? balanced(text, start, '}') : balanced(text, start, ']');
    if (found !== undefined) yield found;
    const next = text.slice(start + 1).search(/[[{]/);
    start = next === -1 ? -1 : start + 1 + next;
  }
}

/** From an opening bracket to the one that closes it, brackets in strings not counted. */
function balanced(text: string, start: number, close: string): string | undefined {
  const open = text[start];
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
  const indent = value === null ? 0 : asDouble(value);
  if (indent === undefined) {
    const detail = `the indent must be an int, got ${typeOf(value)}`;
    throw wrong.argument({ builtin: 'json_stringify', detail });
  }
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
