// Questions in the run record: what a run asked people, as a fold of the waits in its journal.
import type { Json, JsonObject } from '../../base/index.ts';
import { type RecordSection, timestamp } from '../run/index.ts';

/** How the kinds of waits for people begin. */
export const HUMAN_WAIT = 'human.';

/** The kind of wait that a question is. */
export const QUESTION_WAIT = 'human.question';

/** `hitl_questions`: `{request_id, prompt, agent, trace_id, asked_at}` in the order they were asked. */
export const humanQuestionsSection: RecordSection<readonly Json[]> = {
  key: 'hitl_questions',
  initial: [],
  fold(questions, entry) {
    if (entry.kind !== 'wait_opened' || !entry.wait.kind.startsWith(HUMAN_WAIT)) return questions;
    const { request_id = '', prompt = '', agent = '', trace_id = null }: JsonObject = entry.wait;
    const { request_kind } = entry.wait;
    const asked = { request_id, prompt, agent, trace_id, asked_at: timestamp(entry.at) };
    return [...questions, request_kind === undefined ? asked : { ...asked, request_kind }];
  },
};
