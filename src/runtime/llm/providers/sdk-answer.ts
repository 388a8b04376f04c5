// Answers of the AI SDK's models, whole or in pieces, as ours.
import { isJsonObject, type Json } from '../../../base/index.ts';
import type { LlmDelta } from '../delta.ts';
import { toArguments } from '../messages.ts';
import type { LlmReasoning } from '../request.ts';
import type { LlmAnswer, LlmStopReason } from '../result.ts';
import type { ProviderCall } from './port.ts';
import { isUnfinished, StreamFailure } from './sdk-errors.ts';
import type { SdkModel } from './sdk-model.ts';

type SdkAnswer = Awaited<ReturnType<SdkModel['doGenerate']>>;
type SdkStream = Awaited<ReturnType<SdkModel['doStream']>>['stream'];
type SdkPart = SdkStream extends ReadableStream<infer P> ? P : never;
type SdkContent = SdkAnswer['content'][number];

/** The part of an answer that is read here. */
type Collected = Pick<SdkAnswer, 'content' | 'finishReason' | 'usage'> & {
  readonly response?: { readonly modelId?: string | undefined };
};

/** Reads a stream to its end and tells every piece. A stream without an end is a failure: it was cut. */
export async function collected(
  stream: SdkStream,
  onDelta: (delta: LlmDelta) => void,
): Promise<Collected> {
  const pieces = new Pieces(onDelta);
  const reader = (stream as unknown as ReadableStream<SdkPart>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces.whole();
    pieces.add(value);
  }
}

/** A whole answer. JSON of another kind, in which a library finds nothing and no reason for it, is none. */
export function whole(answer: SdkAnswer): Collected {
  const { content, finishReason } = answer;
  const hasReason = finishReason.unified !== 'other' || finishReason.raw !== undefined;
  if (content.length === 0 && !hasReason) throw new StreamFailure('nothing', undefined);
  return answer;
}

class Pieces {
  readonly #tell: (delta: LlmDelta) => void;
  readonly #content: SdkContent[] = [];
  /** Where the text of an open block is in the content. */
  readonly #at = new Map<string, number>();
  readonly #tools = new Map<string, string>();
  #modelId: string | undefined;
  #finish: Extract<SdkPart, { type: 'finish' }> | undefined;

  constructor(tell: (delta: LlmDelta) => void) {
    this.#tell = tell;
  }

  add(part: SdkPart): void {
    switch (part.type) {
      case 'text-delta':
        this.#lengthen('text', part);
        if (part.delta !== '') this.#tell({ type: 'text', text: part.delta });
        return;
      case 'reasoning-start':
      case 'reasoning-end':
        this.#lengthen('reasoning', { ...part, delta: '' });
        return;
      case 'reasoning-delta':
        this.#lengthen('reasoning', part);
        if (part.delta !== '') this.#tell({ type: 'reasoning', text: part.delta });
        return;
      case 'tool-input-start':
        this.#tools.set(part.id, part.toolName);
        return;
      case 'tool-input-delta': {
        const name = this.#tools.get(part.id) ?? '';
        this.#tell({ type: 'tool_call', id: part.id, name, arguments: part.delta });
        return;
      }
      case 'tool-call':
        this.#content.push(part);
        return;
      case 'response-metadata':
        this.#modelId = part.modelId ?? this.#modelId;
        return;
      case 'finish':
        this.#finish = part;
        return;
      case 'error':
        throw new StreamFailure(isUnfinished(part.error) ? 'cut' : 'said', part.error);
      default:
        return;
    }
  }

  whole(): Collected {
    const end = this.#finish;
    // Libraries make up an end for a stream that stops in the middle, without a reason of the server.
    const isCut = end?.finishReason.unified === 'other' && end.finishReason.raw === undefined;
    if (end === undefined || isCut) throw new StreamFailure('cut', undefined);
    const { finishReason, usage } = end;
    return {
      content: this.#content,
      finishReason,
      usage,
      ...(this.#modelId === undefined ? {} : { response: { modelId: this.#modelId } }),
    };
  }

  #lengthen(
    type: 'text' | 'reasoning',
    part: { readonly id: string; readonly delta: string; readonly providerMetadata?: Metadata },
  ): void {
    const key = `${type} ${part.id}`;
    const at = this.#at.get(key);
    const before = at === undefined ? undefined : this.#content[at];
    const text = before !== undefined && 'text' in before ? before.text : '';
    const providerMetadata = {
      ...(before === undefined ? {} : before.providerMetadata),
      ...part.providerMetadata,
    } as NonNullable<Metadata>;
    const next = { type, text: text + part.delta, providerMetadata };
    if (at !== undefined) {
      this.#content[at] = next;
      return;
    }
    this.#at.set(key, this.#content.length);
    this.#content.push(next);
  }
}

type Metadata = SdkContent['providerMetadata'];

/** The answer as it is recorded. */
export function toAnswer(answer: Collected, call: ProviderCall, durationMs: number): LlmAnswer {
  const texts: string[] = [];
  const thoughts: LlmReasoning[] = [];
  const calls: LlmAnswer['tool_calls'][number][] = [];
  for (const part of answer.content) {
    if (part.type === 'text') texts.push(part.text);
    else if (part.type === 'reasoning') thoughts.push(thoughtOf(part.text, part.providerMetadata));
    else if (part.type === 'tool-call' && part.providerExecuted !== true) {
      const signature = textIn(part.providerMetadata, 'google', 'thoughtSignature');
      calls.push({
        id: part.toolCallId,
        name: part.toolName,
        arguments: toArguments(part.input),
        ...(signature === undefined ? {} : { signature }),
      });
    }
  }
  const { inputTokens: input, outputTokens: output } = answer.usage;
  const inputTokens = input.total ?? null;
  const outputTokens = output.total ?? null;
  const cacheReadTokens = input.cacheRead ?? 0;
  const cacheWriteTokens = input.cacheWrite ?? 0;
  const cost =
    inputTokens === null || outputTokens === null
      ? undefined
      : call.catalog.cost(
          call.model,
          { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
          call.provider.name,
        );
  const thinking = thoughts.map(({ text }) => text).join('');
  const isSigned = thoughts.some(
    ({ signature, redacted }) => (signature ?? redacted) !== undefined,
  );
  return {
    text: texts.join(''),
    model: answer.response?.modelId ?? call.model,
    stop_reason: stopOf(answer),
    tool_calls: calls,
    thinking: thinking === '' ? null : thinking,
    ...(isSigned ? { reasoning: thoughts } : {}),
    ...(isLost(answer, call) ? { is_empty: true } : {}),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: cacheWriteTokens,
    cost_usd: cost ?? null,
    duration_ms: durationMs,
  };
}

/**
 * Whether servers of OpenAI's format counted an answer and delivered none. An answer that its limit or a filter cut to
 * nothing is what it is, and models of the other formats may have nothing to say.
 */
function isLost({ content, usage, finishReason }: Collected, { provider }: ProviderCall): boolean {
  if (!provider.wire.startsWith('openai') || (usage.outputTokens.total ?? 0) < 1) return false;
  const { unified } = finishReason;
  if (unified === 'length' || unified === 'content-filter') return false;
  return content.every((part) => 'text' in part && part.text === '');
}

const STOP: { readonly [reason: string]: LlmStopReason } = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filter',
};

function stopOf({ finishReason }: Collected): LlmStopReason {
  if (finishReason.raw === 'stop_sequence') return 'stop_sequence';
  return STOP[finishReason.unified] ?? 'other';
}

function thoughtOf(text: string, metadata: Metadata): LlmReasoning {
  const signature = textIn(metadata, 'anthropic', 'signature');
  const redacted = textIn(metadata, 'anthropic', 'redactedData');
  return {
    text,
    ...(signature === undefined ? {} : { signature }),
    ...(redacted === undefined ? {} : { redacted }),
  };
}

function textIn(metadata: Metadata, provider: string, field: string): string | undefined {
  const fields = metadata?.[provider] as Json | undefined;
  const value = fields !== undefined && isJsonObject(fields) ? fields[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}
