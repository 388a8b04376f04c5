// Asking for data instead of text: the schema goes to the model, the answer is checked against it, and what comes back
// is the data alone.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { llmCall, llmCallSafe } from './call.ts';
import type { LlmFailure } from './errors.ts';
import type { LlmOptions } from './options.ts';

/** Options of a structured call: `system` is the system prompt, `retries` means `schema_retries`. */
export type StructuredOptions = LlmOptions & {
  readonly system?: string | null;
  readonly retries?: number | null;
};

/** Asks for data that fits a schema; asks again up to three times, then throws. */
export function* llmCallStructured(
  ctx: RunContext,
  prompt: string,
  schema: JsonObject,
  options: StructuredOptions = {},
): Suspending<Json> {
  const { system, call } = prepareStructured(schema, options);
  return (yield* llmCall(ctx, prompt, system, call)).data;
}

/** A structured call that does not throw. */
export type StructuredEnvelope =
  | { readonly ok: true; readonly data: Json; readonly error: null }
  | { readonly ok: false; readonly data: null; readonly error: LlmFailure };

/** Asks for data and gives failures as data. */
export function* llmCallStructuredSafe(
  ctx: RunContext,
  prompt: string,
  schema: JsonObject,
  options: StructuredOptions = {},
): Suspending<StructuredEnvelope> {
  const { system, call } = prepareStructured(schema, options);
  const { ok, response, error } = yield* llmCallSafe(ctx, prompt, system, call);
  return ok ? { ok, data: response.data, error: null } : { ok, data: null, error };
}

/** The call that such options mean. */
export function prepareStructured(schema: JsonObject, options: StructuredOptions) {
  const { system = null, retries, ...rest } = options;
  const call: LlmOptions = {
    ...rest,
    schema,
    output_validation: rest.output_validation ?? 'error',
    schema_retries: rest.schema_retries ?? retries ?? 3,
  };
  return { system, call };
}
