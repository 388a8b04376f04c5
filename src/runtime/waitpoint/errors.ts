// Family WPT: waitpoints.
import { defineErrors, row } from '../../base/index.ts';

export const waitpointErrors = defineErrors('WPT', {
  unknown: row<{ id: string }>({
    number: 1,
    message: ({ id }) => `there is no waitpoint ${JSON.stringify(id)} in this store`,
    hint: 'make it first with `create`, or see what there is with `harn waitpoints ls`',
  }),
  badCall: row<{ detail: string }>({
    number: 2,
    message: ({ detail }) => `waitpoint: ${detail}`,
  }),
  timeout: row<{ wait_id: string; waitpoint_ids: readonly string[] }>({
    number: 3,
    message: ({ waitpoint_ids }) => `nobody completed ${waitpoint_ids.join(', ')} in time`,
    hint: 'give the wait more time, or catch this error',
  }),
  cancelled: row<{ wait_id: string; waitpoint_ids: readonly string[]; reason: string }>({
    number: 4,
    message: ({ waitpoint_ids, reason }) => `${waitpoint_ids.join(', ')} was cancelled: ${reason}`,
  }),
});
