// Idle work is done while nobody commits, in steps, and never between a commit and the next.
import { expect, it } from 'vitest';
import { ManualClock } from '../base/index.ts';
import { IdleWork } from './idle-work.ts';

function idle(steps: number) {
  const clock = new ManualClock();
  const state = { left: steps, done: 0, busy: false, fails: false };
  const work = new IdleWork(
    clock,
    {
      get hasIdleWork() {
        return state.left > 0;
      },
      idleStep() {
        if (state.fails) throw new Error('disk');
        state.done += 1;
        state.left -= 1;
        return true;
      },
    },
    () => state.busy,
  );
  return { clock, state, work };
}

it('works step by step once nobody has committed for a moment', () => {
  const { clock, state, work } = idle(3);
  work.committed();
  clock.advance(49);
  expect(state.done).toBe(0);
  clock.advance(1);
  expect(state.done).toBe(1);
  clock.advance(200);
  expect(state).toMatchObject({ done: 3, left: 0 });
});

it('waits while commits go on or someone waits for one', () => {
  const { clock, state, work } = idle(3);
  work.committed();
  for (let n = 0; n < 40; n += 1) {
    clock.advance(10);
    work.committed();
  }
  expect(state.done).toBe(0);
  state.busy = true;
  clock.advance(500);
  expect(state.done).toBe(0);
  state.busy = false;
  clock.advance(500);
  expect(state.done).toBe(3);
});

it('sets no timer when nothing is to be done, and starts again with the next commit after a failure', () => {
  const { clock, state, work } = idle(1);
  state.left = 0;
  work.committed();
  state.left = 1;
  clock.advance(500);
  expect(state.done).toBe(0);
  state.fails = true;
  work.committed();
  clock.advance(500);
  state.fails = false;
  clock.advance(500);
  expect(state.done).toBe(0);
  work.committed();
  clock.advance(500);
  expect(state.done).toBe(1);
});

it('does what is left, within a bound, when it is closed, and nothing afterwards', () => {
  const few = idle(3);
  few.work.committed();
  few.work.close();
  expect(few.state.done).toBe(3);
  const many = idle(1_000);
  many.work.committed();
  many.work.close();
  expect(many.state.done).toBe(8);
  many.work.committed();
  many.clock.advance(1_000);
  expect(many.state.done).toBe(8);
});
