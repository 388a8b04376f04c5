// Methods of dicts that call a Harn function; the sync twin is generated.
import { dictKeys, dictPut, type MutableDict } from '../dict.ts';
import { display } from '../display.ts';
import { call } from '../function.ts';
import { arg } from '../methods/method.ts';
import { truthy } from '../truthy.ts';
import type { Ctx, Dict, List, Steps, Value } from '../value.ts';
import type { CallbackMethods } from './method.ts';

export function* mapValues(ctx: Ctx, dict: Dict, args: List): Steps {
  const out: MutableDict = {};
  for (const key of dictKeys(dict)) {
    dictPut(out, key, yield* call(arg(args, 0), ctx, [dict[key] as Value]));
  }
  return out;
}

/** Keeps the entries whose value the function accepts. */
export function* filter(ctx: Ctx, dict: Dict, args: List): Steps {
  const out: MutableDict = {};
  for (const key of dictKeys(dict)) {
    const value = dict[key] as Value;
    if (truthy(yield* call(arg(args, 0), ctx, [value]))) dictPut(out, key, value);
  }
  return out;
}

/** New keys from old ones; where two meet, the later in key order wins. */
export function* rekey(ctx: Ctx, dict: Dict, args: List): Steps {
  const out: MutableDict = {};
  for (const key of dictKeys(dict)) {
    dictPut(out, display(yield* call(arg(args, 0), ctx, [key])), dict[key] as Value);
  }
  return out;
}

export const dictCallbacks: CallbackMethods<Dict> = new Map([
  ['map_values', mapValues],
  ['filter', filter],
  ['rekey', rekey],
  ['rekeyed', rekey],
  ['map_keys', rekey],
]);
