// A model call as data: what is asked, in a shape that no provider owns. Made once from a caller's arguments
// (options.ts); providers, mocks and tapes read it as it is.
import type { Json, JsonObject } from '../../base/index.ts';
import type { NativeSearch } from './tool-search.ts';

/** One part of a message. An image has exactly one of `url` and `base64`. */
export type LlmContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image';
      readonly url?: string;
      readonly base64?: string;
      readonly media_type: string;
      readonly detail?: 'low' | 'high' | 'auto';
    };

/** A call of a tool that a model asks for. */
export type LlmToolCall = {
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
  /** What the provider wants back with the call, where it signs calls. */
  readonly signature?: string;
};

/** What a model thought before it answered. Providers that sign thoughts want them back unchanged. */
export type LlmReasoning = {
  readonly text: string;
  readonly signature?: string;
  /** The thought in a form that only the provider can read; `text` is then empty. */
  readonly redacted?: string;
};

/** How much a model is to think. */
export type LlmThinking =
  | { readonly mode: 'disabled' }
  | { readonly mode: 'enabled'; readonly budget_tokens?: number }
  | { readonly mode: 'adaptive' }
  | { readonly mode: 'effort'; readonly level: 'low' | 'medium' | 'high' };

/** One message of a conversation. */
export type LlmMessage = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | readonly LlmContentBlock[];
  /** Of an assistant: the tools it asked for. */
  readonly tool_calls?: readonly LlmToolCall[];
  /** Of an assistant: what it thought before. */
  readonly reasoning?: readonly LlmReasoning[];
  /** Of a tool: the call it answers. */
  readonly tool_call_id?: string;
  readonly name?: string;
};

/** A tool as a model sees it. `parameters` is a JSON Schema. */
export type LlmTool = {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonObject;
  /** Kept back until a search finds it; see tool-search.ts. */
  readonly defer_loading?: true;
  /** A label for groups of tools that are kept back. */
  readonly namespace?: string;
};

/** The shape of the answer. */
export type LlmOutput =
  | { readonly kind: 'text' }
  | { readonly kind: 'json'; readonly schema?: JsonObject; readonly strict?: true };

/** Everything a provider needs to know about a call, but where it goes. */
export type LlmRequest = {
  readonly system: string | null;
  readonly messages: readonly LlmMessage[];
  readonly output: LlmOutput;
  readonly timeout_ms: number;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly thinking?: LlmThinking;
  readonly interleaved_thinking?: true;
  /** Further features to ask an Anthropic server for. */
  readonly anthropic_beta_features?: readonly string[];
  /** Fields for the body of the request, as this provider knows them. */
  readonly provider_fields?: JsonObject;
  readonly tools?: readonly LlmTool[];
  /** The provider searches the tools that are kept back. */
  readonly tool_search?: NativeSearch;
  /** Prompt caching was asked for: says nothing about the answer. */
  readonly cache?: true;
  /** A text to go on with, or to fill a gap in; the messages ask for it in words. */
  readonly completion?: { readonly prefix: string; readonly suffix: string };
  readonly tool_choice?: 'auto' | 'none' | 'required' | { readonly name: string };
};

/** The words of a message, without images. */
export function textOf(message: LlmMessage): string {
  if (typeof message.content === 'string') return message.content;
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** Whether a message shows an image. */
export function hasImage({ content }: LlmMessage): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'image');
}

/** The last thing said by a user: what people mean by the prompt. */
export function promptOf(request: LlmRequest): string {
  const last = request.messages.findLast((message) => message.role === 'user');
  return last === undefined ? '' : textOf(last);
}

/** The start of the prompt, for messages and tapes. */
export function snippetOf(request: LlmRequest): string {
  const prompt = promptOf(request).replace(/\s+/g, ' ').trim();
  const short = [...prompt].slice(0, 80).join('');
  return JSON.stringify(short.length < prompt.length ? `${short}...` : short);
}

/** The role of the last message, as the list of open calls shows it. */
export function roleOf(request: LlmRequest): string {
  return request.messages.at(-1)?.role ?? 'user';
}
