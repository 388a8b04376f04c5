// The options of llm.call, read once: unknown names are refused, older spellings become the one shape that the rest of
// the room knows, and what this version cannot do is refused rather than ignored.
import { isJsonObject, type Json, type JsonObject, nearestName } from '../../base/index.ts';
import { type CallBudget, callBudget } from './call-budget.ts';
import { isModelTier } from './catalog/models.ts';
import { llmErrors } from './errors.ts';
import { type Experiment, experimentOf } from './experiment.ts';
import { toMessages, toTools } from './messages.ts';
import { PROVIDER_NAMES } from './providers/known.ts';
import type { LlmOutput, LlmRequest } from './request.ts';
import { parseRoutePolicy, type RoutePolicy } from './route-policy.ts';
import { betasOf, thinkingOf } from './thinking.ts';
import { parseToolSearch, type ToolSearch } from './tool-search.ts';

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_BACKOFF_MS = 250;

/** What llm.call takes besides prompt and system. */
export type LlmOptions = {
  /** A provider by name, or `auto`. */
  readonly provider?: string | null;
  readonly model?: string | null;
  /** Another form of the same prompt: `doubled_prompt`, `prompt_order_permutation(seed: 1)`, `chain_of_draft`, `inverted_system`. */
  readonly structural_experiment?: Json;
  /** Providers, models or aliases to ask in turn when the one before cannot answer. `[]`: nobody else. */
  readonly fallback_chain?: readonly string[] | null;
  /** The model for a tier, where none is named: `small`, `mid` or `frontier`. */
  readonly model_tier?: string | null;
  /** The model has to take images; one that is not known to is refused. */
  readonly vision?: boolean | null;
  /** A tape to answer from. */
  readonly tape?: string | null;
  readonly max_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly seed?: number | null;
  readonly frequency_penalty?: number | null;
  readonly presence_penalty?: number | null;
  /** For each attempt. `timeout` is in seconds. */
  readonly timeout_ms?: number | null;
  readonly timeout?: number | null;
  /** The whole conversation; the prompt is left out when it is given. */
  readonly messages?: readonly Json[] | null;
  readonly tools?: readonly Json[] | JsonObject | null;
  readonly tool_choice?: Json;
  /** Keep tools with `defer_loading` back until a search finds them: true, `bm25`, `regex` or a dict. */
  readonly tool_search?: Json;
  /** `text`, `json`, or `{kind, schema}`. Older names: `response_format`, `json_schema`, `schema`, `output_schema`. */
  readonly output_format?: Json;
  readonly output?: Json;
  readonly response_format?: string | null;
  readonly schema?: JsonObject | null;
  readonly json_schema?: JsonObject | null;
  readonly output_schema?: JsonObject | null;
  /** `error`: an answer that does not fit the schema is asked for again, then thrown; `warn`: told on stderr instead. `off` is the default. */
  readonly output_validation?: string | null;
  /**
   * `manual` (as if left out), `always(id)`, `cheapest_over_quality(tier)` or `fastest_over_quality(tier)`: who is asked, among
   * those whose keys are here. Stands before `provider` and `model`.
   */
  readonly route_policy?: string | null;
  /** Further attempts for an answer that does not fit; 1 by default. */
  readonly schema_retries?: number | null;
  /** The words of the correction; false repeats the request unchanged. */
  readonly schema_retry_nudge?: string | boolean | null;
  /** True, or `{mode: "enabled", budget_tokens}`, `{mode: "adaptive"}`, `{mode: "effort", level}`, `{mode: "disabled"}`. */
  readonly thinking?: Json;
  /** Lets Claude think between calls of tools. */
  readonly interleaved_thinking?: boolean | null;
  /** Further features to ask an Anthropic server for, by name. */
  readonly anthropic_beta_features?: string | readonly string[] | null;
  /** Further attempts after a transient failure. 0: a failure is thrown at once. */
  readonly llm_retries?: number | null;
  readonly llm_backoff_ms?: number | null;
  /** Ask for prompt caching; servers of the OpenAI wire format cache by themselves. */
  readonly cache?: boolean | null;
  /**
   * What the call may cost: `{max_cost_usd, max_input_tokens, max_output_tokens}` of each attempt, `total_budget_usd` of
   * all. A call that may cost more is not made.
   */
  readonly budget?: JsonObject | null;
  /** How the answer travels; accepted and without effect on the result. */
  readonly stream?: boolean | null;
};

/** Options after reading. */
export interface ParsedCall {
  readonly provider: string | null;
  readonly model: string | null;
  readonly tape: string | null;
  readonly retries: number;
  readonly backoffMs: number;
  /** How often to ask again for an answer that does not fit; undefined: answers are not checked. */
  readonly schemaRetries: number | undefined;
  /** Answers that do not fit in the end are told on stderr, not thrown. */
  readonly onlyWarns: boolean;
  readonly routePolicy: RoutePolicy | undefined;
  readonly nudge: string | boolean;
  readonly toolSearch: ToolSearch | undefined;
  /** Providers whose search of tools the caller vouches for. */
  readonly forcedSearch: readonly string[];
  /** Fields for the bodies of requests, by provider. */
  readonly providerFields: { readonly [provider: string]: JsonObject };
  /** Whom to ask when a provider cannot answer; undefined: what the project says. */
  readonly fallbacks: readonly string[] | undefined;
  readonly experiment: Experiment | undefined;
  readonly budget: CallBudget | undefined;
  /** The model has to take images. */
  readonly vision: boolean;
  readonly request: LlmRequest;
}

const KNOWN = [
  ...['provider', 'model', 'tape', 'max_tokens', 'temperature', 'top_p', 'top_k', 'stop', 'seed'],
  ...['frequency_penalty', 'presence_penalty', 'timeout_ms', 'timeout', 'messages', 'tools'],
  ...['tool_choice', 'output_format', 'output', 'response_format', 'schema', 'json_schema'],
  ...['output_validation', 'schema_retries', 'schema_retry_nudge'],
  ...['output_schema', 'thinking', 'llm_retries', 'llm_backoff_ms', 'stream', 'cache'],
  ...['interleaved_thinking', 'anthropic_beta_features', 'tool_search', 'budget', 'vision'],
  ...['model_tier', 'fallback_chain', 'route_policy', 'structural_experiment'],
] as const;

/** Documented options that this version does not have. */
const UNSUPPORTED = [
  ...['transcript', 'schema_stream_abort'],
  ...['repair', 'llm_repair', 'system', 'api_mode'],
];

/** Every name that a call may be given, for whoever hands options on. */
export function llmOptionNames(providers: readonly string[] = PROVIDER_NAMES): readonly string[] {
  return [...KNOWN, ...UNSUPPORTED, ...providers];
}

/** Reads the arguments of a call. `providers` are the names whose options it may have. */
export function parseCall(
  prompt: string,
  system: string | null,
  options: LlmOptions,
  providers: readonly string[] = PROVIDER_NAMES,
): ParsedCall {
  const given = onlyKnown(options as JsonObject, providers);
  const messages =
    given['messages'] === undefined
      ? [{ role: 'user' as const, content: prompt }]
      : toMessages(given['messages']);
  if (messages.length === 0 || (given['messages'] === undefined && prompt === '')) {
    throw llmErrors.noPrompt({});
  }
  flag(given, 'stream');
  const request = {
    system,
    messages,
    output: outputOf(given),
    timeout_ms: timeoutOf(given),
    ...defined({
      max_tokens: integer(given, 'max_tokens', 1),
      temperature: number(given, 'temperature', 0, 2),
      top_p: number(given, 'top_p', 0, 1),
      top_k: integer(given, 'top_k', 1),
      stop: stopOf(given),
      seed: integer(given, 'seed', Number.MIN_SAFE_INTEGER),
      frequency_penalty: number(given, 'frequency_penalty', -2, 2),
      presence_penalty: number(given, 'presence_penalty', -2, 2),
      thinking: thinkingOf(given['thinking']),
      interleaved_thinking: flag(given, 'interleaved_thinking') === true ? true : undefined,
      anthropic_beta_features: betasOf(given['anthropic_beta_features']),
      tools: given['tools'] === undefined ? undefined : toTools(given['tools']),
      tool_choice: toolChoiceOf(given),
      cache: flag(given, 'cache') === true ? true : undefined,
    }),
  } as LlmRequest;
  return {
    provider: text(given, 'provider'),
    model: text(given, 'model') ?? tierOption(given),
    vision: flag(given, 'vision') === true,
    tape: text(given, 'tape'),
    retries: integer(given, 'llm_retries', 0) ?? 0,
    backoffMs: number(given, 'llm_backoff_ms', 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_BACKOFF_MS,
    schemaRetries: schemaRetriesOf(given),
    onlyWarns: given['output_validation'] === 'warn',
    routePolicy: routePolicyOf(given),
    nudge: nudgeOf(given),
    toolSearch: parseToolSearch(given['tool_search']),
    ...providerOptionsOf(given, providers),
    fallbacks: fallbacksOf(given),
    experiment: experimentOf(given['structural_experiment']),
    budget: callBudget(given['budget'], (expected) => bad('budget', expected)),
    request,
  };
}

/** Options without those that are null; a name nobody knows is an error. */
function onlyKnown(
  options: JsonObject,
  providers: readonly string[],
): { readonly [name: string]: Json } {
  const given: { [name: string]: Json } = {};
  for (const [option, value] of Object.entries(options)) {
    if (value === null || value === undefined) continue;
    if (providers.includes(option) && isJsonObject(value)) {
      given[option] = value;
      continue;
    }
    if (UNSUPPORTED.includes(option)) throw llmErrors.unsupportedOption({ option });
    if (!(KNOWN as readonly string[]).includes(option)) {
      const suggestion = nearestName(option, KNOWN, 2);
      throw llmErrors.unknownOption(suggestion === undefined ? { option } : { option, suggestion });
    }
    given[option] = value;
  }
  return given;
}

/** `{<provider>: {force_native_tool_search: true, ...}}`: what else is there goes into the body of requests to it. */
function providerOptionsOf(
  given: Given,
  providers: readonly string[],
): Pick<ParsedCall, 'forcedSearch' | 'providerFields'> {
  const forcedSearch: string[] = [];
  const providerFields: { [provider: string]: JsonObject } = {};
  for (const name of providers) {
    const own = given[name];
    if (!isJsonObject(own)) continue;
    const { force_native_tool_search: isForced, ...fields } = own;
    if (isForced === true) forcedSearch.push(name);
    if (Object.keys(fields).length > 0) providerFields[name] = fields;
  }
  return { forcedSearch, providerFields };
}

function fallbacksOf(given: Given): readonly string[] | undefined {
  const chain = given['fallback_chain'];
  if (chain === undefined) return undefined;
  if (Array.isArray(chain) && chain.every((one: Json) => typeof one === 'string' && one !== '')) {
    return chain as readonly string[];
  }
  throw bad('fallback_chain', 'a list of providers, models or aliases');
}

type Given = { readonly [name: string]: Json };

function bad(option: string, expected: string): Error {
  return llmErrors.badOption({ option, expected });
}

function text(given: Given, option: string): string | null {
  const value = given[option];
  if (value === undefined) return null;
  if (typeof value !== 'string' || value === '') throw bad(option, 'a text');
  return value;
}

function flag(given: Given, option: string): boolean | undefined {
  const value = given[option];
  if (value === undefined || typeof value === 'boolean') return value;
  throw bad(option, 'a bool');
}

function tierOption(given: Given): string | null {
  const tier = text(given, 'model_tier');
  if (tier === null || isModelTier(tier)) return tier;
  throw bad('model_tier', '"small", "mid" or "frontier"');
}

function number(given: Given, option: string, min: number, max: number): number | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw bad(option, max > 1e6 ? `a number from ${min}` : `a number from ${min} to ${max}`);
  }
  return value;
}

function integer(given: Given, option: string, min: number): number | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min) {
    throw bad(option, min > -1e6 ? `an int of at least ${min}` : 'an int');
  }
  return value;
}

function timeoutOf(given: Given): number {
  const ms = number(given, 'timeout_ms', 1, Number.MAX_SAFE_INTEGER);
  if (ms !== undefined) return ms;
  const seconds = number(given, 'timeout', 0.001, Number.MAX_SAFE_INTEGER);
  return seconds === undefined ? DEFAULT_TIMEOUT_MS : seconds * 1000;
}

function stopOf(given: Given): readonly string[] | undefined {
  const { stop } = given;
  if (stop === undefined) return undefined;
  const list = typeof stop === 'string' ? [stop] : stop;
  if (!Array.isArray(list) || !list.every((one: Json) => typeof one === 'string')) {
    throw bad('stop', 'a list of texts');
  }
  return list as readonly string[];
}

function schemaRetriesOf(given: Given): number | undefined {
  const validation = given['output_validation'];
  const retries = integer(given, 'schema_retries', 0) ?? 1;
  if (validation === undefined || validation === 'off') return undefined;
  if (validation === 'error' || validation === 'warn') return retries;
  throw bad('output_validation', '"off", "warn" or "error"');
}

function routePolicyOf(given: Given): RoutePolicy | undefined {
  const policy = parseRoutePolicy(text(given, 'route_policy'));
  if (policy !== null) return policy;
  const tier = '"small", "mid" or "frontier"';
  throw bad(
    'route_policy',
    `"manual", "always(id)", "cheapest_over_quality(t)" or "fastest_over_quality(t)", with t ${tier}`,
  );
}

function nudgeOf(given: Given): string | boolean {
  const nudge = given['schema_retry_nudge'] ?? true;
  if (typeof nudge === 'string' || typeof nudge === 'boolean') return nudge;
  throw bad('schema_retry_nudge', 'a text or a bool');
}

function toolChoiceOf(given: Given): LlmRequest['tool_choice'] | undefined {
  const choice = given['tool_choice'];
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  if (isJsonObject(choice) && typeof choice['name'] === 'string') return { name: choice['name'] };
  throw bad('tool_choice', '"auto", "none", "required" or {name}');
}

/** One shape for the six spellings of what the answer should look like. */
function outputOf(given: Given): LlmOutput {
  const named = given['output_format'] ?? given['output'] ?? given['response_format'];
  const beside = given['schema'] ?? given['json_schema'] ?? given['output_schema'];
  if (beside !== undefined && !isJsonObject(beside)) throw bad('schema', 'a dict');
  const schema = beside ?? schemaIn(named);
  const kind = typeof named === 'string' ? named : (isJsonObject(named) && named['kind']) || null;
  if (schema !== undefined) return { kind: 'json', schema };
  if (kind === null && named === undefined) return { kind: 'text' };
  if (kind === 'text') return { kind: 'text' };
  if (kind === 'json' || kind === 'json_object') return { kind: 'json' };
  throw bad('output_format', '"text", "json" or {kind: "json_schema", schema}');
}

function schemaIn(named: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(named)) return undefined;
  const { schema } = named;
  if (isJsonObject(schema)) return schema;
  // `output: {type: "object", ...}`: the dict is the schema itself.
  return named['kind'] === undefined && named['type'] !== undefined ? named : undefined;
}

function defined(fields: { readonly [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
