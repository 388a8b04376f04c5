// Binding: from a row of the builtin table to what generated code calls. Missing required arguments are filled with nil
// by the row's signature, so an implementation finds them all; a host may wrap rows to check capabilities and to trace.
import { bug } from '../base/index.ts';
import { type BuiltinRegistry, type BuiltinRow, requiredParams } from '../builtins/index.ts';
import {
  describeFunction,
  type HarnFunction,
  isSuspending,
  type SuspendingFunction,
  type SyncFunction,
  type Value,
} from '../values/index.ts';
import type { BuiltinSource } from './link.ts';

/** A row that is not in the table: internal rows and what a host adds. */
export interface ExtraRow {
  readonly name: string;
  readonly impl: HarnFunction;
  /** For callback rows: the form for callers that cannot suspend. */
  readonly syncImpl?: SyncFunction;
}

/** What a host may put around a builtin. */
export interface BindOptions {
  readonly extra?: readonly ExtraRow[];
  /**
   * Called once per row when a program first needs it; what it returns is what the program calls. This is where
   * capabilities are checked and spans are opened. The colour must stay the same.
   */
  readonly wrap?: (row: BuiltinRow, fn: HarnFunction) => HarnFunction;
}

/** The builtins of a registry, bound when a program asks for them. */
export function bindBuiltins(registry: BuiltinRegistry, options: BindOptions = {}): BuiltinSource {
  const extra = new Map((options.extra ?? []).map((row) => [row.name, row]));
  const bound = new Map<string, Value | undefined>();
  const boundSync = new Map<string, Value | undefined>();
  const once = (
    cache: Map<string, Value | undefined>,
    name: string,
    make: () => Value | undefined,
  ) => {
    if (!cache.has(name)) cache.set(name, make());
    return cache.get(name);
  };
  return {
    resolve: (name) =>
      once(
        bound,
        name,
        () => extra.get(name)?.impl ?? bindRow(registry.find(name), options, false),
      ),
    resolveSync: (name) =>
      once(
        boundSync,
        name,
        () => extra.get(name)?.syncImpl ?? bindRow(registry.find(name), options, true),
      ),
  };
}

function bindRow(
  row: BuiltinRow | undefined,
  { wrap }: BindOptions,
  sync: boolean,
): Value | undefined {
  if (row === undefined) return undefined;
  if (row.impl === undefined) return sync ? undefined : row.constant;
  const impl = sync ? row.syncImpl : row.impl;
  if (impl === undefined) return undefined;
  const fn = bindFunction(row, impl);
  if (wrap === undefined) return fn;
  const wrapped = wrap(row, fn);
  return isSuspending(wrapped) === isSuspending(fn)
    ? wrapped
    : bug(`the wrapper of ${row.name} has another colour`);
}

/** Required arguments that are missing become nil, as in every Harn call; optional ones stay away. */
function bindFunction(row: BuiltinRow, impl: HarnFunction): HarnFunction {
  const required = requiredParams(row.signature);
  if (required === 0) return impl;
  const fill = (args: Value[]): Value[] => {
    for (let i = args.length; i < required; i += 1) args.push(null);
    return args;
  };
  const fn: HarnFunction = isSuspending(impl)
    ? function* (ctx, ...args) {
        return yield* (impl as SuspendingFunction)(ctx, ...fill(args));
      }
    : (ctx, ...args) => (impl as SyncFunction)(ctx, ...fill(args));
  return describeFunction(fn, { name: row.name, doc: row.doc, builtin: true });
}
