// Answers that are heard while they arrive: in order, bought once, kept over kills, and closed when nobody listens.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMockHost, createNodeHost, type MockHost } from '../host/index.ts';
import { loadJournal, type RunContext, type Suspending } from '../run/index.ts';
import type { LlmDelta } from './delta.ts';
import { llmCall, llmMockEffects } from './index.ts';
import { type Life, live, newStore, resultOf, until } from './llm-run.fixture.ts';
import {
  anthropicText,
  type ModelServer,
  modelServer,
  type Reply,
  streams,
} from './providers/model-server.fixture.ts';

let server: ModelServer;
let host: MockHost;

beforeAll(async () => {
  server = await modelServer();
  const real = createNodeHost();
  const mock = createMockHost({
    env: { ANTHROPIC_BASE_URL: server.origin, ANTHROPIC_API_KEY: 'k' },
  });
  host = Object.assign(Object.create(mock) as MockHost, { http: real.http, clock: real.clock });
  server.answers(streams(anthropicText('a', 'b')));
  await resultOf((ctx) => llmCall(ctx, 'ready?', null, { provider: 'anthropic' }, hearing([])), {
    host,
  });
});

afterAll(() => server.close());

const hearing = (heard: LlmDelta[], each: () => void = () => undefined) => ({
  onDelta: {
    kind: 'generator' as const,
    name: 'hear',
    *run(_ctx: RunContext, [delta]: readonly unknown[]): Suspending<null> {
      yield* [];
      heard.push(delta as LlmDelta);
      each();
      return null;
    },
  },
});

const texts = (heard: readonly LlmDelta[]) =>
  heard.map((delta) => (delta.type === 'text' ? delta.text : `<${delta.type}>`)).join('');

/** Streams the story in two parts; the second comes when somebody says so. */
function inParts(): { readonly reply: Reply; readonly goOn: () => void } {
  const events = anthropicText('one ', 'two');
  let goOn: () => void = () => undefined;
  return {
    reply: (response, request) => {
      streams(events.slice(0, 4), 'hang')(response, request);
      goOn = () => {
        for (const event of events.slice(4)) response.write(`data: ${JSON.stringify(event)}\n\n`);
        response.end();
      };
    },
    goOn: () => goOn(),
  };
}

/** Asks once and tells what was heard and what came of it. */
const story = (heard: LlmDelta[], each?: () => void) =>
  function* (ctx: RunContext): Suspending<unknown> {
    try {
      const parts = hearing(heard, each);
      const result = yield* llmCall(ctx, 'q', null, { provider: 'anthropic' }, parts);
      return { text: result.text, tokens: result.output_tokens };
    } catch (error) {
      return { code: (error as { code: string }).code };
    }
  };

async function ended(life: Life): Promise<unknown> {
  const result = await life.result;
  return result.status === 'broken' || result.status === 'parked' || !result.main.ok
    ? result
    : result.main.value;
}

describe('a call that is heard', () => {
  it('tells every piece before it returns, and costs what it says in the record', async () => {
    const parts = inParts();
    server.answers(parts.reply);
    const heard: LlmDelta[] = [];
    const life = await live({ body: story(heard, parts.goOn), store: await newStore(), host });
    const result = await life.result;
    expect(result).toMatchObject({ main: { value: { text: 'one two', tokens: 7 } } });
    expect(result.record['usage']).toMatchObject({ call_count: 1, output_tokens: 7 });
    expect(texts(heard)).toBe('one two');
    expect(heard.length).toBeGreaterThan(1);
  });

  it('is bought once whatever commit the run is killed after, and hears again what it heard', async () => {
    const ends = new Set<string>();
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      const parts = inParts();
      server.answers(parts.reply);
      const store = await newStore();
      const before: LlmDelta[] = [];
      const life = await live({ body: story(before, parts.goOn), store, host, killAfter });
      let isOver = false;
      void life.result.then(() => {
        isOver = true;
      });
      await until(() => isOver || !life.alive(), 20_000);
      if (life.alive()) {
        expect(await ended(life)).toEqual({ text: 'one two', tokens: 7 });
        break;
      }
      kills += 1;
      await until(() => false, 50);
      const at = `killed after ${killAfter}`;
      const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
      const kept = known ? await portionsOf(store, life.run.id) : [];
      server.answers(streams(anthropicText('one ', 'two')));
      const heard: LlmDelta[] = [];
      const again = await live({
        body: story(heard),
        store,
        host,
        ...(known ? { resume: life.run.id } : {}),
      });
      const end = (await ended(again)) as { text?: string; code?: string };
      const recorded = texts(kept.flatMap(({ deltas }) => deltas));
      if (kept.length === 0) {
        expect([server.seen.length, end.text, texts(heard)], at).toEqual([1, 'one two', 'one two']);
      } else if (kept.some(({ isLast }) => isLast)) {
        expect([server.seen.length, end.text, texts(heard)], at).toEqual([0, 'one two', 'one two']);
      } else {
        expect([server.seen.length, end.code], at).toEqual([0, 'HARN-LLM-117']);
        expect(texts(heard), at).toBe(recorded);
      }
      ends.add(kept.length === 0 ? 'asked again' : (end.code ?? 'whole'));
    }
    expect(kills).toBeGreaterThan(2);
    expect(ends).toContain('asked again');
    expect(ends).toContain('HARN-LLM-117');
  });

  it('closes its connection when its task is dropped while it is busy with what it heard', async () => {
    server.answers(inParts().reply);
    let isHeard = false;
    const busy = {
      onDelta: {
        kind: 'generator' as const,
        name: 'hear',
        *run(ctx: RunContext): Suspending<null> {
          isHeard = true;
          yield* ctx.block('for ever', () => undefined);
          return null;
        },
      },
    };
    const life = await live({
      body: function* (ctx) {
        const task = ctx.startTask(ctx.task.nextGroup('spawn'), (child) =>
          llmCall(child, 'q', null, { provider: 'anthropic' }, busy),
        );
        yield* ctx.block('until heard', (resume) => {
          void until(() => isHeard, 20_000).then(() => resume({ ok: true, value: null }));
          return undefined;
        });
        ctx.run.scheduler.drop(task);
        return null;
      },
      store: await newStore(),
      host,
    });
    await life.result;
    await server.cut[0];
    expect(isHeard).toBe(true);
  });

  it.each([
    ['fails with what was heard', false, 1, 'one ', { category: 'transient_network' }],
    ['hears another one, where that is said to be welcome', true, 2, 'one one two', 'one two'],
  ] as const)('that breaks off is not repeated by retries: it %s', async (...row) => {
    const [, mayHearAgain, requests, heardText, end] = row;
    const events = anthropicText('one ', 'two');
    server.answers(streams(events.slice(0, 4), 'cut'), streams(events));
    const heard: LlmDelta[] = [];
    const got = await resultOf(
      function* (ctx) {
        const options = { provider: 'anthropic', llm_retries: 2, llm_backoff_ms: 1 };
        const parts = { ...hearing(heard), mayHearAgain };
        try {
          return (yield* llmCall(ctx, 'q', null, options, parts)).text;
        } catch (error) {
          return { category: (error as { data: { category: string } }).data.category };
        }
      },
      { host },
    );
    expect([server.seen.length, texts(heard), got]).toEqual([requests, heardText, end]);
  });

  it('hears a prepared answer word by word', async () => {
    const heard: LlmDelta[] = [];
    const answer = await resultOf(function* (ctx) {
      ctx.sync(llmMockEffects.mock_enqueue, [
        {
          text: 'so it is',
          thinking: 'hm',
          tool_calls: [{ id: 'c', name: 'read', arguments: {} }],
        },
      ]);
      return (yield* llmCall(ctx, 'q', null, { provider: 'mock' }, hearing(heard))).text;
    });
    expect(answer).toBe('so it is');
    expect(heard).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'so' },
      { type: 'text', text: ' it' },
      { type: 'text', text: ' is' },
      { type: 'tool_call', id: 'c', name: 'read', arguments: '{}' },
    ]);
  });
});

async function portionsOf(store: Parameters<typeof loadJournal>[0], runId: string) {
  const { entries } = await loadJournal(store, runId);
  const portions: { readonly deltas: readonly LlmDelta[]; readonly isLast: boolean }[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'outcome' || entry.effect !== 'llm.stream' || entry.status !== 'ok')
      continue;
    const { deltas, answer } = entry.value as unknown as {
      deltas: readonly LlmDelta[];
      answer: unknown;
    };
    portions.push({ deltas, isLast: answer !== null });
  }
  return portions;
}
