// Change hints: no wake-up is lost, and nothing is polled while nobody waits.
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/index.ts';
import { Wakeup } from './wakeup.ts';

function setup() {
  const clock = new ManualClock();
  const foreign = { version: 1, asked: 0 };
  const wakeup = new Wakeup(clock, 25, () => {
    foreign.asked += 1;
    return foreign.version;
  });
  foreign.asked = 0;
  return { clock, foreign, wakeup };
}

describe('waiting for change', () => {
  it('ends with a commit of another process at the next look', async () => {
    const { clock, foreign, wakeup } = setup();
    const waiting = wakeup.wait(wakeup.mark);
    clock.advance(25);
    expect(foreign.asked).toBe(2);
    foreign.version = 2;
    clock.advance(25);
    await waiting;
    expect(wakeup.mark).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends at once when another process committed between the mark and the wait', async () => {
    const { foreign, wakeup } = setup();
    const mark = wakeup.mark;
    foreign.version = 2;
    await wakeup.wait(mark);
  });

  it('looks elsewhere only while someone waits', async () => {
    const { clock, foreign, wakeup } = setup();
    clock.advance(1_000);
    wakeup.bump();
    expect(foreign.asked).toBe(0);
    const stop = new AbortController();
    const both = [wakeup.wait(1), wakeup.wait(1, stop.signal)];
    stop.abort();
    await both[1];
    expect(clock.pendingTimers).toBe(1);
    wakeup.bump();
    await both[0];
    expect(clock.pendingTimers).toBe(0);
  });

  it('never looks elsewhere when nobody else can commit', async () => {
    const clock = new ManualClock();
    const wakeup = new Wakeup(clock, undefined, () => 1);
    const waiting = wakeup.wait(wakeup.mark);
    expect(clock.pendingTimers).toBe(0);
    wakeup.bump();
    await waiting;
  });

  it('wakes when the store cannot be asked, so that the reader meets the failure', async () => {
    const clock = new ManualClock();
    let broken = false;
    const wakeup = new Wakeup(clock, 25, () => {
      if (broken) throw new Error('broken');
      return 1;
    });
    const waiting = wakeup.wait(wakeup.mark);
    broken = true;
    clock.advance(25);
    await waiting;
  });

  it('ends at close, for those who come later too', async () => {
    const { clock, wakeup } = setup();
    const waiting = wakeup.wait(wakeup.mark);
    wakeup.close();
    await waiting;
    await wakeup.wait(wakeup.mark);
    expect(clock.pendingTimers).toBe(0);
  });
});
