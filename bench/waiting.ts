// Question: what does a commit cost when many runs of the same process wait for people? Runs ask a question and stay;
// then commits that concern none of them are made one after the other, until all that they set off has been done.
// Memory store, so that the disk has no part in it. Aim: the same for any number.
// Usage: npm run bench -- waiting [most runs] [rounds]
import { type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { listQuestions } from '../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

const MOST = Number(process.argv[2] ?? '1000');
const ROUNDS = Number(process.argv[3] ?? '5');
const COMMITS = 50;

const asking = pipeline('asking', (harness: Harness) => harness.interaction.askUser('approve?'));

async function untilAsked(store: Store, count: number): Promise<void> {
  for (;;) {
    const mark = store.changeMark();
    if ((await listQuestions(store, { status: 'open', limit: count })).length === count) return;
    await store.waitForChange(mark);
  }
}

/** Microseconds per commit, with what it sets off, while so many runs wait. */
async function commits(waiting: number): Promise<number> {
  const store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const runtime = createRuntime({
    store,
    pipelines: [asking] as unknown as Parameters<typeof createRuntime>[0]['pipelines'],
    sink: { write: () => undefined },
  });
  for (let n = 0; n < waiting; n += 1) runtime.start(asking, null);
  if (waiting > 0) await untilAsked(store, waiting);
  const start = performance.now();
  for (let n = 0; n < COMMITS; n += 1) {
    await store.tx((tx) => tx.append('elsewhere', { kind: 'noise', payload: {} }));
    // What was woken runs before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const took = performance.now() - start;
  await runtime.stop();
  await store.close();
  return (took * 1e3) / COMMITS;
}

const sizes = [0, 10, 100, 1_000].filter((size) => size <= MOST);
const times = sizes.map((): number[] => []);
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [at, size] of sizes.entries()) {
    const us = await commits(size);
    // The first round warms up.
    if (round > 0) times[at]?.push(us);
  }
}
process.stdout.write(
  `us per commit, ${ROUNDS} interleaved rounds, Node ${process.version}: median (least)\n`,
);
for (const [at, size] of sizes.entries()) {
  const values = (times[at] ?? []).toSorted((a, b) => a - b);
  const middle = values[values.length >> 1] ?? Number.NaN;
  process.stdout.write(
    `${String(size).padStart(6)} waiting ${middle.toFixed(1).padStart(10)} (${(values[0] ?? 0).toFixed(1)})\n`,
  );
}
