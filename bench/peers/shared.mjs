// What every subject of the peers bench shares: how much is measured, and in which form it is told. A subject does the
// same three things: steps in sequence, a wait that is answered from outside, and many items that wait.
export const STEPS = 100;
export const ANSWERS = 20;
export const PARKED = 1000;
/** Items begun at a time when many are made to wait. */
export const AT_ONCE = 20;

/** @param {readonly number[]} values */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * Milliseconds of a piece of work.
 * @param {() => unknown} work
 */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Does something for each number below `count`, some at a time.
 * @param {number} count
 * @param {(n: number) => Promise<unknown>} work
 */
export async function each(count, work) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    await Promise.all(some.map(work));
  }
}

/** The parts that were asked for (`BENCH_PARTS=steps,answers,parked`); all of them by default. */
export function parts() {
  const given = process.env['BENCH_PARTS'] ?? 'steps,answers,parked';
  return new Set(given.split(','));
}

/** @param {object} result */
export function tell(result) {
  process.stdout.write(`\n@result ${JSON.stringify(result)}\n`);
}
