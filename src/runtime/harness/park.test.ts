// Loops that nobody delegated and that ask to be suspended: they park as workers, and go on within their run.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { defineTool, type Pipeline, pipeline } from './index.ts';

const call = (name: string, args: JsonObject, id = `call_${name}`) => ({
  id,
  name,
  arguments: args,
});
const answer = (...calls: readonly ReturnType<typeof call>[]): JsonObject => ({
  text: '',
  tool_calls: calls as unknown as Json,
});
const parking = (args: JsonObject = { reason: 'wait for Ada' }) =>
  call('agent_await_resumption', args);

const look = defineTool({
  name: 'look',
  description: 'Looks around',
  parameters: {},
  mutates: false,
  handler: () => 'a desk',
});

function runtimeOf(
  store: Store,
  program: Pipeline<never, unknown>,
  mocks: readonly JsonObject[],
  host: MockHost = createMockHost(),
) {
  return createRuntime({
    store,
    pipelines: [program],
    host,
    llm: { mocks },
    sink: { write: () => undefined },
  });
}

const MOCKS: readonly JsonObject[] = [
  answer(call('look', {})),
  answer(call('look', {}, 'c2'), parking()),
  { text: 'Ada has answered.' },
];

/** Parks, is resumed by its own program, and ends. */
const story = () =>
  pipeline('story', async (harness) => {
    const { agent } = harness;
    const first = await agent.loop({ task: 'ask Ada', system: 'be kind', tools: [look] });
    const handle = first.handle as JsonObject;
    const listed = agent.workerList().map((worker) => [worker['name'], worker['mode']]);
    const open = await harness.unsettledState();
    await agent.workerResume(handle, 'she says yes');
    const done = await agent.workerWait(handle);
    return { first, listed, open, done } as unknown as Json;
  });

interface Told {
  readonly first: JsonObject;
  readonly listed: Json;
  readonly open: JsonObject;
  readonly done: JsonObject;
}

async function told(mocks = MOCKS): Promise<Told> {
  await using store = await openStore('memory:');
  const program = story();
  const result = await runtimeOf(store, program, mocks).start(program, null as never).done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned as unknown as Told;
}

describe('a loop whose model asks to be suspended', () => {
  it('says so in its result, with the worker that stands for it', async () => {
    const { first } = await told();
    expect(first).toMatchObject({
      status: 'suspended',
      final_status: 'suspended',
      stop_reason: 'suspended',
      reason: 'wait for Ada',
      initiator: 'self',
      conditions: null,
      iterations_completed: 2,
      llm: { iterations: 2, output_tokens: 60 },
      handle: {
        _type: 'agent_handle',
        name: 'top-level-agent',
        mode: 'top_level_agent',
        status: 'suspended',
        suspension: { reason: 'wait for Ada', initiator: 'self_initiated', suspended_at_turn: 2 },
      },
    });
  });

  it('leaves no call without its result, and dispatches none beside the wish', async () => {
    const { first } = await told();
    const { messages } = first['transcript'] as { messages: readonly JsonObject[] };
    const results = messages.filter(({ role }) => role === 'tool');
    expect(results.map(({ tool_call_id, content }) => [tool_call_id, content])).toEqual([
      ['call_look', 'a desk'],
      ['c2', 'This call was not dispatched: skipped'],
      [
        'call_agent_await_resumption',
        'This call was not dispatched: awaiting_resumption (wait for Ada)',
      ],
    ]);
  });

  it('is open work of its run, and goes on with its transcript when it is resumed', async () => {
    const { listed, open, done } = await told();
    expect(listed).toEqual([['top-level-agent', 'top_level_agent']]);
    expect(open['suspended_subagents']).toMatchObject([
      { reason: 'wait for Ada', initiator: 'self_initiated', mode: 'top_level_agent' },
    ]);
    expect(done).toMatchObject({
      status: 'completed',
      history: ['ask Ada', 'she says yes'],
      result: { status: 'done', visible_text: 'Ada has answered.' },
    });
    const { transcript } = done['result'] as { transcript: { messages: readonly JsonObject[] } };
    expect(transcript.messages.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'tool', 'assistant', 'tool', 'tool'],
      ...['user', 'assistant'],
    ]);
  });

  it('tells followers what was asked for', async () => {
    await using store = await openStore('memory:');
    const heard: JsonObject[] = [];
    const program = pipeline('listen', async ({ agent }) => {
      const id = agent.open('s');
      agent.subscribe(id, (event) => void heard.push(event as unknown as JsonObject));
      const { status } = await agent.loop({ task: 'x', session_id: id, tools: [look] });
      return status;
    });
    const mocks = [answer(parking({ reason: 'r', conditions: { on_event: 'go' } }))];
    await runtimeOf(store, program, mocks).start(program, null as never).done;
    expect(heard.find(({ type }) => type === 'tool_call_audit')).toMatchObject({
      tool_name: 'agent_await_resumption',
      audit: { reason: 'r', initiator: 'self', conditions: { on_event: 'go' } },
    });
  });

  it('is told what is wrong with its wish, and goes on', async () => {
    await using store = await openStore('memory:');
    const heard: JsonObject[] = [];
    const program = pipeline('mend', async ({ agent }) => {
      const id = agent.open('s');
      agent.subscribe(id, (event) => void heard.push(event as unknown as JsonObject));
      return (await agent.loop({ task: 'x', session_id: id, tools: [look] })) as unknown as Json;
    });
    const bad = parking({ reason: 'r', conditions: { timeout: { duration_minutes: 0 } } });
    const mocks = [answer(bad, call('look', {})), { text: 'Then not.' }];
    const ended = await runtimeOf(store, program, mocks).start(program, null as never).done;
    expect(ended).toMatchObject({ returned: { status: 'done', visible_text: 'Then not.' } });
    const text = JSON.stringify((ended as { returned: JsonObject }).returned['transcript']);
    expect(text).toContain('HARN-SUS-002');
    expect(text).toContain('timeout.duration_minutes');
    const turn = heard.find(({ type }) => type === 'turn_end');
    expect(turn?.['turn_info']).toMatchObject({
      dispatch_skipped: true,
      skip_reason: 'invalid_agent_await_resumption',
    });
  });

  it('comes to the same when it is killed after any commit and resumed', async () => {
    let kills = 0;
    for (let n = 0; n < 60; n += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost();
      const { store: dying, alive } = stoppingStore(store, n);
      const program = story();
      const handle = runtimeOf(dying, program, MOCKS, host).start(program, null as never);
      let ended = false;
      void handle.done.then(() => {
        ended = true;
      });
      for (let i = 0; i < 900 && alive() && !ended; i += 1) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      const known = (await store.latest(`runs.${handle.id}`)) !== undefined;
      const again = runtimeOf(store, program, MOCKS, host);
      const run = known
        ? await again.resume(handle.id, { force: true })
        : again.start(program, null as never);
      const result = await run.done;
      expect(result, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: {
          first: { status: 'suspended', iterations_completed: 2 },
          done: { status: 'completed', result: { visible_text: 'Ada has answered.' } },
        },
      });
    }
    expect(kills).toBeGreaterThan(4);
  });
});
