// Servers that ask their client in the middle of a call: refused unless the declaration says otherwise, answered by the run's
// own model calls and questions, and not answered twice however often the process is killed.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import type { Harness } from '../../src/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { answerQuestion, listQuestions } from '../../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import type { McpServerConfig } from '../../src/runtime/mcp/index.ts';
import { type JournalEntry, loadJournal } from '../../src/runtime/run/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type Curious, curious } from './curious-server.ts';
import { codeOf, ran } from './ran.ts';

const MODEL = { provider: 'openai', model: 'gpt-4o' };
const SERVER = { command: 'curious', sampling: MODEL, elicitation: 'ask' } as const;

function callOf(tool: string, more: McpServerConfig = {}) {
  return async (harness: Harness): Promise<Json> =>
    (await harness.mcp.connect({ ...SERVER, ...more })).call(tool);
}

const newStore = () => openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });

function lifeOf(store: Store, { host }: Curious, body: (harness: Harness) => Promise<Json>) {
  const work = pipeline('work', body);
  return { work, runtime: createRuntime({ store, pipelines: [work], host }) };
}

async function answerAll(store: Store, { host }: Curious, answer: Json): Promise<number> {
  const open = await listQuestions(store, { status: 'open' });
  for (const { request_id: id } of open) {
    await answerQuestion(store, id, { answer, nowMs: host.clock.nowMs() });
  }
  return open.length;
}

/** Resolves when somebody is asked something. */
async function opened(store: Store): Promise<void> {
  await expect.poll(async () => (await listQuestions(store, { status: 'open' })).length).toBe(1);
}

/** Answers every question as soon as it is asked, until it is stopped. */
function answering(store: Store, world: Curious, answer: Json): () => void {
  let isOver = false;
  void (async () => {
    while (!isOver) {
      await answerAll(store, world, answer);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  return () => {
    isOver = true;
  };
}

/** The store as a process sees it that is killed before commit `kill + 1`. */
function mortal(real: Store, kill: number) {
  let dead = () => {};
  const died = new Promise<'died'>((resolve) => {
    dead = () => resolve('died');
  });
  return { store: stoppingStore(real, kill, () => dead()).store, died };
}

describe('a server that may ask for answers of models', () => {
  it('has them from the model that the declaration names, and no more tokens than it allows', async () => {
    const { host, asked, log } = curious();
    const sampling = { ...MODEL, max_tokens: 20 };
    expect(await ran(host, callOf('summarise', { sampling, elicitation: 'refuse' }))).toBe(
      'answer 1',
    );
    expect(asked).toEqual([
      expect.objectContaining({
        model: 'gpt-4o',
        messages: [
          { role: 'system', content: 'be short' },
          { role: 'user', content: 'sum it up' },
        ],
      }),
    ]);
    expect(JSON.stringify(asked)).toMatch(/"max(_completion)?_tokens":20/);
    expect(log).toContain('offered {"sampling":{}}');
  });

  it('is refused by default, by name, and where the run may not call models or has had enough', async () => {
    const { host, asked, log } = curious();
    const seen = await ran(host, async (harness) => [
      await callOf('summarise', { sampling: 'refuse' })(harness),
      await callOf('summarise', { sampling: 'refuse', elicitation: 'refuse' })(harness),
      await callOf('summarise')(harness.without('llm')),
      await callOf('twice', { sampling: { ...MODEL, max_requests: 1 } })(harness),
    ]);
    expect(seen[0]).toContain('refused');
    expect(seen[1]).toContain('refused');
    expect(seen[2]).toContain('HARN-CAP-');
    expect(seen[3]).toContain('refused -1');
    expect(asked).toHaveLength(1);
    expect(log.filter((line) => line.startsWith('offered'))[1]).toBe('offered {}');
  });

  it('spends what the run may spend, and nothing beyond it', async () => {
    const world = curious();
    await using store = await newStore();
    const { work, runtime } = lifeOf(store, world, callOf('twice'));
    const result = await runtime.start(work, null, { tokenBudget: 10 }).done;
    if (result.status !== 'settled') throw new Error(result.status);
    expect(result.returned).toMatch(/refused -1.*HARN-LLM-/);
    expect(world.asked).toHaveLength(1);
    expect(JSON.stringify(result.record)).toContain('"input_tokens":12');
  });

  it('gets the same answer when the call is made again, and it is paid once', async () => {
    let kills = 0;
    for (let kill = 0; ; kill += 1) {
      const world = curious();
      await using real = await newStore();
      const { store, died } = mortal(real, kill);
      const first = lifeOf(store, world, callOf('twice'));
      const handle = first.runtime.start(first.work, null);
      if ((await Promise.race([handle.done, died])) !== 'died') break;
      kills += 1;
      if ((await real.read(`runs.${handle.id}`)).length === 0) continue;
      const { bought, begun } = await answersIn(real, handle.id);
      const resumed = await lifeOf(real, world, callOf('twice')).runtime.resume(handle.id, {
        force: true,
      });
      const result = await resumed.done;
      if (result.status !== 'settled') throw new Error(`kill ${kill}: ${result.status}`);
      const texts = String(result.returned).split(', ');
      expect(texts.slice(0, bought.length), `kill ${kill}`).toEqual(bought);
      // Only a call whose answer reached nobody is made again.
      expect(world.asked.length, `kill ${kill}`).toBeLessThanOrEqual(2 + begun - bought.length);
    }
    expect(kills).toBeGreaterThan(5);
  }, 120_000);
});

/** The answers that a journal has, and how many calls of models were begun. */
async function answersIn(store: Store, id: string) {
  const { entries } = await loadJournal(store, id);
  const isCall = (entry: JournalEntry) => 'effect' in entry && entry.effect === 'llm.call';
  const calls = entries.filter(isCall);
  const bought = calls.flatMap((entry) =>
    entry.kind === 'outcome' ? [String((entry.value as JsonObject)['text'])] : [],
  );
  return { bought, begun: calls.filter(({ kind }) => kind === 'intent').length };
}

describe('a server that may ask people', () => {
  it('is answered as the run goes on, where the call must not be made again', async () => {
    const world = curious();
    await using store = await newStore();
    const { work, runtime } = lifeOf(store, world, callOf('rename'));
    const handle = runtime.start(work, null);
    await expect.poll(() => answerAll(store, world, { name: 'Ann' })).toBe(1);
    expect(await handle.done).toMatchObject({ status: 'settled', returned: 'Ann' });
    expect(world.log.filter((line) => line === 'rename')).toHaveLength(1);
    const [question] = await listQuestions(store, {});
    expect(question).toMatchObject({
      prompt: 'curious (rename) asks: Who?',
      details: { mcp_server: 'curious', mcp_tool: 'rename' },
    });
  });

  it('is told when people decline', async () => {
    const world = curious();
    await using store = await newStore();
    const { work, runtime } = lifeOf(store, world, callOf('rename'));
    const handle = runtime.start(work, null);
    await expect.poll(() => answerAll(store, world, 'decline')).toBe(1);
    expect(await handle.done).toMatchObject({ returned: 'decline' });
  });

  it('lets the run park where the call may be made again, and asks nobody twice', async () => {
    const world = curious();
    await using store = await newStore();
    const first = lifeOf(store, world, callOf('greet'));
    const handle = first.runtime.start(first.work, null);
    await opened(store);
    expect(await handle.park()).toMatchObject({ status: 'parked' });
    expect(await answerAll(store, world, { name: 'Ann' })).toBe(1);
    const resumed = await lifeOf(store, world, callOf('greet')).runtime.resume(handle.id);
    expect(await resumed.done).toMatchObject({ status: 'settled', returned: 'answer 1, Ann' });
    expect(world.log.filter((line) => line === 'greet')).toHaveLength(2);
    expect(world.asked).toHaveLength(1);
    expect(await listQuestions(store, {})).toHaveLength(1);
  });

  it('asks them once, wherever the process is killed', async () => {
    let kills = 0;
    for (let kill = 0; ; kill += 1) {
      const world = curious();
      await using real = await newStore();
      const { store, died } = mortal(real, kill);
      const first = lifeOf(store, world, callOf('greet'));
      const handle = first.runtime.start(first.work, null);
      const stop = answering(real, world, { name: 'Ann' });
      const ended = await Promise.race([handle.done, died]);
      if (ended !== 'died') {
        expect(ended).toMatchObject({ status: 'settled', returned: 'answer 1, Ann' });
        stop();
        break;
      }
      kills += 1;
      if ((await real.read(`runs.${handle.id}`)).length > 0) {
        const second = lifeOf(real, world, callOf('greet')).runtime;
        const result = await (await second.resume(handle.id, { force: true })).done;
        if (result.status !== 'settled') throw new Error(`kill ${kill}: ${result.status}`);
        expect(String(result.returned), `kill ${kill}`).toMatch(/^answer [12], Ann$/);
        expect(await listQuestions(real, {}), `kill ${kill}`).toHaveLength(1);
        expect(world.asked.length, `kill ${kill}`).toBeLessThanOrEqual(2);
      }
      stop();
    }
    expect(kills).toBeGreaterThan(5);
  }, 120_000);

  it('leaves a call unknown that must not be made again, and withdraws its question', async () => {
    const world = curious();
    await using real = await newStore();
    const { store, stop } = stoppingStore(real);
    const first = lifeOf(store, world, callOf('rename'));
    const handle = first.runtime.start(first.work, null);
    await opened(real);
    stop();
    const body = async (harness: Harness) => codeOf(callOf('rename')(harness));
    const resumed = await lifeOf(real, world, body).runtime.resume(handle.id, { force: true });
    expect(await resumed.done).toMatchObject({ status: 'settled', returned: 'HARN-JRN-003' });
    expect(await listQuestions(real, {})).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is answered in the revision that ends a call with its questions, too', async () => {
    const world = curious();
    await using store = await newStore();
    const body = callOf('rounds', { protocol_version: '2026-07-28' });
    const first = lifeOf(store, world, body);
    const handle = first.runtime.start(first.work, null);
    await opened(store);
    await handle.park();
    expect(await answerAll(store, world, { name: 'Ann' })).toBe(1);
    const resumed = await lifeOf(store, world, body).runtime.resume(handle.id);
    expect(await resumed.done).toMatchObject({ status: 'settled', returned: 'hello Ann' });
  });
});

describe('calls of a server that may ask', () => {
  it('are made one after another, so that what is asked belongs to one of them', async () => {
    const { host, log } = curious();
    const seen = await ran(host, async (harness) => {
      const client = await harness.mcp.connect(SERVER);
      return Promise.all([
        client.call('summarise'),
        client.call('twice'),
        client.call('summarise'),
      ]);
    });
    expect(seen).toEqual(['answer 1', 'answer 2, answer 3', 'answer 4']);
    expect(log.filter((line) => !line.startsWith('offered'))).toEqual([
      ...['summarise', 'twice', 'summarise'],
    ]);
  });

  it('are declared with what is understood, and nothing else', async () => {
    const { host } = curious();
    const codes = await ran(host, async (harness) =>
      Promise.all(
        [
          { sampling: 'allow' },
          { sampling: { modell: 'x' } },
          { sampling: { max_tokens: 0 } },
          { elicitation: 'allow' },
        ].map((wrong) => codeOf(callOf('summarise', wrong as unknown as McpServerConfig)(harness))),
      ),
    );
    expect(codes).toEqual(Array(4).fill('HARN-MCP-001'));
  });
});
