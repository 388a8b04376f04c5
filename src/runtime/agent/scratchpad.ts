// Notes that a model keeps for itself (`scratchpad`): named values of its session that stand in every prompt, whatever
// becomes of older messages. A tool changes them; what a turn changed is part of its result.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { loopErrors } from './errors.ts';
import { badOption } from './option-readers.ts';
import { sessionsKey } from './session.ts';
import type { ToolOutcome } from './tool-run.ts';
import { type Tool, toTool } from './tools.ts';

export const SCRATCHPAD_TOOL = 'update_scratchpad';

/** Notes stand in every prompt. */
const MOST_CHARS = 32_000;

/** What the notes of a session begin with; undefined: the loop has none. */
export function parseScratchpad(value: Json | undefined): JsonObject | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  if (isJsonObject(value)) return checked(value);
  throw badOption('scratchpad', 'a bool or a dict');
}

/** Notes as a program gives them. */
export function scratchpadFrom(value: Json): JsonObject {
  if (!isJsonObject(value)) throw badOption('scratchpad', 'a dict');
  return checked(value);
}

function checked(notes: JsonObject): JsonObject {
  const chars = JSON.stringify(notes).length;
  if (chars > MOST_CHARS) throw loopErrors.scratchpadFull({ chars, most: MOST_CHARS });
  return notes;
}

/** The tool; it only says whether the change fits, the loop makes it with its turn. */
export const scratchpadTool: Tool = toTool(
  {
    name: SCRATCHPAD_TOOL,
    description:
      'Keeps notes for yourself by their names. They stand in every prompt, also when older messages are gone.',
    parameters: {
      type: 'object',
      properties: {
        set: { type: 'object', description: 'Notes to put in place, by name.' },
        remove: { type: 'array', items: { type: 'string' }, description: 'Names to forget.' },
      },
    },
    annotations: { kind: 'think' },
  },
  {
    kind: 'program',
    *run(ctx, args, { sessionId }) {
      yield* [];
      const session = ctx.get(sessionsKey).get('scratchpad', sessionId);
      return { ok: true, notes: Object.keys(checked(changed(session.scratchpad ?? {}, args))) };
    },
  },
);

function changed(notes: JsonObject, args: Json): JsonObject {
  const { set = {}, remove = [] } = isJsonObject(args) ? args : {};
  const gone = new Set(Array.isArray(remove) ? remove : []);
  const kept = Object.entries(notes).filter(([name]) => !gone.has(name));
  return { ...Object.fromEntries(kept), ...(isJsonObject(set) ? set : {}) };
}

/** The notes after the calls of a turn; undefined when none of them changed anything. */
export function scratchpadAfter(
  notes: JsonObject,
  calls: readonly { readonly name: string; readonly arguments: Json }[],
  outcomes: readonly ToolOutcome[],
): JsonObject | undefined {
  let after: JsonObject | undefined;
  for (const [k, call] of calls.entries()) {
    if (call.name !== SCRATCHPAD_TOOL || outcomes[k]?.status !== 'ok') continue;
    after = changed(after ?? notes, call.arguments);
  }
  return after;
}

/** What a prompt says of the notes. */
export function scratchpadPrompt(notes: JsonObject): string {
  const text = Object.keys(notes).length === 0 ? '(empty)' : JSON.stringify(notes, null, 2);
  return `Your scratchpad; change it with ${SCRATCHPAD_TOOL}:\n${text}`;
}
