// Family HIL: questions to people and their answers.
import { defineErrors, row } from '../../base/index.ts';

export const humanErrors = defineErrors('HIL', {
  unknownQuestion: row<{ id: string }>({
    number: 1,
    message: ({ id }) => `there is no question ${id} in this store`,
    hint: 'list the open ones with `harn hitl ls`',
  }),
  alreadyClosed: row<{ id: string; status: string; by: string }>({
    number: 2,
    message: ({ id, status, by }) => `question ${id} is already ${status}${by}`,
    hint: 'the first answer counts; see it with `harn hitl show`',
  }),
  badAnswer: row<{ id: string; problems: string }>({
    number: 3,
    message: ({ id, problems }) => `that is no answer to question ${id}: ${problems}`,
    hint: 'give JSON that fits the schema of the question; `harn hitl show` prints it',
  }),
  timeout: row<{ request_id: string; kind: string; ms: number }>({
    number: 4,
    message: ({ request_id }) => `nobody answered ${request_id} in time`,
    hint: 'give the question a default, or catch this error',
  }),
  cancelled: row<{ request_id: string; reason: string }>({
    number: 5,
    message: ({ request_id, reason }) => `${request_id} was withdrawn: ${reason}`,
  }),
  badOptions: row<{ method: string; detail: string }>({
    number: 6,
    message: ({ method, detail }) => `${method}: ${detail}`,
  }),
  denied: row<{
    request_id: string;
    kind: string;
    reviewers: readonly string[];
    reason: string;
  }>({
    number: 7,
    message: ({ request_id, reason }) =>
      `${request_id} was denied${reason === '' ? '' : `: ${reason}`}`,
  }),
  needsAnswer: row<{ id: string }>({
    number: 8,
    message: ({ id }) => `${id} is a question: it needs an answer, not approval`,
    hint: 'use `harn hitl answer`',
  }),
  needsApproval: row<{ id: string }>({
    number: 9,
    message: ({ id }) => `${id} is no question: it is approved or denied`,
    hint: 'use `harn hitl approve` or `harn hitl deny`',
  }),
  doesNotCount: row<{ id: string; reviewer: string; why: string }>({
    number: 10,
    message: ({ id, reviewer, why }) =>
      `the word of "${reviewer}" does not count for ${id}: ${why}`,
    hint: 'see who may approve with `harn hitl show`',
  }),
});
