// Queued triggers as unsettled work: events of the inbox and jobs of worker queues that this run put there and that
// nobody has ended. Work of other runs is not this run's to account for.
//
// | action      | inbox                                | worker queue                      | disposition  |
// |-------------|--------------------------------------|-----------------------------------|--------------|
// | acknowledge | a request to cancel settles it       | an unconditional ack ends the job | acknowledged |
// | cancel      | the same                             | the same                          | cancelled    |
// | defer       | stays queued for a dispatcher        | stays queued for a worker         | deferred     |
// | abandon     | the same, and nobody answers for it  | the same                          | abandoned    |
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type ActResult,
  type SettleAction,
  type UnsettledItem,
  type UnsettledSource,
  unsettledHubKey,
} from '../lifecycle/index.ts';
import { defineEffect, type EffectEnv, type RunContext, type Suspending } from '../run/index.ts';
import {
  appendUnconditionalAck,
  type JobRow,
  jobIndex,
  jobKey,
  type QueuedWork,
  queuedWorkId,
  queuedWorkKey,
} from '../work/index.ts';
import { specSummary } from './event.ts';
import { inboxIndex, queuedOf } from './inbox.ts';
import { appendCancelRequest } from './outbox.ts';
import { inboxTopic } from './topics.ts';

const BUCKET = 'queued_triggers';
/** Who ends work in the name of a finishing run. */
const SETTLER = 'pipeline_lifecycle';
const ACTIONS: readonly SettleAction[] = ['acknowledge', 'defer', 'cancel', 'abandon'];

/** An item without its age, which is counted when it is shown. */
type QueuedView = JsonObject & { readonly id: string; readonly queued_at_ms: number };

const readQueued = defineEffect(
  { name: 'trigger.queued', class: 'read', access: 'read' },
  (env, mine: readonly QueuedWork[]): Promise<readonly QueuedView[]> => viewsOf(env, mine),
);

/** Waits until the queued work looks other than it did. */
const queuedMoved = defineEffect(
  { name: 'trigger.queued_moved', class: 'read', access: 'read' },
  async (env, mine: readonly QueuedWork[], seen: string): Promise<null> => {
    const store = await env.store();
    while (!env.signal.aborted) {
      const mark = store.changeMark();
      if (shapeOf(await viewsOf(env, mine)) !== seen) return null;
      await store.waitForChange(mark, { signal: env.signal });
    }
    return null;
  },
);

const endQueued = defineEffect(
  { name: 'trigger.end_queued', class: 'store', access: 'write' },
  (env, work: QueuedWork) => {
    const nowMs = Math.floor(env.host.clock.nowMs());
    env.inTx((tx) => {
      if (work.source === 'worker_queue') {
        const { queue, job_event_id } = work;
        appendUnconditionalAck(tx, queue, job_event_id, { consumerId: SETTLER, nowMs });
      } else {
        const { event_id, binding_key } = work;
        appendCancelRequest(tx, { event_id, binding_key, requested_by: SETTLER, nowMs });
      }
    });
    return null;
  },
);

/** Feeds the bucket of queued triggers. A run that queued nothing reads nothing. */
export const triggerUnsettledSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs) {
    const mine = ctx.get(queuedWorkKey).all();
    if (mine.length === 0) return [];
    const views = yield* ctx.perform(readQueued, [mine]);
    return views.map((view) => itemOf(view, nowMs));
  },
  *act(ctx, item, action) {
    const work = ctx.get(queuedWorkKey).find(item.id);
    if (work === undefined) return { status: 'gone' };
    const result = yield* actOn(ctx, work, action);
    if (result.status !== 'done') return result;
    ctx.get(queuedWorkKey).remove(item.id);
    ctx.get(unsettledHubKey).changed();
    return result;
  },
  *moved(ctx) {
    const mine = ctx.get(queuedWorkKey).all();
    if (mine.length === 0) {
      // Nothing of ours can move outside; whoever waits is woken by its other sources, or its deadline.
      return yield* ctx.block('queued triggers to move', () => undefined);
    }
    const views = yield* ctx.perform(readQueued, [mine]);
    return yield* ctx.perform(queuedMoved, [mine, shapeOf(views)]);
  },
};

function* actOn(ctx: RunContext, work: QueuedWork, action: SettleAction): Suspending<ActResult> {
  switch (action) {
    case 'acknowledge':
    case 'cancel':
      yield* ctx.perform(endQueued, [work]);
      return {
        status: 'done',
        disposition: action === 'cancel' ? 'cancelled' : 'acknowledged',
      };
    case 'defer':
    case 'abandon':
      return {
        status: 'done',
        disposition: action === 'defer' ? 'deferred' : 'abandoned',
        to: work.source === 'worker_queue' ? work.queue : inboxTopic.name,
      };
    default:
      return { status: 'refused', reason: `a queued trigger cannot be ended by ${action}` };
  }
}

function itemOf(view: QueuedView, nowMs: number): UnsettledItem {
  return {
    bucket: BUCKET,
    id: view.id,
    view: { ...view, age_ms: Math.max(0, nowMs - view.queued_at_ms) },
    // Somebody is at work on a claimed job; for the rest nobody may ever come.
    moves: view['claimed'] === true,
    actions: ACTIONS,
  };
}

/** What of the work is still queued, by age. */
async function viewsOf(
  env: EffectEnv,
  mine: readonly QueuedWork[],
): Promise<readonly QueuedView[]> {
  const store = await env.store();
  await store.declare(inboxIndex, jobIndex);
  const views: QueuedView[] = [];
  for (const work of mine) {
    const id = queuedWorkId(work);
    if (work.source === 'worker_queue') {
      const job = await store.row(jobIndex, jobKey(work.queue, work.job_event_id));
      if (job?.state === 'ready' || job?.state === 'claimed') views.push(jobView(id, job));
      continue;
    }
    for (const { binding_key, trigger_id, event, queued_at_ms } of await queuedOf(
      store,
      work.event_id,
    )) {
      if (binding_key !== work.binding_key) continue;
      views.push({
        id,
        event_id: work.event_id,
        trigger_id,
        binding_key,
        spec_summary: specSummary(trigger_id, event),
        queued_at_ms,
        source: 'trigger_inbox',
      });
    }
  }
  return views.sort((a, b) => a.queued_at_ms - b.queued_at_ms || (a.id < b.id ? -1 : 1));
}

function jobView(id: string, job: JobRow): QueuedView {
  return {
    id,
    event_id: job.event_id,
    trigger_id: job.trigger_id,
    binding_key: job.binding_key,
    spec_summary: specSummary(job.trigger_id, job.event),
    queued_at_ms: job.enqueued_at_ms,
    source: 'worker_queue',
    queue: job.queue,
    job_event_id: job.job_event_id,
    claimed: job.state === 'claimed',
  };
}

function shapeOf(views: readonly QueuedView[]): string {
  return views.map(({ id, claimed }): Json => `${id} ${String(claimed ?? false)}`).join('\n');
}
