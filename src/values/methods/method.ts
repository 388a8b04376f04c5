// How built-in methods are declared: tables from name to implementation, one per kind of value. Missing arguments are
// nil and extra ones are ignored, as in every Harn call.
import { asDouble, type List, type Value } from '../value.ts';

/** A method that calls no Harn function. */
export type PlainMethod<Self> = (self: Self, args: List) => Value;
export type PlainMethods<Self> = ReadonlyMap<string, PlainMethod<Self>>;

/** A table; `aliases` maps further names to existing ones. */
export function plainMethods<Self>(
  table: { readonly [name: string]: PlainMethod<Self> },
  aliases: { readonly [name: string]: string } = {},
): PlainMethods<Self> {
  const map = new Map(Object.entries(table));
  for (const [alias, name] of Object.entries(aliases)) {
    const method = map.get(name);
    if (method !== undefined) map.set(alias, method);
  }
  return map;
}

export function arg(args: List, at: number): Value {
  return args[at] ?? null;
}

/** A count or position; floats are cut, anything but a number is the fallback. */
export function intArg(args: List, at: number, fallback: number): number {
  const n = asDouble(arg(args, at));
  return n === undefined || Number.isNaN(n) ? fallback : Math.trunc(n);
}

/** A text; nil is the fallback. */
export function textArg(args: List, at: number, fallback: string): string {
  const value = arg(args, at);
  return typeof value === 'string' ? value : fallback;
}
