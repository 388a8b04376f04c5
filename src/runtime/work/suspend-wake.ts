// What wakes a suspended worker by itself: a durable timer, an event in the log, or a trigger. Whatever comes first
// resumes it (or fails it, when the timeout says so); a resumption by hand ends the waiting.
import type { Json, JsonObject } from '../../base/index.ts';
import { bug } from '../../base/index.ts';
import type { StoredEvent } from '../../store/index.ts';
import {
  defineEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  type Task,
} from '../run/index.ts';
import { expireWorker, type ResumeOptions, resumeWorker } from './resume.ts';
import type { ResumeConditions, TimeoutAction } from './suspend-conditions.ts';
import { susErrors } from './worker-errors.ts';
import { bookkeeping, workerStoreKey } from './worker-record.ts';
import type { LiveWorker } from './worker-registry.ts';
import type { Suspension, WakePositions } from './worker-state.ts';

/** The events that resume workers by trigger; the trigger room provides it. */
export interface ResumeSource {
  /** The topic in which they arrive. */
  readonly topic: string;
  /** Throws HARN-SUS-007 for a trigger that it cannot watch. */
  check(trigger: JsonObject): void;
  /** What the worker is resumed with, when this is the event the trigger waits for. */
  match(
    trigger: JsonObject,
    event: Pick<StoredEvent, 'id' | 'kind' | 'payload' | 'headers'>,
  ): { readonly payload: Json; readonly trigger: JsonObject } | undefined;
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
  {
    name: 'agent.worker_event',
    class: 'read',
    access: 'observe',
    wait: ([topic]: readonly [string, number]) => ({ kind: 'worker_event', topic }),
  },
  async (env, topic: string, from: number): Promise<JsonObject | null> => {
    const store = await env.get(workerStoreKey)();
    for await (const event of store.subscribe(topic, { from, signal: env.signal })) {
      return eventInput(event);
    }
    return null;
  },
);

/** What a worker is resumed with by an event of its topic. */
export function eventInput({ topic, id, kind, payload }: StoredEvent): JsonObject {
  return { topic, event_id: id, kind, payload };
}

const waitTrigger = defineEffect(
  {
    name: 'agent.worker_trigger_event',
    class: 'read',
    access: 'observe',
    wait: ([trigger]: readonly [JsonObject, number]) => ({ kind: 'worker_trigger', trigger }),
  },
  async (env, trigger: JsonObject, from: number) => {
    const { source } = env.get(resumeSourceKey);
    if (source === undefined) return null;
    const store = await env.get(workerStoreKey)();
    for await (const event of store.subscribe(source.topic, { from, signal: env.signal })) {
      const found = source.match(trigger, event);
      if (found !== undefined) return found;
    }
    return null;
  },
);

/** Where the logs stand now; 0 for what wakes nobody. */
export function* wakePositions(
  ctx: RunContext,
  conditions: ResumeConditions | null,
): Suspending<WakePositions> {
  const topic = conditions?.on_event;
  const { source } = ctx.get(resumeSourceKey);
  const inbox = conditions?.trigger === undefined ? undefined : source?.topic;
  return {
    eventFrom: topic === undefined ? 0 : yield* ctx.perform(readPosition, [topic]),
    triggerFrom: inbox === undefined ? 0 : yield* ctx.perform(readPosition, [inbox]),
  };
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

/** What came first. */
export type Woken =
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
  const waits = startWaits(own, suspension);
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
  { conditions, at, eventFrom, triggerFrom }: Suspension,
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
  if (trigger !== undefined && ctx.get(resumeSourceKey).source !== undefined) {
    start('trigger', function* (child) {
      const found = yield* child.perform(waitTrigger, [trigger, triggerFrom]);
      return { by: 'trigger', payload: found?.payload ?? null, trigger: found?.trigger ?? {} };
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
  try {
    yield* resumeWorker(ctx, live, resumptionBy(live.id, woken));
  } catch {
    // Someone resumed or ended it first, or its input was not text: it stays as it is, for someone to resume by hand.
  }
}

/** How a worker goes on that was woken, unless its time is up and it is to fail. */
export function resumptionBy(workerId: string, woken: Woken): ResumeOptions {
  if (woken.by !== 'timeout') {
    const { payload } = woken;
    const trigger = woken.by === 'trigger' ? woken.trigger : null;
    return { input: payload, continueTranscript: true, initiator: 'triggered', trigger };
  }
  const withInput = woken.action === 'resume_with_input';
  return {
    input: withInput ? { type: 'auto_resume.timeout', worker_id: workerId } : null,
    continueTranscript: withInput,
    initiator: 'timeout',
    trigger: null,
  };
}
