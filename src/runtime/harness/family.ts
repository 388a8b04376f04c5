// A family of effects as methods of a handle: `read_text` becomes `readText`, mechanically, in the types and at run
// time. The methods carry the authority of the context they were made for and lead to nothing else.
import {
  type AsyncEffect,
  capabilityErrors,
  type RunContext,
  type SyncEffect,
} from '../run/index.ts';
import { checkLeading } from './arguments.ts';

/** `read_text` → `readText`, on the type level. */
export type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

type Method<E> =
  E extends SyncEffect<infer A, infer R>
    ? (...args: Mutable<A>) => R
    : E extends AsyncEffect<infer A, infer R>
      ? (...args: Mutable<A>) => Promise<R>
      : never;

type Mutable<A extends readonly unknown[]> = A extends readonly [...infer M] ? M : never;

/** The methods of a family. Sync effects answer at once, the others with a promise. */
export type Family<T> = { readonly [K in keyof T & string as Camel<K>]: Method<T[K]> };

type AnyEffect = SyncEffect<never, unknown> | AsyncEffect<never, unknown>;

/** Makes the handle of one family for a context. */
export function createFamily<T extends { readonly [method: string]: unknown }>(
  name: string,
  effects: T,
  ctx: RunContext,
): Family<T> {
  const handle: { [method: string]: unknown } = {};
  for (const [method, effect] of Object.entries(effects)) {
    handle[camel(method)] = methodOf(effect as AnyEffect, ctx);
  }
  return notData(name, handle) as Family<T>;
}

function methodOf(effect: AnyEffect, ctx: RunContext): (...args: readonly unknown[]) => unknown {
  const { name } = effect.spec;
  if (effect.sync) {
    return (...args) => {
      checkLeading(name, args);
      return ctx.sync(effect as SyncEffect<readonly unknown[], unknown>, args);
    };
  }
  return async (...args) => {
    checkLeading(name, args);
    return ctx.request(effect as AsyncEffect<readonly unknown[], unknown>, args);
  };
}

/** `read_text` → `readText`. */
export function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Marks a handle: frozen, and refused by anything that would write it down. */
export function notData<T extends object>(name: string, handle: T): T {
  Object.defineProperty(handle, 'toJSON', {
    value: () => {
      throw capabilityErrors.notData({ handle: name });
    },
  });
  return Object.freeze(handle);
}
