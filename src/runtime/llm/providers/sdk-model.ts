// The model objects of the AI SDK, by wire format. Each package is loaded when the first call needs it.
import type { createAnthropic } from '@ai-sdk/anthropic';
import type { JsonObject } from '../../../base/index.ts';
import type { HostHttp } from '../../host/index.ts';
import { createFetch } from '../../host/index.ts';
import type { ProviderConfig } from './known.ts';
import { transformBody } from './sdk-request.ts';

/** The interface that all of the library's models share. */
export type SdkModel = ReturnType<ReturnType<typeof createAnthropic>['languageModel']>;
type FetchLike = ReturnType<typeof createFetch>;

export interface ModelSite {
  readonly provider: ProviderConfig;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly http: HostHttp;
  /** Tools in the words of the provider, when it searches them itself: they go out instead of the library's. */
  readonly tools?: readonly JsonObject[] | undefined;
  /** Fields for the body, as this provider knows them. */
  readonly fields?: JsonObject | undefined;
  /** Names for tool calls, for wire formats that have none. */
  readonly newId: () => string;
}

/** A model at its address. Nothing is sent yet. */
export async function openModel(site: ModelSite): Promise<SdkModel> {
  const { provider, model, baseUrl, apiKey, http, newId: generateId } = site;
  const keyed = keyInItsPlace(createFetch(http), provider, apiKey);
  const fetch = withFields(atEndpoint(keyed, provider, baseUrl), fieldsOf(site));
  // The library looks for keys in the environment unless it is given one; what it is given is replaced on the way.
  const own = { baseURL: baseUrl, apiKey: apiKey ?? 'none', fetch };
  switch (provider.wire) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ ...own, generateId }).languageModel(model);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ ...own, generateId }).languageModel(model);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI(own).chat(model);
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const { apiKey: _none, ...at } = own;
      return createOpenAICompatible({
        ...at,
        name: provider.name,
        includeUsage: true,
        supportsStructuredOutputs: provider.schemas,
        transformRequestBody: (body) => transformBody(model, body),
      }).chatModel(model);
    }
  }
}

/** Where each library puts the key. */
const HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'];

/** Requests with the key where this provider wants it, and in no other place. */
function keyInItsPlace(
  fetch: FetchLike,
  { auth, authHeader }: ProviderConfig,
  apiKey: string | undefined,
): FetchLike {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    for (const name of HEADERS) headers.delete(name);
    if (apiKey !== undefined && auth === 'bearer') headers.set('authorization', `Bearer ${apiKey}`);
    if (apiKey !== undefined && auth === 'header') headers.set(authHeader ?? 'x-api-key', apiKey);
    return fetch(input, { ...init, headers });
  };
}

/** Requests to where the provider has its questions, when that is not where the wire format has them. */
function atEndpoint(
  fetch: FetchLike,
  { chatEndpoint }: ProviderConfig,
  baseUrl: string,
): FetchLike {
  if (chatEndpoint === undefined) return fetch;
  return (_input, init) => fetch(`${baseUrl}${chatEndpoint}`, init);
}

function fieldsOf({ tools, fields = {} }: ModelSite): JsonObject {
  return tools === undefined ? fields : { ...fields, tools };
}

/** Requests with these fields in their bodies. */
function withFields(fetch: FetchLike, fields: JsonObject): FetchLike {
  if (Object.keys(fields).length === 0) return fetch;
  return (input, init) => {
    const body = { ...(JSON.parse(String(init?.body)) as JsonObject), ...fields };
    return fetch(input, { ...init, body: JSON.stringify(body) });
  };
}
