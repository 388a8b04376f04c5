// Prepared and recorded answers for model objects of the AI SDK: a call in our words, so that mocks match it and tapes
// find it, and our answers in the words of the SDK, whole or in parts. What a tape keeps is text, thoughts and calls of
// tools; sources and files of an answer are not on it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { llmConfigKey } from './config.ts';
import { toKept } from './durable-data.ts';
import type { ModelCall } from './durable-model.ts';
import { toArguments } from './messages.ts';
import type {
  LlmContentBlock,
  LlmMessage,
  LlmOutput,
  LlmReasoning,
  LlmRequest,
  LlmTool,
  LlmToolCall,
} from './request.ts';
import type { LlmAnswer, LlmNumbers, LlmStopReason } from './result.ts';
import type { LlmRoute } from './route.ts';
import { llmTapesKey } from './tape.ts';

type Fields = { readonly [key: string]: Json };

const fieldsOf = (value: Json | undefined): Fields => (isJsonObject(value) ? value : {});
const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];
const textAt = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Options of the SDK that say the same under a name of ours. */
const SAME: { readonly [option: string]: keyof LlmRequest } = {
  maxOutputTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stopSequences: 'stop',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  providerOptions: 'provider_fields',
};

/** A call of a model object as mocks and tapes know calls. */
export function requestOfModel({ asked }: ModelCall): LlmRequest {
  const options = fieldsOf(asked);
  const prompt = listOf(options['prompt']).map(fieldsOf);
  const systems = prompt.filter(({ role }) => role === 'system').map(({ content }) => content);
  const same: { [name: string]: Json } = {};
  for (const [option, name] of Object.entries(SAME)) {
    const value = options[option];
    if (value !== undefined && value !== null) same[name] = value;
  }
  const tools = listOf(options['tools']).map(toolOf);
  const choice = fieldsOf(options['toolChoice']);
  return {
    system: systems.length === 0 ? null : systems.map(textAt).join('\n'),
    messages: prompt.filter(({ role }) => role !== 'system').flatMap(messagesOf),
    output: outputOf(fieldsOf(options['responseFormat'])),
    timeout_ms: 0,
    ...same,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice['type'] === undefined ? {} : { tool_choice: choiceOf(choice) }),
  };
}

function outputOf({ type, schema }: Fields): LlmOutput {
  if (type !== 'json') return { kind: 'text' };
  return { kind: 'json', ...(isJsonObject(schema) ? { schema } : {}) };
}

function choiceOf({ type, toolName }: Fields): NonNullable<LlmRequest['tool_choice']> {
  return type === 'tool' ? { name: textAt(toolName) } : (type as 'auto' | 'none' | 'required');
}

function toolOf(tool: Json): LlmTool {
  const { name, id, description, inputSchema, args } = fieldsOf(tool);
  return {
    name: textAt(name ?? id),
    ...(typeof description === 'string' ? { description } : {}),
    parameters: fieldsOf(inputSchema ?? args) as JsonObject,
  };
}

/** One message; the results of tools are one each. */
function messagesOf({ role, content }: Fields): readonly LlmMessage[] {
  const parts = listOf(content).map(fieldsOf);
  if (role === 'tool') return parts.filter(({ type }) => type === 'tool-result').map(toolResult);
  if (role !== 'assistant') {
    const blocks = parts.map(blockOf);
    const isText = blocks.every(({ type }) => type === 'text');
    const text = parts.map((part) => textAt(part['text'])).join('');
    return [{ role: 'user', content: isText ? text : blocks }];
  }
  const calls = parts.filter(({ type }) => type === 'tool-call').map(callOf);
  const said = parts.filter(({ type }) => type === 'text').map(({ text }) => textAt(text));
  return [
    {
      role: 'assistant',
      content: said.join(''),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

function toolResult({ toolCallId, toolName, output }: Fields): LlmMessage {
  const { value = output ?? null } = fieldsOf(output);
  return {
    role: 'tool',
    content: typeof value === 'string' ? value : JSON.stringify(value),
    tool_call_id: textAt(toolCallId),
    name: textAt(toolName),
  };
}

function blockOf({ type, text, data, mediaType }: Fields): LlmContentBlock {
  if (type === 'text') return { type: 'text', text: textAt(text) };
  const { $bytes: bytes, $url: url } = fieldsOf(data);
  const media = { type: 'image' as const, media_type: textAt(mediaType) };
  return typeof url === 'string' ? { ...media, url } : { ...media, base64: textAt(bytes ?? data) };
}

function callOf({ toolCallId, toolName, input }: Fields): LlmToolCall {
  return {
    id: textAt(toolCallId),
    name: textAt(toolName),
    arguments: toArguments(input ?? {}),
  };
}

const FINISH: { readonly [reason in LlmStopReason]: string } = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  content_filter: 'content-filter',
  other: 'other',
};

/** The end of an answer, in the words of the specification that a model object speaks. */
function endOf(answer: LlmAnswer, { model }: ModelCall): { finishReason: unknown; usage: object } {
  const unified = FINISH[answer.stop_reason];
  const input = answer.input_tokens ?? undefined;
  const output = answer.output_tokens ?? undefined;
  const { cache_read_tokens: cacheRead, cache_write_tokens: cacheWrite } = answer;
  if (model.specificationVersion === 'v2') {
    const totalTokens = (input ?? 0) + (output ?? 0);
    const usage = { inputTokens: input, outputTokens: output, totalTokens };
    return { finishReason: unified, usage: { ...usage, cachedInputTokens: cacheRead } };
  }
  const noCache = input === undefined ? undefined : Math.max(0, input - cacheRead - cacheWrite);
  return {
    finishReason: { unified, raw: answer.stop_reason },
    usage: {
      inputTokens: { total: input, noCache, cacheRead, cacheWrite },
      outputTokens: { total: output, text: output, reasoning: undefined },
    },
  };
}

function thoughtsOf({ reasoning, thinking }: LlmAnswer): readonly object[] {
  const thoughts: readonly LlmReasoning[] =
    reasoning ?? (thinking === null ? [] : [{ text: thinking }]);
  return thoughts.map(({ text, signature, redacted }) => ({
    type: 'reasoning',
    text,
    ...(signature === undefined && redacted === undefined
      ? {}
      : {
          providerMetadata: {
            anthropic: redacted === undefined ? { signature } : { redactedData: redacted },
          },
        }),
  }));
}

/** One part of an answer of the SDK, as far as it is made here. */
type Content = { readonly type: string; readonly text?: string; readonly [field: string]: unknown };

function contentOf(answer: LlmAnswer): readonly Content[] {
  const calls = answer.tool_calls.map(({ id, name, arguments: args, signature }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: typeof args === 'string' ? args : JSON.stringify(args),
    ...(signature === undefined
      ? {}
      : { providerMetadata: { google: { thoughtSignature: signature } } }),
  }));
  const text = answer.text === '' ? [] : [{ type: 'text', text: answer.text }];
  return [...thoughtsOf(answer), ...text, ...calls] as readonly Content[];
}

/** An answer of ours as `doGenerate` gives it. */
export function generatedFrom(answer: LlmAnswer, call: ModelCall): object {
  const response = { modelId: answer.model };
  return { content: contentOf(answer), ...endOf(answer, call), warnings: [], response };
}

/** An answer of ours as the parts of `doStream`. */
export function partsFrom(answer: LlmAnswer, call: ModelCall): readonly object[] {
  const blocks = contentOf(answer).flatMap((part, at): readonly object[] => {
    const id = String(at);
    if (part.type === 'tool-call') {
      const { toolCallId, toolName, input } = part;
      return [
        { type: 'tool-input-start', id: toolCallId, toolName },
        { type: 'tool-input-delta', id: toolCallId, delta: input },
        { type: 'tool-input-end', id: toolCallId },
        part,
      ];
    }
    const { type, text, ...meta } = part;
    return [
      { type: `${type}-start`, id, ...meta },
      { type: `${type}-delta`, id, delta: text },
      { type: `${type}-end`, id },
    ];
  });
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', modelId: answer.model },
    ...blocks,
    { type: 'finish', ...endOf(answer, call) },
  ];
}

/** Writes an answer of a model object to the tape of the run, if there is one. */
export async function recordAnswer(
  env: EffectEnv,
  call: ModelCall,
  route: LlmRoute,
  content: unknown,
  numbers: LlmNumbers,
): Promise<void> {
  const { recordTape } = env.get(llmConfigKey);
  if (recordTape === undefined) return;
  const answer = answerOf(listOf(toKept(content)).map(fieldsOf), numbers);
  await env.get(llmTapesKey).record(recordTape, requestOfModel(call), route, answer);
}

/** What of the parts of a stream is an answer: its blocks, put together. */
export class PartsHeard {
  readonly #blocks = new Map<string, { readonly type: string; text: string; meta: unknown }>();
  readonly #calls: object[] = [];

  add(part: { readonly type?: string; readonly id?: string; readonly delta?: string }): void {
    const { type = '', id = '', delta = '' } = part;
    if (type === 'tool-call') this.#calls.push(part);
    const kind = /^(text|reasoning)-/.exec(type)?.[1];
    if (kind === undefined) return;
    const key = `${kind} ${id}`;
    const block = this.#blocks.get(key) ?? { type: kind, text: '', meta: undefined };
    block.text += delta;
    block.meta = (part as { providerMetadata?: unknown }).providerMetadata ?? block.meta;
    this.#blocks.set(key, block);
  }

  get content(): readonly object[] {
    const blocks = [...this.#blocks.values()].map(({ type, text, meta }) => ({
      type,
      text,
      providerMetadata: meta,
    }));
    return [...blocks, ...this.#calls];
  }
}

function answerOf(content: readonly Fields[], numbers: LlmNumbers): LlmAnswer {
  const said = content.filter(({ type }) => type === 'text').map(({ text }) => textAt(text));
  const thoughts = content.filter(({ type }) => type === 'reasoning').map(thoughtOf);
  const isSigned = thoughts.some((one) => (one.signature ?? one.redacted) !== undefined);
  const thinking = thoughts.map(({ text }) => text).join('');
  return {
    ...numbers,
    text: said.join(''),
    tool_calls: content
      .filter((part) => part['type'] === 'tool-call' && part['providerExecuted'] !== true)
      .map(signedCall),
    thinking: thinking === '' ? null : thinking,
    ...(isSigned ? { reasoning: thoughts } : {}),
  };
}

function signedCall(part: Fields): LlmToolCall {
  const { thoughtSignature } = fieldsOf(fieldsOf(part['providerMetadata'])['google']);
  const call = callOf(part);
  return typeof thoughtSignature === 'string' ? { ...call, signature: thoughtSignature } : call;
}

function thoughtOf({ text, providerMetadata }: Fields): LlmReasoning {
  const { signature, redactedData } = fieldsOf(fieldsOf(providerMetadata)['anthropic']);
  return {
    text: textAt(text),
    ...(typeof signature === 'string' ? { signature } : {}),
    ...(typeof redactedData === 'string' ? { redacted: redactedData } : {}),
  };
}
