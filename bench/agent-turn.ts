// Question: what does a turn of an agent (ask the model, run the tool it wants) cost beyond the call itself? A server on
// loopback speaks OpenAI's format and answers at once: with a call of a tool, TURNS times, and then with a text. The same
// conversation is led by the bare model object of the AI SDK in a loop of ten lines, by the AI SDK's own loop, by Harn's loop
// on three stores, and by the AI SDK's loop over Harn's durable model. Aims: Harn at most 1 ms above the bare calls, and at
// most 1.5x of the AI SDK's own loop. Usage: npm run bench -- agent-turn [rounds]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { defineTool, durable, type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { createNodeHost } from '../src/runtime/host/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

const TURNS = 40;
const TASK = 'Add one to the number, forty times.';
const PARAMETERS = {
  type: 'object',
  properties: { n: { type: 'number' } },
  required: ['n'],
} as const;

// The server, in a process of its own

async function serve(): Promise<void> {
  const server = createServer((request, response) => {
    void answer(request).then((body) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
}

async function answer(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly messages: readonly { readonly role: string }[];
  };
  const turn = messages.filter(({ role }) => role === 'assistant').length;
  const call = { name: 'add', arguments: JSON.stringify({ n: turn }) };
  const message =
    turn < TURNS
      ? { content: null, tool_calls: [{ id: `call_${turn}`, type: 'function', function: call }] }
      : { content: 'done' };
  return JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', ...message },
        finish_reason: turn < TURNS ? 'tool_calls' : 'stop',
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
}

// The subjects

type Model = ReturnType<ReturnType<typeof createOpenAI>['chat']>;
type Prompt = Parameters<Model['doGenerate']>[0]['prompt'];

async function bare(model: Model): Promise<void> {
  const prompt: Prompt = [{ role: 'user', content: [{ type: 'text', text: TASK }] }];
  for (;;) {
    const { content } = await model.doGenerate({
      prompt,
      tools: [{ type: 'function', name: 'add', description: 'Adds one', inputSchema: PARAMETERS }],
    });
    const asked = content.find((part) => part.type === 'tool-call');
    if (asked === undefined) return;
    const { toolCallId, toolName, input } = asked;
    const value = String((JSON.parse(input) as { readonly n: number }).n + 1);
    prompt.push(
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }],
      },
    );
  }
}

async function ownLoop(model: Parameters<typeof generateText>[0]['model']): Promise<void> {
  const add = tool({
    description: 'Adds one',
    inputSchema: jsonSchema<{ n: number }>(PARAMETERS),
    execute: ({ n }) => String(n + 1),
  });
  const { text } = await generateText({
    model,
    tools: { add },
    stopWhen: stepCountIs(TURNS + 1),
    prompt: TASK,
  });
  if (text !== 'done') throw new Error(`it said ${text}`);
}

const add = defineTool<{ n: number }>({
  name: 'add',
  description: 'Adds one',
  parameters: PARAMETERS,
  mutates: false,
  handler: ({ n }) => String(n + 1),
});

const loop = pipeline('loop', async ({ agent }: Harness) => {
  const { status } = await agent.loop({ task: TASK, tools: [add], max_iterations: TURNS + 1 });
  return status;
});

function durableLoop(model: Model) {
  return pipeline('durable', async (harness: Harness) => {
    await ownLoop(durable(harness, model));
    return 'done';
  });
}

interface Subject {
  readonly name: string;
  readonly run: () => Promise<void>;
}

async function subjects(dir: string, baseURL: string): Promise<readonly [Subject[], Store[]]> {
  const model = createOpenAI({ baseURL, apiKey: 'none' }).chat('gpt-4o');
  const overModel = durableLoop(model);
  const pipelines = [loop, overModel] as unknown as Parameters<
    typeof createRuntime
  >[0]['pipelines'];
  const real = createNodeHost();
  const env = { HARN_LLM_PROVIDER: 'openai', OPENAI_BASE_URL: baseURL, HARN_LLM_MODEL: 'gpt-4o' };
  const host = {
    ...real,
    env: { ...real.env, get: (name: string) => env[name as 'HARN_LLM_MODEL'] },
  };
  const start = (store: Store, durability: 'power' | 'process', which: typeof loop) => async () => {
    const sink = { write: () => undefined };
    const runtime = createRuntime({ store, pipelines, host, durability, sink });
    const end = await runtime.start(which, null).done;
    if (end.status !== 'settled' || end.returned !== 'done') throw new Error(JSON.stringify(end));
  };
  const at = (name: string, durability: 'power' | 'process') =>
    openStore({ url: path.join(dir, name), durability, projections: RUNTIME_PROJECTIONS });
  const memory = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const power = await at('power.sqlite', 'power');
  const weak = await at('process.sqlite', 'process');
  return [
    [
      { name: 'bare model calls', run: () => bare(model) },
      { name: "the AI SDK's own loop", run: () => ownLoop(model) },
      { name: 'harn, memory', run: start(memory, 'process', loop) },
      { name: 'harn, process-safe', run: start(weak, 'process', loop) },
      { name: 'harn, power-safe', run: start(power, 'power', loop) },
      {
        name: 'AI SDK loop over harn durable model, power-safe',
        run: start(power, 'power', overModel as typeof loop),
      },
    ],
    [memory, power, weak],
  ];
}

async function compare(rounds: number): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'harn-turn-'));
  const server = spawn(process.execPath, [process.argv[1] ?? '', 'serve']);
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const [all, stores] = await subjects(dir, `http://127.0.0.1:${String(port).trim()}/v1`);
  const wall = all.map((): number[] => []);
  const cpu = all.map((): number[] => []);
  for (let round = -2; round < rounds; round += 1) {
    for (const [at, { run }] of all.entries()) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      await run();
      const used = process.cpuUsage(before);
      if (round < 0) continue;
      wall[at]?.push((performance.now() - start) / TURNS);
      cpu[at]?.push((used.user + used.system) / 1e3 / TURNS);
    }
  }
  for (const store of stores) await store.close();
  server.kill();
  rmSync(dir, { recursive: true, force: true });
  report(rounds, all, wall, cpu);
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function report(
  rounds: number,
  all: readonly Subject[],
  wall: readonly number[][],
  cpu: readonly number[][],
): void {
  const [bareMs = 0, sdkMs = 1] = wall.map(median);
  const out = [`${rounds} interleaved rounds of ${TURNS} turns, Node ${process.version}; medians`];
  out.push(
    `${''.padEnd(50)}${['ms/turn', 'least', 'cpu ms', 'above bare', 'x AI SDK'].map((t) => t.padStart(12)).join('')}`,
  );
  for (const [at, { name }] of all.entries()) {
    const ms = median(wall[at] ?? []);
    const cells = [
      ms.toFixed(3),
      Math.min(...(wall[at] ?? [])).toFixed(3),
      median(cpu[at] ?? []).toFixed(3),
      (ms - bareMs).toFixed(3),
      (ms / sdkMs).toFixed(2),
    ];
    out.push(`${name.padEnd(50)}${cells.map((cell) => cell.padStart(12)).join('')}`);
  }
  process.stdout.write(`${out.join('\n')}\n`);
}

const [mode = '7'] = process.argv.slice(2);
if (mode === 'serve') await serve();
else await compare(Number(mode));
