// Question: what does the same durable work cost in Harn, LangGraph.js, Mastra and DBOS? Steps in sequence; an item that
// waits for an answer from outside and is answered; a thousand items that wait (bytes on disk, time to list). Every
// subject runs in processes of its own, in interleaved rounds. Peers are installed on demand into bench/peers/*; one
// that cannot be installed or started is named and left out. See bench/README.md for what is in force in each.
// Usage: npm run bench -- peers [rounds] [subject,...]
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { createNodeHost } from '../src/runtime/host/index.ts';
import { answerQuestion, listQuestions } from '../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { defineEffect, type Finisher, listRuns, Run } from '../src/runtime/run/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { folder, install, resultOf, versionsOf } from './peers/peer-process.ts';
import { startPostgres } from './peers/postgres.ts';
import { ANSWERS, each, median, PARKED, parts, STEPS, tell, timed } from './peers/shared.mjs';

interface Result {
  readonly stepUs?: number;
  readonly mutationUs?: number;
  readonly liveAnswerMs?: number;
  readonly parkedAnswerMs?: number;
  readonly parkMs?: number;
  readonly parkedBytes?: number;
  readonly listMs?: number;
  readonly syncsPerStep?: number;
}

// Harn as a subject

const steps = pipeline('steps', async (harness: Harness) => {
  let n = 0;
  while (n < STEPS) {
    const now = n;
    n = await harness.step('step', () => now + 1);
  }
  return n;
});

/** A call to the outside: its intent is on disk before it is made, its outcome goes with the next one's intent. */
const mutate = defineEffect(
  { name: 'bench.mutate', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
  async (_env, n: number) => n + 1,
);

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: 'settled', items: [] } };
};

async function mutations(store: Store, durability: 'power' | 'process'): Promise<void> {
  const sink = { write: () => undefined };
  const run = Run.create(
    { host: createNodeHost(), openStore: async () => store, finish, sink },
    {
      pipeline: 'mutations',
      origin: 'bench',
      program: null,
      version: '1',
      input: null,
      durability,
    },
  );
  const { status } = await run.begin(function* (ctx) {
    let n = 0;
    while (n < STEPS) n = (yield* ctx.perform(mutate, [n])) as number;
    return n;
  });
  if (status !== 'settled') throw new Error(`the run is ${status}`);
}

const asking = pipeline('asking', async (harness: Harness, n: number) => {
  await harness.step('step', () => n + 1);
  return harness.interaction.askUser('approve?');
});

const PIPELINES = [steps, asking] as unknown as Parameters<typeof createRuntime>[0]['pipelines'];

async function untilAsked(store: Store, runId: string): Promise<string> {
  for (;;) {
    const mark = store.changeMark();
    const [found] = await listQuestions(store, { status: 'open', runId, limit: 1 });
    if (found !== undefined) return found.request_id;
    await store.waitForChange(mark);
  }
}

async function harn(dir: string, durability: 'power' | 'process'): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const wanted = parts();
  const result: { -readonly [K in keyof Result]: number } = {};
  const open = (name: string) =>
    openStore({ url: path.join(dir, name), durability, projections: RUNTIME_PROJECTIONS });
  const runtimeOf = (store: Store) =>
    createRuntime({ store, pipelines: PIPELINES, durability, sink: { write: () => undefined } });
  const store = await open('work.sqlite');
  const runtime = runtimeOf(store);
  if (wanted.has('steps')) {
    await runtime.start(steps, null).done;
    result.stepUs = ((await timed(() => runtime.start(steps, null).done)) * 1e3) / STEPS;
    await mutations(store, durability);
    result.mutationUs = ((await timed(() => mutations(store, durability))) * 1e3) / STEPS;
  }
  if (wanted.has('answers')) await answers(store, runtime, result);
  if (wanted.has('parked')) {
    const file = path.join(dir, 'parked.sqlite');
    const many = await open('parked.sqlite');
    const of = runtimeOf(many);
    const work = async (n: number) => {
      const handle = of.start(asking, n);
      await untilAsked(many, handle.id);
      await handle.park();
    };
    result.parkMs = (await timed(() => each(PARKED, work))) / PARKED;
    await many.close();
    result.parkedBytes = statSync(file).size / PARKED;
    const again = await open('parked.sqlite');
    let total = 0;
    result.listMs = await timed(async () => {
      total = (await listRuns(again, { status: 'parked', limit: PARKED })).length;
    });
    if (total !== PARKED) throw new Error(`${total} runs are parked`);
    await again.close();
  }
  await store.close();
  tell(result);
}

async function answers(
  store: Store,
  runtime: ReturnType<typeof createRuntime>,
  result: { -readonly [K in keyof Result]: number },
): Promise<void> {
  const live: number[] = [];
  const parked: number[] = [];
  for (let n = 0; n < ANSWERS * 2; n += 1) {
    const handle = runtime.start(asking, n);
    const id = await untilAsked(store, handle.id);
    const isParked = n % 2 === 1;
    if (isParked) await handle.park();
    const took = await timed(async () => {
      await answerQuestion(store, id, { answer: 'approved', nowMs: Date.now() });
      const going = isParked ? await runtime.resume(handle.id) : handle;
      const end = await going.done;
      if (end.status !== 'settled' || end.returned !== 'approved') throw new Error(end.status);
    });
    (isParked ? parked : live).push(took);
  }
  result.liveAnswerMs = median(live);
  result.parkedAnswerMs = median(parked);
}

// The rounds

interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  /** A fresh place for one round. */
  readonly place: (round: number) => string;
}

const COLUMNS: readonly (readonly [keyof Result, string, number])[] = [
  ['stepUs', 'step us', 0],
  ['mutationUs', 'mutation us', 0],
  ['liveAnswerMs', 'answer live ms', 2],
  ['parkedAnswerMs', 'answer parked ms', 2],
  ['parkMs', 'to park, ms each', 2],
  ['parkedBytes', 'bytes each', 0],
  ['listMs', 'list 1,000 ms', 1],
];

async function compare(rounds: number, only: ReadonlySet<string>): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'harn-peers-'));
  const self = process.argv[1] ?? '';
  const subjects: Subject[] = [];
  const inDir = (name: string, command: readonly string[]): Subject => ({
    name,
    command,
    place: (round) => path.join(root, `${name.replace(/\W+/g, '-')}-${round}`),
  });
  const wanted = (name: string) => only.size === 0 || only.has(name);
  const skip = (name: string, why: string) => process.stdout.write(`left out: ${name}: ${why}\n`);
  if (wanted('harn')) {
    subjects.push(inDir('harn, power-safe', [process.execPath, self, 'power']));
    subjects.push(inDir('harn, process-safe', [process.execPath, self, 'process']));
  }
  for (const name of ['langgraph', 'mastra']) {
    if (!wanted(name)) continue;
    const why = install(name);
    if (why !== undefined) skip(name, why);
    else {
      process.stdout.write(`${versionsOf(name)}\n`);
      subjects.push(inDir(name, [process.execPath, path.join(folder, name, 'peer.mjs')]));
    }
  }
  let postgres: Awaited<ReturnType<typeof startPostgres>> | undefined;
  if (wanted('dbos')) {
    const why = install('dbos');
    if (why === undefined) {
      try {
        postgres = startPostgres(path.join(root, 'postgres'));
      } catch (error) {
        skip('dbos', String(error));
      }
    } else skip('dbos', why);
  }
  if (postgres !== undefined) {
    const server = postgres;
    process.stdout.write(`${versionsOf('dbos')}, ${server.version}\n`);
    subjects.push({
      name: 'dbos',
      command: [process.execPath, path.join(folder, 'dbos', 'peer.mjs')],
      place: (round) => server.createDatabase(`round${round}`),
    });
  }
  try {
    report(rounds, subjects);
  } finally {
    postgres?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function report(rounds: number, subjects: readonly Subject[]): void {
  const results = subjects.map((): Result[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, subject] of subjects.entries())
      results[at]?.push(resultOf<Result>(subject.name, [...subject.command, subject.place(round)]));
  }
  process.stdout.write(`${rounds} interleaved rounds, Node ${process.version}: median (least)\n`);
  const head = COLUMNS.map(([, title]) => title.padStart(20)).join('');
  process.stdout.write(`${''.padEnd(20)}${head}\n`);
  for (const [at, { name }] of subjects.entries()) {
    const cells = COLUMNS.map(([key, , digits]) => {
      const values = (results[at] ?? []).flatMap((result) => result[key] ?? []);
      if (values.length === 0) return '-'.padStart(20);
      const [middle, least] = [median(values), Math.min(...values)];
      return `${middle.toFixed(digits)} (${least.toFixed(digits)})`.padStart(20);
    });
    process.stdout.write(`${name.padEnd(20)}${cells.join('')}\n`);
  }
}

const [mode = '5', second = ''] = process.argv.slice(2);
if (mode === 'power' || mode === 'process') await harn(second, mode);
else await compare(Number(mode), new Set(second === '' ? [] : second.split(',')));
