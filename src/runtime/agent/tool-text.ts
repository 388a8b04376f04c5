// Tool calls as text, for models without an interface for them: what a prompt says about tools, and the calls found in
// an answer. A call stands between `<tool_call>` tags, as JSON `{"name": ..., "arguments": {...}}` or as `name({...})`.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { readLiteral } from './tool-literal.ts';

/** A call found in a text. `problem` says why it cannot be made. */
export interface TextCall {
  readonly name: string;
  readonly arguments: Json;
  readonly problem?: string;
}

const CALLS = /<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g;
const ANSWER_TAGS = /<(tool_call|done)>[\s\S]*?(?:<\/\1>|$)/g;

/** The calls in a text, in order. A call that cannot be read is there with its problem. */
export function parseToolCalls(text: string): readonly TextCall[] {
  return [...text.matchAll(CALLS)].map((match) => parseOne((match[1] as string).trim()));
}

function parseOne(body: string): TextCall {
  const call = /^([A-Za-z_][\w:.-]*)\s*\(([\s\S]*)\)\s*;?$/.exec(body);
  if (call !== null) {
    const name = call[1] as string;
    const inside = (call[2] as string).trim();
    if (inside === '') return { name, arguments: {} };
    const read = readLiteral(inside);
    if (read.ok) return { name, arguments: read.value };
    return { name, arguments: inside, problem: `its arguments cannot be read: ${read.problem}` };
  }
  const read = readLiteral(body);
  if (!read.ok) {
    return { name: '', arguments: body, problem: `the call cannot be read: ${read.problem}` };
  }
  const { value } = read;
  if (!isJsonObject(value) || typeof value['name'] !== 'string') {
    return { name: '', arguments: value, problem: 'the call has no name' };
  }
  return { name: value['name'], arguments: value['arguments'] ?? value['args'] ?? {} };
}

/** A text without calls and end marks: what people read. */
export function withoutTags(text: string): string {
  const prose = [...text.matchAll(/<assistant_prose>([\s\S]*?)<\/assistant_prose>/g)];
  const said =
    prose.length === 0
      ? text.replace(ANSWER_TAGS, '')
      : prose.map((match) => (match[1] as string).trim()).join('\n\n');
  return said.trim();
}

/** The result of a call as the next prompt shows it. */
export function formatToolResult(name: string, result: string): string {
  return `<tool_result>${JSON.stringify({ name, result })
    .replace(/^\{"name":/, '{"name": ')
    .replace(',"result":', ', "result": ')}</tool_result>`;
}

/** What a model needs to know about a tool. */
export interface ToolFace {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** The part of a system prompt that teaches the tagged form. */
export function toolPrompt(tools: readonly ToolFace[]): string {
  const lines = tools.map(({ name, description, parameters }) => {
    const about = description === '' ? '' : `: ${description}`;
    return `- ${name}${about}\n  parameters: ${JSON.stringify(parameters)}`;
  });
  return [
    '## Available Tools',
    '',
    ...lines,
    '',
    'To use a tool, write exactly this, with the tool and arguments you need:',
    '<tool_call>{"name": "TOOL", "arguments": {"PARAMETER": "VALUE"}}</tool_call>',
    'You may write several. Results come back between <tool_result> tags; do not write those yourself.',
  ].join('\n');
}
