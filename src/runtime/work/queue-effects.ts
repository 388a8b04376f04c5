// Worker queues for programs. Each operation decides by what it finds in the store, so it is a mutation; a key of its
// own makes issuing it again harmless, and it takes effect once.
import { isJsonObject, type Json } from '../../base/index.ts';
import { unsettledHubKey } from '../lifecycle/index.ts';
import { defineEffect, type RunContext, type Suspending } from '../run/index.ts';
import {
  ackClaim,
  type ClaimedJob,
  claimJob,
  type EnqueueReceipt,
  enqueueJob,
  type Job,
  listJobs,
  type QueueSummary,
  queueSummary,
  releaseClaim,
  renewClaim,
} from './queue.ts';
import type { JobClaim, JobRow, JobState } from './queue-record.ts';
import { queuedWorkKey } from './queued-work.ts';

const own = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;

const enqueueEffect = defineEffect(
  { name: 'queue.enqueue', ...own },
  async (env, queue: string, job: Job): Promise<EnqueueReceipt> =>
    enqueueJob(await env.store(), queue, job, {
      nowMs: Math.floor(env.host.clock.nowMs()),
      key: env.idempotencyKey,
      runId: env.runId,
    }),
);

/** Operations on queues; times of claims are the host's, whatever time the program plays with. */
export const queueEffects = {
  /** Claims the next job of a queue for `ttl_ms`; null when none is ready. */
  claim: defineEffect(
    { name: 'queue.claim', ...own },
    async (env, queue: string, ttlMs: number): Promise<ClaimedJob | null> => {
      const claimed = await claimJob(await env.store(), queue, {
        consumerId: env.runId,
        ttlMs,
        nowMs: Math.floor(env.host.clock.nowMs()),
        claimId: env.idempotencyKey,
      });
      return claimed ?? null;
    },
  ),
  /** Keeps a claim for longer. */
  renew: defineEffect(
    { name: 'queue.renew', ...own },
    async (env, claim: JobClaim, ttlMs: number): Promise<JobClaim> =>
      renewClaim(await env.store(), claim, { ttlMs, nowMs: Math.floor(env.host.clock.nowMs()) }),
  ),
  /** Says that a job is done, with its outcome. */
  acknowledge: defineEffect(
    { name: 'queue.acknowledge', ...own },
    async (env, claim: JobClaim, outcome: Json): Promise<null> => {
      const nowMs = Math.floor(env.host.clock.nowMs());
      await ackClaim(await env.store(), claim, { nowMs, outcome });
      return null;
    },
  ),
  /** Gives a job back to its queue. */
  release: defineEffect(
    { name: 'queue.release', ...own },
    async (env, claim: JobClaim, reason: string): Promise<null> => {
      const nowMs = Math.floor(env.host.clock.nowMs());
      await releaseClaim(await env.store(), claim, { nowMs, reason });
      return null;
    },
  ),
  /** The jobs of a queue in one state, in the order they were enqueued. */
  list: defineEffect(
    { name: 'queue.list', class: 'read', access: 'read' },
    async (env, queue: string, state: JobState): Promise<readonly JobRow[]> =>
      listJobs(await env.store(), { queue, state }),
  ),
  /** A queue in numbers. */
  summary: defineEffect(
    { name: 'queue.summary', class: 'read', access: 'read' },
    async (env, queue: string): Promise<QueueSummary> =>
      queueSummary(await env.store(), queue, Math.floor(env.host.clock.nowMs())),
  ),
};

/** Puts a job into a queue; until it has ended it is open work of the run. */
export function* enqueueFromRun(
  ctx: RunContext,
  queue: string,
  event: Json,
  options: Omit<Job, 'event'> = {},
): Suspending<EnqueueReceipt> {
  const job: Job = { ...options, event: isJsonObject(event) ? event : { payload: event } };
  const receipt = yield* ctx.perform(enqueueEffect, [queue, job]);
  const { job_event_id } = receipt;
  ctx.get(queuedWorkKey).add({ source: 'worker_queue', queue, job_event_id });
  ctx.get(unsettledHubKey).changed();
  return receipt;
}
