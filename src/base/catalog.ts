// Error tables. A room declares its codes once, with message, hint and long help; call sites use the typed
// constructors and never write a sentence. `harn explain` and the docs read the same rows.
import { type ErrorFields, HarnError } from './error.ts';
import type { Json } from './json.ts';
import type { Span } from './source.ts';

/** What a table says about one code. `P` are the parameters of its message. */
export interface ErrorRow<P> {
  /** The number inside the family: `4` becomes `HARN-STO-004`. Written, never positional, never reused. */
  readonly number: number;
  readonly message: (params: P) => string;
  readonly hint?: string | ((params: P) => string | undefined);
  /** Long help for `harn explain CODE`, Markdown. */
  readonly help?: string;
  readonly retry?: false | { readonly afterMs?: number };
}

/** A row without its parameter type: what `harn explain` shows. */
export interface ErrorDoc {
  readonly code: string;
  readonly name: string;
  readonly help: string | undefined;
  /** The message with `<name>` where a parameter goes; undefined when it cannot be shown without real ones. */
  readonly message: string | undefined;
  readonly hint: string | undefined;
}

/** Where an error happened and what caused it. */
export interface ErrorAt {
  readonly span?: Span | undefined;
  readonly cause?: unknown;
  readonly notes?: ErrorFields['notes'];
}

type Constructors<T> = {
  readonly [K in keyof T]: T[K] extends ErrorRow<infer P>
    ? (params: P, at?: ErrorAt) => HarnError
    : never;
} & { readonly $docs: readonly ErrorDoc[]; readonly $code: (name: keyof T & string) => string };

/** Fixes the parameter type of a row: `row<{path: string}>({number: 1, message: (p) => ...})`. */
export function row<P extends { readonly [key: string]: Json | undefined }>(
  spec: ErrorRow<P>,
): ErrorRow<P> {
  return spec;
}

/** Turns a table of one family into typed constructors: `defineErrors('STO', {...}).notADatabase({path})`. */
// biome-ignore lint/suspicious/noExplicitAny: rows of one table differ in their parameters
export function defineErrors<T extends { readonly [name: string]: ErrorRow<any> }>(
  family: string,
  table: T,
): Constructors<T> {
  const seen = new Set<number>();
  const out: { [name: string]: unknown } = {};
  for (const [name, spec] of Object.entries(table)) {
    if (seen.has(spec.number)) throw new Error(`error number used twice: ${family} ${spec.number}`);
    seen.add(spec.number);
    const code = codeOf(family, spec.number);
    out[name] = (params: { [key: string]: Json | undefined }, at: ErrorAt = {}) =>
      new HarnError({
        code,
        message: spec.message(params),
        hint: typeof spec.hint === 'function' ? spec.hint(params) : spec.hint,
        data: withoutUndefined(params),
        retry: spec.retry,
        span: at.span,
        cause: at.cause,
        notes: at.notes,
      });
  }
  // Made when asked for: only `explain` and the docs do.
  Object.defineProperty(out, '$docs', {
    get: () => Object.entries(table).map(([name, spec]) => docOf(family, name, spec)),
  });
  out['$code'] = (name: string) => codeOf(family, (table[name] as ErrorRow<unknown>).number);
  return out as Constructors<T>;
}

function docOf(family: string, name: string, spec: ErrorRow<unknown>): ErrorDoc {
  const { hint, help, message } = spec;
  return {
    code: codeOf(family, spec.number),
    name,
    help,
    message: withPlaceholders(message),
    hint: typeof hint === 'function' ? withPlaceholders(hint) : hint,
  };
}

/** Parameters that show as their own names. */
const PLACEHOLDERS = new Proxy({}, { get: (_, name) => `<${String(name)}>` });

/** Undefined also for a text that is nothing but a parameter: the table does not know it. */
function withPlaceholders(text: (params: never) => string | undefined): string | undefined {
  try {
    const shown = text(PLACEHOLDERS as never);
    return shown === undefined || /^<\w+>$/.test(shown) ? undefined : shown;
  } catch {
    return undefined;
  }
}

function codeOf(family: string, number: number): string {
  return `HARN-${family}-${String(number).padStart(3, '0')}`;
}

function withoutUndefined(params: { [key: string]: Json | undefined }): { [key: string]: Json } {
  const out: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(params)) if (value !== undefined) out[key] = value;
  return out;
}
