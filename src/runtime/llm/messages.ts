// Messages and tools as callers give them, read once into the room's own shape. Wire forms of other systems that people
// paste (OpenAI's nested `function`) are understood.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { llmErrors } from './errors.ts';
import type { LlmContentBlock, LlmMessage, LlmReasoning, LlmTool, LlmToolCall } from './request.ts';

const ROLES: ReadonlySet<Json> = new Set(['system', 'user', 'assistant', 'tool']);

/** What was read of messages and lists of tools that stay as they are; undefined until it was. */
const read = new WeakMap<object, LlmMessage | readonly LlmTool[] | undefined>();

/** Says that nobody changes a message or a list of tools from here on: calls read it once, however often it is sent. */
export function lasting<T extends object>(value: T): T {
  if (!read.has(value)) read.set(value, undefined);
  return value;
}

/** What was read of a value, where it lasts. */
function readBefore(value: Json): LlmMessage | readonly LlmTool[] | undefined {
  return typeof value === 'object' && value !== null ? read.get(value) : undefined;
}

function kept<T extends LlmMessage | readonly LlmTool[]>(value: Json, made: T): T {
  if (typeof value === 'object' && value !== null && read.has(value)) read.set(value, made);
  return made;
}

/** A list of messages. */
export function toMessages(value: Json): readonly LlmMessage[] {
  if (!Array.isArray(value)) throw bad('messages', 'a list of {role, content}');
  return value.map(
    (item: Json, index) =>
      (readBefore(item) as LlmMessage | undefined) ??
      kept(item, toMessage(item, `messages[${index}]`)),
  );
}

function toMessage(value: Json, at: string): LlmMessage {
  if (!isJsonObject(value) || !ROLES.has(value['role'] ?? null)) {
    throw bad(at, 'a message with the role system, user, assistant or tool');
  }
  const calls = value['tool_calls'];
  const id = value['tool_call_id'];
  return {
    role: value['role'] as LlmMessage['role'],
    content: toContent(value['content'] ?? '', at),
    ...(Array.isArray(calls) && calls.length > 0
      ? { tool_calls: calls.map((call: Json, k) => toToolCall(call, k, at)) }
      : {}),
    ...reasoningIn(value['reasoning'], at),
    ...(typeof id === 'string' ? { tool_call_id: id } : {}),
    ...(typeof value['name'] === 'string' ? { name: value['name'] } : {}),
  };
}

/** The thoughts of an assistant, as its answer gave them. */
function reasoningIn(value: Json | undefined, at: string): Pick<LlmMessage, 'reasoning'> {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value)) throw bad(`${at}.reasoning`, 'a list of {text, signature, redacted}');
  const reasoning = value.map((one: Json): LlmReasoning => {
    const { text, signature, redacted } = isJsonObject(one) ? one : {};
    if (typeof text !== 'string') {
      throw bad(`${at}.reasoning`, 'a list of {text, signature, redacted}');
    }
    return {
      text,
      ...(typeof signature === 'string' ? { signature } : {}),
      ...(typeof redacted === 'string' ? { redacted } : {}),
    };
  });
  return reasoning.length === 0 ? {} : { reasoning };
}

function toContent(value: Json, at: string): string | readonly LlmContentBlock[] {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) throw bad(`${at}.content`, 'a text or a list of blocks');
  return value.map((block: Json) => toBlock(block, at));
}

function toBlock(block: Json, at: string): LlmContentBlock {
  if (isJsonObject(block) && block['type'] === 'text' && typeof block['text'] === 'string') {
    return { type: 'text', text: block['text'] };
  }
  if (isJsonObject(block) && block['type'] === 'image') {
    const { url, base64, media_type: mediaType, detail } = block;
    const one = (typeof url === 'string') !== (typeof base64 === 'string');
    if (one && typeof mediaType === 'string') {
      return {
        type: 'image',
        media_type: mediaType,
        ...(typeof url === 'string' ? { url } : { base64: base64 as string }),
        ...(detail === 'low' || detail === 'high' || detail === 'auto' ? { detail } : {}),
      };
    }
    throw bad(`${at}.content`, 'an image with a media_type and one of url and base64');
  }
  throw bad(`${at}.content`, 'a list of text and image blocks');
}

/** One tool call; `arguments` may be a dict or its JSON text. */
export function toToolCall(value: Json, index: number, at: string): LlmToolCall {
  const inner = isJsonObject(value) && isJsonObject(value['function']) ? value['function'] : value;
  if (!isJsonObject(value) || !isJsonObject(inner) || typeof inner['name'] !== 'string') {
    throw bad(`${at}.tool_calls`, 'a list of {id, name, arguments}');
  }
  const { id, signature } = value;
  return {
    id: typeof id === 'string' ? id : `call_${index + 1}`,
    name: inner['name'],
    arguments: toArguments(inner['arguments'] ?? {}),
    ...(typeof signature === 'string' ? { signature } : {}),
  };
}

/** Arguments as data; a text that is not JSON stays the text it is. */
export function toArguments(value: Json): Json {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return {};
  try {
    return JSON.parse(value) as Json;
  } catch {
    // The model wrote something else; whoever runs the tool reports it with the text at hand.
    return value;
  }
}

/** A list of tools, or a registry with a `tools` list. */
export function toTools(value: Json): readonly LlmTool[] {
  return (readBefore(value) as readonly LlmTool[] | undefined) ?? kept(value, readTools(value));
}

function readTools(value: Json): readonly LlmTool[] {
  const list = isJsonObject(value) ? value['tools'] : value;
  if (!Array.isArray(list)) throw bad('tools', 'a list of {name, description, parameters}');
  return list.map((item: Json) => {
    const tool = isJsonObject(item) && isJsonObject(item['function']) ? item['function'] : item;
    if (!isJsonObject(tool) || typeof tool['name'] !== 'string') {
      throw bad('tools', 'a list of {name, description, parameters}');
    }
    const description = tool['description'];
    const outer = item as JsonObject;
    const deferred = outer['defer_loading'] ?? tool['defer_loading'] ?? null;
    const namespace = outer['namespace'] ?? tool['namespace'] ?? null;
    if (deferred !== null && typeof deferred !== 'boolean')
      throw bad('tools', 'a list whose defer_loading are bools');
    return {
      name: tool['name'],
      ...(typeof description === 'string' ? { description } : {}),
      parameters: toSchema(tool['parameters'] ?? tool['input_schema'] ?? {}),
      ...(deferred === true ? { defer_loading: true as const } : {}),
      ...(typeof namespace === 'string' ? { namespace } : {}),
    };
  });
}

/** A JSON Schema; the short form `{path: "string"}` or `{path: {type, ...}}` becomes an object schema. */
function toSchema(value: Json): JsonObject {
  if (!isJsonObject(value)) throw bad('tools', 'a list whose parameters are dicts');
  if (value['type'] === 'object' || isJsonObject(value['properties'])) return value;
  const properties = Object.fromEntries(
    Object.entries(value).map(([name, type]) => [name, typeof type === 'string' ? { type } : type]),
  );
  return { type: 'object', properties, required: Object.keys(properties) };
}

function bad(option: string, expected: string): Error {
  return llmErrors.badOption({ option, expected });
}
