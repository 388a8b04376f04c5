// Rows over effects: the runtime declares what an effect is and does, a row gives it a signature in Harn's syntax, a
// doc and its older global names. Nothing here states a class.
import type { Json } from '../base/index.ts';
import type { BuiltinEffect } from '../lang/builtin-spec.ts';
import type { Effect, RunContext, SyncEffect } from '../runtime/run/index.ts';
import {
  type Ctx,
  checkParameter,
  fromJson,
  guardNamed,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinMeta, type BuiltinRow, builtin, wordParams } from './define.ts';

/** What a row over an effect adds to it. */
export interface EffectMeta extends Omit<BuiltinMeta, 'effect'> {
  /** The effect's arguments from the call's; by default each as JSON data, of the types that the signature names. */
  readonly args?: (args: List) => readonly unknown[];
  /** The value of the call from the effect's result; by default JSON data as a value. */
  readonly result?: (result: never, args: List) => Value;
}

/** Declares the row of an effect. Its colour and effect follow from the effect's class. */
export function effectRow<A extends readonly unknown[], R>(
  signature: string,
  effect: Effect<A, R>,
  { args, result, ...meta }: EffectMeta,
): BuiltinRow {
  const toArgs = args ?? ((given: List) => checked(signature, given).map((value) => toData(value)));
  const toValue = (result ?? ((json: Json) => fromJson(json))) as (r: unknown, args: List) => Value;
  const declared = effect as unknown as Effect<readonly unknown[], unknown>;
  const about = { ...meta, effect: EFFECT_OF[effect.spec.class] };
  if (declared.sync) {
    return builtin(signature, about, (ctx: Ctx, ...given: Value[]) =>
      toValue(
        (ctx as RunContext).sync(
          declared as SyncEffect<readonly unknown[], unknown>,
          toArgs(given),
        ) ?? null,
        given,
      ),
    );
  }
  return builtin(signature, about, function* (ctx: Ctx, ...given: Value[]): Steps {
    return toValue((yield* (ctx as RunContext).perform(declared, toArgs(given))) ?? null, given);
  });
}

/** The arguments, when they are of the types that the signature names with a word. */
function checked(signature: string, given: List): List {
  for (const [at, param] of wordParams(signature).entries()) {
    const value = given[at] ?? null;
    if (param === undefined || (value === null && param.optional)) continue;
    const guard = guardNamed(param.type);
    if (guard !== undefined) checkParameter(guard, param.name, value);
  }
  return given;
}

const EFFECT_OF: { readonly [K in Effect['spec']['class']]: BuiltinEffect } = {
  ambient: 'ambient',
  output: 'output',
  read: 'read',
  mutation: 'mutation',
  store: 'mutation',
  local: 'ambient',
};
