// How a builtin is declared: a signature in Harn's own syntax, what it is for, and the function. The signature is the
// only place where name, parameters and types are written; the checker parses it when it needs them.
import type { BuiltinColour, BuiltinEffect, BuiltinSpec } from '../lang/builtin-spec.ts';
import {
  describeFunction,
  type HarnFunction,
  isSuspending,
  type SuspendingFunction,
  type SyncFunction,
  type Value,
} from '../values/index.ts';

/** What is known about a builtin besides its signature. */
export interface BuiltinMeta {
  /** The first line stands alone in a hover. */
  readonly doc: string;
  /** `pure` unless said otherwise. */
  readonly effect?: BuiltinEffect | undefined;
  /** Other names of the same row. */
  readonly aliases?: readonly string[];
  /** What it gives came from outside and has a shape that nobody has looked at. */
  readonly boundary?: boolean;
  readonly since?: string;
  readonly stability?: 'stable' | 'experimental' | 'deprecated';
}

/** One row of the builtin table. */
export interface BuiltinRow extends BuiltinSpec {
  readonly since: string | undefined;
  readonly stability: 'stable' | 'experimental' | 'deprecated';
  /** The function, of the colour `suspends`; for a callback row the suspending twin. Absent for constants. */
  readonly impl: HarnFunction | undefined;
  /** The twin for callers that cannot suspend; only callback rows have one. */
  readonly syncImpl: SyncFunction | undefined;
  /** The value of a constant row such as `pi`. */
  readonly constant: Value | undefined;
}

interface Parts {
  readonly suspends: BuiltinColour;
  readonly impl?: HarnFunction;
  readonly syncImpl?: SyncFunction;
  readonly constant?: Value;
}

/** Declares a builtin. A generator function is one that may wait. */
export function builtin(
  signature: string,
  meta: BuiltinMeta,
  impl: SyncFunction | SuspendingFunction,
): BuiltinRow {
  return row(signature, meta, { suspends: isSuspending(impl), impl });
}

/** Declares a builtin that waits only if a function given to it does; `sync` is its generated twin. */
export function callbackBuiltin(
  signature: string,
  meta: BuiltinMeta,
  impl: SuspendingFunction,
  sync: SyncFunction,
): BuiltinRow {
  return row(signature, meta, { suspends: 'callback', impl, syncImpl: sync });
}

/** Declares a value that every program can name: `constant('pi: float', ...)`. */
export function constant(signature: string, meta: BuiltinMeta, value: Value): BuiltinRow {
  return row(signature, meta, { suspends: false, constant: value });
}

function row(signature: string, meta: BuiltinMeta, parts: Parts): BuiltinRow {
  const name = nameOf(signature);
  const { doc, effect = 'pure', aliases = [], boundary = false } = meta;
  const { since, stability = 'stable' } = meta;
  const { suspends, impl, syncImpl, constant: value } = parts;
  for (const fn of [impl, syncImpl]) {
    if (fn !== undefined) describeFunction(fn, { name, doc, builtin: true });
  }
  return {
    name,
    signature,
    doc,
    effect,
    suspends,
    aliases,
    ...(boundary ? { boundary } : {}),
    since,
    stability,
    impl,
    syncImpl,
    constant: value,
  };
}

/** The name is what stands before the first `(`, `<` or `:`. */
export function nameOf(signature: string): string {
  return signature.slice(0, signature.search(/[(<:]/)).trim();
}

/**
 * How many arguments a call must give. Read off the signature's text, because start-up binds rows without loading the
 * parser; a test holds it against the parser for every row.
 */
export function requiredParams(signature: string): number {
  return paramTexts(signature).filter(isRequired).length;
}

/** The parameters as they are written: `path: string?`. */
function paramTexts(signature: string): string[] {
  const open = signature.indexOf('(');
  const texts: string[] = [];
  if (open === -1) return texts;
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < signature.length; i += 1) {
    const char = signature[i] as string;
    if ('([{<'.includes(char)) depth += 1;
    // The `>` of an arrow `->` closes nothing.
    else if (')]}'.includes(char) || (char === '>' && signature[i - 1] !== '-')) depth -= 1;
    if (depth === 0 || (depth === 1 && char === ',')) {
      texts.push(signature.slice(start, i).trim());
      start = i + 1;
    }
    if (depth === 0) break;
  }
  return texts;
}

/** A parameter whose type is one word, which a call can be held against. */
export interface WordParam {
  readonly name: string;
  readonly type: string;
  /** nil stands for none. */
  readonly optional: boolean;
}

/** The parameters in order; undefined where the type is more than a word, or is anything. */
export function wordParams(signature: string): readonly (WordParam | undefined)[] {
  return paramTexts(signature).map((text) => {
    const [, name, type, optional] = /^(\w+)\??: (\w+)(?:<\w+>)?(\?| \| nil)?$/.exec(text) ?? [];
    if (name === undefined || type === undefined) return undefined;
    return { name, type, optional: optional !== undefined || !isRequired(text) };
  });
}

function isRequired(param: string): boolean {
  if (param === '' || param.startsWith('...') || param.endsWith('?')) return false;
  return !/^\w+\s*\?\s*:/.test(param) && !/[^=!<>]=[^=>]/.test(param);
}
