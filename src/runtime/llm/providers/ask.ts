// One call of a provider through the AI SDK's packages for it: one HTTP request per call, no retries of its own. The SDK's
// model interface is used as it is, without the `ai` package's generation loop: that loop adds retries, console warnings
// and 100 ms of loading, and our journal, tools and spans stand in its place.
import { uuidV7 } from '../../../base/index.ts';
import { llmErrors } from '../errors.ts';
import { nativeTools } from '../tool-search.ts';
import { endpointOf } from './endpoint.ts';
import type { ProviderCall, ProviderFunction } from './port.ts';
import { collected, toAnswer, whole } from './sdk-answer.ts';
import { toLlmError } from './sdk-errors.ts';
import { openModel } from './sdk-model.ts';
import { toSdkOptions } from './sdk-request.ts';

/** Asks a model of a provider. */
export const askProvider: ProviderFunction = async (call) => {
  const { host, request, provider, model, onDelta } = call;
  // No connection is left behind. A whole answer was read to its end; of a stream the library may have given up reading,
  // and does not say so.
  const over = onDelta === undefined ? undefined : new AbortController();
  const signal = over === undefined ? call.signal : AbortSignal.any([call.signal, over.signal]);
  const tools = searchedTools(call);
  const { baseUrl, apiKey } = endpointOf(provider, host.env);
  const startMs = host.clock.monotonicMs();
  try {
    const sdk = await openModel({
      provider,
      model,
      baseUrl,
      apiKey,
      http: host.http,
      tools,
      fields: request.provider_fields,
      newId: () => `call_${uuidV7(host.clock.nowMs(), host.random)}`,
    });
    const options = toSdkOptions(request, provider, model, signal);
    const answer =
      onDelta === undefined
        ? whole(await sdk.doGenerate(options))
        : await collected((await sdk.doStream(options)).stream, onDelta);
    return toAnswer(answer, call, Math.round(host.clock.monotonicMs() - startMs));
  } catch (error) {
    const nowMs = host.clock.nowMs();
    throw toLlmError(error, { provider: provider.name, model, nowMs, apiKey });
  } finally {
    over?.abort();
  }
};

/** The tools of a request that its provider searches; a wire format without words for that is refused. */
function searchedTools({ request, provider, model }: ProviderCall) {
  const form = request.tool_search?.form;
  if (form === undefined) return undefined;
  const isKnown =
    form === 'anthropic' ? provider.wire === 'anthropic' : provider.wire.startsWith('openai');
  if (!isKnown) throw llmErrors.noNativeSearch({ provider: provider.name, model });
  return nativeTools(request);
}
