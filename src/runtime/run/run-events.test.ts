import { expect, it } from 'vitest';
import { type RunEvent, RunEvents } from './run-events.ts';

const counts = (events: number) => ({ out: 0, err: 0, events });
const line = { event_type: 'stdout', payload: 'x' } as const;

it('counts what nobody hears, so that who listens later sees the same numbers', () => {
  const events = new RunEvents(counts(0), counts(0));
  const seen: number[] = [];
  events.emit(line);
  const stop = events.listen(({ seq }) => seen.push(seq));
  events.emit(line);
  stop();
  events.emit(line);
  expect(seen).toEqual([2]);
  expect(events.lastSeq).toBe(3);
});

it('loses a listener that throws or rejects, and nobody else', async () => {
  const events = new RunEvents(counts(0), counts(0));
  const seen: RunEvent[] = [];
  let thrown = 0;
  let rejected = 0;
  events.listen(() => {
    thrown += 1;
    throw new Error('no');
  });
  events.listen(() => {
    rejected += 1;
    return Promise.reject(new Error('no'));
  });
  events.listen((event) => seen.push(event));
  events.emit(line);
  await Promise.resolve();
  await Promise.resolve();
  events.emit(line);
  expect([thrown, rejected, seen.length]).toEqual([1, 1, 2]);
});

it('does not repeat what an earlier life of the run had sent', () => {
  const events = new RunEvents(counts(0), counts(2));
  const seen: number[] = [];
  events.listen(({ seq }) => seen.push(seq));
  for (let i = 0; i < 3; i += 1) events.emit(line);
  expect(seen).toEqual([3]);
});

it('cost nothing when nobody listens: not even their content is looked at', () => {
  const events = new RunEvents(counts(0), counts(0));
  let looks = 0;
  const body = {
    event_type: 'stdout' as const,
    get payload() {
      looks += 1;
      return 'x';
    },
  };
  events.emit(body);
  expect(looks).toBe(0);
  const stop = events.listen(() => undefined);
  events.emit(body);
  expect(looks).toBe(1);
  stop();
  events.emit(body);
  expect([looks, events.lastSeq]).toEqual([1, 3]);
});
