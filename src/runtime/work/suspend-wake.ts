// What wakes a suspended worker by itself: a durable timer, an event in the log, or a trigger. Whatever comes first
// resumes it (or fails it, when the timeout says so); a resumption by hand ends the waiting.
import type { Json, JsonObject } from '../../base/index.ts';
import { bug } from '../../base/index.ts';
import {
  defineEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  type Task,
} from '../run/index.ts';
import { expireWorker, resumeWorker } from './resume.ts';
import type { ResumeConditions, TimeoutAction } from './suspend-conditions.ts';
import { susErrors } from './worker-errors.ts';
import { bookkeeping, workerStoreKey } from './worker-record.ts';
import type { LiveWorker } from './worker-registry.ts';
import type { Suspension } from './worker-state.ts';

/** Where triggers that resume workers come from; the trigger room provides it. */
export interface ResumeSource {
  /** Throws HARN-SUS-007 for a trigger that it cannot watch. */
  check(trigger: JsonObject): void;
  /** Waits (through an effect) for the trigger; the payload is what the worker is resumed with. */
  wait(
    ctx: RunContext,
    workerId: string,
    trigger: JsonObject,
  ): Suspending<{ readonly payload: Json; readonly trigger: JsonObject }>;
}

/** The source of the run; none by default. */
export const resumeSourceKey: ServiceKey<{ readonly source: ResumeSource | undefined }> = {
  name: 'work.resume_source',
  create: () => ({ source: undefined }),
};

const waitTimeout = defineEffect(
  {
    name: 'agent.worker_timeout',
    class: 'read',
    access: 'observe',
    wait: ([dueMs]: readonly [number]) => ({ kind: 'worker_timeout', due_ms: dueMs }),
  },
  async (env, dueMs: number) => {
    const left = dueMs - env.clock.nowMs();
    if (left <= 0) return null;
    // Not a sleep: under virtual time it waits until the program moves the clock.
    return new Promise<null>((resolve, reject) => {
      const cancel = env.clock.after(left, () => resolve(null));
      env.signal.addEventListener('abort', () => {
        cancel();
        reject(env.signal.reason);
      });
    });
  },
);

const readPosition = defineEffect(
  { name: 'agent.worker_event_position', class: 'read', access: 'read' },
  async (env, topic: string) => {
    const store = await env.get(workerStoreKey)();
    return (await store.latest(topic)) ?? 0;
  },
);

const waitEvent = defineEffect(
  { name: 'agent.worker_event', class: 'read', access: 'observe' },
  async (env, topic: string, from: number): Promise<JsonObject | null> => {
    const store = await env.get(workerStoreKey)();
    for await (const event of store.subscribe(topic, { from, signal: env.signal })) {
      const { id, kind, payload } = event;
      return { topic, event_id: id, kind, payload };
    }
    return null;
  },
);

/** Where the log of the event that wakes stands now; 0 when no event does. */
export function* eventPosition(
  ctx: RunContext,
  conditions: ResumeConditions | null,
): Suspending<number> {
  const topic = conditions?.on_event;
  return topic === undefined ? 0 : yield* ctx.perform(readPosition, [topic]);
}

/** Refuses conditions that nothing here can keep. */
export function checkWake(ctx: RunContext, conditions: ResumeConditions | null): void {
  if (conditions?.trigger === undefined) return;
  const { source } = ctx.get(resumeSourceKey);
  if (source === undefined) {
    throw susErrors.noTrigger({
      problem: 'failed to register trigger: no triggers in this runtime',
    });
  }
  source.check(conditions.trigger);
}

type Woken =
  | { readonly by: 'timeout'; readonly action: TimeoutAction }
  | { readonly by: 'event'; readonly payload: Json }
  | { readonly by: 'trigger'; readonly payload: Json; readonly trigger: JsonObject };

/** Starts waiting for the worker's conditions, if it has any. The caller has just made a recorded call. */
export function armWake(ctx: RunContext, live: LiveWorker): void {
  const { state } = live.worker;
  if (state.status !== 'suspended' || state.suspension.conditions === null) return;
  const { suspension } = state;
  const owner = ctx.run.scheduler.find('run')?.ctx ?? bug('a run without a supervisor');
  const id = ctx.task.nextCallback(ctx.task.lastOrdinal);
  live.wake = owner.startTask(id, (child) => waitAndWake(child, live, suspension));
}

function* waitAndWake(ctx: RunContext, live: LiveWorker, suspension: Suspension): Suspending<void> {
  const own = bookkeeping(ctx);
  const waits = startWaits(own, live, suspension);
  if (waits.length === 0) return;
  const woken = (yield* own.block(`what wakes worker ${live.id}`, (resume) => {
    const stops = waits.map((wait) => wait.onDone(resume));
    return () => {
      for (const stop of stops) stop();
    };
  })) as Woken;
  for (const wait of waits) ctx.run.scheduler.drop(wait);
  // From here on this task is what resumes; nobody ends it for having been resumed.
  if (live.wake === ctx.task) live.wake = undefined;
  yield* wakeUp(own, live, woken);
}

function startWaits(
  ctx: RunContext,
  live: LiveWorker,
  { conditions, at, eventFrom }: Suspension,
): readonly Task[] {
  const { timeout, on_event: topic, trigger } = conditions as ResumeConditions;
  const waits: Task[] = [];
  const start = (form: string, body: (child: RunContext) => Suspending<Woken>) => {
    waits.push(ctx.startTask(ctx.task.nextGroup(form), body));
  };
  if (timeout !== undefined) {
    const { duration_minutes: minutes, on_timeout: action } = timeout;
    start('timeout', function* (child) {
      yield* child.perform(waitTimeout, [at.at_ms + minutes * 60_000]);
      return { by: 'timeout', action };
    });
  }
  if (topic !== undefined) {
    start('event', function* (child) {
      return { by: 'event', payload: yield* child.perform(waitEvent, [topic, eventFrom]) };
    });
  }
  const { source } = ctx.get(resumeSourceKey);
  if (trigger !== undefined && source !== undefined) {
    start('trigger', function* (child) {
      return { by: 'trigger', ...(yield* source.wait(child, live.id, trigger)) };
    });
  }
  return waits;
}

function* wakeUp(ctx: RunContext, live: LiveWorker, woken: Woken): Suspending<void> {
  if (live.worker.state.status !== 'suspended') return;
  if (woken.by === 'timeout' && woken.action === 'fail') {
    yield* expireWorker(ctx, live);
    return;
  }
  const timeoutInput = { type: 'auto_resume.timeout', worker_id: live.id };
  const byTime = woken.by === 'timeout';
  const input = !byTime
    ? woken.payload
    : woken.action === 'resume_with_input'
      ? timeoutInput
      : null;
  try {
    yield* resumeWorker(ctx, live, {
      input,
      continueTranscript: !byTime || woken.action === 'resume_with_input',
      initiator: byTime ? 'timeout' : 'triggered',
      trigger: woken.by === 'trigger' ? woken.trigger : null,
    });
  } catch {
    // Someone resumed or ended it first, or its input was not text: it stays as it is, for someone to resume by hand.
  }
}
