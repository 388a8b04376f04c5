// Structural keys: what sets, unique, tally-like helpers and hash_value go by. Unlike `==` a key tells int 1, float
// 1.0, decimal 1, "1" and true apart, so it can be looked up in a Map. Equal decimals have one key: 0.10 is 0.1.
import { HarnDecimal } from './decimal.ts';
import { dictKeys } from './dict.ts';
import { HarnEnum } from './enum.ts';
import { HarnPair } from './pair.ts';
import { HarnStruct, structToDict, structType } from './struct.ts';
import {
  DISPLAY,
  type Dict,
  type HarnFunction,
  HarnObject,
  HFloat,
  KIND,
  type List,
  type Value,
} from './value.ts';

/** Equal keys mean the same element; usable as a Map key. */
export type StructuralKey = string | number | bigint | boolean | null | object;

/** Starts the key of everything that is not a plain scalar, so that such a key cannot be a Harn string. */
const MARK = '\u0000';

/** The key of a value: scalars are their own, containers spell out their contents, handles are themselves. */
export function structuralKey(value: Value): StructuralKey {
  switch (typeof value) {
    case 'string':
      return value.charCodeAt(0) === 0 ? `${MARK}s${value}` : value;
    case 'object':
      return value === null ? null : objectKey(value);
    default:
      return value;
  }
}

function objectKey(value: List | Dict | Uint8Array | HarnObject): StructuralKey {
  if (value instanceof HFloat) return `${MARK}f${value.value}`;
  return isHandle(value) ? value : MARK + spell(value);
}

/** Kinds that have no contents to spell out: each is only itself. */
function isHandle(value: Value): boolean {
  if (typeof value === 'function') return true;
  if (!(value instanceof HarnObject)) return false;
  return !(
    value instanceof HFloat ||
    value instanceof HarnDecimal ||
    value instanceof HarnStruct ||
    value instanceof HarnEnum ||
    value instanceof HarnPair ||
    SPELLED_BY_DISPLAY.has(value[KIND])
  );
}

const SPELLED_BY_DISPLAY = new Set(['duration', 'range', 'set']);

/** An unambiguous text of a value: every part carries its kind and every text its length. */
function spell(value: Value): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return Number.isInteger(value) ? `i${value}` : `f${value}`;
    case 'bigint':
      return `i${value}`;
    case 'boolean':
      return value ? 't' : 'F';
    case 'function':
      return `h${identityNumber(value)}`;
    default:
      return spellObject(value);
  }
}

function spellObject(value: List | Dict | Uint8Array | HarnObject | null): string {
  if (value === null) return 'n';
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`;
  if (value instanceof Uint8Array) return `b${value.join(',')};`;
  if (!(value instanceof HarnObject)) return spellDict(value as Dict);
  if (value instanceof HFloat) return `f${value.value}`;
  if (value instanceof HarnDecimal) return `d${value.decimal.normalized()}`;
  if (value instanceof HarnStruct) {
    return `S${spell(structType(value).name)}${spellDict(structToDict(value))}`;
  }
  if (value instanceof HarnEnum) {
    return `E${spell(value.enumName)}${spell(value.variant)}${spell(value.fields)}`;
  }
  if (value instanceof HarnPair) return `P${spell(value.first)}${spell(value.second)}`;
  if (isHandle(value)) return `h${identityNumber(value)}`;
  return `D${value[KIND]}(${value[DISPLAY](spell)})`;
}

function spellDict(dict: Dict): string {
  return `{${dictKeys(dict)
    .map((key) => spell(key) + spell(dict[key] as Value))
    .join(',')}}`;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number that is the same for the same object and for no other in this process. */
export function identityNumber(value: object | HarnFunction): number {
  let number = identities.get(value);
  if (number === undefined) {
    lastIdentity += 1;
    number = lastIdentity;
    identities.set(value, number);
  }
  return number;
}

/** The whole contents of a value as text, for hashing. */
export function contentText(value: Value): string {
  return spell(value);
}
