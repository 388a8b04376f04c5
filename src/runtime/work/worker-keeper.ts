// Workers and the deletion of runs: one that is not over, and that other runs may claim or wake, keeps its run.
import type { RunKeeper } from '../run/index.ts';
import { workerIndex } from './worker-record.ts';

const OPEN = ['running', 'suspended', 'awaiting', 'interrupted'];

export const workerKeeper: RunKeeper = {
  async needs(store) {
    await store.declare(workerIndex);
    const rows = await store.rows(workerIndex, { where: { status: { in: OPEN } } });
    // The run that has it goes on with it; the run that made it has the program that can.
    return rows.flatMap(({ row }) => {
      const runs = [row.run_id, row.made_by].filter((id) => id !== null);
      const reason = `worker ${row.id} is ${row.status}`;
      return [...new Set(runs)].map((runId) => ({ runId, reason }));
    });
  },
};
