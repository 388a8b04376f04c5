// Approvals from TypeScript: the same requests as in programs, decided through the front door.
import { expect, it } from 'vitest';
import {
  createMockHost,
  createRuntime,
  type Harness,
  listQuestions,
  openStore,
  pipeline,
  respondToRequest,
} from '../../src/index.ts';

it('an action under dual control is done once it is approved, with its own harness', async () => {
  await using store = await openStore('memory:');
  const deletes = pipeline('deletes', async (harness: Harness) => {
    const { reviewer } = await harness.interaction.escalateTo('admin', 'it is prod');
    const { reviewers } = await harness.interaction.requestApproval('delete');
    const left = await harness.interaction.dualControl(
      1,
      2,
      async (inner) => {
        await inner.fs.delete('/work/prod.db');
        return inner.fs.exists('/work/prod.db');
      },
      { name: 'delete prod.db', approvers: ['ada', 'bob'] },
    );
    return { reviewer, reviewers, left };
  });
  const host = createMockHost({ files: { '/work/prod.db': 'data' } });
  const runtime = createRuntime({ store, pipelines: [deletes], host });
  const { done } = runtime.start(deletes, null);
  for (const name of ['admin: it is prod', 'delete', 'delete prod.db']) {
    for (;;) {
      const mark = store.changeMark();
      const [open] = await listQuestions(store, { status: 'open' });
      if (open !== undefined) {
        expect(open.prompt).toBe(name);
        expect(await host.fs.exists('/work/prod.db')).toBe(true);
        await respondToRequest(store, open.request_id, {
          approved: true,
          reviewer: 'ada',
          nowMs: 1,
        });
        break;
      }
      await store.waitForChange(mark);
    }
  }
  expect(await done).toMatchObject({
    returned: { reviewer: 'ada', reviewers: ['ada'], left: false },
  });
});
