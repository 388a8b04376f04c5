// What the smaller handles can do: chance of any size, the machine, shells, spans; in both languages, denied by their
// capability, and when resumed.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, type Harness, pipeline } from '../../src/index.ts';
import { createNodeHost } from '../../src/runtime/host/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;

async function inTypeScript<T>(body: (harness: Harness) => Promise<T>, host = createMockHost()) {
  await using store = await openStore('memory:');
  const one = pipeline('one', body as (harness: Harness) => Promise<never>);
  const runtime = createRuntime({
    store,
    host,
    sink: { write: () => undefined },
    pipelines: [one],
  });
  return await runtime.start(one, null as never).done;
}

describe('chance', () => {
  it('reaches odd numbers above 2^53, and a range of one wide number', async () => {
    const lines = await printed(
      main(`
  harness.random.seed(3)
  let odd = 0
  let inside = true
  for _ in range(64) {
    const n = random_int(0, 9223372036854775807)
    if n % 2 == 1 { odd = odd + 1 }
    if n < 0 { inside = false }
  }
  println([odd > 10, odd < 54, inside])
  println(random_int(9007199254740993, 9007199254740993))
  const rng = rng_seed(1)
  println(random_int(rng, -9223372036854775807, 9223372036854775807) == random_int(rng_seed(1), -9223372036854775807, 9223372036854775807))
  println(try { random_int(9007199254740995, 9007199254740993) })`),
    );
    expect(lines.slice(0, 3)).toEqual(['[true, true, true]', '9007199254740993', 'true']);
    expect(lines[3]).toContain('there is no number between 9007199254740995 and 9007199254740993');
  });

  it('gives bytes, and refuses a count that is none', async () => {
    const lines = await printed(
      main(`
  println([len(harness.random.bytes(0)), len(harness.random.bytes(5)), type_of(harness.random.bytes(1))])
  for count in [-1, 1.5, "3", 10000000] { println(is_err(try { harness.random.bytes(count) })) }`),
    );
    expect(lines).toEqual(['[0, 5, bytes]', 'true', 'true', 'true', 'true']);
  });

  it('refuses bounds in TypeScript that are no digits', async () => {
    const result = await inTypeScript(async (harness) => {
      const wide = harness.random.rangeBig('-9007199254740993', '-9007199254740993');
      try {
        return harness.random.rangeBig('1e3', '7');
      } catch (error) {
        return `${wide} ${(error as { code: string }).code}`;
      }
    });
    expect(result).toMatchObject({ returned: '-9007199254740993 HARN-IOE-046' });
  });

  it('draws the same again when a run is resumed', async () => {
    const text = main(`
  const bytes = bytes_to_hex(harness.random.bytes(8))
  const number = random_int(0, 9223372036854775807)
  write_file("/work/bytes", bytes)
  write_file("/work/int", number)
  println("\${read_file("/work/bytes")} \${read_file("/work/int")}")`);
    const kills = await survivesKills(
      { text },
      () => createMockHost(),
      async (host) => [await host.fs.readText('/work/bytes'), await host.fs.readText('/work/int')],
    );
    expect(kills).toBeGreaterThan(2);
  });
});

describe('the machine', () => {
  it('tells about its processor and memory', async () => {
    const { system } = createNodeHost();
    const processor = await system.machine?.processor();
    expect(processor?.count).toBeGreaterThan(0);
    expect(processor?.usagePercent).toBeGreaterThanOrEqual(0);
    expect(processor?.usagePercent).toBeLessThanOrEqual(100);
    const memory = await system.machine?.memory();
    expect(memory?.availableBytes).toBeLessThanOrEqual(memory?.totalBytes ?? 0);
  });

  it('is under pressure when little memory is left', async () => {
    const machine = {
      processor: () => Promise.reject(new Error('not asked')),
      memory: async () => ({ totalBytes: 100, availableBytes: 8 }),
    };
    const result = await inTypeScript(
      async (harness) => (await harness.system.memory()).pressure,
      createMockHost({ machine }),
    );
    expect(result).toMatchObject({ returned: 'high' });
  });

  it('is not told about by a handle without it', async () => {
    const lines = await printed({
      text: main(`
  for ask in [{ -> harness.system.cpu() }, { -> harness.system.memory() }, { -> harness.process.list_shells() }, { -> harness.process.default_shell() }, { -> harness.random.bytes(1) }, { -> harness.term.clear() }] {
    println(is_err(try { ask() }))
  }`),
      deny: ['system', 'process', 'random', 'term'],
    });
    expect(lines).toEqual(['true', 'true', 'true', 'true', 'true', 'true']);
  });
});

it('shells are found, and lines handed to them, in TypeScript', async () => {
  const host = createMockHost({ files: { '/bin/sh': '', '/bin/bash': '' } });
  const result = await inTypeScript(async ({ process }) => {
    const { shells } = await process.listShells();
    const usual = await process.defaultShell();
    const how = await process.shellInvocation({ shell_id: 'bash', command: 'ls' });
    return [shells.map(({ id }) => id), usual?.path, how.program, how.args];
  }, host);
  expect(result).toMatchObject({
    returned: [['sh', 'bash'], '/bin/sh', '/bin/bash', ['-c', 'ls']],
  });
});

it('the terminal has a size, tells what it is, and is emptied only where it is one', async () => {
  const program = main(`
  println([harness.term.height(), harness.term.is_tty("stdout"), harness.term.is_tty("stdin")])
  println(is_err(try { harness.term.is_tty("stdfoo") }))
  harness.term.clear()`);
  expect(await printed(program, createMockHost())).toEqual(['[24, false, false]', 'true']);
  const lines = await printed(program, createMockHost({ rows: 50, tty: ['stdout'] }));
  expect(lines.slice(0, 2)).toEqual(['[50, true, false]', 'true']);
  expect(lines.at(-1)).toContain('\u001b[2J');
});

describe('a span around a piece of work', () => {
  it('ends with it, failed or not, and keeps its attributes', async () => {
    const lines = await printed(
      main(`
  enable_tracing()
  println(harness.obs.span("good", {n: 1}, { -> trace_id() != nil }))
  println(is_err(try { harness.obs.span("bad", { -> throw "no" }) }))
  println(trace_id())
  println(trace_spans().map({ s -> [s.name, s.metadata] }))
  println(is_err(try { harness.obs.span("odd", "text") }))`),
    );
    expect(lines).toEqual(['true', 'true', 'nil', '[[good, {n: 1}], [bad, {}]]', 'true']);
  });

  it('is the same in TypeScript', async () => {
    const result = await inTypeScript(async ({ obs }) => {
      obs.enableTracing();
      const value = await obs.span('good', async () => 7, { n: 1, of: [1, 2] });
      await obs.span('bad', () => Promise.reject(new Error('no'))).catch(() => undefined);
      const open = obs.startSpan('third', { k: 'v' });
      const ended = obs.endSpan(open);
      return [value, obs.traceId(), ended?.metadata ?? null, obs.traceSpans().map((s) => s.name)];
    });
    expect(result).toMatchObject({
      returned: [7, null, { k: 'v' }, ['good', 'bad', 'third']],
    });
  });
});

it('a list that a function gives for an item may be of any length', async () => {
  const lines = await printed(main('println([1].flat_map({ _ -> to_list(range(300000)) }).len())'));
  expect(lines).toEqual(['300000']);
});
