// Question: what do a thousand agents at a time cost, each of which calls a tool four times and then answers? Models answer at
// once, in the process. Turns per second, processor time per turn, and what a loop holds in memory in the middle of its work
// (all wait for each other there), beside LangGraph.js and Mastra where they can be installed. Every subject runs in
// processes of its own, in interleaved rounds. What each keeps on disk is said in bench/README.md.
// Usage: npm run bench -- agent-loops [rounds] [subject,...]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../src/base/index.ts';
import { defineTool, type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { openStore } from '../src/store/index.ts';
import { LOOPS, measure, meeting, TASK, TURNS } from './peers/agents.mjs';
import { install, resultOf, versionsOf } from './peers/peer-process.ts';
import { median } from './peers/shared.mjs';

interface Result {
  readonly turnsPerSecond: number;
  readonly cpuUsPerTurn: number;
  readonly heldKb: number;
  readonly rssKb: number;
}

/** What the model says, turn by turn. */
const SCRIPT: readonly JsonObject[] = [
  ...Array.from({ length: TURNS }, (_, n) => ({
    text: '',
    tool_calls: [{ id: `call_${n}`, name: 'add', arguments: { n } }],
  })),
  { text: 'done' },
];

async function harn(dir: string, place: string): Promise<void> {
  const url = place === 'memory' ? 'memory:' : path.join(dir, 'agents.sqlite');
  const durability = place === 'power' ? 'power' : 'process';
  const store = await openStore({ url, durability, projections: RUNTIME_PROJECTIONS });
  const all = meeting();
  const add = defineTool<{ n: number }>({
    name: 'add',
    description: 'Adds one',
    parameters: { n: 'number' },
    mutates: false,
    handler: async ({ n }) => {
      await all.come(n);
      return String(n + 1);
    },
  });
  const loop = pipeline('loop', async ({ agent }: Harness) => {
    const { text } = await agent.loop({ task: TASK, tools: [add], max_iterations: TURNS + 2 });
    return text;
  });
  const pipelines = [loop] as unknown as Parameters<typeof createRuntime>[0]['pipelines'];
  const sink = { write: () => undefined };
  const runtime = createRuntime({ store, pipelines, durability, sink, llm: { mocks: SCRIPT } });
  await measure(async () => {
    const end = await runtime.start(loop, null).done;
    return end.status === 'settled' ? String(end.returned) : JSON.stringify(end);
  }, all);
  await store.close();
}

interface Subject {
  readonly name: string;
  readonly command: readonly string[];
}

const COLUMNS: readonly (readonly [keyof Result, string, number])[] = [
  ['turnsPerSecond', 'turns/s', 0],
  ['cpuUsPerTurn', 'cpu us/turn', 0],
  ['heldKb', 'heap kB/loop', 1],
  ['rssKb', 'resident kB/loop', 1],
];

function subjects(only: ReadonlySet<string>): readonly Subject[] {
  const self = process.argv[1] ?? '';
  const node = [process.execPath, '--expose-gc'];
  const wanted = (name: string) => only.size === 0 || only.has(name);
  const found: Subject[] = [];
  for (const place of wanted('harn') ? ['power', 'process', 'memory'] : []) {
    found.push({ name: `harn, ${place}`, command: [...node, self, place] });
  }
  for (const name of ['langgraph', 'mastra'].filter(wanted)) {
    const why = install(name);
    if (why !== undefined) process.stdout.write(`left out: ${name}: ${why}\n`);
    else {
      process.stdout.write(`${versionsOf(name)}\n`);
      found.push({ name, command: [...node, path.resolve('bench/peers', name, 'agents.mjs')] });
    }
  }
  return found;
}

function compare(rounds: number, only: ReadonlySet<string>): void {
  const root = mkdtempSync(path.join(tmpdir(), 'harn-agents-'));
  const all = subjects(only);
  const results = all.map((): Result[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { name, command }] of all.entries()) {
      const dir = mkdtempSync(path.join(root, 'round-'));
      results[at]?.push(resultOf<Result>(name, [...command, dir]));
    }
  }
  rmSync(root, { recursive: true, force: true });
  const head = COLUMNS.map(([, title]) => title.padStart(24)).join('');
  const out = [
    `${rounds} interleaved rounds of ${LOOPS} loops, Node ${process.version}: median (least)`,
    `${''.padEnd(16)}${head}`,
  ];
  for (const [at, { name }] of all.entries()) {
    const cells = COLUMNS.map(([key, , digits]) => {
      const values = (results[at] ?? []).map((result) => result[key]);
      return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)})`.padStart(
        24,
      );
    });
    out.push(`${name.padEnd(16)}${cells.join('')}`);
  }
  process.stdout.write(`${out.join('\n')}\n`);
}

const [mode = '3', second = ''] = process.argv.slice(2);
if (['power', 'process', 'memory'].includes(mode)) await harn(second, mode);
else compare(Number(mode), new Set(second === '' ? [] : second.split(',')));
