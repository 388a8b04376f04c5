// Workers and the deletion of runs: one that is not over, and that other runs may claim or wake, keeps its run.
import type { RunKeeper } from '../run/index.ts';
import { workerIndex } from './worker-record.ts';

const OPEN = ['running', 'suspended', 'awaiting'];

export const workerKeeper: RunKeeper = {
  async needs(store) {
    await store.declare(workerIndex);
    const rows = await store.rows(workerIndex, { where: { status: { in: OPEN } } });
    // A worker that was let go carries all it needs in its snapshot.
    return rows.flatMap(({ row }) =>
      row.run_id === null
        ? []
        : [{ runId: row.run_id, reason: `worker ${row.id} is ${row.status}` }],
    );
  },
};
