// The policy `ask`: a person says what became of a mutation that was cut off between its intent and its result.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { UnknownAsker, UnknownCall, Verdict } from '../run/index.ts';
import { dropQuestion, questionOf, questionWait, requestIdOf } from './ask.ts';
import { awaitAnswer } from './await-answer.ts';
import { appendQuestion } from './question-record.ts';

/** How long people have to find out; then the call counts as unknown. */
const FIND_OUT_MS = 24 * 3_600_000;

const WORDS = ['done', 'not done', 'not_done', 'give up', 'give_up'] as const;

/** A word, or `{"done": RESULT}` when the program needs what the call would have returned. */
const SCHEMA: JsonObject = {
  anyOf: [{ enum: [...WORDS] }, { type: 'object', required: ['done'] }],
};

/** Asks people about calls whose end is not known. */
export const humanAsker: UnknownAsker = {
  wait(call) {
    const { key, reissued, pipeline: agent, rootRunId: trace_id, nowMs } = call;
    // Issued again and cut off again: that is a question of its own.
    const requestId = requestIdOf(`${key}?${reissued}`);
    const asked = { prompt: promptOf(call), agent, trace_id, timeout_ms: FIND_OUT_MS };
    return questionWait(requestId, asked, nowMs);
  },
  rows: {
    open(tx, wait, { runId }) {
      const ask = {
        prompt: String(wait['prompt']),
        schema: SCHEMA,
        default: null,
        has_default: false,
        timeout_ms: FIND_OUT_MS,
        agent: String(wait['agent']),
        trace_id: String(wait['trace_id']),
        details: { asks_about: 'unknown_outcome' },
      };
      appendQuestion(tx, questionOf(ask, wait, runId));
    },
    drop: dropQuestion,
  },
  async answer(env, wait) {
    const row = await awaitAnswer(env, String(wait['request_id']), wait.due_ms);
    return row.status === 'answered' ? verdictOf(row.answer) : { status: 'give_up' };
  },
};

function verdictOf(answer: Json): Verdict {
  if (isJsonObject(answer)) return { status: 'done', value: answer['done'] ?? null };
  const word = String(answer).replace('_', ' ');
  if (word === 'done') return { status: 'done', value: null };
  return { status: word === 'not done' ? 'not_done' : 'give_up' };
}

function promptOf({ effect, args }: UnknownCall): string {
  const what = shown(args);
  const about = what === '' ? '' : ` (${what})`;
  return (
    `${effect}${about} was cut off before its result was known. Was it done? ` +
    'Answer "done", "not done" (it is then done again) or "give up".'
  );
}

const TELLING = ['method', 'url', 'path', 'program', 'command', 'name'] as const;
const ENOUGH = 120;

/** Which call it was, without contents, headers or query strings, which may hold secrets. */
function shown(args: readonly unknown[]): string {
  const [first] = args;
  const words =
    typeof first === 'string'
      ? [first]
      : isJsonObject(first as Json)
        ? telling(first as JsonObject)
        : [];
  const text = words.map((word) => word.split('?', 1)[0] ?? '').join(' ');
  return text.length > ENOUGH ? `${text.slice(0, ENOUGH)}…` : text;
}

function telling(spec: JsonObject): readonly string[] {
  return TELLING.map((name) => spec[name]).filter(
    (value): value is string => typeof value === 'string',
  );
}
