// Pools: bounded concurrency by name. A pool is visible in the run that made it; a task belongs to the run that
// submitted it, is named by its submission (`<task>/<ordinal>:<k>`) and is re-made by replay. Nothing of a pool is
// written down but the instants and ids that a program can see.
import type { Json } from '../../base/index.ts';
import { uuidV7 } from '../../base/index.ts';
import { unsettledHubKey } from '../lifecycle/index.ts';
import {
  boundsOf,
  defineSyncEffect,
  type Handler,
  type RunContext,
  runErrors,
  runSpansKey,
  type ServiceKey,
  type Suspending,
  startBeside,
} from '../run/index.ts';
import { type Attributes, linkTo, SPAN_METADATA, type SpanRef } from '../trace/index.ts';
import { poolErrors } from './pool-errors.ts';
import {
  type ParsedSubmit,
  type PoolOptions,
  parsePool,
  parseSubmit,
  type SubmitOptions,
} from './pool-options.ts';
import { errorText, isTerminal, type NewPoolTask, Pool, type PoolTask } from './pool-state.ts';
import {
  handleOf,
  type PoolSnapshot,
  type PoolTaskHandle,
  type PoolTaskSnapshot,
  snapshotOfPool,
  snapshotOfTask,
} from './pool-view.ts';

/** A pool by name, id or handle. */
export type PoolRef = string | { readonly id: string };

/** A task by id or handle. */
export type PoolTaskRef = string | { readonly id: string };

/** The pools of one run. */
export class Pools {
  readonly #byId = new Map<string, Pool>();

  add(pool: Pool): void {
    this.#byId.set(pool.id, pool);
  }

  /** All of them, in the order they were made. */
  all(): readonly Pool[] {
    return [...this.#byId.values()];
  }

  find(nameOrId: string): Pool | undefined {
    return this.#byId.get(nameOrId) ?? this.all().find((pool) => pool.name === nameOrId);
  }

  task(id: string): PoolTask | undefined {
    for (const pool of this.#byId.values()) {
      const task = pool.tasks.get(id);
      if (task !== undefined) return task;
    }
    return undefined;
  }
}

/** The pools of this run. */
export const poolsKey: ServiceKey<Pools> = { name: 'work.pools', create: () => new Pools() };

/** An id and an instant, recorded: the same when the run is resumed. */
type Stamp = { readonly uuid: string; readonly at_ms: number };

function stampEffect(name: string) {
  return defineSyncEffect({ name, class: 'ambient', access: 'write' }, (env): Stamp => {
    const atMs = Math.floor(env.clock.nowMs());
    return { uuid: uuidV7(atMs, env.host.random), at_ms: atMs };
  });
}

const createStamp = stampEffect('agent.pool_create');
const submitStamp = stampEffect('agent.pool_submit');

const poolTime = defineSyncEffect(
  { name: 'agent.pool_time', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.clock.nowMs()),
);

/** Makes a pool. Names are unique in a run. */
export function poolCreate(ctx: RunContext, options: PoolOptions = {}): PoolSnapshot {
  const parsed = parsePool(options);
  const pools = ctx.get(poolsKey);
  const taken = parsed.name === null ? undefined : pools.find(parsed.name);
  if (taken !== undefined) throw poolErrors.exists({ pool: taken.name, id: taken.id });
  const { uuid, at_ms: createdAtMs } = ctx.sync(createStamp, []);
  const hub = ctx.get(unsettledHubKey);
  const id = `pool_${uuid}`;
  const pool = new Pool(id, parsed.name ?? id, parsed, {
    createdAtMs,
    changed: () => hub.changed(),
    drop: (task) => ctx.run.scheduler.drop(task),
  });
  pools.add(pool);
  return snapshotOfPool(pool, ctx.runId);
}

/** A pool by name or id; null when there is none. */
export function poolGet(ctx: RunContext, nameOrId: string): PoolSnapshot | null {
  const pool = ctx.get(poolsKey).find(nameOrId);
  return pool === undefined ? null : snapshotOfPool(pool, ctx.runId);
}

/** The pools of this run, in the order they were made. */
export function poolList(ctx: RunContext): readonly PoolSnapshot[] {
  return ctx
    .get(poolsKey)
    .all()
    .map((pool) => snapshotOfPool(pool, ctx.runId));
}

/** A pool as it is now. */
export function poolSnapshot(ctx: RunContext, ref: PoolRef): PoolSnapshot {
  return snapshotOfPool(poolOf(ctx, ref), ctx.runId);
}

/** How many tasks have not ended. */
export function poolSize(ctx: RunContext, ref: PoolRef): number {
  const pool = poolOf(ctx, ref);
  return pool.active + pool.queue.length;
}

/**
 * Submits a task. It runs when the pool has a slot and the caller really waits. With a full queue the pool's policy
 * decides: the caller waits, something is rejected, or this throws.
 */
export function* poolSubmit(
  ctx: RunContext,
  ref: PoolRef,
  handler: Handler,
  options: SubmitOptions = {},
): Suspending<PoolTaskHandle> {
  const pool = poolOf(ctx, ref);
  const parsed = parseSubmit(options, pool.options.strategy);
  const known = pool.byKey(parsed.idempotencyKey);
  if (known !== undefined) return handleOf(known);
  const { uuid, at_ms: submittedAtMs } = ctx.sync(submitStamp, []);
  const taskId = ctx.task.nextCallback(ctx.task.lastOrdinal);
  const spans = ctx.get(runSpansKey);
  const span = spans.start(ctx.task, 'pool_submit', `pool.submit ${pool.name}`, {
    attributes: submitFacts(pool, parsed, `${pool.id}_task_${uuid}`),
  });
  const bounds = boundsOf(ctx);
  const submitted: NewPoolTask = {
    ...parsed,
    id: `${pool.id}_task_${uuid}`,
    submittedAt: uuid,
    submittedAtMs,
    submittedBy: ctx.runId,
    // With the authority, scope and policies of whoever submits it, as they are now: those of the run are others.
    start: (task) => startBeside(ctx, bounds, taskId, timed(spanned(handler, task, span), task)),
  };
  try {
    const task = yield* admitTask(ctx, pool, submitted);
    span.set({ [SPAN_METADATA.status]: task.status });
    span.end('ok');
    return handleOf(task);
  } finally {
    span.end('error');
  }
}

function submitFacts(pool: Pool, parsed: ParsedSubmit, taskId: string): Attributes {
  return {
    [SPAN_METADATA.pool]: pool.name,
    [SPAN_METADATA.poolId]: pool.id,
    [SPAN_METADATA.taskId]: taskId,
    [SPAN_METADATA.priority]: parsed.priority,
    ...(parsed.key === null ? {} : { [SPAN_METADATA.key]: parsed.key }),
    ...(parsed.idempotencyKey === null
      ? {}
      : { [SPAN_METADATA.idempotencyKey]: parsed.idempotencyKey }),
  };
}

/** The handler in a span of its own, from its start to its end; it points to where it was submitted. */
function spanned(handler: Handler, task: PoolTask, submit: SpanRef): Handler {
  const begin = (ctx: RunContext) => {
    const spans = ctx.get(runSpansKey);
    const { pool } = task;
    const span = spans.start(ctx.task, 'pool_dequeue', `pool.dequeue ${pool.name}`, {
      detached: true,
      links: [linkTo(submit, 'pool_submit')],
      attributes: {
        [SPAN_METADATA.pool]: pool.name,
        [SPAN_METADATA.poolId]: pool.id,
        [SPAN_METADATA.taskId]: task.id,
        [SPAN_METADATA.queuedForMs]: Math.max(0, (task.startedAtMs ?? 0) - task.submittedAtMs),
        [SPAN_METADATA.slotIndex]: pool.active - 1,
      },
    });
    spans.enter(ctx.task, span);
    ctx.task.owned.add(() => span.end());
    return span;
  };
  if (handler.kind === 'generator') {
    return {
      ...handler,
      *run(ctx, args) {
        const span = begin(ctx);
        const value = yield* handler.run(ctx, args);
        span.end('ok');
        return value;
      },
    };
  }
  return {
    ...handler,
    async run(ctx, args) {
      const span = begin(ctx);
      const value = await handler.run(ctx, args);
      span.end('ok');
      return value;
    },
  };
}

function* admitTask(ctx: RunContext, pool: Pool, submitted: NewPoolTask): Suspending<PoolTask> {
  const admission = pool.admission();
  switch (admission.do) {
    case 'accept':
      return pool.accept(submitted);
    case 'fail_full':
      throw poolErrors.full({ pool: pool.name });
    case 'fail_fast':
      throw poolErrors.noCapacity({ pool: pool.name });
    case 'drop_newest':
      return pool.reject(submitted, admission.reason, admission.policy);
    case 'drop_oldest':
      pool.dropOldest(admission.reason, admission.policy);
      return pool.accept(submitted);
    case 'wait':
      return (yield* ctx.block(`room in pool ${pool.name}`, (resume) =>
        pool.whenRoom(submitted, (task) => resume({ ok: true, value: task })),
      )) as PoolTask;
  }
}

/** Waits until a task has ended and tells how. A failed task is a result, not an error. */
export function* poolWait(ctx: RunContext, ref: PoolTaskRef): Suspending<PoolTaskSnapshot> {
  return snapshotOfTask(yield* ended(ctx, ref));
}

/** Waits for every one of some tasks; snapshots in the order of the list. */
export function* poolWaitAll(
  ctx: RunContext,
  refs: readonly PoolTaskRef[],
): Suspending<readonly PoolTaskSnapshot[]> {
  const snapshots: PoolTaskSnapshot[] = [];
  for (const ref of refs) snapshots.push(yield* poolWait(ctx, ref));
  return snapshots;
}

/** Waits for a task and gives its result, or throws what it threw. */
export function* poolResult(ctx: RunContext, ref: PoolTaskRef): Suspending<Json> {
  const task = yield* ended(ctx, ref);
  if (task.status === 'completed') return task.result;
  if (task.status === 'failed') throw task.error;
  const reason = task.reason ?? errorText(task.error);
  throw poolErrors.noResult({ task: task.id, status: task.status, reason });
}

/** Ends a task that has not ended: a queued one never starts, a running one is dropped. False when it had ended. */
export function poolCancel(
  ctx: RunContext,
  ref: PoolTaskRef,
  reason = 'cancelled by its program',
): boolean {
  const task = taskOf(ctx, ref);
  return task.pool.cancel(task, reason);
}

function* ended(ctx: RunContext, ref: PoolTaskRef): Suspending<PoolTask> {
  const task = taskOf(ctx, ref);
  if (!isTerminal(task.status)) {
    yield* ctx.block(`pool task ${task.id}`, (resume) =>
      task.pool.whenEnded(task, () => resume({ ok: true, value: null })),
    );
  }
  return task;
}

function idOf(ref: PoolRef | PoolTaskRef | null, what: 'pool' | 'task'): string {
  const id = typeof ref === 'object' ? ref?.id : ref;
  if (typeof id !== 'string') throw poolErrors.notAHandle({ what });
  return id;
}

function poolOf(ctx: RunContext, ref: PoolRef): Pool {
  const name = idOf(ref, 'pool');
  const pool = ctx.get(poolsKey).find(name);
  if (pool === undefined) throw poolErrors.unknownPool({ pool: name });
  return pool;
}

function taskOf(ctx: RunContext, ref: PoolTaskRef): PoolTask {
  const id = idOf(ref, 'task');
  const task = ctx.get(poolsKey).task(id);
  if (task === undefined) throw poolErrors.unknownTask({ task: id });
  return task;
}

/** The handler with its instants recorded and its result checked. */
function timed(handler: Handler, task: PoolTask): Handler {
  const begin = (ctx: RunContext) => {
    task.startedAtMs = ctx.sync(poolTime, []);
  };
  const end = (ctx: RunContext) => {
    task.finishedAtMs = ctx.sync(poolTime, []);
  };
  if (handler.kind === 'generator') {
    return {
      ...handler,
      *run(ctx, args) {
        begin(ctx);
        try {
          return asJson(yield* handler.run(ctx, args));
        } finally {
          end(ctx);
        }
      },
    };
  }
  return {
    ...handler,
    async run(ctx, args) {
      begin(ctx);
      try {
        return asJson(await handler.run(ctx, args));
      } finally {
        end(ctx);
      }
    },
  };
}

function asJson(value: unknown): Json {
  const type = typeof value;
  if (type === 'function' || type === 'symbol' || type === 'bigint') {
    throw runErrors.notJson({ what: 'the result of a pool task', type });
  }
  return (value ?? null) as Json;
}
