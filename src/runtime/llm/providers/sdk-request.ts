// Our request in the words of the AI SDK's language-model interface.
import type { Json } from '../../../base/index.ts';
import { type LlmMessage, type LlmRequest, type LlmTool, textOf } from '../request.ts';
import type { ProviderConfig } from './known.ts';
import type { SdkModel } from './sdk-model.ts';
import { toProviderOptions } from './sdk-thinking.ts';

type SdkOptions = Parameters<SdkModel['doGenerate']>[0];
type SdkMessage = SdkOptions['prompt'][number];
type UserPart = Extract<SdkMessage, { role: 'user' }>['content'][number];
type AssistantPart = Extract<SdkMessage, { role: 'assistant' }>['content'][number];
type Writable = { -readonly [K in keyof SdkOptions]: SdkOptions[K] };

/** What the documentation promises when a caller sets no limit; needed where the wire format demands one. */
const DEFAULT_MAX_TOKENS = 16_384;

/** The call options for a request. */
export function toSdkOptions(
  request: LlmRequest,
  provider: ProviderConfig,
  model: string,
  signal: AbortSignal,
): SdkOptions {
  const options: Writable = { prompt: toSdkPrompt(request, provider), abortSignal: signal };
  const limit = provider.wire === 'anthropic' ? DEFAULT_MAX_TOKENS : undefined;
  const maxTokens = request.max_tokens ?? limit;
  if (maxTokens !== undefined) options.maxOutputTokens = maxTokens;
  if (request.temperature !== undefined) options.temperature = request.temperature;
  if (request.top_p !== undefined) options.topP = request.top_p;
  if (request.top_k !== undefined) options.topK = request.top_k;
  if (request.seed !== undefined) options.seed = request.seed;
  if (request.stop !== undefined) options.stopSequences = [...request.stop];
  if (request.frequency_penalty !== undefined) {
    options.frequencyPenalty = request.frequency_penalty;
  }
  if (request.presence_penalty !== undefined) options.presencePenalty = request.presence_penalty;
  const providerOptions = toProviderOptions(request, provider, model);
  if (providerOptions !== undefined) {
    options.providerOptions = providerOptions as NonNullable<SdkOptions['providerOptions']>;
  }
  if (request.output.kind === 'json') {
    const { schema } = request.output;
    options.responseFormat = { type: 'json', ...(schema === undefined ? {} : { schema }) };
  }
  if (request.tools !== undefined) {
    options.tools = toSdkTools(request.tools);
  }
  if (request.tool_choice !== undefined) options.toolChoice = toChoice(request.tool_choice);
  return options;
}

const sdkTools = new WeakMap<readonly LlmTool[], NonNullable<SdkOptions['tools']>>();

function toSdkTools(tools: readonly LlmTool[]): NonNullable<SdkOptions['tools']> {
  const known = sdkTools.get(tools);
  if (known !== undefined) return known;
  const made = tools.map(({ name, description, parameters }) => ({
    type: 'function' as const,
    name,
    ...(description === undefined ? {} : { description }),
    inputSchema: parameters,
  }));
  sdkTools.set(tools, made);
  return made;
}

function toChoice(
  choice: NonNullable<LlmRequest['tool_choice']>,
): NonNullable<SdkOptions['toolChoice']> {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
}

/** Everything before this mark may be kept by the provider for the next call. */
const MARK = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } } as const;

function toSdkPrompt(request: LlmRequest, { wire }: ProviderConfig): SdkOptions['prompt'] {
  const prompt: SdkMessage[] = [];
  const isMarked = request.cache === true && wire === 'anthropic';
  if (request.system !== null && request.system !== '') {
    prompt.push({ role: 'system', content: request.system, ...(isMarked ? MARK : {}) });
  }
  for (const message of request.messages) prompt.push(asSdkMessage(message, request.messages));
  const last = prompt.at(-1);
  if (isMarked && last !== undefined && last.role !== 'system') {
    prompt[prompt.length - 1] = { ...last, ...MARK };
  }
  return prompt;
}

const sdkMessages = new WeakMap<LlmMessage, SdkMessage>();

/** A conversation is sent again with every step of it; its messages are put into the library's words once. */
function asSdkMessage(message: LlmMessage, all: readonly LlmMessage[]): SdkMessage {
  const known = sdkMessages.get(message);
  if (known !== undefined) return known;
  const made = toSdkMessage(message, all);
  sdkMessages.set(message, made);
  return made;
}

function toSdkMessage(message: LlmMessage, all: readonly LlmMessage[]): SdkMessage {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: textOf(message) };
    case 'user':
      return { role: 'user', content: userParts(message) };
    case 'assistant':
      return { role: 'assistant', content: assistantParts(message) };
    case 'tool': {
      const id = message.tool_call_id ?? '';
      const toolName = message.name ?? calledTool(all, id) ?? 'tool';
      const output = { type: 'text' as const, value: textOf(message) };
      return { role: 'tool', content: [{ type: 'tool-result', toolCallId: id, toolName, output }] };
    }
  }
}

function assistantParts(message: LlmMessage): AssistantPart[] {
  const content: AssistantPart[] = [];
  for (const { text, signature, redacted } of message.reasoning ?? []) {
    const proof =
      redacted !== undefined
        ? { redactedData: redacted }
        : signature !== undefined
          ? { signature }
          : undefined;
    content.push({
      type: 'reasoning',
      text,
      ...(proof === undefined ? {} : { providerOptions: { anthropic: proof } }),
    });
  }
  const text = textOf(message);
  if (text !== '') content.push({ type: 'text', text });
  for (const call of message.tool_calls ?? []) {
    content.push({
      type: 'tool-call',
      toolCallId: call.id,
      toolName: call.name,
      input: call.arguments,
      ...(call.signature === undefined
        ? {}
        : { providerOptions: { google: { thoughtSignature: call.signature } } }),
    });
  }
  return content;
}

function userParts(message: LlmMessage): UserPart[] {
  if (typeof message.content === 'string') return [{ type: 'text', text: message.content }];
  return message.content.map((block) => {
    if (block.type === 'text') return { type: 'text', text: block.text };
    const data = block.url === undefined ? (block.base64 ?? '') : new URL(block.url);
    return {
      type: 'file',
      mediaType: block.media_type,
      data,
      ...(block.detail === undefined
        ? {}
        : { providerOptions: { openai: { imageDetail: block.detail } } }),
    };
  });
}

/** The name of the tool that a call asked for. */
function calledTool(messages: readonly LlmMessage[], id: string): string | undefined {
  for (const { tool_calls: calls = [] } of messages.toReversed()) {
    const call = calls.find((one) => one.id === id);
    if (call !== undefined) return call.name;
  }
  return undefined;
}

/** Request fields that some models have under another name. */
export function transformBody(model: string, body: { [key: string]: unknown }) {
  const { max_tokens: maxTokens, ...rest } = body;
  // Reasoning models of this wire format refuse `max_tokens`.
  if (maxTokens === undefined || !/^(?:o[134]|gpt-5)/.test(model)) return body;
  return { ...rest, max_completion_tokens: maxTokens as Json };
}
