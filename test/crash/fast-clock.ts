// A clock that runs faster than the world's, the same in every process: a durable wait of a second takes a test 50 ms.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../../src/base/index.ts';

/** How much faster. */
const FACTOR = 20;
/** Where both clocks agree; fixed, so that lives of one run share one time. */
const ZERO_MS = Date.UTC(2026, 0, 1);

export const fastClock: Clock = {
  nowMs: () => ZERO_MS + (Date.now() - ZERO_MS) * FACTOR,
  monotonicMs: () => performance.now() * FACTOR,
  after(delayMs, fn) {
    const timer = setTimeout(fn, Math.max(0, delayMs) / FACTOR);
    return () => clearTimeout(timer);
  },
};
