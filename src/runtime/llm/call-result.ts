// A structured call that tells everything about how it went: the last text of the model, how often it was asked, whether
// the data had to be taken out of prose, and whether a second model repaired it. It does not throw for what a model or a
// provider did.
import { type HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type FittingAnswer, fittingCall } from './call.ts';
import { prepareStructured, type StructuredOptions } from './call-structured.ts';
import { catalogKey } from './catalog/catalog.ts';
import { failureOf, llmErrors } from './errors.ts';
import { parseCall } from './options.ts';
import { jsonIn, type LlmResult } from './result.ts';

/** Options of a call that tells how it went. */
export type StructuredResultOptions = StructuredOptions & {
  /** Asks once more to repair an answer that does not fit: options of that call, `enabled` (true). */
  readonly repair?: JsonObject | null;
};

/** How a structured call went. */
export type StructuredResult = {
  readonly ok: boolean;
  /** What fits the schema; null when nothing did. */
  readonly data: Json;
  /** The last text of the model, before any repair. */
  readonly raw_text: string;
  readonly error: string;
  /** `missing_json`, `schema_validation`, `repair_failed`, or the category of the failed call; null when all is well. */
  readonly error_category: string | null;
  /** How many answers came; the repair not counted. */
  readonly attempts: number;
  readonly repaired: boolean;
  /** The JSON was inside of prose or of a fence. */
  readonly extracted_json: boolean;
  /** Of the last answer. */
  readonly usage: JsonObject;
  readonly model: string;
  readonly provider: string;
};

/** Asks for data that fits a schema and gives how it went. Options that mean nothing are thrown. */
export function* llmCallStructuredResult(
  ctx: RunContext,
  prompt: string,
  schema: JsonObject,
  options: StructuredResultOptions = {},
): Suspending<StructuredResult> {
  const { repair = null, ...rest } = options;
  const fix = repairOf(repair);
  const { system, call } = prepareStructured(schema, rest);
  const asked = parseCall(prompt, system, call, ctx.get(catalogKey).names);
  const found = yield* fittingCall(ctx, asked);
  const told = resultOf(found, rest);
  if (fix === undefined || told.ok || found.error !== undefined) return told;
  const { system: fixSystem, call: fixCall } = prepareStructured(schema, {
    ...rest,
    ...fix,
    schema_retries: 0,
  });
  const repaired = yield* fittingCall(
    ctx,
    parseCall(
      repairPrompt(told.raw_text, found.problems),
      fixSystem,
      fixCall,
      ctx.get(catalogKey).names,
    ),
  );
  return afterRepair(told, resultOf(repaired, rest));
}

/** The options of the repair; undefined when none is wanted. */
function repairOf(repair: Json): StructuredOptions | undefined {
  if (repair === null) return undefined;
  if (!isJsonObject(repair)) {
    throw llmErrors.badOption({ option: 'repair', expected: 'a dict of options' });
  }
  const { enabled = true, ...options } = repair;
  return enabled === false ? undefined : (options as StructuredOptions);
}

function repairPrompt(text: string, problems: readonly string[]): string {
  return [
    'This answer should be JSON that fits the schema, and does not. Give the same data as JSON that fits, and nothing else.',
    `What is wrong: ${problems.join('; ')}`,
    `The answer:\n${text}`,
  ].join('\n\n');
}

function afterRepair(before: StructuredResult, repair: StructuredResult): StructuredResult {
  const { usage, model, provider } = repair.model === '' ? before : repair;
  const last = { ...before, usage, model, provider };
  if (!repair.ok) {
    const error = `${before.error}; the repair failed: ${repair.error}`;
    return { ...last, error, error_category: 'repair_failed' };
  }
  const { data, extracted_json } = repair;
  return {
    ...last,
    ok: true,
    data,
    error: '',
    error_category: null,
    repaired: true,
    extracted_json,
  };
}

function resultOf(
  { result, problems, attempts, error }: FittingAnswer,
  { provider, model }: StructuredOptions,
): StructuredResult {
  const text = result?.text ?? '';
  const data = result === undefined ? undefined : jsonIn(text);
  const where = result ?? { provider: provider ?? 'auto', model: model ?? '' };
  const ok = error === undefined && problems.length === 0;
  return {
    ok,
    data: ok ? (data ?? null) : null,
    raw_text: text,
    ...reasonOf(error, problems, data, where),
    attempts,
    repaired: false,
    extracted_json: data !== undefined && !isPlainJson(text),
    usage: usageOf(result),
    model: where.model,
    provider: where.provider,
  };
}

function reasonOf(
  error: HarnError | undefined,
  problems: readonly string[],
  data: Json | undefined,
  where: { readonly provider: string; readonly model: string },
): Pick<StructuredResult, 'error' | 'error_category'> {
  if (error !== undefined) {
    const { message, category } = failureOf(error, where);
    return { error: message, error_category: category };
  }
  if (problems.length === 0) return { error: '', error_category: null };
  return {
    error: problems.join('; '),
    error_category: data === undefined ? 'missing_json' : 'schema_validation',
  };
}

const NO_USAGE: JsonObject = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_hit_ratio: 0,
  cache_savings_usd: 0,
};

function usageOf(result: LlmResult | undefined): JsonObject {
  return result === undefined ? NO_USAGE : { ...result.usage };
}

function isPlainJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
