// Family WQU: the queues of jobs between processes.
import { defineErrors, row } from '../../base/index.ts';

export const queueErrors = defineErrors('WQU', {
  noQueueName: row<Record<string, never>>({
    number: 1,
    message: () => 'worker queue name cannot be empty',
  }),
  badQueueName: row<{ queue: string }>({
    number: 2,
    message: ({ queue }) => `"${queue}" cannot be the name of a worker queue`,
    hint: 'use letters, digits, ".", "_" and "-"; "queues" and names that end in .claims or .responses are taken',
  }),
  noConsumer: row<Record<string, never>>({
    number: 3,
    message: () => 'worker queue consumer id cannot be empty',
  }),
  unknownJob: row<{ queue: string; job: number }>({
    number: 4,
    message: ({ queue, job }) => `queue ${queue} has no job ${job}`,
  }),
  claimLost: row<{ queue: string; job: number; state: string; by: string }>({
    number: 5,
    message: ({ queue, job, state, by }) =>
      `the claim on job ${job} of queue ${queue} is not in force any more: the job is ${state}${by}`,
    hint: 'stop working on it; renew claims before their time to live is over',
  }),
  badPriority: row<{ priority: string }>({
    number: 6,
    message: ({ priority }) => `"${priority}" is not a priority: use high, normal or low`,
  }),
});
