// A loop under every kill: no recorded model call is bought again, no tool that changes something runs twice, and the
// resumed program ends with the same transcript, events and memory.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { defineEffect, journalTopic, loadJournal, type RunBody } from '../run/index.ts';
import {
  completion,
  type Lived,
  live,
  loadSdk,
  newStore,
  returnedBy,
  wireCall,
} from './agent-run.fixture.ts';
import {
  agentLoop,
  readAgentEvents,
  readSession,
  sessionCalls,
  type Tool,
  toTool,
} from './index.ts';

/** The outside: what was bought and what was done, over all lives. */
interface World {
  bought: number;
  readonly done: Map<string, number>;
  /** In the memory of one life. */
  notes: string[];
}

const bump = ({ done }: World, key: string) => done.set(key, (done.get(key) ?? 0) + 1);

const textOfBody = (body: unknown) =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

/** A model behind a network: it answers by what it is asked, so that asking again gives the same. */
function newHost(world: World): MockHost {
  const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
  host.onRequest('POST', 'https://api.openai.com/*', (request) => {
    world.bought += 1;
    const asked = JSON.parse(textOfBody(request.body)) as { messages: JsonObject[] };
    const results = asked.messages.filter(({ role }) => role === 'tool').length;
    return { json: SCRIPT[results] ?? completion({ content: 'All done.' }) };
  });
  return host;
}

const SCRIPT: readonly JsonObject[] = [
  completion(wireCall('c1', 'look', { where: 'here' })),
  completion(wireCall('c2', 'send', { to: 'Ada' })),
  completion(wireCall('c3', 'note', { text: 'sent' })),
];

const outside = (world: World, alive: () => boolean) =>
  defineEffect(
    { name: 'test.write', class: 'mutation', access: 'write', onUnknown: 'retry' },
    async (env, text: string): Promise<string> => {
      if (alive()) bump(world, `write ${env.idempotencyKey}`);
      await new Promise((ok) => setImmediate(ok));
      return `wrote ${text}`;
    },
  );

function toolsOf(world: World, alive: () => boolean): readonly Tool[] {
  const write = outside(world, alive);
  return [
    toTool(
      { name: 'look', parameters: { where: 'string' }, mutates: false },
      {
        kind: 'native',
        run: ({ where }) => `saw ${String(where)}`,
      },
    ),
    // Done outside, once per key, and never again: what was begun and not recorded is told as unknown.
    toTool(
      { name: 'send', parameters: { to: 'string' } },
      {
        kind: 'native',
        run: async (_args, { idempotencyKey }) => {
          if (alive()) bump(world, `send ${idempotencyKey}`);
          await new Promise((ok) => setImmediate(ok));
          return 'sent';
        },
      },
    ),
    toTool(
      { name: 'note', parameters: { text: 'string' } },
      {
        kind: 'program',
        run: function* (ctx, { text }) {
          world.notes.push(String(text));
          // An agent within a tool: its turns are units within the turn that called it.
          yield* agentLoop(ctx, 'check it', null, { session_id: 'child' });
          return yield* ctx.perform(write, [String(text)]);
        },
      },
    ),
  ];
}

interface Scene {
  readonly world: World;
  readonly store: Awaited<ReturnType<typeof newStore>>;
}

async function liveIn(
  { world, store }: Scene,
  resume?: string,
  killAfter?: number,
): Promise<Lived> {
  world.notes = [];
  let life: Lived | undefined;
  const alive = () => life === undefined || life.alive();
  const body: RunBody = function* (ctx) {
    const tools = toolsOf(world, alive);
    sessionCalls.open(ctx, 's');
    const first = yield* agentLoop(ctx, 'tell Ada', 'be good', { session_id: 's' }, { tools });
    sessionCalls.inject(ctx, 's', { role: 'user', content: 'thanks' });
    const second = yield* agentLoop(ctx, 'and now?', null, { session_id: 's' }, { tools });
    return { first, second, notes: [...world.notes] } as unknown as Json;
  };
  life = await live({
    store,
    host: newHost(world),
    body,
    ...(resume === undefined ? {} : { resume }),
    ...(killAfter === undefined ? {} : { killAfter }),
  });
  return life;
}

const newScene = async (): Promise<Scene> => ({
  world: { bought: 0, done: new Map(), notes: [] },
  store: await newStore(),
});

/** What must not depend on whether the run was killed. Durations and ids of results do. */
async function traces({ store }: Scene, { result }: Lived) {
  const value = returnedBy(result) as { first: JsonObject; second: JsonObject; notes: Json };
  const events = await readAgentEvents(store, 's');
  const kept = await readSession(store, 's');
  return {
    statuses: [value.first['status'], value.second['status']],
    notes: value.notes,
    messages: kept?.transcript.messages.toArray(),
    returned: (value.second['transcript'] as { messages: Json }).messages,
    tokens: (value.first['llm'] as { input_tokens: number }).input_tokens,
    events: events.map(({ kind }) => kind),
  };
}

/** A transcript in which the outcome of `send` may be unknown to the model. */
const unlessUnknown = (text: string) =>
  text
    .replaceAll(/\{\\"error\\":\\"unknown\\"[^}]*\}/g, 'sent')
    .replaceAll('"failed"', '"completed"');

beforeAll(loadSdk, 30_000);

/** Tools that run beside each other and change something; who begins is who is counted. */
function sendersOf(world: World, alive: () => boolean): readonly Tool[] {
  const sender = (name: string, turns: number, more: JsonObject = {}) =>
    toTool(
      { name, parameters: { to: 'string' }, parallel: true, ...more },
      {
        kind: 'native',
        run: async ({ to }, { idempotencyKey }) => {
          if (alive()) bump(world, `${name} ${String(to)} ${idempotencyKey}`);
          for (let turn = 0; turn < turns; turn += 1) await new Promise((ok) => setImmediate(ok));
          return `${name} ${String(to)}`;
        },
      },
    );
  return [sender('mail', 3), sender('post', 1), sender('wire', 2, { on_unknown: 'retry' })];
}

describe('tools beside each other in a loop that is killed', () => {
  const answers: readonly JsonObject[] = [
    completion({
      tool_calls: ['mail Ada', 'post Bob', 'wire Cy', 'mail Dee'].flatMap((what, k) => {
        const [name = '', to = ''] = what.split(' ');
        return wireCall(`c${k}`, name, { to })['tool_calls'] as JsonObject[];
      }),
    }),
  ];

  const liveOnce = async ({ world, store }: Scene, resume?: string, killAfter?: number) => {
    let life: Lived | undefined;
    const alive = () => life === undefined || life.alive();
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    host.onRequest('POST', 'https://api.openai.com/*', (request) => {
      const asked = JSON.parse(textOfBody(request.body)) as { messages: JsonObject[] };
      const results = asked.messages.filter(({ role }) => role === 'tool').length;
      return {
        json: results === 0 ? (answers[0] as JsonObject) : completion({ content: 'Done.' }),
      };
    });
    const body: RunBody = (ctx) =>
      agentLoop(ctx, 'tell all', null, { session_id: 's' }, { tools: sendersOf(world, alive) });
    life = await live({
      store,
      host,
      body,
      ...(resume === undefined ? {} : { resume }),
      ...(killAfter === undefined ? {} : { killAfter }),
    });
    return life;
  };

  const told = ({ result }: Lived) =>
    (returnedBy(result)['transcript'] as { messages: JsonObject[] }).messages
      .filter(({ role }) => role === 'tool')
      .map(({ tool_call_id: id, content }) => [id, content]);

  it('are begun once per key, and a call whose end is not known says so', async () => {
    const whole = await newScene();
    const expected = told(await liveOnce(whole));
    expect(expected.map(([, content]) => content)).toEqual([
      'mail Ada',
      'post Bob',
      'wire Cy',
      'mail Dee',
    ]);
    expect([...whole.world.done.values()]).toEqual([1, 1, 1, 1]);
    let lives = 0;
    let unknown = 0;
    for (let n = 0; n < 200; n += 1) {
      const scene = await newScene();
      const first = await liveOnce(scene, undefined, n);
      if (first.result !== undefined) break;
      if ((await scene.store.latest(journalTopic(first.run.id))) === undefined) continue;
      const results = told(await liveOnce(scene, first.run.id));
      expect(results.map(([id]) => id)).toEqual(expected.map(([id]) => id));
      for (const [k, [, content]] of results.entries()) {
        const isUnknown = String(content).includes('"error":"unknown"');
        if (isUnknown) unknown += 1;
        else expect(content, `killed after ${n}`).toBe(expected[k]?.[1]);
        if (isUnknown) expect(['c0', 'c1', 'c3'], `killed after ${n}`).toContain(results[k]?.[0]);
      }
      for (const [key, times] of scene.world.done) {
        const most = key.startsWith('wire') ? 2 : 1;
        expect(times, `killed after ${n}: ${key}`).toBeLessThanOrEqual(most);
      }
      // The keys are the same in both lives.
      expect(scene.world.done.size, `killed after ${n}`).toBeLessThanOrEqual(4);
      lives += 1;
    }
    expect(lives).toBeGreaterThan(4);
    expect(unknown).toBeGreaterThan(0);
  });
});

describe('a loop that is killed', () => {
  it('goes on wherever it was, buys nothing twice and does nothing twice', async () => {
    const whole = await newScene();
    const expected = await traces(whole, await liveIn(whole));
    expect(expected).toMatchObject({ statuses: ['done', 'done'], notes: ['sent'] });
    expect(whole.world.bought).toBe(6);
    let lives = 0;
    for (let n = 0; n < 200; n += 1) {
      const scene = await newScene();
      const first = await liveIn(scene, undefined, n);
      if (first.result !== undefined) break;
      if ((await scene.store.latest(journalTopic(first.run.id))) === undefined) continue;
      const { entries } = await loadJournal(scene.store, first.run.id);
      const recorded = entries.filter(
        (e) => e.kind === 'outcome' && e.effect === 'llm.call',
      ).length;
      scene.world.bought = 0;
      const second = await liveIn(scene, first.run.id);
      const found = await traces(scene, second);
      expect(JSON.parse(unlessUnknown(JSON.stringify(found))), `killed after ${n}`).toEqual(
        expected,
      );
      expect(scene.world.bought, `killed after ${n}`).toBe(6 - recorded);
      for (const [key, times] of scene.world.done) {
        // The program's own tool writes through an effect that may be repeated under one key; `send` may not.
        expect(times, `killed after ${n}: ${key}`).toBeLessThanOrEqual(
          key.startsWith('send') ? 1 : 2,
        );
      }
      lives += 1;
    }
    expect(lives).toBeGreaterThan(6);
  });

  it('does not enter the turns again in which no code of the program ran', async () => {
    const scene = await newScene();
    const done = await liveIn(scene);
    const { entries } = await loadJournal(scene.store, done.run.id);
    const turns = entries.flatMap((e) =>
      e.kind === 'outcome' && e.effect === 'agent.turn' ? [e] : [],
    );
    expect(turns.map(({ unit }) => unit ?? false)).toEqual([true, true, true, false, true, true]);
  });
});
