// Results that are too long for a prompt: the model reads their beginning, and the whole stays with the conversation as
// an asset that it can read on from.
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import type { LlmTool, LlmToolCall } from '../llm/index.ts';
import type { Session } from './session.ts';
import type { ToolOutcome } from './tool-run.ts';

/** The tool by which a model reads on. */
export const READER_TOOL = 'read_tool_output';

const KIND = 'tool_output';

/** Characters that one reading shows unless it asks for fewer. */
const PAGE_CHARS = 20_000;

/** The outcome with a word on where the rest is, and the asset that keeps it. */
export function withOverflow(
  outcome: ToolOutcome,
  call: LlmToolCall,
  iteration: number,
): ToolOutcome {
  const { overflow } = outcome;
  if (overflow === undefined) return outcome;
  const about = { id: `output_${iteration}_${call.id}`, title: call.name };
  return { ...outcome, ...readOn(outcome.text, overflow, about) };
}

interface About {
  readonly id: string;
  readonly title: string;
}

/** A text that is longer than what is shown of it. */
export function overflowOf(whole: string, maxChars: number, about: About) {
  const shown = `${whole.slice(0, maxChars)}\n[${whole.length - maxChars} more characters were left out]`;
  return readOn(shown, whole, about);
}

function readOn(shown: string, whole: string, { id, title }: About) {
  const text = `${shown}\n[all ${whole.length} characters: ${READER_TOOL}(${JSON.stringify({ id })})]`;
  return { text, asset: { id, kind: KIND, title, text: whole, chars: whole.length } };
}

/** The tool to read on with, once there is something to read. */
export function readerTool(session: Session): LlmTool | undefined {
  if (!session.transcript.assets.toArray().some(({ kind }) => kind === KIND)) return undefined;
  return {
    name: READER_TOOL,
    description: 'Shows more of a tool result that was too long, by the id that was given with it.',
    parameters: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        offset: {
          type: 'integer',
          minimum: 0,
          description: 'First character to show; 0 by default.',
        },
        limit: { type: 'integer', minimum: 1, description: 'How many characters to show.' },
      },
      required: ['id'],
    },
  };
}

/** Reads on. */
export function readOutput(session: Session, call: LlmToolCall): ToolOutcome {
  const {
    id = null,
    offset = 0,
    limit = PAGE_CHARS,
  } = isJsonObject(call.arguments) ? call.arguments : {};
  const asset = session.transcript.assets
    .toArray()
    .findLast((one) => one['kind'] === KIND && one['id'] === id);
  const whole = asset?.['text'];
  if (typeof whole !== 'string') return refusal(`there is no kept output ${JSON.stringify(id)}`);
  const isCount = (value: unknown, min: number) => Number.isInteger(value) && Number(value) >= min;
  if (!isCount(offset, 0) || !isCount(limit, 1)) return refusal('offset and limit must be ints');
  const from = Number(offset);
  const shown = whole.slice(from, from + Math.min(Number(limit), PAGE_CHARS));
  const end = from + shown.length;
  const text = end < whole.length ? `${shown}\n[to ${end} of ${whole.length}]` : shown;
  return { status: 'ok', result: text, text };
}

function refusal(message: string): ToolOutcome {
  const result: JsonObject = { error: 'schema_validation', tool: READER_TOOL, message };
  const text = JSON.stringify(result);
  return { status: 'error', result, text, category: 'schema_validation', message };
}
