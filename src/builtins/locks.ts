// Locks by name (`mutex { }`, `sync_*`), circuit breakers, atomics, shared cells and shared maps.
import type { RunContext } from '../runtime/run/index.ts';
import {
  acquire,
  atomicCas,
  atomicGet,
  atomicSet,
  atomicUpdate,
  circuitCheck,
  circuitFailure,
  circuitReset,
  circuitSuccess,
  DEFAULT_MUTEX,
  type LockRequest,
  lockMetrics,
  makeAtomic,
  makeCircuit,
  release,
} from '../runtime/work/index.ts';
import {
  add,
  type Ctx,
  display,
  equal,
  isInt,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toMs } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { intOf, limitOf } from './sync-arguments.ts';
import { HarnAtomic, HarnPermit } from './sync-values.ts';

function* permit(ctx: Ctx, request: LockRequest): Steps {
  const taken = yield* acquire(ctx as RunContext, request);
  return taken === null ? null : new HarnPermit(taken);
}

const keyOf = (value: Value) => (value === null ? DEFAULT_MUTEX : display(value));

export function lockRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@mutex_acquire(key: any?) -> any',
      { doc: 'Takes the lock of a mutex block.', effect: 'wait' },
      function* (ctx: Ctx, key: Value = null): Steps {
        return yield* permit(ctx, { kind: 'mutex', key: keyOf(key) });
      },
    ),
    builtin(
      '@mutex_release(permit: any) -> nil',
      { doc: 'Gives the lock of a mutex block back.', effect: 'ambient' },
      (_ctx: Ctx, held: Value) => {
        if (held instanceof HarnPermit) held.it.lock.release(held.it);
        return null;
      },
    ),
    builtin(
      'runtime.sync_mutex_acquire(key: any?, timeout: any?) -> any',
      {
        doc: 'Takes a mutex by name, waiting in line. Nil when the time is up; 0 does not wait.',
        effect: 'wait',
        aliases: ['sync_mutex_acquire'],
      },
      function* (ctx: Ctx, key: Value = null, timeout: Value = null): Steps {
        const timeoutMs = limitOf('sync_mutex_acquire', timeout);
        return yield* permit(ctx, { kind: 'mutex', key: keyOf(key), timeoutMs });
      },
    ),
    builtin(
      'runtime.sync_semaphore_acquire(key: any, capacity: int, permits: int?, timeout: any?) -> any',
      {
        doc: 'Takes permits of a semaphore by name, waiting in line. Nil when the time is up.',
        effect: 'wait',
        aliases: ['sync_semaphore_acquire'],
      },
      function* (
        ctx: Ctx,
        key: Value,
        size: Value,
        count: Value = null,
        time: Value = null,
      ): Steps {
        const name = 'sync_semaphore_acquire';
        const capacity = intOf(name, 'the capacity', size, undefined);
        const permits = intOf(name, 'permits', count, undefined);
        const timeoutMs = limitOf(name, time);
        return yield* permit(ctx, {
          kind: 'semaphore',
          key: keyOf(key),
          capacity,
          permits,
          timeoutMs,
        });
      },
    ),
    builtin(
      'runtime.sync_gate_acquire(key: any, limit: int, timeout: any?) -> any',
      {
        doc: 'Takes one of so many places of a gate by name, waiting in line. Nil when the time is up.',
        effect: 'wait',
        aliases: ['sync_gate_acquire'],
      },
      function* (ctx: Ctx, key: Value, limit: Value, timeout: Value = null): Steps {
        const capacity = intOf('sync_gate_acquire', 'the limit', limit, undefined);
        const timeoutMs = limitOf('sync_gate_acquire', timeout);
        return yield* permit(ctx, { kind: 'gate', key: keyOf(key), capacity, timeoutMs });
      },
    ),
    builtin(
      'runtime.sync_rwlock_acquire(key: any, mode: string, timeout: any?) -> any',
      {
        doc: 'Takes a reader-writer lock: "read" shares it, "write" excludes. Nil when the time is up.',
        effect: 'wait',
        aliases: ['sync_rwlock_acquire'],
      },
      function* (ctx: Ctx, key: Value, mode: Value, timeout: Value = null): Steps {
        const timeoutMs = limitOf('sync_rwlock_acquire', timeout);
        return yield* permit(ctx, {
          kind: 'rwlock',
          key: keyOf(key),
          mode: display(mode),
          timeoutMs,
        });
      },
    ),
    builtin(
      'runtime.sync_release(permit: any) -> bool',
      {
        doc: 'Gives a permit back; false when that was done before, or for nil.',
        effect: 'ambient',
        aliases: ['sync_release'],
      },
      (ctx: Ctx, held: Value) => {
        if (held === null) return false;
        if (held instanceof HarnPermit) return release(ctx as RunContext, held.it);
        const detail = `a permit is needed, got ${typeOf(held)}`;
        throw wrong.argument({ builtin: 'sync_release', detail });
      },
    ),
    builtin(
      'runtime.sync_metrics(kind: string?, key: any?) -> any',
      {
        doc: 'Counters of a lock, nil when it was never used; with no kind or no key a list of all that fit.',
        effect: 'ambient',
        aliases: ['sync_metrics'],
      },
      (ctx: Ctx, kind: Value = null, key: Value = null) => {
        const wanted = [kind, key].map((part) => (part === null ? null : display(part)));
        const found = lockMetrics(ctx as RunContext, wanted[0], wanted[1]).map((m) => ({ ...m }));
        return kind === null || key === null ? found : (found[0] ?? null);
      },
    ),
    ...atomicRows(),
    ...circuitRows(),
  ];
}

function atomicOf(name: string, value: Value) {
  if (value instanceof HarnAtomic) return value.it;
  throw wrong.argument({ builtin: name, detail: 'first argument must be an atomic' });
}

function atomicRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.atomic(initial: any?) -> any',
      {
        doc: 'Makes a value that tasks share; 0 if not said.',
        effect: 'ambient',
        aliases: ['atomic'],
      },
      (ctx: Ctx, initial: Value = 0) => new HarnAtomic(makeAtomic(ctx as RunContext, initial)),
    ),
    builtin(
      'runtime.atomic_get(atomic: any) -> any',
      { doc: 'Reads an atomic value.', effect: 'ambient', aliases: ['atomic_get'] },
      (ctx: Ctx, atomic: Value) => atomicGet(ctx as RunContext, atomicOf('atomic_get', atomic)),
    ),
    builtin(
      'runtime.atomic_set(atomic: any, value: any) -> any',
      {
        doc: 'Writes an atomic value and gives what was there before.',
        effect: 'ambient',
        aliases: ['atomic_set'],
      },
      (ctx: Ctx, atomic: Value, value: Value) =>
        atomicSet(ctx as RunContext, atomicOf('atomic_set', atomic), value),
    ),
    builtin(
      'runtime.atomic_add(atomic: any, delta: int) -> int',
      {
        doc: 'Adds to an atomic int and gives what was there before.',
        effect: 'ambient',
        aliases: ['atomic_add'],
      },
      (ctx: Ctx, atomic: Value, delta: Value) =>
        atomicUpdate(ctx as RunContext, atomicOf('atomic_add', atomic), (value) => {
          for (const each of [value, delta]) {
            if (isInt(each)) continue;
            const detail = `only ints can be added, got ${typeOf(each)}`;
            throw wrong.argument({ builtin: 'atomic_add', detail });
          }
          return add(value, delta);
        }),
    ),
    builtin(
      'runtime.atomic_cas(atomic: any, expected: any, value: any) -> bool',
      {
        doc: 'Writes an atomic value if it is the expected one; whether it was.',
        effect: 'ambient',
        aliases: ['atomic_cas'],
      },
      (ctx: Ctx, atomic: Value, expected: Value, value: Value) => {
        const change = { expected, value, same: equal };
        return atomicCas(ctx as RunContext, atomicOf('atomic_cas', atomic), change);
      },
    ),
  ];
}

function circuitRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.circuit_breaker(name: string, threshold: int?, reset_ms: any?) -> string',
      {
        doc: 'Makes a circuit breaker and gives its name: open after 5 failures in a row, for 30 s, if not said.',
        effect: 'ambient',
        aliases: ['circuit_breaker'],
      },
      (ctx: Ctx, name: Value, threshold: Value = null, reset: Value = null) =>
        makeCircuit(ctx as RunContext, display(name), {
          threshold: intOf('circuit_breaker', 'the threshold', threshold, 5),
          resetMs: toMs(reset, 30_000),
        }),
    ),
    builtin(
      'runtime.circuit_check(name: string) -> string',
      {
        doc: '`closed`, `open`, or `half_open` once the time of rest is over.',
        effect: 'ambient',
        aliases: ['circuit_check'],
      },
      (ctx: Ctx, name: Value) => circuitCheck(ctx as RunContext, display(name)),
    ),
    builtin(
      'runtime.circuit_record_failure(name: string) -> bool',
      {
        doc: 'Reports a failure; true when it opened the circuit.',
        effect: 'ambient',
        aliases: ['circuit_record_failure'],
      },
      (ctx: Ctx, name: Value) => circuitFailure(ctx as RunContext, display(name)),
    ),
    builtin(
      'runtime.circuit_record_success(name: string) -> nil',
      {
        doc: 'Reports a success, which closes the circuit.',
        effect: 'ambient',
        aliases: ['circuit_record_success'],
      },
      (ctx: Ctx, name: Value) => {
        circuitSuccess(ctx as RunContext, display(name));
        return null;
      },
    ),
    builtin(
      'runtime.circuit_reset(name: string) -> nil',
      { doc: 'Closes the circuit.', effect: 'ambient', aliases: ['circuit_reset'] },
      (ctx: Ctx, name: Value) => {
        circuitReset(ctx as RunContext, display(name));
        return null;
      },
    ),
  ];
}
