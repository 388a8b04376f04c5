// A projection that some of the processes of store-processes.test.ts keep and others know nothing of.
import { defineProjection } from '../../src/store/index.ts';

type Written = { readonly count: number; readonly ids: number };

/** Events and the sum of their ids per writer in one shared topic. */
export const countByWriter = defineProjection<Written>({
  name: 'processes.writers',
  version: 1,
  topics: ['shared.one'],
  columns: { count: 'number' },
  keyOf: (event) => (event.payload as { writer: string }).writer,
  fold: (row, event) => ({ count: (row?.count ?? 0) + 1, ids: (row?.ids ?? 0) + event.id }),
});
