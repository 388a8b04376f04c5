import { expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

/** A reader with some room, which grows when it is told to, and a clock that stands unless somebody pauses. */
function reader(room: number, { perPause = 0 } = {}) {
  let text = '';
  let paused = 0;
  const timers: (() => void)[] = [];
  const port = {
    write: (bytes: Uint8Array) => {
      const taken = Math.min(room, bytes.length);
      text += Buffer.from(bytes.subarray(0, taken)).toString();
      room -= taken;
      return taken;
    },
    later: (fn: () => void) => void timers.push(fn),
    pause: (ms: number) => {
      paused += ms;
      room += perPause;
    },
  };
  const take = (more: number) => {
    room += more;
    for (const fn of timers.splice(0)) fn();
  };
  return { port, take, seen: () => text, paused: () => paused };
}

it('hands lines over in order, however little the reader takes at a time', async () => {
  const slow = reader(2);
  const queue = new EventQueue(slow.port);
  for (const line of ['one\n', 'two\n', 'three\n']) queue.push(line);
  expect(slow.seen()).toBe('on');
  const flushed = queue.flush();
  for (let i = 0; i < 6; i += 1) slow.take(2);
  await flushed;
  expect(slow.seen()).toBe('one\ntwo\nthree\n');
});

it('waits for a reader that takes something, and is full for one that takes nothing', () => {
  const steady = reader(0, { perPause: 1 });
  const patient = new EventQueue(steady.port, { max: 10 });
  patient.push('12345678\n');
  expect(patient.isFull(9)).toBe(false);
  expect(steady.seen()).not.toBe('');

  const stuck = reader(0);
  const queue = new EventQueue(stuck.port, { max: 10 });
  expect(queue.isFull(100)).toBe(false);
  queue.push('12345678\n');
  expect(queue.isFull(1)).toBe(false);
  expect(queue.isFull(2)).toBe(true);
  const once = stuck.paused();
  expect(once).toBeGreaterThan(0);
  expect(queue.isFull(2)).toBe(true);
  expect(stuck.paused()).toBe(once);
  stuck.take(100);
  expect(queue.isFull(2)).toBe(false);
});

it('goes on without a reader that went away', async () => {
  const gone = () => {
    throw new Error('EPIPE');
  };
  const queue = new EventQueue({ write: gone, later: () => undefined, pause: () => undefined });
  queue.push('a\n');
  queue.push('b\n');
  await queue.flush();
  expect(queue.isFull(1_000_000_000)).toBe(false);
});
