import { expect, it } from 'vitest';
import type { RunEvent } from '../runtime/run/index.ts';
import { EventStream } from './event-stream.ts';

interface Line {
  readonly data: { readonly event_type: string; readonly seq: number };
  readonly warnings: readonly unknown[];
}

function stream(quiet = false, isFull = () => false) {
  const lines: Line[] = [];
  const push = (line: string) => lines.push(JSON.parse(line) as Line);
  const events = new EventStream({ isFull, push }, { quiet });
  const seen = () => lines.map(({ data }) => `${data.seq} ${data.event_type}`);
  return { events, lines, seen };
}

const out = (seq: number): RunEvent => ({ seq, event_type: 'stdout', payload: 'x' });
const settled = (seq: number): RunEvent => ({
  seq,
  event_type: 'run_settled',
  receipt: { items: [] },
  returned: null,
  final: null,
});
const parked = {
  event_type: 'parked',
  run_id: 'r',
  reason: 'x',
  waits: [],
  exit_code: 124,
} as const;

it('puts the receipt of the run behind its children and before the end', () => {
  const { events, seen } = stream();
  events.main(out(1));
  events.main(settled(2));
  events.child('child')(out(1));
  events.child('child')(settled(2));
  events.end(parked);
  expect(seen()).toEqual(['1 stdout', '2 child_run', '3 child_run', '4 run_settled', '5 parked']);
});

it('goes on counting where an earlier life of the run stopped', () => {
  const { events, seen } = stream();
  events.main(out(41));
  events.end(parked);
  expect(seen()).toEqual(['41 stdout', '42 parked']);
});

it('leaves out text when it is to be quiet, also that of children', () => {
  const { events, seen } = stream(true);
  events.main(out(1));
  events.child('child')(out(1));
  events.child('child')(settled(2));
  events.end(parked);
  expect(seen()).toEqual(['1 child_run', '2 parked']);
});

it('ends once, and its last envelope carries the warnings', () => {
  const { events, lines } = stream();
  events.warn({ code: 'A', message: 'b' });
  events.end(parked);
  events.end(parked);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ warnings: [{ code: 'A', message: 'b' }] });
});

it('leaves out text while the reader is slow, says how much, and keeps its numbers whole', () => {
  let isFull = false;
  const { events, lines, seen } = stream(false, () => isFull);
  events.main(out(1));
  isFull = true;
  events.main(out(2));
  events.child('child')(out(1));
  events.main({ seq: 3, event_type: 'main_returned', value: 1 });
  events.main(out(4));
  events.end(parked);
  expect(seen()).toEqual(['1 stdout', '2 main_returned', '3 parked']);
  expect(lines.map(({ warnings }) => warnings)).toMatchObject([
    [],
    [{ code: 'events_left_out', message: expect.stringContaining('2 events') as string }],
    [{ code: 'events_left_out', message: expect.stringContaining('1 events') as string }],
  ]);
});
