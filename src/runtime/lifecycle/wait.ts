// Waiting for open work to move. A wait ends with what it waited for, or at its deadline, which is an interrupt of the
// journal: only time during which a process holds the run counts, and a replay ends at the same place. Under a mocked
// clock everything that can run gets its turns first, then virtual time jumps to the deadline.
import { HarnError, type JsonObject } from '../../base/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type RunContext,
  type RunCore,
  runErrors,
  type ServiceKey,
  type Suspending,
  type Task,
} from '../run/index.ts';
import { handoffRegistryKey, handoffSource, handoffTargetsKey } from './handoff.ts';
import { ledgerKey } from './ledger.ts';
import { programNow, type Snapshot, takeSnapshot, unsettledHubKey } from './unsettled.ts';

/** How long a wait lasts when its caller does not say. */
export const DEFAULT_WAIT_MS = 30_000;

/** What a step of a wait found; undefined: go on waiting. */
export type WaitStep<T> = (ctx: RunContext) => Suspending<T | undefined>;

/** How a wait ended. */
export type WaitEnd<T> =
  | { readonly status: 'done'; readonly value: T }
  | { readonly status: 'deadline' };

const monoKey: ServiceKey<() => number> = {
  name: 'lifecycle.mono',
  create: (services) => () => (services as RunCore).journal.monoMs(),
};

/** The run's own time, recorded: deadlines count from it, also after a resume. */
export const runNow = defineSyncEffect(
  { name: 'lifecycle.run_ms', class: 'ambient', access: 'read' },
  (env) => Math.round(env.get(monoKey)()),
);

/** How many turns of the event loop everything else gets before virtual time jumps. */
const VIRTUAL_TURNS = 64;

const letOthersRun = defineEffect(
  { name: 'lifecycle.let_others_run', class: 'ambient', access: 'observe' },
  async () => {
    for (let turn = 0; turn < VIRTUAL_TURNS; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  },
);

/** Asks `step` now and after every change, until it answers or `ms` have passed. */
export function* waitFor<T>(
  ctx: RunContext,
  ms: number,
  step: WaitStep<T>,
): Suspending<WaitEnd<T>> {
  const now = yield* step(ctx);
  if (now !== undefined) return { status: 'done', value: now };
  if (!(ms > 0)) return { status: 'deadline' };
  const virtual = ctx.run.clock.isMocked;
  const started = ctx.sync(virtual ? programNow : runNow, []);
  // A task of its own: a deadline that strikes in it can only be this one.
  const waiter = ctx.startTask(ctx.task.nextGroup('settlement_wait'), (child) =>
    virtual ? waitVirtually(child, started + ms, step) : waitUntil(child, ms, started, step),
  );
  try {
    return (yield* ctx.join(waiter)) as WaitEnd<T>;
  } finally {
    ctx.run.scheduler.drop(waiter);
  }
}

function* waitUntil<T>(
  ctx: RunContext,
  ms: number,
  startMono: number,
  step: WaitStep<T>,
): Suspending<WaitEnd<T>> {
  const deadline = ctx.run.interrupts.push(ctx.task, ms, startMono);
  try {
    for (;;) {
      const value = yield* nextAnswer(ctx, step, undefined);
      if (value !== undefined) return { status: 'done', value };
    }
  } catch (error) {
    if (HarnError.is(error) && error.code === runErrors.$code('deadline')) {
      return { status: 'deadline' };
    }
    throw error;
  } finally {
    ctx.run.interrupts.pop(ctx.task, deadline);
  }
}

function* waitVirtually<T>(
  ctx: RunContext,
  dueMs: number,
  step: WaitStep<T>,
): Suspending<WaitEnd<T>> {
  const pause = ctx.startTask(ctx.task.nextGroup('pause'), (child) =>
    child.perform(letOthersRun, []),
  );
  while (pause.outcome === undefined && ctx.sync(programNow, []) < dueMs) {
    const value = yield* nextAnswer(ctx, step, pause);
    if (value !== undefined) return { status: 'done', value };
  }
  ctx.run.clock.advance(Math.max(0, dueMs - ctx.sync(programNow, [])));
  const last = yield* step(ctx);
  return last === undefined ? { status: 'deadline' } : { status: 'done', value: last };
}

/** Waits for the next change (or the end of `pause`) unless there was one already, then asks the step. */
function* nextAnswer<T>(
  ctx: RunContext,
  step: WaitStep<T>,
  pause: Task | undefined,
): Suspending<T | undefined> {
  const hub = ctx.get(unsettledHubKey);
  const seen = hub.version;
  const value = yield* step(ctx);
  if (value !== undefined) return value;
  const outside = startWatchers(ctx);
  try {
    yield* ctx.block('unsettled work to move', (resume) => {
      const stops: (() => void)[] = [];
      const stopAll = () => {
        for (const stop of stops.splice(0)) stop();
      };
      const wake = () => {
        stopAll();
        resume({ ok: true, value: undefined });
      };
      stops.push(hub.onChange(wake));
      for (const task of pause === undefined ? outside : [pause, ...outside]) {
        stops.push(task.onDone(wake));
      }
      if (hub.version !== seen) wake();
      return stopAll;
    });
  } finally {
    for (const task of outside) ctx.run.scheduler.drop(task);
  }
  return undefined;
}

/** One task per source whose items move outside of this process. */
function startWatchers(ctx: RunContext): readonly Task[] {
  const tasks: Task[] = [];
  for (const source of ctx.get(unsettledHubKey).sources) {
    const moved = source.moved?.bind(source);
    if (moved === undefined) continue;
    tasks.push(ctx.startTask(ctx.task.nextGroup('watch'), (child) => moved(child)));
  }
  return tasks;
}

/** Starts the child run of every open handoff whose target is in the run's program. */
export function* deliverAtHand(ctx: RunContext): Suspending<void> {
  const targets = ctx.get(handoffTargetsKey);
  for (const handoff of ctx.get(handoffRegistryKey).open()) {
    if (!targets.has(handoff.target_pipeline)) continue;
    const item = { bucket: 'partial_handoffs' as const, id: handoff.handoff_id };
    const reason = `delivered to ${handoff.target_pipeline}`;
    const shown = { ...item, view: {}, moves: false, actions: ['deliver' as const] };
    const result = yield* handoffSource.act(ctx, shown, 'deliver', { reason });
    if (result.status !== 'done') continue;
    const { disposition, to } = result;
    ctx.get(ledgerKey).decide(item, { disposition, by: 'settlement', reason, to });
  }
}

type Verdict = { readonly reason: 'settled' | 'stuck'; readonly snapshot: Snapshot };

/**
 * `harness.wait_for_any_settlement`: waits until nothing is open, until the deadline, or until nothing that is left
 * can move by itself. `timed_out` is true whenever something is still open.
 */
export function* waitForAnySettlement(ctx: RunContext, maxMs: number): Suspending<JsonObject> {
  const end = yield* waitFor<Verdict>(ctx, maxMs, function* (at) {
    yield* deliverAtHand(at);
    const snapshot = yield* takeSnapshot(at);
    if (snapshot.items.length === 0) return { reason: 'settled', snapshot };
    if (!snapshot.items.some((item) => item.moves)) return { reason: 'stuck', snapshot };
    return undefined;
  });
  if (end.status === 'done' && end.value.reason === 'settled') {
    return { status: 'settled', timed_out: false, state: end.value.snapshot.state };
  }
  const stuck = end.status === 'done';
  const { state } = stuck ? end.value.snapshot : yield* takeSnapshot(ctx);
  return { status: 'unsettled', timed_out: true, reason: stuck ? 'stuck' : 'deadline', state };
}
