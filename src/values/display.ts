// The text of a value, as to_string, interpolation and println show it: containers without quotes, dict keys in
// order, floats always recognisable as floats.
import { dictKeys } from './dict.ts';
import { functionMeta } from './function.ts';
import { DISPLAY, type Dict, type HarnFunction, HarnObject, HFloat, type Value } from './value.ts';

/** The text of any value. */
export function display(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? String(value) : formatFloat(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'function':
      return displayFunction(value);
    default:
      return displayObject(value);
  }
}

function displayObject(value: Exclude<Value, string | number | bigint | boolean | HarnFunction>) {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map(display).join(', ')}]`;
  if (value instanceof HFloat) return formatFloat(value.value);
  if (value instanceof HarnObject) return value[DISPLAY](display);
  if (value instanceof Uint8Array) return displayBytes(value);
  const dict = value as Dict;
  const parts = dictKeys(dict).map((key) => `${key}: ${display(dict[key] as Value)}`);
  return `{${parts.join(', ')}}`;
}

function displayFunction(fn: HarnFunction): string {
  const { name, params, builtin } = functionMeta(fn);
  if (builtin === true) return `<builtin ${name ?? fn.name}>`;
  return `<fn(${(params ?? []).join(', ')})>`;
}

/** How many bytes are shown before `...+N`. */
const SHOWN_BYTES = 32;

function displayBytes(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, SHOWN_BYTES), (b) => b.toString(16).padStart(2, '0'));
  const rest = bytes.length - SHOWN_BYTES;
  return `b"${hex.join('')}${rest > 0 ? `...+${rest}` : ''}"`;
}

/** At and above this, integral floats print without `.0`. */
const PLAIN_FROM = 1e15;

/** A float as text: `4.0`, `0.0000001`, `inf`; shortest digits that read back, never an exponent. */
export function formatFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < PLAIN_FROM)
    return `${Object.is(value, -0) ? '-0' : value}.0`;
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return withoutExponent(String(value));
}

/** `1.5e-7` → `0.00000015`, `1e+21` → `1000000000000000000000`. */
function withoutExponent(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
