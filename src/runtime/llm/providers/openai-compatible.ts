// Models behind the OpenAI chat wire format, through the AI SDK's provider for it: one HTTP request per call, no retries
// of its own. The SDK's model interface is used as it is, without the `ai` package's generation loop: that loop adds
// retries, console warnings and 100 ms of loading, and our journal, tools and spans stand in its place.
import { createFetch, type HostHttp } from '../../host/index.ts';
import { llmErrors } from '../errors.ts';
import { toArguments } from '../messages.ts';
import { costOf } from '../prices.ts';
import type { LlmAnswer, LlmStopReason } from '../result.ts';
import { endpointOf } from '../route.ts';
import { nativeTools } from '../tool-search.ts';
import { type KnownProvider, knownProvider } from './known.ts';
import { toLlmError } from './openai-errors.ts';
import { type SdkModel, toSdkOptions, transformBody } from './openai-messages.ts';
import type { ProviderCall, ProviderFunction } from './port.ts';

type SdkAnswer = Awaited<ReturnType<SdkModel['doGenerate']>>;

/** Asks a model of a known provider. */
export const askOpenAiCompatible: ProviderFunction = async (call) => {
  const { host, request, provider, model, signal } = call;
  const known = knownProvider(provider) as KnownProvider;
  // This wire format has no words for the search of others.
  if (request.tool_search?.form === 'anthropic')
    throw llmErrors.noNativeSearch({ provider, model });
  const { baseUrl, apiKey } = endpointOf(known, host.env);
  const startMs = host.clock.monotonicMs();
  try {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const sdk = createOpenAICompatible({
      name: provider,
      baseURL: baseUrl,
      fetch: createFetch(cutBy(host.http, signal)),
      supportsStructuredOutputs: known.schemas,
      transformRequestBody: (body) => {
        const sent = transformBody(model, body);
        return request.tool_search === undefined ? sent : { ...sent, tools: nativeTools(request) };
      },
      ...(apiKey === undefined ? {} : { apiKey }),
    });
    const answer = await sdk.chatModel(model).doGenerate(toSdkOptions(request, signal));
    return toAnswer(answer, call, Math.round(host.clock.monotonicMs() - startMs));
  } catch (error) {
    throw toLlmError(error, { provider, model, nowMs: host.clock.nowMs(), apiKey });
  }
};

/**
 * The port with this signal on every exchange, so that giving a call up closes its connection also while the body is
 * being read: a `Request` object keeps the caller's signal only as long as it lives itself.
 */
function cutBy(http: HostHttp, signal: AbortSignal): HostHttp {
  return {
    request: (request) => http.request({ ...request, signal }),
    open: (request) => http.open({ ...request, signal }),
  };
}

function toAnswer(answer: SdkAnswer, call: ProviderCall, durationMs: number): LlmAnswer {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: LlmAnswer['tool_calls'][number][] = [];
  for (const part of answer.content) {
    if (part.type === 'text') texts.push(part.text);
    else if (part.type === 'reasoning') thoughts.push(part.text);
    else if (part.type === 'tool-call') {
      calls.push({ id: part.toolCallId, name: part.toolName, arguments: toArguments(part.input) });
    }
  }
  const inputTokens = answer.usage.inputTokens.total ?? null;
  const outputTokens = answer.usage.outputTokens.total ?? null;
  const cacheReadTokens = answer.usage.inputTokens.cacheRead ?? 0;
  const known = inputTokens !== null && outputTokens !== null;
  const cost = known
    ? costOf(call.model, { inputTokens, outputTokens, cacheReadTokens })
    : undefined;
  return {
    text: texts.join(''),
    model: answer.response?.modelId ?? call.model,
    stop_reason: STOP[answer.finishReason.unified] ?? 'other',
    tool_calls: calls,
    thinking: thoughts.length === 0 ? null : thoughts.join(''),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: answer.usage.inputTokens.cacheWrite ?? 0,
    cost_usd: cost ?? null,
    duration_ms: durationMs,
  };
}

const STOP: { readonly [reason: string]: LlmStopReason } = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filter',
};
