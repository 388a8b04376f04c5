// Programs of the AI SDK over durable models: killed after every commit, and never a call or a tool repeated.
import { APICallError, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import type { HarnError } from '../../src/base/index.ts';
import { createRuntime } from '../../src/runtime/compose.ts';
import {
  durable,
  type Harness,
  type Pipeline,
  type PipelineFn,
  pipeline,
} from '../../src/runtime/harness/index.ts';
import { createMockHost, createNodeHost, type MockHost } from '../../src/runtime/host/index.ts';
import { onFinishAbandon } from '../../src/runtime/lifecycle/index.ts';
import { loadJournal } from '../../src/runtime/run/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type ScriptedModel, scriptedModel, type Turn, USAGE } from './scripted-model.ts';

const SCRIPT: readonly Turn[] = [
  [
    { name: 'note', input: { text: 'a' } },
    { name: 'note', input: { text: 'b' } },
  ],
  [{ name: 'note', input: { text: 'c' } }],
  'all is noted',
];

const toolsOf = (harness: Harness) => ({
  note: tool({
    description: 'Writes a line down',
    inputSchema: jsonSchema<{ text: string }>({
      type: 'object',
      properties: { text: { type: 'string' } },
    }),
    execute: async ({ text }) => {
      await harness.fs.append('notes.txt', `${text}\n`);
      return `noted ${text}`;
    },
  }),
});

function runtimeOf(store: Store, program: Pipeline<never, unknown>, host: MockHost) {
  return createRuntime({ store, pipelines: [program], host });
}

/** An outside in memory, in real time. */
function timedHost(): MockHost {
  const { clock } = createNodeHost();
  return Object.assign(Object.create(createMockHost()) as MockHost, { clock });
}

async function resultOf(fn: PipelineFn<null, unknown>) {
  await using store = await openStore('memory:');
  const p = pipeline('p', fn);
  return await runtimeOf(store, p, timedHost()).start(p, null).done;
}

async function returnedBy(fn: PipelineFn<null, unknown>): Promise<unknown> {
  const result = await resultOf(fn);
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned;
}

async function until(condition: () => boolean, turns = 20_000): Promise<void> {
  for (let turn = 0; turn < turns && !condition(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
  }
}

const shown = (result: { readonly status: string; readonly error?: HarnError }) =>
  `${result.status}: ${result.error?.code} ${result.error?.message}`;

/** Runs a program, killed after every number of commits in turn, and gives what each pair of lives came to. */
async function killedEverywhere(
  make: (scripted: ScriptedModel) => PipelineFn<null, unknown>,
  check: (end: {
    readonly value: unknown;
    readonly bought: number;
    /** Sorted: of two tools that run beside each other, either may be first. */
    readonly notes: readonly string[];
    readonly at: string;
  }) => void,
): Promise<number> {
  for (let killAfter = 0; killAfter < 60; killAfter += 1) {
    await using real = await openStore('memory:');
    const { store, alive } = stoppingStore(real, killAfter);
    const scripted = scriptedModel(SCRIPT);
    const p = pipeline('p', make(scripted));
    const host = createMockHost();
    let isOver = false;
    const first = runtimeOf(store, p, host).start(p, null);
    void first.done.then(() => {
      isOver = true;
    });
    await until(() => isOver || !alive());
    if (alive()) return killAfter;
    await until(() => false, 20);
    const runtime = runtimeOf(real, p, host);
    const known = (await real.latest(`runs.${first.id}`)) !== undefined;
    const second = known ? await runtime.resume(first.id, { force: true }) : runtime.start(p, null);
    const result = await second.done;
    check({
      value: result.status === 'settled' ? result.returned : shown(result),
      bought: scripted.bought.length,
      notes: (host.files.snapshot()['/work/notes.txt'] ?? '').trim().split('\n').sort(),
      at: `killed after ${killAfter}`,
    });
  }
  throw new Error('it never ended');
}

describe('generateText over a durable model', () => {
  it('gives what the SDK gives, and counts in the record', async () => {
    const { model, bought } = scriptedModel(SCRIPT);
    const result = await resultOf(async (harness) => {
      const { text, steps, totalUsage } = await generateText({
        model: durable(harness, model),
        tools: toolsOf(harness),
        stopWhen: stepCountIs(5),
        prompt: 'note a, b and c',
      });
      return { text, steps: steps.length, tokens: totalUsage.totalTokens };
    });
    expect(result).toMatchObject({ returned: { text: 'all is noted', steps: 3, tokens: 51 } });
    expect(bought).toHaveLength(3);
    expect(result.record['usage']).toMatchObject({
      call_count: 3,
      input_tokens: 36,
      output_tokens: 15,
      models: ['gpt-4o'],
      unpriced_calls: 0,
    });
  });

  it('buys every call once and runs every tool once, whatever commit the run is killed after', async () => {
    const extra: number[] = [];
    const commits = await killedEverywhere(
      ({ model }) =>
        async (harness) => {
          const { text } = await generateText({
            model: harness.llm.durable(model),
            tools: toolsOf(harness),
            stopWhen: stepCountIs(5),
            prompt: 'note a, b and c',
          });
          return text;
        },
      ({ value, bought, notes, at }) => {
        expect([value, notes], at).toEqual(['all is noted', ['a', 'b', 'c']]);
        // A call may be asked again when the process died before its answer was recorded, and then only that one.
        expect(bought, at).toBeLessThanOrEqual(4);
        extra.push(bought - 3);
      },
    );
    expect(commits).toBeGreaterThan(8);
    expect(extra).toContain(0);
  });
});

describe('streamText over a durable model', () => {
  const streamed =
    ({ model }: ScriptedModel, heard: string[] = []): PipelineFn<null, unknown> =>
    async (harness) => {
      let failed: unknown;
      const result = streamText({
        model: harness.llm.durable(model),
        tools: toolsOf(harness),
        stopWhen: stepCountIs(5),
        prompt: 'note a, b and c',
        onError: ({ error }) => {
          failed = error;
        },
      });
      try {
        for await (const piece of result.textStream) heard.push(piece);
        if (failed === undefined) return await result.text;
      } catch (error) {
        failed = error;
      }
      return (failed as { code: string }).code;
    };

  it('is heard in pieces, and counts in the record', async () => {
    const heard: string[] = [];
    const result = await resultOf(streamed(scriptedModel(SCRIPT), heard));
    expect(result).toMatchObject({ returned: 'all is noted' });
    expect(heard.join('')).toBe('all is noted');
    expect(result.record['usage']).toMatchObject({ call_count: 3, output_tokens: 15 });
  });

  it('buys every call once and runs every tool once, whatever commit the run is killed after', async () => {
    const values = new Set<unknown>();
    const commits = await killedEverywhere(streamed, ({ value, bought, notes, at }) => {
      values.add(value);
      // A stream that was cut in the middle says so; every other one goes on to the same end.
      if (value !== 'HARN-LLM-117') {
        expect([value, notes], at).toEqual(['all is noted', ['a', 'b', 'c']]);
      }
      expect(bought, at).toBeLessThanOrEqual(4);
    });
    expect(commits).toBeGreaterThan(8);
    expect([...values]).toEqual(expect.arrayContaining(['all is noted', 'HARN-LLM-117']));
  });

  it('is asked again when the process died before anything but its opening had come', async () => {
    await using real = await openStore('memory:');
    const silent = scriptedModel([]);
    let isOpen = false;
    const model: typeof silent.model = {
      ...silent.model,
      doStream: async () => ({
        stream: new ReadableStream({
          start: (controller) => {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'text-start', id: 't' });
            isOpen = true;
          },
        }),
      }),
    };
    const scripted = scriptedModel(['here I am']);
    let now = model;
    const p = pipeline(
      'p',
      async (harness) => streamText({ model: harness.llm.durable(now), prompt: 'q' }).text,
    );
    const first = runtimeOf(real, p, createMockHost()).start(p, null);
    await until(() => isOpen);
    expect((await first.park()).status).toBe('parked');
    now = scripted.model;
    const second = await runtimeOf(real, p, createMockHost()).resume(first.id);
    expect(await second.done).toMatchObject({ returned: 'here I am' });
  });
});

describe('a durable model', () => {
  it('says of itself what the model says', async () => {
    const { model } = scriptedModel([]);
    const about = await returnedBy(async (harness) => {
      const { provider, modelId, specificationVersion } = durable(harness, model);
      return { provider, modelId, specificationVersion };
    });
    expect(about).toEqual({
      provider: 'scripted.chat',
      modelId: 'gpt-4o',
      specificationVersion: 'v3',
    });
  });

  it.each([
    ['gpt-4o', 'the name "gpt-4o"'],
    [{ specificationVersion: 'v1', doGenerate() {}, doStream() {} }, 'specification v1'],
    [{}, 'without doGenerate'],
    [null, 'object'],
  ])('is not made of %j', async (model, said) => {
    const result = await resultOf(async (harness) => {
      durable(harness, model as never);
      return null;
    });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'HARN-LLM-143' } });
    expect(result.status === 'failed' ? result.error.message : '').toContain(said);
  });

  it('asks again after a failure that may pass, and waits as long as the provider asks', async () => {
    const { model, bought } = scriptedModel(['yes'], (_options, nth) => {
      if (nth > 2) return;
      throw new APICallError({
        message: 'slow down',
        url: 'https://model.test',
        requestBodyValues: {},
        statusCode: 429,
        responseHeaders: { 'retry-after-ms': '20' },
      });
    });
    const text = await returnedBy(
      async (harness) => (await generateText({ model: durable(harness, model), prompt: 'q' })).text,
    );
    expect([text, bought.length]).toEqual(['yes', 3]);
  });

  it('fails with a coded error, which the SDK does not retry', async () => {
    const { model, bought } = scriptedModel([], () => {
      throw new APICallError({
        message: 'no',
        url: 'https://model.test',
        requestBodyValues: {},
        statusCode: 401,
      });
    });
    const result = await resultOf(async (harness) =>
      generateText({ model: durable(harness, model), prompt: 'q' }),
    );
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'HARN-LLM-106', data: { category: 'auth', provider: 'scripted' } },
    });
    expect(bought).toHaveLength(1);
  });

  it.each(['doGenerate', 'doStream'] as const)(
    'passes an abort of the program on to %s',
    async (method) => {
      let seen: AbortSignal | undefined;
      const { model } = scriptedModel([], ({ abortSignal }) => {
        seen = abortSignal;
        return new Promise((_ok, fail) => {
          abortSignal?.addEventListener('abort', () => fail(abortSignal.reason));
        });
      });
      const name = await returnedBy(async (harness) => {
        const stop = new AbortController();
        const asked = durable(harness, model)[method]({
          prompt: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }],
          abortSignal: stop.signal,
        });
        await harness.step('until asked', () => until(() => seen !== undefined));
        stop.abort();
        return asked.then(
          () => 'answered',
          (error: Error) => error.name,
        );
      });
      expect([name, seen?.aborted]).toEqual(['AbortError', true]);
    },
  );

  it('is refused when the harness has no llm, and when model calls are switched off', async () => {
    const { model, bought } = scriptedModel(['yes']);
    const denied = await resultOf(async (harness) =>
      generateText({ model: durable(harness.without('llm'), model), prompt: 'q' }),
    );
    expect(denied).toMatchObject({ status: 'failed', error: { code: 'HARN-CAP-201' } });
    await using store = await openStore('memory:');
    const p = pipeline('p', async (harness) =>
      generateText({ model: durable(harness, model), prompt: 'q' }),
    );
    const host = createMockHost({ env: { HARN_LLM_CALLS_DISABLED: '1' } });
    expect(await runtimeOf(store, p, host).start(p, null).done).toMatchObject({
      error: { code: 'HARN-LLM-130' },
    });
    expect(bought).toHaveLength(0);
  });

  it('keeps bytes, dates and addresses of an answer, and neither headers nor bodies', async () => {
    const { model } = scriptedModel([]);
    const drawing: typeof model = {
      ...model,
      doGenerate: async () => ({
        content: [
          { type: 'file', mediaType: 'image/png', data: new Uint8Array([1, 2, 255]) },
          { type: 'text', text: 'x'.repeat(20_000) },
        ],
        finishReason: { unified: 'stop', raw: undefined },
        usage: USAGE,
        warnings: [],
        request: { body: 'SECRET-1' },
        response: { timestamp: new Date(5), headers: { cookie: 'SECRET-2' }, body: 'SECRET-3' },
      }),
    };
    await using store = await openStore('memory:');
    const seen: unknown[] = [];
    const p = pipeline('p', async (harness) => {
      const answer = await durable(harness, drawing).doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'draw' }] }],
        headers: { authorization: 'SECRET-4' },
      });
      seen.push([answer.content[0], answer.response]);
      if (seen.length === 1) await new Promise(() => undefined);
      return null;
    });
    const first = runtimeOf(store, p, createMockHost()).start(p, null);
    await until(() => seen.length === 1);
    await first.park();
    const second = await runtimeOf(store, p, createMockHost()).resume(first.id);
    const { record } = await second.done;
    const file = { type: 'file', mediaType: 'image/png', data: new Uint8Array([1, 2, 255]) };
    expect(seen).toEqual([
      [file, { timestamp: new Date(5) }],
      [file, { timestamp: new Date(5) }],
    ]);
    expect(record['usage']).toMatchObject({ call_count: 1, input_tokens: 12 });
    const { entries } = await loadJournal(store, first.id);
    expect(JSON.stringify(entries)).not.toContain('SECRET');
  });

  it('that is still asked when the body returns is in the receipt', async () => {
    const { model } = scriptedModel([], () => new Promise(() => undefined));
    const result = await resultOf(async (harness) => {
      harness.agent.pipelineOnFinish(onFinishAbandon);
      void generateText({ model: durable(harness, model), prompt: 'q' }).catch(() => undefined);
      await harness.clock.sleepMs(5);
      return 'early';
    });
    expect(result).toMatchObject({
      returned: 'early',
      receipt: { items: [{ bucket: 'in_flight_llm_calls' }] },
    });
  });
});
