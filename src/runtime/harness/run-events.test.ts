// The events of a TypeScript run: every kind that a run of this surface can have, in order, whoever listens and however
// badly.
import { expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { onFinishDrain } from '../lifecycle/index.ts';
import type { RunEvent } from '../run/index.ts';
import { defineTool, pipeline } from './index.ts';

const read = defineTool<{ path: string }>({
  name: 'read',
  description: 'Reads',
  parameters: { path: 'string' },
  handler: async ({ path }) => path,
});

const all = pipeline('all', async (harness) => {
  harness.stdio.eprintln('careful');
  harness.agent.registerSessionHook('PreFinish', () => undefined);
  const session = harness.agent.open('s');
  const { status } = await harness.agent.loop({ task: 'go', session_id: session, tools: [read] });
  harness.stdio.println(status);
  await harness.handoffTo('elsewhere', { n: 1 });
  harness.agent.pipelineOnFinish(onFinishDrain);
  return 5;
});
const fails = pipeline('fails', async (): Promise<number> => {
  throw new Error('no');
});

async function world() {
  const store = await openStore('memory:');
  const mocks = [
    { text: '', tool_calls: [{ id: 'c1', name: 'read', arguments: { path: 'a' } }] },
    { text: 'Thanks.' },
  ];
  const sink = { write: () => undefined };
  const host = createMockHost();
  return createRuntime({ store, host, sink, llm: { mocks }, pipelines: [all, fails] });
}

it('come in the order in which things happened, each kind of them, numbered without gaps', async () => {
  const runtime = await world();
  const run = runtime.start(all, null as never);
  const events: RunEvent[] = [];
  let thrown = 0;
  run.listen(() => {
    thrown += 1;
    throw new Error('a bad listener');
  });
  // One that never gets done with an event keeps nobody waiting.
  run.listen(() => new Promise(() => undefined) as never);
  run.listen((event) => events.push(event));
  expect(await run.done).toMatchObject({ status: 'settled', returned: 5 });
  expect(thrown).toBe(1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  const kinds = events.map(({ event_type }) => event_type);
  const order = ['stderr', 'transcript', 'tool_call', 'tool_result', 'stdout', 'main_returned'];
  order.push('hook', 'audit', 'run_settled');
  const firsts = order.map((kind) => kinds.indexOf(kind as RunEvent['event_type']));
  expect(firsts).not.toContain(-1);
  expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  expect(kinds.at(-1)).toBe('run_settled');
  const bad = runtime.start(fails, null as never);
  const after: string[] = [];
  bad.listen(({ event_type }) => after.push(event_type));
  expect((await bad.done).status).toBe('failed');
  expect(after.filter((kind) => kind !== 'audit')).toEqual(['main_failed', 'run_settled']);
});
