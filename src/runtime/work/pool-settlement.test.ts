// The end of a run whose pool tasks are in the middle of model calls: drained, with one line each in the receipt, and
// nothing bought twice, whatever commit the run is killed after.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { createFinisher, lifecycleKey, onFinishDrain } from '../lifecycle/index.ts';
import { llmCall } from '../llm/index.ts';
import { loadJournal, type RunBody } from '../run/index.ts';
import { poolCreate, poolSubmit } from './index.ts';
import { live, newStore, task, until, type World } from './pool-run.fixture.ts';

const SERVER = 'http://box/v1/chat/completions';

/** How long each answer takes, so that they come in the same order in every life. */
const TURNS: { readonly [prompt: string]: number } = { first: 5, a: 30, b: 30, beside: 150 };

/** A model that takes its time and answers only living processes. */
function modelHost(world: World, seed: number): MockHost {
  const host = createMockHost({ env: { HARN_LLM_BASE_URL: 'http://box' }, seed });
  host.onRequest('POST', SERVER, async (request) => {
    const body = JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as {
      messages: { content: string }[];
    };
    const prompt = body.messages[0]?.content ?? '';
    for (let i = 0; i < (TURNS[prompt] ?? 0); i += 1) await new Promise((ok) => setImmediate(ok));
    if (!world.alive) return new Promise(() => undefined);
    world.done.push(prompt);
    const message = { role: 'assistant', content: `re: ${prompt}` };
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    return { json: { id: '1', model: 'm', choices: [{ message, finish_reason: 'stop' }], usage } };
  });
  return host;
}

/** Returns while one task asks a model, one waits for its turn, and one call runs beside the pool. */
const body: RunBody = function* (ctx) {
  ctx.get(lifecycleKey).slots.run.register(onFinishDrain);
  poolCreate(ctx, { name: 'p', queue: 'fifo' });
  for (const name of ['a', 'b']) {
    yield* poolSubmit(
      ctx,
      'p',
      task(function* (child) {
        return (yield* llmCall(child, name, null, { model: 'm' })).text;
      }),
    );
  }
  ctx.startTask(ctx.task.nextGroup('spawn'), (child) =>
    llmCall(child, 'beside', null, { model: 'm' }),
  );
  yield* llmCall(ctx, 'first', null, { model: 'm' });
  return 'value';
};

interface End {
  readonly status: string;
  readonly record: JsonObject;
  readonly receipt: { readonly status: string; readonly items: readonly JsonObject[] };
}

function shapeOf({ receipt }: End): Json {
  const lines = receipt.items.map(
    ({ bucket, disposition, decided_by: by }) =>
      `${String(bucket)} ${String(disposition)} ${String(by)}`,
  );
  return [receipt.status, lines.sort()];
}

/** The prompts whose answers the journal holds. */
async function recordedAnswers(store: Store, runId: string): Promise<readonly string[]> {
  const { entries } = await loadJournal(store, runId);
  return entries.flatMap((entry) => {
    if (entry.kind !== 'outcome' || entry.effect !== 'llm.call') return [];
    return [String((entry.value as JsonObject)['text']).slice('re: '.length)];
  });
}

describe('a run that returns in the middle of pool tasks and model calls', () => {
  it('drains them all and says so', async () => {
    const world: World = { alive: true, done: [] };
    const host = modelHost(world, 1);
    const { result } = await live(body, { host, finish: createFinisher() });
    const end = (await result) as unknown as End;
    expect(end.status).toBe('settled');
    expect([...world.done].sort()).toEqual(['a', 'b', 'beside', 'first']);
    expect(end.receipt.status).toBe('settled');
    const dispositions = end.receipt.items.map(({ disposition }) => disposition);
    expect(dispositions.length).toBeGreaterThan(0);
    for (const disposition of dispositions) expect(['drained', 'settled']).toContain(disposition);
    const ids = end.receipt.items.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('buys each answer once, and has the same receipt, after a kill at any commit', async () => {
    const whole: World = { alive: true, done: [] };
    const first = await live(body, { host: modelHost(whole, 1), finish: createFinisher() });
    const expected = shapeOf((await first.result) as unknown as End);
    let kills = 0;
    for (let killAfter = 0; killAfter < 60; killAfter += 1) {
      const store = await newStore();
      const world: World = { alive: true, done: [] };
      const host = modelHost(world, 2);
      const finish = createFinisher();
      const onKill = () => {
        world.alive = false;
      };
      const life = await live(body, { store, host, finish, killAfter, onKill });
      let ended: unknown;
      void life.result.then((result) => {
        if (world.alive) ended = result;
      });
      await until(() => ended !== undefined || !world.alive);
      if (!world.alive) {
        kills += 1;
        const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
        const recorded = known ? await recordedAnswers(store, life.run.id) : [];
        const next: World = { alive: true, done: [] };
        const resumed = await live(body, {
          store,
          host: modelHost(next, 3),
          finish: createFinisher(),
          ...(known ? { resume: life.run.id } : {}),
        });
        ended = await resumed.result;
        const bought = [...recorded, ...next.done].sort();
        expect(bought, `killed after ${killAfter}`).toEqual(['a', 'b', 'beside', 'first']);
      }
      const end = ended as End;
      expect(end.status, `killed after ${killAfter}`).toBe('settled');
      expect(shapeOf(end), `killed after ${killAfter}`).toEqual(expected);
      if (world.alive) break;
    }
    expect(kills).toBeGreaterThan(4);
  });
});
