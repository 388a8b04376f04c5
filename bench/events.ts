// Question: what do run events cost when nobody listens, when someone does, and when the reader is slow? First the
// emitter alone, beside a loop that only counts. Then a run that prints many lines: without a listener, with one that
// takes the event, and as `harn run --json` does it, with a reader that is fast, slow, or takes nothing at all.
// Aims: without a listener no more than counting; a reader whose queue is full is waited for while it takes something; one
// that takes nothing costs the run at most the second of patience that the queue has.
// Usage: npm run bench -- events [lines] [rounds]
import { EventQueue, type LinePort } from '../src/cli/event-queue.ts';
import { EventStream } from '../src/cli/event-stream.ts';
import { createNodeHost } from '../src/runtime/host/index.ts';
import { stdioEffects } from '../src/runtime/io/index.ts';
import { type Finisher, Run, type RunEventListener } from '../src/runtime/run/index.ts';
import { RunEvents } from '../src/runtime/run/run-events.ts';
import { openStore } from '../src/store/index.ts';

const LINES = Number(process.argv[2] ?? '100000');
const ROUNDS = Number(process.argv[3] ?? '9');
const TEXT = `${'what the program has to say '.repeat(4)}`;
const SPEC = { pipeline: 'bench', origin: 'bench', program: null, version: '1', input: null };

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: 'settled', items: [] } };
};

/** Takes so many bytes per millisecond. */
function reader(bytesPerMs: number): LinePort {
  const start = performance.now();
  let taken = 0;
  return {
    write(bytes) {
      const may = Math.floor((performance.now() - start) * bytesPerMs) - taken;
      const some = bytesPerMs === 0 ? 0 : Math.max(0, Math.min(may, bytes.length));
      taken += some;
      return some;
    },
    later: (fn) => void setTimeout(fn, 2).unref(),
    pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  };
}

function streamTo(port: LinePort): RunEventListener {
  return new EventStream(new EventQueue(port), { quiet: false }).main;
}

/** Nanoseconds per line of a run that prints. */
async function run(listener: RunEventListener | undefined): Promise<number> {
  const one = Run.create(
    {
      host: createNodeHost(),
      openStore: () => openStore('memory:'),
      finish,
      sink: { write: () => undefined },
    },
    SPEC,
  );
  if (listener !== undefined) one.listen(listener);
  const start = performance.now();
  const result = await one.begin(function* (ctx) {
    yield* [];
    for (let n = 0; n < LINES; n += 1) ctx.sync(stdioEffects.println, [TEXT]);
    return null;
  });
  if (result.status !== 'settled') throw new Error(`the run is ${result.status}`);
  return ((performance.now() - start) * 1e6) / LINES;
}

/** Nanoseconds per event of the emitter alone. */
function emit(listeners: number): number {
  const counts = { out: 0, err: 0, events: 0 };
  const events = new RunEvents(counts, { out: 0, err: 0, events: 0 });
  let taken = 0;
  for (let n = 0; n < listeners; n += 1) {
    events.listen(({ seq }) => {
      taken += seq;
    });
  }
  const start = performance.now();
  for (let n = 0; n < LINES; n += 1) events.emit({ event_type: 'stdout', payload: TEXT });
  const took = performance.now() - start;
  if (counts.events !== LINES || taken < 0) throw new Error('events were lost');
  return (took * 1e6) / LINES;
}

/** The same loop with nothing but a count in it. */
function count(): number {
  const counts = { events: 0 };
  const texts: unknown[] = [undefined];
  const start = performance.now();
  for (let n = 0; n < LINES; n += 1) {
    counts.events += 1;
    texts[0] = { event_type: 'stdout', payload: TEXT };
  }
  return ((performance.now() - start) * 1e6) / LINES;
}

const SUBJECTS: readonly (readonly [string, () => number | Promise<number>])[] = [
  ['counting only', () => count()],
  ['emit, nobody listens', () => emit(0)],
  ['emit, one listener', () => emit(1)],
  ['emit, eight listeners', () => emit(8)],
  ['run, nobody listens', () => run(undefined)],
  ['run, one listener', () => run(() => undefined)],
  ['run --json, fast reader', () => run(streamTo(reader(Number.POSITIVE_INFINITY)))],
  ['run --json, reads 20 MB/s', () => run(streamTo(reader(20_000)))],
  ['run --json, takes nothing', () => run(streamTo(reader(0)))],
];

const times = SUBJECTS.map((): number[] => []);
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [at, [, subject]] of SUBJECTS.entries()) {
    const ns = await subject();
    // The first round warms up.
    if (round > 0) times[at]?.push(ns);
  }
}
process.stdout.write(
  `${LINES} lines, ${ROUNDS} interleaved rounds, Node ${process.version}, ns per line: median (least)\n`,
);
for (const [at, [name]] of SUBJECTS.entries()) {
  const values = (times[at] ?? []).toSorted((a, b) => a - b);
  const middle = values[values.length >> 1] ?? Number.NaN;
  process.stdout.write(
    `${name.padEnd(30)}${middle.toFixed(1).padStart(10)} (${(values[0] ?? 0).toFixed(1)})\n`,
  );
}
