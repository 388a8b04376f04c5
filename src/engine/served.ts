// A call that somebody makes from outside as the body of a run: a function, a pipeline or a tool of the program, or
// something that its pipeline registers for MCP clients. The request is kept with the run, so a resumed one is the same.
import { type Json, type JsonObject, ownEntry } from '../base/index.ts';
import { callRegistered, registeredSurface, registerTools } from '../builtins/index.ts';
import type { ExposedInput, ExposedShape } from '../lang/index.ts';
import type { RunBody, RunContext, RunStart, Suspending } from '../runtime/run/index.ts';
import { asDecimal, dictFrom, fromJson, isDict, makeStruct, type Value } from '../values/index.ts';
import { engineErrors } from './errors.ts';
import { callTarget, initialise, inputValue, resultData } from './execute.ts';
import type { LiveProgram } from './link.ts';

/** What a run serves. */
export type ServedRequest =
  /** Runs what registers, and gives what was registered. */
  | { readonly kind: 'surface' }
  /** A function or pipeline, its parameters filled as `inputs` says. */
  | {
      readonly kind: 'function' | 'pipeline';
      readonly name: string;
      readonly inputs: readonly ExposedInput[];
      readonly arguments: JsonObject;
    }
  /** A `tool` declaration of the entry module. */
  | { readonly kind: 'declared_tool'; readonly name: string; readonly arguments: JsonObject }
  /** Something that the entry registers, which runs first. */
  | {
      readonly kind: 'tool' | 'resource' | 'prompt';
      readonly name: string;
      readonly arguments: JsonObject;
    };

/** The request of a run that serves one. */
export function servedRequestOf({ options, parent_run_id }: RunStart): ServedRequest | undefined {
  if (parent_run_id !== null) return undefined;
  return options['served'] as unknown as ServedRequest | undefined;
}

/** What people call a run that serves a request. */
export function servedName(request: ServedRequest, entry: string): string {
  return request.kind === 'surface' ? entry : request.name;
}

export function servedBody(live: LiveProgram, request: ServedRequest): RunBody {
  return function* (ctx: RunContext): Suspending<Json> {
    switch (request.kind) {
      case 'function':
      case 'pipeline': {
        const fn = live.callable(request.name);
        yield* initialise(live, ctx);
        const inputs = request.inputs.flatMap((input) =>
          filled(live, ctx, input, request.arguments),
        );
        return resultData(yield* live.call(ctx, fn, inputs) as Suspending<Value>);
      }
      case 'declared_tool': {
        yield* initialise(live, ctx);
        const registry = live.exported(request.name);
        if (registry === undefined) {
          throw engineErrors.badServedRequest({ reason: `it has no tool ${request.name}` });
        }
        registerTools(ctx, 'mcp_tools', registry);
        return yield* callRegistered(ctx, { ...request, kind: 'tool' });
      }
      case 'surface':
        yield* register(live, ctx);
        return registeredSurface(ctx);
      default:
        yield* register(live, ctx);
        return yield* callRegistered(ctx, request);
    }
  };
}

/** The entry as `harn run` would start it. */
function* register(live: LiveProgram, ctx: RunContext): Suspending<void> {
  yield* initialise(live, ctx);
  yield* callTarget(ctx, live, live.target());
}

function filled(
  live: LiveProgram,
  ctx: RunContext,
  input: ExposedInput,
  args: JsonObject,
): Value[] {
  if (input.kind !== 'argument') return [inputValue(ctx, input)];
  const given = args[input.name];
  const shapedOf = (one: Json) => shaped(live, input.shape, fromJson(one));
  if (input.rest === true) return Array.isArray(given) ? given.map(shapedOf) : [];
  // What is left out takes its default.
  return [(given === undefined ? undefined : shapedOf(given)) as Value];
}

/** The value with the structs and decimals that its type has, as callers inside the program give them. */
function shaped(live: LiveProgram, shape: ExposedShape | undefined, value: Value): Value {
  if (shape?.kind === 'list') {
    return Array.isArray(value)
      ? (value as readonly Value[]).map((one) => shaped(live, shape.of, one))
      : value;
  }
  if (shape?.kind === 'decimal') return asDecimal(value);
  if (shape === undefined || !isDict(value)) return value;
  const struct = shape.kind === 'struct' ? live.struct(shape.name) : undefined;
  if (shape.kind === 'struct' && struct === undefined) return value;
  const fields = dictFrom(
    Object.entries(value).map(
      ([name, field]) =>
        [name, shaped(live, ownEntry(shape.fields, name), field as Value)] as const,
    ),
  );
  return struct === undefined ? fields : makeStruct(struct, fields);
}
