// The text of a request: the hash that the journal checks it by, and how long it is. A conversation grows at its end and is
// asked about at every step, so what is known of its beginning is kept and gone on from: a step costs what it adds.
// Messages are told apart by their objects: nobody changes them (see `lasting` in messages.ts).
import {
  CHECK_START,
  type CheckState,
  canonicalJson,
  checkEnd,
  checkMore,
  type Json,
  type JsonObject,
} from '../../base/index.ts';
import type { LlmContentBlock, LlmMessage, LlmRequest, LlmTool } from './request.ts';

/** Characters of the canonical text of a request without its images, and how many these are. */
export interface TextSize {
  readonly ascii: number;
  readonly other: number;
  readonly images: number;
}

/** What is known of the conversation that begins with a message, as far as it was seen. */
class Beginnings<T> {
  readonly #known = new WeakMap<
    LlmMessage,
    { readonly messages: readonly LlmMessage[]; readonly value: T }
  >();

  /** What was kept of the messages that these begin with, and how many these were. */
  of(messages: readonly LlmMessage[]): { readonly count: number; readonly value: T } | undefined {
    const [first] = messages;
    const known = first === undefined ? undefined : this.#known.get(first);
    if (known === undefined || known.messages.length > messages.length) return undefined;
    const isSame = known.messages.every((message, at) => message === messages[at]);
    return isSame ? { count: known.messages.length, value: known.value } : undefined;
  }

  keep(messages: readonly LlmMessage[], value: T): void {
    const [first] = messages;
    if (first !== undefined) this.#known.set(first, { messages, value });
  }
}

const hashes = new Beginnings<{ readonly head: string; readonly state: CheckState }>();
const sizes = new Beginnings<TextSize>();
const toolTexts = new WeakMap<readonly LlmTool[], string>();

/** `checkHash(canonicalJson({model, provider, request}))`. */
export function requestHash(request: LlmRequest, model: string, provider: string): string {
  const { messages } = request;
  const [head, tail] = around(request, model, provider);
  const known = hashes.of(messages);
  const isKnown = known !== undefined && known.value.head === head;
  let state = isKnown ? known.value.state : checkMore(CHECK_START, head);
  for (let at = isKnown ? known.count : 0; at < messages.length; at += 1) {
    const text = canonicalJson(messages[at] as unknown as Json);
    state = checkMore(state, at === 0 ? text : `,${text}`);
  }
  hashes.keep(messages, { head, state });
  return checkEnd(checkMore(state, tail));
}

/** How long a request is. */
export function requestSize({ system, messages, tools }: LlmRequest): TextSize {
  const known = sizes.of(messages);
  let total = known?.value ?? NOTHING;
  for (let at = known?.count ?? 0; at < messages.length; at += 1) {
    const [told, images] = withoutImages(messages[at] as LlmMessage);
    total = added(total, canonicalJson(told as unknown as Json), images);
  }
  sizes.keep(messages, total);
  const commas = ','.repeat(Math.max(0, messages.length - 1));
  const told = tools === undefined ? 'null' : toolsText(tools);
  return added(total, `[${canonicalJson(system)},[${commas}],${told}]`, 0);
}

const NOTHING: TextSize = { ascii: 0, other: 0, images: 0 };

function added({ ascii, other, images }: TextSize, text: string, more: number): TextSize {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 128) count += 1;
  return { ascii: ascii + count, other: other + text.length - count, images: images + more };
}

function withoutImages(message: LlmMessage): [LlmMessage, number] {
  const { content } = message;
  if (typeof content === 'string') return [message, 0];
  const rest: readonly LlmContentBlock[] = content.filter(({ type }) => type !== 'image');
  return [{ ...message, content: rest }, content.length - rest.length];
}

/** The text before the messages and the text after them. */
function around(request: LlmRequest, model: string, provider: string): [string, string] {
  const fields = Object.keys(request).sort();
  const at = fields.indexOf('messages');
  const written = (name: string) => {
    const value = request[name as keyof LlmRequest];
    const text = name === 'tools' ? toolsText(value as readonly LlmTool[]) : textOf(value);
    return `${JSON.stringify(name)}:${text}`;
  };
  const before = fields.slice(0, at).map((name) => `${written(name)},`);
  const after = fields.slice(at + 1).map((name) => `,${written(name)}`);
  const to = `"model":${canonicalJson(model)},"provider":${canonicalJson(provider)}`;
  return [`{${to},"request":{${before.join('')}"messages":[`, `]${after.join('')}}}`];
}

function textOf(value: unknown): string {
  return canonicalJson(value as JsonObject);
}

function toolsText(tools: readonly LlmTool[]): string {
  const known = toolTexts.get(tools);
  if (known !== undefined) return known;
  const text = textOf(tools);
  toolTexts.set(tools, text);
  return text;
}
