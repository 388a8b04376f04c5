// Agents in TypeScript: typed tools, sessions, listeners; resumed in the middle.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { transcripts } from '../agent/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { defineTool, pipeline } from './index.ts';

const call = (name: string, args: JsonObject): JsonObject => ({
  text: '',
  tool_calls: [{ id: `call_${name}`, name, arguments: args }],
});

/** A pipeline whose agent sends one message; `sent` is the outside. */
function program(sent: string[], heard: string[] = [], alive = () => true) {
  const send = defineTool<{ to: string }>({
    name: 'send',
    description: 'Sends a greeting',
    parameters: { to: 'string' },
    handler: async ({ to }, { idempotencyKey }) => {
      if (alive()) sent.push(`${to} ${idempotencyKey.length > 0}`);
      await new Promise((ok) => setImmediate(ok));
      return { sent: to };
    },
  });
  return pipeline('greet', async (harness, name: string) => {
    const { agent } = harness;
    const id = agent.open('greetings');
    agent.subscribe(id, (event) => void heard.push(event.type));
    const first = await agent.loop({
      task: `greet ${name}`,
      system: 'be kind',
      session_id: id,
      tools: [send],
    });
    agent.inject(id, { role: 'user', content: 'thanks' });
    const branch = agent.fork(id);
    const length = agent.length(branch);
    await agent.close(branch);
    const events = await agent.replayEvents(id);
    return { status: first.status, tools: first.tools.successful, length, events: events.length };
  });
}

const mocks: readonly JsonObject[] = [call('send', { to: 'Ada' }), { text: 'Greeted.' }];

function runtimeOf(store: Store, greet: ReturnType<typeof program>) {
  const llm = { mocks };
  return createRuntime({ store, pipelines: [greet], host: createMockHost(), llm });
}

describe('an agent in a TypeScript pipeline', () => {
  it('may have code around its calls, and its program may read the notes of its model', async () => {
    await using store = await openStore('memory:');
    const heard: unknown[] = [];
    const add = defineTool<{ a: number }>({
      name: 'add',
      description: 'Adds one',
      parameters: { a: 'int' },
      handler: ({ a }) => a + 1,
    });
    const around = pipeline('around', async ({ agent }) => {
      const result = await agent.loop({
        task: 'add',
        session_id: 's',
        tools: [add],
        scratchpad: { goal: 'sum' },
        context: (turn) => void heard.push(turn['iteration']),
        llmCaller: (request, next) => next({ ...request, system: 'changed' }),
        toolCaller: async (_call, next) => ({
          twice: [await next(), await next({ arguments: { a: 9 } })],
        }),
        onDelta: ({ type }) => void heard.push(type),
      });
      const notes = agent.scratchpad('s');
      agent.setScratchpad('s', { ...notes, done: true });
      return {
        messages: result.transcript['messages'] as JsonObject[],
        notes: agent.scratchpad('s'),
      };
    });
    const llm = { mocks: [call('add', { a: 1 }), { text: 'Done.' }] };
    const runtime = createRuntime({ store, pipelines: [around], host: createMockHost(), llm });
    const result = await runtime.start(around, null as never).done;
    if (result.status !== 'settled') throw new Error(JSON.stringify(result));
    expect(heard).toEqual([1, 'tool_call', 2, 'text']);
    expect(result.returned.notes).toEqual({ goal: 'sum', done: true });
    const [, , told] = result.returned.messages;
    expect(JSON.parse(String(told?.['content']))).toMatchObject({
      twice: [
        { status: 'ok', result: 2 },
        { status: 'ok', result: 10 },
      ],
    });
  });

  it('uses typed tools and keeps its session', async () => {
    await using store = await openStore('memory:');
    const sent: string[] = [];
    const heard: string[] = [];
    const greet = program(sent, heard);
    const result = await runtimeOf(store, greet).start(greet, 'Ada').done;
    expect(result).toMatchObject({
      status: 'settled',
      returned: { status: 'done', tools: ['send'], length: 5, events: heard.length },
    });
    expect(sent).toEqual(['Ada true']);
    expect(heard).toContain('tool_call_update');
  });

  it('sends nothing twice when it is killed after any commit and resumed', async () => {
    let lives = 0;
    for (let n = 0; n < 40; n += 1) {
      await using store = await openStore('memory:');
      const sent: string[] = [];
      const { store: dying, alive } = stoppingStore(store, n);
      const first = program(sent, [], alive);
      const handle = runtimeOf(dying, first).start(first, 'Ada');
      let ended = false;
      void handle.done.then(() => {
        ended = true;
      });
      for (let turn = 0; turn < 600 && alive() && !ended; turn += 1) {
        await new Promise((ok) => setImmediate(ok));
      }
      for (let turn = 0; turn < 20; turn += 1) await new Promise((ok) => setImmediate(ok));
      if (ended) break;
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      const again = program(sent);
      const resumed = await runtimeOf(store, again).resume(handle.id, { force: true });
      expect(await resumed.done, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: { status: 'done', length: 5 },
      });
      expect(sent.length, `killed after ${n}`).toBe(1);
      lives += 1;
    }
    expect(lives).toBeGreaterThan(3);
  });
});

describe('transcripts in a TypeScript pipeline', () => {
  it('are made, copied and compacted as in a program', async () => {
    await using store = await openStore('memory:');
    const talk = pipeline('talk', async ({ agent, llm }) => {
      const { transcript } = await llm.call('one');
      const { transcript: longer } = await llm.call('two', { transcript });
      const shorter = await agent.transcriptCompact(longer, {
        keepLast: 2,
        summarize: (messages) => `${messages.length} before`,
      });
      const copy = agent.transcriptFork(shorter);
      agent.open('s');
      agent.inject('s', { role: 'user', content: 'a' });
      agent.inject('s', { role: 'user', content: 'b' });
      const schema = { type: 'object', required: ['n'] };
      const never = await llm.callStructuredSafe('count', schema, { retries: 0 });
      const stay = await agent.compact('s', { strategy: 'truncate', keepLast: 1 });
      const summary = transcripts.summary(shorter);
      return { summary, state: copy['state'] ?? null, stay, ok: never.ok };
    });
    const runtime = createRuntime({
      store,
      pipelines: [talk],
      host: createMockHost(),
      llm: { mocks },
    });
    const result = await runtime.start(talk, null).done;
    expect(result).toMatchObject({
      returned: { state: 'forked', stay: 1, ok: false },
    });
    expect(JSON.stringify(result)).toContain('2 before');
  });

  it('are compacted by the code of a program, in a loop too', async () => {
    await using store = await openStore('memory:');
    const long = 'x'.repeat(3000);
    const echo = defineTool({ name: 'echo', description: 'Says much', handler: () => long });
    const talk = pipeline('talk', async ({ agent }) => {
      agent.open('s');
      agent.inject('s', { role: 'user', content: 'a' });
      agent.inject('s', { role: 'tool', tool_call_id: 'c', name: 'echo', content: long });
      agent.inject('s', { role: 'user', content: 'b' });
      const stay = await agent.compact('s', {
        strategy: 'observation_mask',
        keepLast: 1,
        toolOutputMaxChars: 50,
        hardLimitTokens: 5000,
        hardLimitStrategy: 'truncate',
        compress: (text, most) => `${text.length} of ${most}`,
        mask: ({ role, content }) => (role === 'tool' ? `<${String(content)}>` : null),
      });
      const { summary } = agent.snapshot('s') ?? {};
      const looped = await agent.loop({
        task: 'go',
        tools: [echo],
        compact_threshold: 200,
        tool_output_max_chars: 100,
        compress: (text) => `${text.length} were said`,
      });
      const said = looped.transcript['messages'] as readonly JsonObject[];
      return { stay, summary: summary ?? null, said: said.map(({ content }) => content ?? null) };
    });
    const host = createMockHost();
    const llm = { mocks: [call('echo', {}), { text: 'ok' }] };
    const runtime = createRuntime({ store, pipelines: [talk], host, llm });
    const result = await runtime.start(talk, null).done;
    const summary = expect.stringContaining('tool: <3000 of 50>');
    const said = ['go', '', '3000 were said', 'ok'];
    expect(result).toMatchObject({ returned: { stay: 1, summary, said } });
  });
});
