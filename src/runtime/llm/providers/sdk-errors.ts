// What went wrong with a call over one of the wire formats, by status, error code and class: never by the words of a
// message, which differ between servers and change.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../../base/index.ts';
import { isHostError } from '../../host/index.ts';
import { categorised, type LlmErrorCategory, type LlmFailure, llmErrors } from '../errors.ts';

interface Where {
  readonly provider: string;
  readonly model: string;
  readonly nowMs: number;
  /** Taken out of messages, in case a server repeats it. */
  readonly apiKey: string | undefined;
}

/** The parts of the library's API error that are read here. */
interface ApiError {
  readonly statusCode?: number;
  readonly responseHeaders?: { readonly [name: string]: string };
  readonly responseBody?: string;
  readonly cause?: unknown;
}

/** An answer that ended badly: the server `said` so in a stream, a stream was `cut` before its end, or there is `nothing` in it. */
export class StreamFailure extends Error {
  readonly how: 'said' | 'cut' | 'nothing';
  readonly said: unknown;

  constructor(how: StreamFailure['how'], said: unknown) {
    super(`stream ${how}`);
    this.how = how;
    this.said = said;
  }
}

/** A coded error for whatever a call ended with. */
export function toLlmError(error: unknown, where: Where): HarnError {
  if (error instanceof StreamFailure) return fromStream(error, where);
  const inner = harnErrorIn(error);
  if (inner !== undefined) return fromHost(inner, where);
  if (isSdkError(error, 'AI_APICallError')) return fromStatus(error as ApiError, where, error);
  const at = { cause: error };
  const { provider, model } = where;
  if (isSdkError(error, 'AI_UnsupportedFunctionalityError')) {
    return llmErrors.invalidRequest(
      failure('generic', 'invalid_request', 'this provider cannot do what was asked', where),
      at,
    );
  }
  if (isOtherSdkError(error)) return badResponse(where, error);
  return categorised({ category: 'generic', message: 'the call failed', provider, model }, at);
}

/** Types of errors that servers put into a stream, by what they mean as a status. */
const STREAM_STATUS: { readonly [type: string]: number } = {
  overloaded_error: 529,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  invalid_request_error: 400,
  timeout_error: 408,
};

function fromStream(failed: StreamFailure, where: Where): HarnError {
  const { provider, model } = where;
  const at = { cause: failed };
  if (failed.how === 'cut') {
    const message = 'the stream ended before the answer did';
    return categorised({ category: 'transient_network', message, provider, model }, at);
  }
  if (failed.how === 'nothing') return badResponse(where, failed);
  const { said } = failed;
  if (harnErrorIn(said) !== undefined || isOtherSdkError(said)) return toLlmError(said, where);
  const fields = (isFields(said) ? said : { message: String(said) }) as JsonObject;
  const type = String(fields['type'] ?? '');
  const code = fields['code'];
  const statusCode = typeof code === 'number' ? code : (STREAM_STATUS[type] ?? 500);
  const responseBody = JSON.stringify({ error: fields });
  return fromStatus({ statusCode, responseBody }, where, failed);
}

function isFields(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fromHost(error: HarnError, where: Where): HarnError {
  const { provider, model } = where;
  // Refusals of the host itself are answers to whoever set it up, not failures of a provider.
  if (isHostError(error, 'denied') || isHostError(error, 'mockMissing')) return error;
  const category = isHostError(error, 'httpTimeout') ? 'timeout' : 'transient_network';
  const { message } = error as HarnError;
  return categorised({ category, message, provider, model }, { cause: error });
}

function fromStatus(error: ApiError, where: Where, cause: unknown): HarnError {
  const { statusCode: status } = error;
  if (status === undefined) {
    const { provider, model } = where;
    const message = 'the provider cannot be reached';
    return categorised({ category: 'transient_network', message, provider, model }, { cause });
  }
  if (status >= 200 && status < 300) return badResponse(where, cause);
  const body = errorIn(error.responseBody);
  const said = cleaned(body['message'], where.apiKey);
  const message = said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  const special = bySpecialCode(String(body['code'] ?? body['type'] ?? ''), message, status, where);
  if (special !== undefined) return special;
  const category = BY_STATUS[status] ?? (status >= 500 ? 'server_error' : undefined);
  if (category === undefined) {
    const data = failure('generic', 'invalid_request', message, where);
    if (status === 413) {
      return llmErrors.contextOverflow({ ...data, reason: 'context_overflow', status }, { cause });
    }
    return llmErrors.invalidRequest({ ...data, status }, { cause });
  }
  const retryAfterMs = retryAfter(error.responseHeaders ?? {}, where.nowMs) ?? retryDelayIn(body);
  const { provider, model } = where;
  return categorised(
    {
      category,
      message,
      provider,
      model,
      status,
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    },
    { cause },
  );
}

const BY_STATUS: { readonly [status: number]: LlmErrorCategory } = {
  401: 'auth',
  403: 'auth',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
};

/** Codes of the wire format that say more than the status. */
function bySpecialCode(
  code: string,
  message: string,
  status: number,
  where: Where,
): HarnError | undefined {
  const { provider, model } = where;
  switch (code) {
    case 'context_length_exceeded':
      return llmErrors.contextOverflow({
        ...failure('generic', 'context_overflow', message, where),
        status,
      });
    case 'content_filter':
    case 'content_policy_violation':
      return llmErrors.contentPolicy({
        ...failure('generic', 'content_policy', message, where),
        status,
      });
    case 'insufficient_quota':
      return categorised({ category: 'budget_exceeded', message, provider, model, status });
    case 'model_not_found':
      return categorised({ category: 'not_found', message, provider, model, status });
    default:
      return undefined;
  }
}

/** The server answered well and said something that is no answer. */
function badResponse(where: Where, cause: unknown): HarnError {
  const message = 'the answer is not in the expected format';
  return llmErrors.badResponse(
    { ...failure('server_error', 'server_error', message, where), kind: 'transient' },
    { cause },
  );
}

function failure(
  category: LlmErrorCategory,
  reason: string,
  message: string,
  { provider, model }: Where,
): LlmFailure {
  return { category, kind: 'terminal', reason, message, provider, model };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfter(
  headers: { readonly [name: string]: string },
  nowMs: number,
): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (ms >= 0) return ms;
  const text = headers['retry-after'];
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return Math.round(seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Google says in the body how long to wait: `{details: [{retryDelay: "17s"}]}`. */
function retryDelayIn(error: JsonObject): number | undefined {
  const details = error['details'];
  if (!Array.isArray(details)) return undefined;
  for (const detail of details as readonly Json[]) {
    const delay = isJsonObject(detail) ? detail['retryDelay'] : undefined;
    const seconds = typeof delay === 'string' ? /^([\d.]+)s$/.exec(delay)?.[1] : undefined;
    if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  }
  return undefined;
}

function errorIn(body: string | undefined): JsonObject {
  if (body === undefined) return {};
  try {
    const parsed = JSON.parse(body) as Json;
    const error = isJsonObject(parsed) ? parsed['error'] : undefined;
    if (isJsonObject(error)) return error;
    return typeof error === 'string' ? { message: error } : {};
  } catch {
    // A proxy's error page: the status says enough.
    return {};
  }
}

function cleaned(message: Json | undefined, apiKey: string | undefined): string {
  if (typeof message !== 'string') return '';
  const safe = apiKey === undefined ? message : message.replaceAll(apiKey, '***');
  return safe.length > 500 ? `${safe.slice(0, 500)}...` : safe;
}

/** Our own error somewhere in the chain: the host's port said what happened. */
function harnErrorIn(error: unknown): HarnError | undefined {
  let at = error;
  for (let depth = 0; depth < 8 && at !== undefined && at !== null; depth += 1) {
    if (HarnError.is(at)) return at;
    at = (at as { cause?: unknown }).cause;
  }
  return undefined;
}

/** The library brands its errors with symbols, so that several copies of it recognise each other's. */
function isSdkError(error: unknown, name: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return Symbol.for(`vercel.ai.error.${name}`) in error;
}

/** What one of the libraries says when a stream has no end: nothing that the server sent is wrong. */
export function isUnfinished(error: unknown): boolean {
  return isSdkError(error, 'AI_InvalidResponseDataError');
}

function isOtherSdkError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return Symbol.for('vercel.ai.error') in error;
}
