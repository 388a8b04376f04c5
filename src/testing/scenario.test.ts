// Scenarios: what a program finds in one, what is refused in its file, and what is said about answers nobody wanted.
import { describe, expect, it } from 'vitest';
import type { Json } from '../base/index.ts';
import type { Harness } from '../runtime/harness/index.ts';
import { Scenario, withHarness } from './index.ts';

/** Runs a body in a scenario and gives what it returned, printed and left over. */
async function inScenario<R>(data: Json, fn: (harness: Harness) => Promise<R>) {
  const scenario = new Scenario(data);
  const done = await withHarness(fn, { scenario });
  return { ...done, unused: scenario.unused(), problems: scenario.problems(done) };
}

const text = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);

describe('a scenario', () => {
  it('is the clock, chance, stdin, environment and files of a program', async () => {
    const { value, unused } = await inScenario(
      {
        clock_at_unix_ms: 1_000,
        random_u64: [7],
        stdin_lines: ['one', 'two'],
        env: { STAGE: 'dev' },
        files: { 'a.txt': 'here', '/etc/x': 'there' },
      },
      async ({ clock, random, stdio, env, fs }) => {
        await clock.sleepMs(3_600_000);
        return [
          clock.nowMs(),
          random.u64(),
          await stdio.readLine(),
          env.get('STAGE'),
          env.get('HOME'),
          await fs.readText('a.txt'),
          await fs.readText('/etc/x'),
        ];
      },
    );
    expect(value).toEqual([3_601_000, 7, 'one', 'dev', null, 'here', 'there']);
    expect(unused).toEqual(['stdin_lines[1]']);
  });

  it('draws the same from the same seed', async () => {
    const draw = (seed: number) =>
      inScenario({ random_seed: seed }, async ({ random }) => random.u64());
    const [a, b, c] = [await draw(4), await draw(4), await draw(5)];
    expect(a.value).toBe(b.value);
    expect(a.value).not.toBe(c.value);
  });

  it('answers the network, commands, models and the host, each answer once', async () => {
    const { value, unused } = await inScenario(
      {
        http: [
          { url: 'https://a.b/*', json: { n: 1 } },
          { method: 'POST', url: 'https://a.b/c', status: 201, repeat: true },
          { url: 'https://never.asked/' },
        ],
        processes: [{ command: 'git status*', stdout: 'clean' }, { argv: ['ls'] }],
        llm: [{ text: 'yes' }, { text: 'unheard' }],
        host: [
          { capability: 'editor', operation: 'line', result: 1 },
          { capability: 'editor', operation: 'line', result: 2 },
          { capability: 'editor', operation: 'close', error: 'busy' },
        ],
      },
      async ({ net, process, llm, host }) => [
        (await net.get('https://a.b/c')).body,
        (await net.post('https://a.b/c', '')).status,
        (await net.post('https://a.b/c', '')).status,
        await text(net.get('https://a.b/c')),
        (await process.run({ argv: ['git', 'status', '-s'] })).stdout,
        await text(process.run({ shell: 'git push' })),
        (await llm.call('ok?')).text,
        await host.call('editor.line'),
        await host.call('editor.line'),
        await text(host.call('editor.close')),
      ],
    );
    expect(value).toEqual([
      '{"n":1}',
      201,
      201,
      'the scenario has no answer (left) for GET https://a.b/c',
      'clean',
      'the scenario has no answer (left) for the command git push',
      'yes',
      1,
      2,
      'busy',
    ]);
    expect(unused).toEqual(['http[2] (* https://never.asked/)', 'processes[1] (ls)', 'llm[1]']);
  });

  it('in its null mode denies everything and knows what was asked', async () => {
    const data = {
      mode: 'null',
      expect_deny_events: [{ sub_handle: 'fs', method: 'read_text' }],
    };
    const asked = await inScenario(data, ({ fs }) => text(fs.readText('a')));
    expect(asked.value).toBe('NullHarness denied fs.read_text');
    expect(asked.problems).toEqual([]);
    const silent = await inScenario(data, async () => null);
    expect(silent.problems).toEqual(['denied were [], not [fs.read_text]']);
  });

  it('says what was to be printed and asked, and was not', async () => {
    const data = {
      files: { a: '', b: '' },
      expect_stdio: 'hi\n',
      expect_calls: [
        { sub_handle: 'fs', method: 'read_text', args: ['a'] },
        { sub_handle: 'fs', method: 'read_text', args: ['b'] },
      ],
    };
    const good = await inScenario(data, async ({ fs, stdio }) => {
      await fs.readText('a');
      stdio.println('hi');
      await fs.readText('b');
    });
    expect(good.problems).toEqual([]);
    const bad = await inScenario(data, async ({ fs }) => {
      await fs.readText('b');
      await fs.readText('a');
    });
    expect(bad.problems).toEqual([
      'stdout was "", not "hi\\n"',
      'the call fs.read_text("b") was not made after those before it',
    ]);
  });

  it.each<[Json, string]>([
    [{ clock: 1 }, 'scenario has the key "clock", which means nothing'],
    [{ http: [{ uri: 'x' }] }, 'scenario.http[0] has the key "uri", which means nothing'],
    [{ http: [{}] }, 'scenario.http[0].url must be there, and a text'],
    [{ env: { A: 1 } }, 'scenario.env.A must be a text'],
    [{ mode: 'half' }, 'scenario.mode must be "mock" or "null"'],
    [{ random_u64: ['1'] }, 'scenario.random_u64[0] must be a number'],
    [[], 'scenario must be a dict'],
  ])('refuses %j', (data, message) => {
    expect(() => new Scenario(data)).toThrow(message);
  });
});
