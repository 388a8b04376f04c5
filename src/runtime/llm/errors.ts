// Errors of the llm room. Every failure of a call carries the published fields in its data: `category`, `kind`
// (transient or terminal), `reason`, `message`, `provider`, `model`, `retry_after_ms`, so that a program and a scheduler
// can decide without reading text.
import { defineErrors, HarnError, type Json, type JsonObject, row } from '../../base/index.ts';

/** What went wrong, in the words programs dispatch on. */
export type LlmErrorCategory =
  | 'rate_limit'
  | 'timeout'
  | 'overloaded'
  | 'server_error'
  | 'transient_network'
  | 'schema_validation'
  | 'auth'
  | 'not_found'
  | 'circuit_open'
  | 'budget_exceeded'
  | 'tool_error'
  | 'tool_rejected'
  | 'egress_blocked'
  | 'cancelled'
  | 'empty_completion'
  | 'generic';

/** The data of every failed call. */
export type LlmFailure = {
  readonly category: LlmErrorCategory;
  readonly kind: 'transient' | 'terminal';
  readonly reason: string;
  readonly message: string;
  readonly provider: string;
  readonly model: string;
  readonly retry_after_ms?: number;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** Of a call that a budget did not allow: which limit, and what the call may have cost. Null: no price is known. */
  readonly limit?: string;
  readonly remaining_usd?: number;
  readonly projected_cost_usd?: number | null;
  readonly projected_input_tokens?: number;
  readonly projected_output_tokens?: number;
};

const failed = ({ provider, model, message }: LlmFailure) => `${provider}/${model}: ${message}`;
const transient = { message: failed, retry: {} } as const;
const terminal = { message: failed, retry: false } as const;

/** Family LLM. 001 has upstream's meaning; the others start at 101. */
export const llmErrors = defineErrors('LLM', {
  unknownOption: row<{ option: string; suggestion?: string }>({
    number: 1,
    message: ({ option }) => `llm.call has no option "${option}"`,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'see the options of llm_call in the documentation'
        : `did you mean "${suggestion}"?`,
    retry: false,
  }),
  // Failed calls, by what the caller can do
  rateLimit: row<LlmFailure>({
    number: 101,
    ...transient,
    hint: ({ retry_after_ms: ms }) =>
      ms === undefined
        ? 'wait before asking again, or pass llm_retries'
        : `the provider asks to wait ${ms} ms before asking again`,
  }),
  timeout: row<LlmFailure>({
    number: 102,
    ...transient,
    hint: 'allow more time with timeout_ms, or ask for a shorter answer with max_tokens',
  }),
  overloaded: row<LlmFailure>({
    number: 103,
    ...transient,
    hint: 'the provider has no capacity now; ask again later or use another model',
  }),
  serverError: row<LlmFailure>({
    number: 104,
    ...transient,
    hint: 'the provider failed; asking again may help',
  }),
  network: row<LlmFailure>({
    number: 105,
    ...transient,
    hint: 'check the address of the provider, whether it runs, and the network',
  }),
  auth: row<LlmFailure>({
    number: 106,
    ...terminal,
    hint: 'the key was refused; check its environment variable and what it may do',
  }),
  modelUnavailable: row<LlmFailure>({
    number: 107,
    ...terminal,
    hint: 'check the name of the model and the address of the provider',
  }),
  contextOverflow: row<LlmFailure>({
    number: 108,
    ...terminal,
    hint: 'shorten the prompt or compact the conversation; the model cannot take this much',
  }),
  contentPolicy: row<LlmFailure>({
    number: 109,
    ...terminal,
    hint: 'the provider refuses this content',
  }),
  invalidRequest: row<LlmFailure>({
    number: 110,
    ...terminal,
    hint: 'the provider does not accept these options or messages for this model',
  }),
  badResponse: row<LlmFailure>({
    number: 111,
    ...transient,
    hint: 'the address answers, but not in the wire format of this provider',
  }),
  cancelled: row<LlmFailure>({ number: 112, ...terminal }),
  quota: row<LlmFailure>({
    number: 113,
    ...terminal,
    hint: 'the budget of the account or of this call is used up; asking again does not help',
  }),
  failed: row<LlmFailure>({ number: 114, ...terminal }),
  schemaMismatch: row<LlmFailure>({
    number: 115,
    ...terminal,
    hint: 'simplify the schema, say in the prompt what is wanted, or allow more schema_retries',
  }),
  budgetSpent: row<LlmFailure>({
    number: 116,
    ...terminal,
    hint: 'a budget of the call, or of the run, worker, workflow or loop around it does not allow it; max_tokens makes a call cheaper',
  }),
  streamCut: row<LlmFailure>({
    number: 117,
    ...transient,
    hint: 'the pieces that were heard are kept; ask again for a whole answer',
  }),
  emptyAnswer: row<LlmFailure>({
    number: 119,
    ...transient,
    hint: 'the model counted an answer and delivered none; asking again with llm_retries may help',
  }),
  // Never seen by programs: the call is made again
  callLost: row<LlmFailure>({ number: 118, ...transient }),
  // Calls that cannot be made as things are set up
  disabled: row<{ provider: string; variable: string }>({
    number: 130,
    message: ({ provider, variable }) =>
      `model calls are switched off by ${variable}; ${provider} was not asked`,
    hint: 'unset the variable, or use provider "mock" or a tape',
    retry: false,
  }),
  noKey: row<{ provider: string; variables: string }>({
    number: 131,
    message: ({ provider, variables }) => `there is no API key for ${provider}: set ${variables}`,
    hint: 'provider "mock" needs no key; a local server is named with HARN_LLM_BASE_URL',
    retry: false,
  }),
  unknownProvider: row<{ provider: string; known: string; suggestion?: string }>({
    number: 132,
    message: ({ provider }) => `there is no provider "${provider}"`,
    hint: ({ known, suggestion }) =>
      suggestion === undefined
        ? `known are ${known}`
        : `did you mean "${suggestion}"? Known are ${known}`,
    retry: false,
  }),
  noProvider: row<{ model: string; suggestion?: string }>({
    number: 133,
    message: ({ model }) => `no provider is set up for the model "${model}"`,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'set HARN_LLM_PROVIDER, OPENAI_API_KEY or HARN_LLM_BASE_URL, or pass provider: "mock"'
        : `did you mean "${suggestion}"?`,
    retry: false,
  }),
  noModel: row<{ provider: string }>({
    number: 134,
    message: ({ provider }) => `provider ${provider} needs a model`,
    hint: 'pass model, or set HARN_LLM_MODEL',
    retry: false,
  }),
  noBaseUrl: row<{ provider: string; variables: string }>({
    number: 135,
    message: ({ provider, variables }) => `there is no address for ${provider}: set ${variables}`,
    retry: false,
  }),
  unknownModel: row<{ model: string; suggestion?: string }>({
    number: 136,
    message: ({ model }) => `no alias and no provider is known for the name "${model}"`,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'name its provider, too: PROVIDER:MODEL'
        : `did you mean "${suggestion}"? A model that is not in the catalog needs its provider: PROVIDER:MODEL`,
    retry: false,
  }),
  // Options
  badOption: row<{ option: string; expected: string }>({
    number: 140,
    message: ({ option, expected }) => `option "${option}" of llm.call must be ${expected}`,
    retry: false,
  }),
  badCapabilities: row<{ problem: string }>({
    number: 200,
    message: ({ problem }) => `the rules of capabilities do not make sense: ${problem}`,
    retry: false,
  }),
  badTables: row<{ where: string; problem: string }>({
    number: 203,
    message: ({ where, problem }) => `what ${where} says of models does not make sense: ${problem}`,
    hint: 'see "Own providers" in the documentation of models',
    retry: false,
  }),
  noCandidate: row<{ policy: string }>({
    number: 204,
    message: ({ policy }) => `no model that can be asked here fits route_policy ${policy}`,
    hint: 'harn models --available lists those whose keys are here',
    retry: false,
  }),
  noTier: row<{ target: string }>({
    number: 201,
    message: ({ target }) => `there is no model or tier "${target}"`,
    hint: 'tiers are small, mid and frontier',
    retry: false,
  }),
  noVision: row<{ provider: string; model: string }>({
    number: 202,
    message: ({ provider, model }) =>
      `option \`vision\` is not supported by ${provider} with the model ${model}`,
    hint: 'use a model that takes images, or say with provider_capabilities_install that this one does',
    retry: false,
  }),
  badRate: row<Record<string, never>>({
    number: 199,
    message: () => 'the limit of a provider must be {rpm}, with an int from 0',
    hint: '{rpm: 0} lifts it',
    retry: false,
  }),
  badBudget: row<Record<string, never>>({
    number: 198,
    message: () => 'the budget of a run must be US dollars from 0, or nil for none',
    retry: false,
  }),
  unsupportedOption: row<{ option: string }>({
    number: 141,
    message: ({ option }) => `option "${option}" of llm.call is not available in this version`,
    hint: 'leave it out; it is refused rather than ignored, so that no call differs from what was asked',
    retry: false,
  }),
  noNativeSearch: row<{ provider: string; model: string }>({
    number: 195,
    message: ({ provider, model }) =>
      `tool_search: the provider "${provider}" with the model "${model}" does not expose native tool search; use mode: "client" (or "auto") to search here`,
    retry: false,
  }),
  noSearchHost: row<{ strategy: string }>({
    number: 196,
    message: ({ strategy }) =>
      `tool_search: the strategy "${strategy}" asks a host to search, and none is connected`,
    hint: 'use the strategy "bm25" or "regex"',
    retry: false,
  }),
  allDeferred: row<Record<string, never>>({
    number: 197,
    message: () => 'tool_search: every tool is kept back; one at least must be visible at once',
    hint: 'leave defer_loading out for one of them, or name one in always_loaded',
    retry: false,
  }),
  noPrompt: row<Record<string, never>>({
    number: 142,
    message: () => 'llm.call needs a prompt or messages',
    retry: false,
  }),
  notModel: row<{ got: string }>({
    number: 143,
    message: ({ got }) => `durable() needs a model of the AI SDK, not ${got}`,
    hint: 'pass a model object of specification v2 or v3, such as openai("gpt-4o"), not its name',
    retry: false,
  }),
  // Tapes
  tapeMissing: row<{ tape: string; key: string; asked: string; nth: number }>({
    number: 150,
    message: ({ tape, key, asked, nth }) =>
      `the tape ${tape} has no answer${nth === 1 ? '' : ` number ${nth}`} for ${key} (${asked})`,
    hint: 'the prompt or an option changed since it was recorded; record it again, or add the answer',
    retry: false,
  }),
  tapeUnreadable: row<{ tape: string; line: number }>({
    number: 151,
    message: ({ tape, line }) => `line ${line} of the tape ${tape} is not a recorded answer`,
    hint: 'a tape has one JSON object per line with v, key, request and result',
    retry: false,
  }),
  noTape: row<Record<string, never>>({
    number: 152,
    message: () => 'provider "tape" needs a tape',
    hint: 'pass tape: "file.jsonl", or set HARN_LLM_TAPE',
    retry: false,
  }),
  // Mocks
  badMock: row<{ field: string; expected: string }>({
    number: 160,
    message: ({ field, expected }) => `"${field}" of a mock answer must be ${expected}`,
    retry: false,
  }),
  noMock: row<{ asked: string }>({
    number: 161,
    message: ({ asked }) => `no prepared answer fits the request ${asked}`,
    hint: 'add a mock for it',
    retry: false,
  }),
  noMockScope: row<Record<string, never>>({
    number: 162,
    message: () => 'there is no scope of mocks to leave',
    retry: false,
  }),
});

type Row = 'kind' | 'reason';

const BY_CATEGORY: { readonly [C in LlmErrorCategory]: Pick<LlmFailure, Row> } = {
  rate_limit: { kind: 'transient', reason: 'rate_limit' },
  timeout: { kind: 'transient', reason: 'timeout' },
  overloaded: { kind: 'transient', reason: 'server_error' },
  server_error: { kind: 'transient', reason: 'server_error' },
  transient_network: { kind: 'transient', reason: 'network_error' },
  schema_validation: { kind: 'terminal', reason: 'invalid_request' },
  auth: { kind: 'terminal', reason: 'auth_failure' },
  not_found: { kind: 'terminal', reason: 'model_unavailable' },
  circuit_open: { kind: 'terminal', reason: 'unknown' },
  budget_exceeded: { kind: 'terminal', reason: 'unknown' },
  tool_error: { kind: 'terminal', reason: 'unknown' },
  tool_rejected: { kind: 'terminal', reason: 'unknown' },
  egress_blocked: { kind: 'terminal', reason: 'unknown' },
  cancelled: { kind: 'terminal', reason: 'unknown' },
  empty_completion: { kind: 'transient', reason: 'empty_completion' },
  generic: { kind: 'terminal', reason: 'unknown' },
};

/** Whether a text is one of the published categories. */
export function isLlmErrorCategory(text: string): text is LlmErrorCategory {
  return Object.hasOwn(BY_CATEGORY, text);
}

/** Whether a call was not made because a budget does not allow it. */
export function isBudgetSpent(error: unknown): error is HarnError {
  return HarnError.is(error) && error.code === llmErrors.$code('budgetSpent');
}

/**
 * The error in the fields of a failed call, as programs catch and throw them again: what it was a failure of is what it is
 * then. Undefined: they are of none.
 */
export function failureAgain(data: JsonObject): HarnError | undefined {
  const { category, message, limit } = data;
  if (typeof category !== 'string' || !isLlmErrorCategory(category)) return undefined;
  if (typeof message !== 'string') return undefined;
  const failure = { provider: '', model: '', ...data, category, message } as LlmFailure;
  const isOurs = category === 'budget_exceeded' && typeof limit === 'string';
  return isOurs
    ? llmErrors.budgetSpent({ ...BY_CATEGORY[category], ...failure })
    : categorised(failure);
}

/** Whether a model counted an answer and delivered none. */
export function isEmptyAnswer(error: unknown): boolean {
  return HarnError.is(error) && error.code === llmErrors.$code('emptyAnswer');
}

/** The error for a category, with the kind and reason that go with it. */
export function categorised(
  failure: Omit<LlmFailure, Row>,
  at: { readonly cause?: unknown } = {},
): HarnError {
  const full: LlmFailure = { ...failure, ...BY_CATEGORY[failure.category] };
  switch (failure.category) {
    case 'rate_limit':
      return llmErrors.rateLimit(full, at);
    case 'timeout':
      return llmErrors.timeout(full, at);
    case 'overloaded':
      return llmErrors.overloaded(full, at);
    case 'server_error':
      return llmErrors.serverError(full, at);
    case 'transient_network':
      return llmErrors.network(full, at);
    case 'auth':
      return llmErrors.auth(full, at);
    case 'not_found':
      return llmErrors.modelUnavailable(full, at);
    case 'cancelled':
      return llmErrors.cancelled(full, at);
    case 'empty_completion':
      return llmErrors.emptyAnswer(full, at);
    case 'budget_exceeded':
      return llmErrors.quota(full, at);
    case 'schema_validation':
      return llmErrors.schemaMismatch(full, at);
    case 'circuit_open':
    case 'tool_error':
    case 'tool_rejected':
    case 'egress_blocked':
    case 'generic':
      return llmErrors.failed(full, at);
  }
}

/** The published fields of a failed call, of any error that a call can end with. */
export function failureOf(
  error: { readonly data: { readonly [key: string]: Json }; readonly message: string },
  route: { readonly provider: string; readonly model: string },
): LlmFailure {
  const { category } = error.data;
  if (typeof category === 'string' && isLlmErrorCategory(category)) {
    return error.data as unknown as LlmFailure;
  }
  return {
    category: 'generic',
    kind: 'terminal',
    reason: 'unknown',
    message: error.message,
    provider: route.provider,
    model: route.model,
  };
}
