// Taking and giving back locks, and refusing waits that could never end.
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  type Task,
} from '../../run/index.ts';
import { deadlockErrors, syncErrors } from './errors.ts';
import {
  type Lock,
  type LockKind,
  type LockMetrics,
  Locks,
  type Permit,
  RWLOCK_PLACES,
} from './lock.ts';
import { use } from './use.ts';
import { waitFor } from './wait.ts';

/** The key of `mutex { }` without one. */
export const DEFAULT_MUTEX = '__default__';

/** What is asked of a lock. */
export interface LockRequest {
  readonly kind: LockKind;
  readonly key: string;
  /** How many permits there are in all; 1 for a mutex. Semaphores and gates. */
  readonly capacity?: number | undefined;
  /** How many permits are taken; 1 if not said. Semaphores. */
  readonly permits?: number | undefined;
  /** Reader-writer locks: `read` shares, `write` excludes. */
  readonly mode?: string | undefined;
  /** 0: do not wait. Undefined: wait without a limit. */
  readonly timeoutMs?: number | undefined;
}

/** The locks of this run. */
const locksKey: ServiceKey<Locks> = {
  name: 'work.locks',
  create: (run) => new Locks(() => run.clock.monotonicMs()),
};

/**
 * Takes a lock, waiting in line. Null when the time is up. The permit belongs to `owner`, the calling task if not said,
 * and goes back when that ends.
 */
export function* acquire(
  ctx: RunContext,
  request: LockRequest,
  owner: Task = ctx.task,
): Suspending<Permit | null> {
  use(ctx, 'sync_acquire');
  const { capacity, weight } = placesOf(request);
  const locks = ctx.get(locksKey);
  const lock = locks.at(request.kind, request.key, capacity);
  const now = lock.tryAcquire(owner, weight);
  if (now !== undefined) return now;
  const { timeoutMs } = request;
  if (timeoutMs !== undefined && timeoutMs <= 0) {
    lock.noteTimeout(false);
    return null;
  }
  if (timeoutMs === undefined) assertEnds(locks, lock, owner);
  const permit = yield* waitFor<Permit>(ctx, {
    what: lock.label,
    describe: () => describe(lock),
    timeoutMs,
    start: (wake) => {
      if (timeoutMs === undefined) locks.waiting.set(owner, lock);
      const leave = lock.enqueue({ owner, weight, sinceMs: locks.nowMs(), granted: done });
      function done(granted: Permit): void {
        locks.waiting.delete(owner);
        wake(granted);
      }
      return () => {
        locks.waiting.delete(owner);
        leave();
      };
    },
  });
  if (permit === undefined) lock.noteTimeout(true);
  return permit ?? null;
}

/** Gives a permit back; false when that was done before. */
export function release(ctx: RunContext, permit: Permit): boolean {
  use(ctx, 'sync_release');
  return permit.lock.release(permit);
}

/** Counters; recorded, because times differ from life to life. */
const metricsEffect = defineSyncEffect(
  { name: 'runtime.sync_metrics', class: 'ambient', access: 'read' },
  (env, kind: string | null, key: string | null): LockMetrics[] =>
    env
      .get(locksKey)
      .all()
      .filter((lock) => (kind === null || lock.kind === kind) && (key === null || lock.key === key))
      .map((lock) => lock.metrics()),
);

/** The counters of the locks of a kind and a key, or of all. In the order in which they were first used. */
export function lockMetrics(
  ctx: RunContext,
  kind: string | null = null,
  key: string | null = null,
): readonly LockMetrics[] {
  return ctx.sync(metricsEffect, [kind, key]);
}

function placesOf(request: LockRequest): { readonly capacity: number; readonly weight: number } {
  const { kind, mode = 'write' } = request;
  const call = `sync_${kind}_acquire`;
  if (kind === 'mutex') return { capacity: 1, weight: 1 };
  if (kind === 'rwlock') {
    if (mode !== 'read' && mode !== 'write') {
      throw syncErrors.badOption({ call, option: 'the mode', expected: '"read" or "write"' });
    }
    return { capacity: RWLOCK_PLACES, weight: mode === 'read' ? 1 : RWLOCK_PLACES };
  }
  const { capacity = 1, permits = 1 } = request;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    const option = kind === 'gate' ? 'the limit' : 'the capacity';
    throw syncErrors.badOption({ call, option, expected: 'a positive int' });
  }
  if (!Number.isSafeInteger(permits) || permits < 1 || permits > capacity) {
    const expected = `an int from 1 to the capacity of ${capacity}`;
    throw syncErrors.badOption({ call, option: 'permits', expected });
  }
  return { capacity, weight: permits };
}

function describe(lock: Lock): string {
  const holders = lock.holders.map((task) => task.id).join(', ');
  return holders === '' ? lock.label : `${lock.label}, held by ${holders}`;
}

/**
 * Refuses to wait in a circle of tasks that wait for each other's locks. Only locks that exclude count: a semaphore may
 * be given back by anybody. A lane of TypeScript may do several things at once, so its own locks are no circle.
 */
function assertEnds(locks: Locks, wanted: Lock, owner: Task): void {
  const path = [`${owner.id} waits for ${wanted.label}`];
  for (let lock: Lock | undefined = wanted; lock !== undefined; ) {
    const [holder, other]: readonly (Task | undefined)[] = lock.holders;
    const excludes = lock.kind === 'mutex' || lock.kind === 'rwlock';
    if (!excludes || holder === undefined || other !== undefined || holder.isLane) return;
    if (holder === owner) {
      if (lock === wanted) throw deadlockErrors.selfDeadlock({ task: owner.id, lock: lock.label });
      throw deadlockErrors.waitCycle({ cycle: path.join('; ') });
    }
    lock = locks.waiting.get(holder);
    if (lock !== undefined) path.push(`${holder.id} waits for ${lock.label}`);
  }
}
