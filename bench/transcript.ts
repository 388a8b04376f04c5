// Question: does a long conversation get slower? A session takes 10,000 messages: microseconds for one more at 100, 1,000 and
// 10,000 (it has to stay the same). Then sessions of 1,250 to 10,000 messages are compacted: with `truncate`, and with a summary
// that is written by the program; microseconds per message (they have to stay the same: linear). Beside it what copying the
// list costs, and what writing it as JSON costs, which a transcript that is not shared would pay for every message.
// Usage: npm run bench -- transcript [rounds]

import { type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { openStore } from '../src/store/index.ts';
import { median } from './peers/shared.mjs';

const SIZES = [100, 1000, 10_000];
const COMPACTED = [1250, 2500, 5000, 10_000];
const MORE = 100;

const text = (n: number) => `message ${n}: ${'lorem ipsum dolor sit amet '.repeat(8)}`;
const message = (n: number) => ({ role: n % 2 === 0 ? 'user' : 'assistant', content: text(n) });

type Figures = Record<string, number>;

const timed = async (work: () => unknown): Promise<number> => {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
};

const conversation = pipeline('conversation', async ({ agent }: Harness) => {
  const figures: Figures = {};
  const id = agent.open('long');
  let length = 0;
  const say = (count: number) => {
    for (let n = 0; n < count; n += 1) agent.inject(id, message(length + n));
    length += count;
  };
  for (const size of SIZES) {
    say(size - MORE - length);
    figures[`append ${size}`] = (await timed(() => say(MORE))) / MORE;
  }
  const list = Array.from({ length: 10_000 }, (_, n) => message(n));
  figures['copy 10000'] = (await timed(() => [...list])) / 1;
  figures['json 10000'] = (await timed(() => JSON.stringify(list))) / 1;
  return figures;
});

const compaction = pipeline('compaction', async ({ agent }: Harness, how: string) => {
  const figures: Figures = {};
  const options =
    how === 'truncate'
      ? ({ strategy: 'truncate', keepLast: 10 } as const)
      : ({ strategy: 'custom', keepLast: 10, summarize: () => 'They talked.' } as const);
  for (const size of COMPACTED) {
    const id = agent.open(`${how}-${size}`);
    for (let n = 0; n < size; n += 1) agent.inject(id, message(n));
    figures[`${how} ${size}`] = (await timed(() => agent.compact(id, options))) / size;
    if (agent.length(id) > 12) throw new Error(`${agent.length(id)} messages are left`);
  }
  return figures;
});

async function round(): Promise<Figures> {
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const pipelines = [conversation, compaction] as unknown as Parameters<
    typeof createRuntime
  >[0]['pipelines'];
  const runtime = createRuntime({ store, pipelines, sink: { write: () => undefined } });
  const ends = [
    await runtime.start(conversation, null).done,
    await runtime.start(compaction, 'truncate').done,
    await runtime.start(compaction, 'custom').done,
  ];
  const figures: Figures = {};
  for (const end of ends) {
    if (end.status !== 'settled') throw new Error(JSON.stringify(end));
    Object.assign(figures, end.returned);
  }
  return figures;
}

const rounds = Number(process.argv[2] ?? '5');
await round();
const all: Figures[] = [];
for (let n = 0; n < rounds; n += 1) all.push(await round());
process.stdout.write(`${rounds} rounds, Node ${process.version}: processor us, median (least)\n`);
for (const name of Object.keys(all[0] ?? {})) {
  const values = all.map((figures) => figures[name] ?? Number.NaN);
  const unit = /^(copy|json)/.test(name) ? 'us in all' : 'us/message';
  const figure = `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)})`;
  process.stdout.write(`${name.padEnd(20)}${figure.padStart(24)} ${unit}\n`);
}
