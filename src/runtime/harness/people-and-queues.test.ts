// People and queues through the TypeScript harness: a run that asks is answered over the store, another works off a job.
import { expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { answerQuestion, listQuestions, respondToRequest } from '../human/index.ts';
import { pipeline } from './index.ts';

const asker = pipeline('asker', async (harness) => {
  const [name, size] = await Promise.all([
    harness.interaction.askUser('name?'),
    harness.interaction.askUser<number>('size?', { default: 0 }),
  ]);
  return `${name} ${size + 1}`;
});

it('a question of a lane is answered by others, and a resumed run goes on with the answer', async () => {
  await using store = await openStore('memory:');
  const host = createMockHost();
  const runtime = createRuntime({ store, host, pipelines: [asker] });
  const first = runtime.start(asker, null);
  for (let looks = 0; looks < 1000; looks += 1) {
    if ((await listQuestions(store)).length === 2) break;
    await new Promise<void>((ok) => setImmediate(ok));
  }
  expect(await first.park()).toMatchObject({ status: 'parked' });
  for (const { request_id, prompt } of await listQuestions(store, { status: 'open' })) {
    const answer = prompt === 'name?' ? 'Ada' : '8';
    await answerQuestion(store, request_id, { answer, nowMs: host.clock.nowMs() });
  }
  const second = await runtime.resume(first.id);
  expect(await second.done).toMatchObject({ status: 'settled', returned: 'Ada 9' });
  expect(await listQuestions(store)).toHaveLength(2);
});

it('a job that one run enqueued is claimed and acknowledged by another', async () => {
  await using store = await openStore('memory:');
  const giver = pipeline('giver', async (harness) => {
    await harness.triggers.publish({ kind: 'noted' });
    return (await harness.queue.enqueue('work', { id: 'e', n: 20 })).job_event_id;
  });
  const worker = pipeline('worker', async (harness) => {
    const claimed = await harness.queue.claim('work', 60_000);
    if (claimed === null) return null;
    const { n } = claimed.job.event as { n: number };
    await harness.queue.acknowledge(claimed.claim, n + 1);
    return [n, await harness.queue.claim('work', 60_000)];
  });
  const runtime = createRuntime({ store, host: createMockHost(), pipelines: [giver, worker] });
  const given = await runtime.start(giver, null).done;
  expect(given).toMatchObject({ status: 'settled', returned: 1 });
  const { items } =
    given.status === 'settled' ? (given.receipt as { items: unknown[] }) : { items: [] };
  expect(items).toMatchObject([
    { bucket: 'queued_triggers', disposition: 'abandoned' },
    { bucket: 'queued_triggers', id: 'worker://work/1', disposition: 'abandoned' },
  ]);
  expect(await runtime.start(worker, null).done).toMatchObject({ returned: [20, null] });
});

it('a plan waits for people and comes back with what they said', async () => {
  await using store = await openStore('memory:');
  const planner = pipeline('planner', async (harness) => {
    const { approval, summary } = await harness.interaction.requestPlanApproval(
      { summary: 'Move it', steps: ['look'] },
      { reviewers: ['ada'] },
    );
    return [summary, approval.state, ...approval.reviewers];
  });
  const host = createMockHost();
  const { done } = createRuntime({ store, host, pipelines: [planner] }).start(planner, null);
  for (let looks = 0; looks < 1000; looks += 1) {
    const [open] = await listQuestions(store, { status: 'open' });
    if (open === undefined) {
      await new Promise<void>((ok) => setImmediate(ok));
      continue;
    }
    expect(open.prompt).toBe('Move it');
    const vote = { approved: true, reviewer: 'ada', nowMs: host.clock.nowMs() };
    await respondToRequest(store, open.request_id, vote);
    break;
  }
  expect(await done).toMatchObject({ returned: ['Move it', 'approved', 'ada'] });
});
