// Patterns that choose a hook by its payload: `a.b == 'x'`, `a.b != 'x'`, `a.b =~ 'regex'`, a bare path (truthy), or
// a glob over the payload's target.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** Whether a pattern accepts a payload; no pattern accepts everything. */
export function hookMatches(
  pattern: string | undefined,
  event: string,
  payload: JsonObject,
): boolean {
  const text = pattern?.trim() ?? '';
  if (text === '' || text === '*') return true;
  const test = /^([A-Za-z_][\w.]*)\s*(==|!=|=~)\s*(?:'([^']*)'|"([^"]*)"|(\S+))$/.exec(text);
  if (test !== null) {
    const [, path = '', operator = '', single, double, bare] = test;
    return compare(valueAt(payload, path), operator, single ?? double ?? bare ?? '');
  }
  if (globMatches(text, targetOf(event, payload))) return true;
  return /^[A-Za-z_][\w.]*$/.test(text) && isSet(valueAt(payload, text));
}

function compare(value: Json | undefined, operator: string, wanted: string): boolean {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  if (operator === '==') return text === wanted;
  if (operator === '!=') return text !== wanted;
  try {
    return value !== undefined && value !== null && new RegExp(wanted).test(text);
  } catch {
    return false;
  }
}

function valueAt(payload: JsonObject, path: string): Json | undefined {
  let at: Json | undefined = payload;
  for (const key of path.split('.')) at = isJsonObject(at) ? at[key] : undefined;
  return at;
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/** What a glob looks at: what the event is about. */
function targetOf(event: string, payload: JsonObject): string {
  for (const key of ['target', 'tool_name', 'name', 'action']) {
    const value = payload[key];
    if (typeof value === 'string') return value;
  }
  return event;
}

/** `*` for any text, `?` for one character. Linear in the text for each star. */
export function globMatches(glob: string, text: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
