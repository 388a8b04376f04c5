// Programs in plain JavaScript: what cannot be meant is refused where it is said, and nothing is done.
import { describe, expect, it } from 'vitest';
import { Decimal, type DecimalData } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { questionTopic } from '../human/index.ts';
import { runErrors } from '../run/index.ts';
import { type Harness, pipeline } from './index.ts';

type Untyped = (harness: never) => unknown;

/** Runs a body as a pipeline. */
async function run(body: Untyped) {
  const host = createMockHost({ files: { '/work/a.txt': 'alpha' } });
  const store = await openStore('memory:');
  const program = pipeline('p', async (harness) => body(harness as never));
  const runtime = createRuntime({ store, pipelines: [program], host, sink: { write: () => 0 } });
  return { host, result: await runtime.start(program, {}).done };
}

type Any = { readonly [method: string]: (...args: unknown[]) => unknown };
type AnyHarness = Any & { readonly [family: string]: Any };

describe('a call with the wrong kind of argument', () => {
  it.each<[string, (h: AnyHarness) => unknown, string]>([
    [
      'no path',
      (h) => h.fs?.['readText']?.(),
      'harness.fs.read_text: path must be a text, not nothing',
    ],
    ['a number as path', (h) => h.fs?.['exists']?.(5), 'path must be a text, not a number'],
    [
      'an object as content',
      (h) => h.fs?.['writeText']?.('x', {}),
      'content must be a text, not an object',
    ],
    ['no name', (h) => h.env?.['get']?.(), 'name must be a text, not nothing'],
    [
      'a time that is none',
      (h) => h.clock?.['sleepMs']?.(Number.NaN),
      'ms must be a number, not NaN',
    ],
    [
      'a step without a name',
      (h) => h['step']?.(() => 1),
      'the name must be a text, not a function',
    ],
    [
      'a step without a body',
      (h) => h['step']?.('x'),
      'the function must be a function, not nothing',
    ],
    ['no items', (h) => h['parallel']?.(), 'the items must be a list, not nothing'],
    ['no function for items', (h) => h['parallel']?.([1]), 'must be a function, not nothing'],
    ['an empty spawn', (h) => h['spawn']?.(), 'harness.spawn: the function must be a function'],
    [
      'a preset by name',
      (h) => h.agent?.['pipelineOnFinish']?.('drain'),
      'must be a function, not a text',
    ],
    [
      'a hook by name',
      (h) => h.agent?.['registerSessionHook']?.('PreFinish', 'x'),
      'the hook must be a function',
    ],
    [
      'no question',
      (h) => h.interaction?.['askUser']?.(),
      'the question must be a text, not nothing',
    ],
  ])('is refused: %s', async (_, body, text) => {
    const { result } = await run(body as Untyped);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: runErrors.$code('badArgument'), message: expect.stringContaining(text) },
    });
  });
});

describe('the result of a step', () => {
  class Money {
    readonly cents = 5;
  }
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  it('may hold decimals, which come back as data that Decimal reads', async () => {
    const { result } = await run(async (h: Harness) => {
      const kept = await h.step('price', () => ({ net: [Decimal.from('19.90')] }));
      const [net] = (kept as unknown as { readonly net: readonly [DecimalData] }).net;
      return { net, gross: Decimal.from(net).times(Decimal.from('1.19')).toString() };
    });
    expect(result).toMatchObject({
      returned: { net: { $decimal: '19.90' }, gross: '23.6810' },
    });
  });

  it.each<[string, unknown, string]>([
    ['a date', { when: [new Date(0)] }, 'a Date (at .when[0])'],
    ['a map', new Map(), 'a Map is'],
    ['bytes', { body: new Uint8Array(2) }, 'a Uint8Array (at .body)'],
    ['an instance', new Money(), 'a Money is'],
    ['no number', [1, Number.NaN], 'NaN (at [1])'],
    ['a function', { go: () => 1 }, 'a function (at .go)'],
    ['a cycle', cycle, 'a cycle (at .self)'],
  ])('is refused when the journal could not give it back: %s', async (_, value, text) => {
    const { result } = await run((h: Harness) => h.step('s', () => value));
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: runErrors.$code('notJson'), message: expect.stringContaining(text) },
    });
  });

  it('is the same in the life that made it as in one that replays it', async () => {
    const { result } = await run(async (h: Harness) => {
      const made = await h.step('s', () => ({ gone: undefined, list: [undefined, 1] }));
      return { keys: Object.keys(made), list: made.list };
    });
    expect(result).toMatchObject({ returned: { keys: ['list'], list: [null, 1] } });
  });
});

it('what an effect gave is kept as it was, whatever the program does with it before the run is durable', async () => {
  const host = createMockHost({ files: { '/work/a.txt': 'alpha', '/work/b.txt': 'beta' } });
  const store = await openStore('memory:');
  const seen: number[] = [];
  const program = pipeline('p', async (harness) => {
    const names = (await harness.fs.listDir('/work')) as unknown[];
    seen.push(names.length);
    names.length = 0;
    await harness.step('makes it durable', () => 1);
    await harness.interaction.askUser('go on?');
    return seen.at(-1);
  });
  const start = () =>
    createRuntime({ store, pipelines: [program], host, sink: { write: () => 0 } });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = start().start(program, {});
  while ((await store.latest(questionTopic.name)) === undefined) await turn();
  await first.park();
  const second = await start().resume(first.id);
  while (seen.length < 2) await turn();
  await second.park();
  expect(seen).toEqual([2, 2]);
});

describe('the budget of a run', () => {
  const ask = pipeline('ask', async (harness) => {
    for (let asked = 0; ; asked += 1) {
      const options = { provider: 'mock', max_tokens: 40 };
      const { ok } = await harness.llm.callSafe('again?', options);
      if (!ok || asked === 20) return asked;
    }
  });
  const start = async (budget: object) => {
    const store = await openStore('memory:');
    const host = createMockHost();
    const runtime = createRuntime({ store, pipelines: [ask], host, sink: { write: () => 0 } });
    return runtime.start(ask, {}, budget).done;
  };

  it('ends its model calls when nothing is left', async () => {
    const { returned } = (await start({ tokenBudget: 120 })) as { returned: number };
    expect(returned).toBeGreaterThan(0);
    expect(returned).toBeLessThan(20);
    expect(await start({ tokenBudget: 0 })).toMatchObject({ returned: 0 });
    expect(await start({})).toMatchObject({ returned: 20 });
  });

  it('is refused when it is no number', async () => {
    await expect(start({ tokenBudget: 'all' })).rejects.toMatchObject({
      code: runErrors.$code('badArgument'),
    });
    await expect(start({ costBudgetUsd: -1 })).rejects.toMatchObject({
      code: runErrors.$code('badArgument'),
    });
  });
});
