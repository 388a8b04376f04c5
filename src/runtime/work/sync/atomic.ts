// Atomics and shared cells and maps: values that several tasks of a run read and write. Tasks switch only where they
// wait, so each call is atomic by itself; versions tell whether somebody wrote in between two calls.
import type { RunContext } from '../../run/index.ts';
import { use } from './use.ts';

/** A value that tasks share. */
export class Atomic<T = unknown> {
  value: T;

  constructor(value: T) {
    this.value = value;
  }
}

/** Makes an atomic value. */
export function makeAtomic<T>(ctx: RunContext, initial: T): Atomic<T> {
  use(ctx, 'atomic');
  return new Atomic(initial);
}

export function atomicGet<T>(ctx: RunContext, atomic: Atomic<T>): T {
  use(ctx, 'atomic_get');
  return atomic.value;
}

/** Writes and gives what was there before. */
export function atomicSet<T>(ctx: RunContext, atomic: Atomic<T>, value: T): T {
  use(ctx, 'atomic_set');
  const before = atomic.value;
  atomic.value = value;
  return before;
}

/** Replaces the value by what `change` makes of it, and gives what was there before. */
export function atomicUpdate<T>(ctx: RunContext, atomic: Atomic<T>, change: (value: T) => T): T {
  use(ctx, 'atomic_add');
  const before = atomic.value;
  atomic.value = change(before);
  return before;
}

/** Writes only when the value is the expected one. */
export function atomicCas<T>(
  ctx: RunContext,
  atomic: Atomic<T>,
  { expected, value, same }: CompareAndSet<T>,
): boolean {
  use(ctx, 'atomic_cas');
  if (!same(atomic.value, expected)) return false;
  atomic.value = value;
  return true;
}

/** A conditional write. */
export interface CompareAndSet<T> {
  readonly expected: T;
  readonly value: T;
  /** What counts as the same value. */
  readonly same: (a: T, b: T) => boolean;
}
