// Durable queues in TypeScript: `harness.queue` (jobs between processes) and `harness.triggers` (events of the inbox).
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext } from '../run/index.ts';
import {
  type PublishOptions,
  type PublishReceipt,
  publishFromRun,
  requestCancelFromRun,
} from '../trigger/index.ts';
import { type EnqueueReceipt, enqueueFromRun, type Job, queueEffects } from '../work/index.ts';
import { createFamily, type Family, notData } from './family.ts';

/** Jobs that wait in the store for any process. A job is done when it is acknowledged under its claim. */
export type QueueHandle = Family<typeof queueEffects> & {
  /** Puts a job into a queue, once; until somebody ends it, it is open work of this run. */
  enqueue(queue: string, event: Json, options?: Omit<Job, 'event'>): Promise<EnqueueReceipt>;
};

/** Events that wait for their dispatch. */
export interface TriggersHandle {
  /** Puts an event into the inbox, once; until its dispatch begins, it is open work of this run. */
  publish(event: JsonObject, options?: PublishOptions): Promise<PublishReceipt>;
  /** Asks that the dispatch of an event be stopped, or never begun. */
  requestCancel(eventId: string, bindingKey?: string): Promise<void>;
}

/** The queue handle of a context. */
export function queueHandle(ctx: RunContext): QueueHandle {
  return notData('harness.queue', {
    ...createFamily('harness.queue', queueEffects, ctx),
    enqueue: (queue: string, event: Json, options?: Omit<Job, 'event'>) =>
      ctx.runFromLane(ctx.task.nextGroup('enqueue'), (inner) =>
        enqueueFromRun(inner, queue, event, options),
      ),
  });
}

/** The triggers handle of a context. */
export function triggersHandle(ctx: RunContext): TriggersHandle {
  return notData('harness.triggers', {
    publish: (event: JsonObject, options?: PublishOptions) =>
      ctx.runFromLane(ctx.task.nextGroup('publish'), (inner) =>
        publishFromRun(inner, event, options),
      ),
    requestCancel: async (eventId: string, bindingKey?: string) => {
      await ctx.runFromLane(ctx.task.nextGroup('cancel'), (inner) =>
        requestCancelFromRun(inner, eventId, bindingKey ?? null),
      );
    },
  });
}
