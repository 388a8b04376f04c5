// llm.healthcheck: whether a provider can be asked: its address, its key, and whether it serves a model. It looks at the list of
// models, which costs nothing. Data and never an error: who asks wants to know what is wrong. A key that is tried is in
// neither the journal nor the answer.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { createFetch } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { catalogKey } from './catalog/catalog.ts';
import { llmErrors } from './errors.ts';
import { endpointOf } from './providers/endpoint.ts';
import type { ProviderConfig } from './providers/known.ts';

/** What is asked for. */
export type HealthOptions = {
  /** Tried instead of the one in the environment. */
  readonly api_key?: string | null;
  /** Has to be served: a model or an alias. */
  readonly model?: string | null;
  /** Have the server load the model; only with a model. */
  readonly warm?: boolean | null;
};

/** What was found. `status` is `ok`, or the reason. */
export type Health = {
  readonly provider: string;
  readonly valid: boolean;
  readonly status: string;
  readonly message: string;
  readonly metadata: JsonObject;
};

const TIMEOUT_MS = 10_000;

export const llmHealthEffects = {
  healthcheck: defineEffect(
    {
      name: 'llm.healthcheck',
      class: 'read',
      access: 'read',
      identity: ([provider, options]: readonly [Json, (Json | HealthOptions)?]) => {
        const { api_key: _key, ...asked } = wishOf(provider, options ?? null);
        return asked;
      },
    },
    async (env, provider: Json, options: Json | HealthOptions = null): Promise<Health> =>
      examine(env, wishOf(provider, options as Json)),
  ),
};

type Wish = { readonly provider: string } & HealthOptions;

/** A name with options or a model, or everything as one dict. */
function wishOf(provider: Json, options: Json | HealthOptions): Wish {
  const more =
    typeof options === 'string' ? { model: options } : ((options ?? {}) as HealthOptions);
  if (isJsonObject(provider)) {
    const { provider: name, ...own } = provider as unknown as Partial<Wish>;
    return { ...more, ...own, provider: String(name ?? 'auto') };
  }
  return { ...more, provider: typeof provider === 'string' ? provider : 'anthropic' };
}

async function examine(env: EffectEnv, wish: Wish): Promise<Health> {
  const catalog = env.get(catalogKey);
  const say = (status: string, message: string, more: JsonObject = {}): Health => ({
    provider: wish.provider,
    valid: status === 'ok',
    status,
    message,
    metadata: { reason: status, category: status, ...more },
  });
  if (wish.provider === 'mock') return say('ok', 'answers are prepared');
  const known = catalog.provider(wish.provider);
  if (known === undefined) {
    return say('unknown_provider', `Unknown provider: ${wish.provider}`);
  }
  if (wish.warm === true && (wish.model ?? '') === '') {
    return say('invalid_request', 'warm needs a model');
  }
  const off = env.host.env.get('HARN_LLM_CALLS_DISABLED') ?? '';
  if (off !== '') return say('disabled', 'model calls are switched off by HARN_LLM_CALLS_DISABLED');
  const at = placeOf(env, known, wish);
  if ('problem' in at) return say(at.problem, at.message);
  const seen = await modelsAt(env, known, at);
  if ('problem' in seen) return say(seen.problem, seen.message, seen.more);
  const model = wish.model ?? null;
  if (model === null) return say('ok', `${known.name} answers`, { models: seen.models.length });
  const id = catalog.alias(model)?.id ?? model;
  if (
    seen.models.some((name) => name === id || name === `models/${id}` || name === `${id}:latest`)
  ) {
    return say('ok', `${known.name} serves ${id}`, { model: id });
  }
  return say('model_missing', `${known.name} does not serve ${id}`, { model: id });
}

type Place = { readonly baseUrl: string; readonly apiKey: string | undefined };
type Problem = { readonly problem: string; readonly message: string; readonly more?: JsonObject };

function placeOf(
  { host }: EffectEnv,
  known: ProviderConfig,
  { api_key: tried }: Wish,
): Place | Problem {
  try {
    const own = tried ?? undefined;
    const to = own === undefined ? known : { ...known, needsKey: 'never' as const };
    const { baseUrl, apiKey } = endpointOf(to, host.env);
    return URL.canParse(baseUrl)
      ? { baseUrl, apiKey: own ?? apiKey }
      : { problem: 'invalid_url', message: `the address of ${known.name} is not a URL` };
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    const isKey = error.code === llmErrors.$code('noKey');
    return { problem: isKey ? 'missing_key' : 'missing_address', message: error.message };
  }
}

async function modelsAt(
  { host, signal }: EffectEnv,
  known: ProviderConfig,
  { baseUrl, apiKey }: Place,
): Promise<{ readonly models: readonly string[] } | Problem> {
  const late = new AbortController();
  const stop = host.clock.after(TIMEOUT_MS, () => late.abort());
  try {
    const response = await createFetch(host.http)(`${baseUrl}/models`, {
      headers: headersOf(known, apiKey),
      signal: AbortSignal.any([signal, late.signal]),
    });
    const body = await response.text();
    const { status } = response;
    if (status === 401 || status === 403) {
      return { problem: 'auth', message: `${known.name} refused the key`, more: { status } };
    }
    if (status !== 200) {
      return { problem: 'bad_status', message: `${known.name} said ${status}`, more: { status } };
    }
    return { models: namesIn(body) };
  } catch {
    return { problem: 'unreachable', message: `${known.name} cannot be reached at its address` };
  } finally {
    stop();
  }
}

function headersOf({ auth, authHeader, wire }: ProviderConfig, apiKey: string | undefined) {
  const headers: { [name: string]: string } = {};
  if (apiKey !== undefined && auth === 'bearer') headers['authorization'] = `Bearer ${apiKey}`;
  if (apiKey !== undefined && auth === 'header') headers[authHeader ?? 'x-api-key'] = apiKey;
  if (wire === 'anthropic') headers['anthropic-version'] = '2023-06-01';
  return headers;
}

/** The models that a server lists: `{data: [{id}]}`, or Google's `{models: [{name}]}`. */
function namesIn(body: string): readonly string[] {
  let parsed: Json;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    return [];
  }
  const { data, models } = isJsonObject(parsed) ? parsed : {};
  const list = (data ?? models ?? []) as Json;
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).flatMap((one) => {
    const name = isJsonObject(one) ? (one['id'] ?? one['name']) : one;
    return typeof name === 'string' ? [name] : [];
  });
}
