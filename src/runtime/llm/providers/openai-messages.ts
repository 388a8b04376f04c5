// Our request in the words of the AI SDK's language-model interface.
import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Json } from '../../../base/index.ts';
import { type LlmMessage, type LlmRequest, textOf } from '../request.ts';

/** The model object of the library. */
export type SdkModel = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type SdkOptions = Parameters<SdkModel['doGenerate']>[0];
type SdkMessage = SdkOptions['prompt'][number];
type UserPart = Extract<SdkMessage, { role: 'user' }>['content'][number];
type AssistantPart = Extract<SdkMessage, { role: 'assistant' }>['content'][number];
type Writable = { -readonly [K in keyof SdkOptions]: SdkOptions[K] };

/** The call options for a request. */
export function toSdkOptions(request: LlmRequest, signal: AbortSignal): SdkOptions {
  const options: Writable = { prompt: toSdkPrompt(request), abortSignal: signal };
  if (request.max_tokens !== undefined) options.maxOutputTokens = request.max_tokens;
  if (request.temperature !== undefined) options.temperature = request.temperature;
  if (request.top_p !== undefined) options.topP = request.top_p;
  if (request.top_k !== undefined) options.topK = request.top_k;
  if (request.seed !== undefined) options.seed = request.seed;
  if (request.stop !== undefined) options.stopSequences = [...request.stop];
  if (request.frequency_penalty !== undefined) {
    options.frequencyPenalty = request.frequency_penalty;
  }
  if (request.presence_penalty !== undefined) options.presencePenalty = request.presence_penalty;
  if (request.reasoning_effort !== undefined) {
    options.providerOptions = { openaiCompatible: { reasoningEffort: request.reasoning_effort } };
  }
  if (request.output.kind === 'json') {
    const { schema } = request.output;
    options.responseFormat = { type: 'json', ...(schema === undefined ? {} : { schema }) };
  }
  if (request.tools !== undefined) {
    options.tools = request.tools.map(({ name, description, parameters }) => ({
      type: 'function' as const,
      name,
      ...(description === undefined ? {} : { description }),
      inputSchema: parameters,
    }));
  }
  if (request.tool_choice !== undefined) options.toolChoice = toChoice(request.tool_choice);
  return options;
}

function toChoice(
  choice: NonNullable<LlmRequest['tool_choice']>,
): NonNullable<SdkOptions['toolChoice']> {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
}

function toSdkPrompt(request: LlmRequest): SdkOptions['prompt'] {
  const prompt: SdkMessage[] = [];
  if (request.system !== null && request.system !== '') {
    prompt.push({ role: 'system', content: request.system });
  }
  const names = toolNames(request.messages);
  for (const message of request.messages) prompt.push(toSdkMessage(message, names));
  return prompt;
}

function toSdkMessage(message: LlmMessage, names: ReadonlyMap<string, string>): SdkMessage {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: textOf(message) };
    case 'user':
      return { role: 'user', content: userParts(message) };
    case 'assistant': {
      const content: AssistantPart[] = [];
      const text = textOf(message);
      if (text !== '') content.push({ type: 'text', text });
      for (const call of message.tool_calls ?? []) {
        content.push({
          type: 'tool-call',
          toolCallId: call.id,
          toolName: call.name,
          input: call.arguments,
        });
      }
      return { role: 'assistant', content };
    }
    case 'tool': {
      const id = message.tool_call_id ?? '';
      const toolName = message.name ?? names.get(id) ?? 'tool';
      const output = { type: 'text' as const, value: textOf(message) };
      return { role: 'tool', content: [{ type: 'tool-result', toolCallId: id, toolName, output }] };
    }
  }
}

function userParts(message: LlmMessage): UserPart[] {
  if (typeof message.content === 'string') return [{ type: 'text', text: message.content }];
  return message.content.map((block) => {
    if (block.type === 'text') return { type: 'text', text: block.text };
    const data = block.url === undefined ? (block.base64 ?? '') : new URL(block.url);
    return { type: 'file', mediaType: block.media_type, data };
  });
}

/** The names of the tools that were called, by call id. */
function toolNames(messages: readonly LlmMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) names.set(call.id, call.name);
  }
  return names;
}

/** Request fields that some models have under another name. */
export function transformBody(model: string, body: { [key: string]: unknown }) {
  const { max_tokens: maxTokens, ...rest } = body;
  // Reasoning models of this wire format refuse `max_tokens`.
  if (maxTokens === undefined || !/^(?:o[134]|gpt-5)/.test(model)) return body;
  return { ...rest, max_completion_tokens: maxTokens as Json };
}
