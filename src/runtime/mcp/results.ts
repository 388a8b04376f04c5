// What servers answer, as programs see it: a single text is that text, more is a list, nothing is null.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { mcpErrors } from './errors.ts';

/** The value of a tool call. What the server reports as an error is thrown with its text. */
export function toolValue(server: string, tool: string, result: JsonObject): Json {
  const content = blocksOf(result['content']);
  if (result['isError'] === true) {
    const texts = content.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
    const text = texts.length > 0 ? texts.join('\n') : JSON.stringify(content);
    throw mcpErrors.toolFailed({ server, tool, text });
  }
  if (content.length === 0) return result['structuredContent'] ?? null;
  return single(content);
}

/** The value of a resource: its text, or the list of its contents. */
export function resourceValue(result: JsonObject): Json {
  const contents = blocksOf(result['contents']);
  return contents.length === 0 ? null : single(contents);
}

function single(blocks: readonly JsonObject[]): Json {
  const [first] = blocks;
  const text = first?.['text'];
  return blocks.length === 1 && typeof text === 'string' ? text : blocks;
}

function blocksOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}
