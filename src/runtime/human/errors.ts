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
});
