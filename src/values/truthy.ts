// What counts as true in a condition.
import { dictSize } from './dict.ts';
import { HarnObject, TRUTHY, type Value } from './value.ts';

/** False for false, nil, zero, and everything empty; true for the rest. NaN is true. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'bigint':
    case 'function':
      return true;
    case 'string':
      return value !== '';
    default:
      break;
  }
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof HarnObject) return value[TRUTHY];
  if (value instanceof Uint8Array) return value.length > 0;
  return dictSize(value as { readonly [key: string]: Value }) > 0;
}
