// Worker queues on both local backends: order, leases with fencing, at least once, and a model under random operations.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import {
  ackClaim,
  ackJob,
  claimJob,
  enqueueJob,
  knownQueues,
  listJobs,
  purgeQueue,
  queueSummary,
  releaseClaim,
  renewClaim,
  showJob,
} from './queue.ts';
import { queueErrors } from './queue-errors.ts';
import type { JobClaim } from './queue-record.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-queue-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

const newMemory = () => openStore('memory:');
const newFile = () => {
  files += 1;
  return openStore({ url: join(directory, `${files}.sqlite`) });
};

let claims = 0;
const claim = (store: Store, nowMs: number, ttlMs = 100, consumerId = 'w') => {
  claims += 1;
  return claimJob(store, 'q', { consumerId, ttlMs, nowMs, claimId: `claim-${claims}` });
};
const put = (store: Store, id: string, nowMs = 0, priority: 'high' | 'normal' | 'low' = 'normal') =>
  enqueueJob(store, 'q', { event: { id, provider: 'p', kind: 'k' }, priority }, { nowMs });
const lost = { code: queueErrors.$code('claimLost') };

describe.each([
  ['memory', newMemory],
  ['sqlite', newFile],
])('a queue on %s', (_name, open) => {
  it('gives out jobs by priority, then by age, and answers receipts that name them', async () => {
    await using store = await open();
    expect(await put(store, 'a', 1)).toEqual({
      queue: 'q',
      job_event_id: 1,
      response_topic: 'worker.q.responses',
    });
    await put(store, 'b', 2, 'low');
    await put(store, 'c', 3, 'high');
    await put(store, 'd', 4);
    const order: (string | null | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) order.push((await claim(store, 10))?.job.event_id);
    expect(order).toEqual(['c', 'a', 'd', 'b', undefined]);
    expect(await knownQueues(store)).toEqual(['q']);
  });

  it('lets old jobs of lower priority move up', async () => {
    await using store = await open();
    await put(store, 'old', 0);
    await put(store, 'urgent', 1000, 'high');
    expect((await claim(store, 2000))?.job.event_id).toBe('urgent');
    await put(store, 'urgent too', 3000, 'high');
    expect((await claim(store, 15 * 60_000))?.job.event_id).toBe('old');
  });

  it('gives a job again when the time of its claim is over, and fences the late worker off', async () => {
    await using store = await open();
    await put(store, 'a');
    const first = (await claim(store, 0, 100)) as { claim: JobClaim };
    expect(await claim(store, 99)).toBeUndefined();
    const second = (await claim(store, 100, 100, 'other')) as { claim: JobClaim };
    expect(second.claim).toMatchObject({ job_event_id: 1, claim_seq: 2, consumer_id: 'other' });
    await expect(ackClaim(store, first.claim, { nowMs: 101 })).rejects.toMatchObject(lost);
    await expect(renewClaim(store, first.claim, { ttlMs: 9, nowMs: 101 })).rejects.toMatchObject(
      lost,
    );
    await expect(releaseClaim(store, first.claim, { nowMs: 101 })).rejects.toMatchObject(lost);
    await ackClaim(store, second.claim, { nowMs: 102, outcome: { n: 1 } });
    expect(await showJob(store, 'q', 1)).toMatchObject({
      state: 'acked',
      claim: null,
      response: { outcome: { n: 1 }, consumer_id: 'other' },
    });
    expect((await store.read('worker.q.claims')).map(({ kind }) => kind)).toEqual([
      'job_claimed',
      'job_claimed',
      'job_acked',
    ]);
  });

  it('renews a claim that is in force and refuses to revive one that is over', async () => {
    await using store = await open();
    await put(store, 'a');
    const { claim: held } = (await claim(store, 0, 100)) as { claim: JobClaim };
    const longer = await renewClaim(store, held, { ttlMs: 100, nowMs: 90 });
    expect(longer.expires_at_ms).toBe(190);
    expect(await claim(store, 150)).toBeUndefined();
    await expect(renewClaim(store, longer, { ttlMs: 100, nowMs: 190 })).rejects.toMatchObject(lost);
    // The work was done, and nobody else began it: the late acknowledgement counts.
    await ackClaim(store, longer, { nowMs: 195 });
    expect(await claim(store, 400)).toBeUndefined();
  });

  it('takes the same acknowledgement, claim and enqueueing twice as once', async () => {
    await using store = await open();
    const once = { nowMs: 0, key: 'k1' };
    const first = await enqueueJob(store, 'q', { event: { id: 'a' } }, once);
    expect(await enqueueJob(store, 'q', { event: { id: 'a' } }, once)).toEqual(first);
    const wish = { consumerId: 'w', ttlMs: 10, nowMs: 0, claimId: 'mine' };
    const claimed = await claimJob(store, 'q', wish);
    expect((await claimJob(store, 'q', wish))?.claim).toEqual(claimed?.claim);
    const held = claimed?.claim as JobClaim;
    await ackClaim(store, held, { nowMs: 1 });
    await ackClaim(store, held, { nowMs: 2 });
    expect(await queueSummary(store, 'q', 3)).toMatchObject({ acked: 1, ready: 0, responses: 1 });
  });

  it('gives released jobs back, ends jobs whoever has them, and purges only what nobody has', async () => {
    await using store = await open();
    for (const id of ['a', 'b', 'c']) await put(store, id);
    const a = (await claim(store, 1)) as { claim: JobClaim };
    await releaseClaim(store, a.claim, { nowMs: 2, reason: 'not me' });
    const again = (await claim(store, 3)) as { claim: JobClaim };
    expect(again.claim).toMatchObject({ job_event_id: 1, claim_seq: 2 });
    expect(await ackJob(store, 'q', 1, { consumerId: 'op', nowMs: 4 })).toBe(true);
    expect(await ackJob(store, 'q', 1, { consumerId: 'op', nowMs: 5 })).toBe(false);
    await expect(ackClaim(store, again.claim, { nowMs: 6 })).rejects.toMatchObject(lost);
    await claim(store, 7);
    expect(await purgeQueue(store, 'q', { by: 'op', nowMs: 8 })).toBe(1);
    expect((await listJobs(store, { queue: 'q' })).map(({ state }) => state)).toEqual([
      'acked',
      'claimed',
      'purged',
    ]);
  });
});

it.each(['', ' ', 'queues', 'a.claims', 'a.responses', 'a b', 'a/b'])(
  'refuses the queue name %j',
  async (name) => {
    await using store = await newMemory();
    const code = name.trim() === '' ? 'noQueueName' : 'badQueueName';
    const putting = enqueueJob(store, name, { event: {} }, { nowMs: 0 });
    await expect(putting).rejects.toMatchObject({ code: queueErrors.$code(code) });
  },
);

it('gives each of competing processes another job, and each job once', async () => {
  files += 1;
  const url = join(directory, `${files}.sqlite`);
  await using left = await openStore({ url });
  await using right = await openStore({ url });
  for (let i = 0; i < 12; i += 1) await put(left, `job ${i}`, i);
  const wishes = Array.from({ length: 14 }, (_, i) => claim(i % 2 === 0 ? left : right, 50));
  const got = (await Promise.all(wishes)).map((one) => one?.job.job_event_id);
  const jobs = got.filter((id) => id !== undefined);
  expect(new Set(jobs).size).toBe(12);
  expect(jobs).toHaveLength(12);
});

it('agrees with a simple model under random claims, ends and passing time', async () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant('put' as const) }),
    fc.record({ op: fc.constant('claim' as const), ttl: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ op: fc.constantFrom('ack', 'renew', 'release'), which: fc.nat(20) }),
    fc.record({ op: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using store = await newMemory();
      let now = 0;
      const held: JobClaim[] = [];
      /** Job id -> the claim in force, `ready`, or `done`. */
      const model = new Map<number, { seq: number; until: number } | 'ready' | 'done'>();
      for (const one of steps) {
        if (one.op === 'put') model.set((await put(store, 'x', now)).job_event_id, 'ready');
        else if (one.op === 'wait') now += one.ms;
        else if (one.op === 'claim') {
          const got = await claim(store, now, one.ttl);
          const free = [...model].filter(
            ([, s]) => s === 'ready' || (typeof s === 'object' && s.until <= now),
          );
          expect(got === undefined).toBe(free.length === 0);
          if (got === undefined) continue;
          expect(free.map(([id]) => id)).toContain(got.job.job_event_id);
          held.push(got.claim);
          const { claim_seq: seq, expires_at_ms: until } = got.claim;
          model.set(got.job.job_event_id, { seq, until });
        } else {
          const mine = held[one.which % Math.max(1, held.length)];
          if (mine === undefined) continue;
          const state = model.get(mine.job_event_id);
          const holds = typeof state === 'object' && state.seq === mine.claim_seq;
          const may = holds && (one.op !== 'renew' || state.until > now);
          const act =
            one.op === 'ack'
              ? ackClaim(store, mine, { nowMs: now })
              : one.op === 'release'
                ? releaseClaim(store, mine, { nowMs: now })
                : renewClaim(store, mine, { nowMs: now, ttlMs: 10 });
          const done = await act.then(
            () => true,
            () => false,
          );
          if (may) expect(done).toBe(true);
          else if (one.op === 'renew') expect(done).toBe(false);
          if (!may) continue;
          if (one.op === 'ack') model.set(mine.job_event_id, 'done');
          else if (one.op === 'release') model.set(mine.job_event_id, 'ready');
          else if (typeof state === 'object') state.until = now + 10;
        }
      }
      for (const job of await listJobs(store, { queue: 'q' })) {
        const state = model.get(job.job_event_id);
        const expected = state === 'done' ? 'acked' : state === 'ready' ? 'ready' : 'claimed';
        expect(job.state).toBe(expected);
      }
    }),
    { numRuns: 60 },
  );
});
