// `harn test` with cases, fixtures, kept answers of models, and the question whether tests do the same twice.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../cli/cli.ts';
import { Debugger } from '../cli/inspector.ts';

interface Report {
  readonly tests: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly error: { readonly message: string } | null;
    readonly stdout: string;
  }[];
}

const CASES = `
@test_fixture(scope: file)
fn counted(harness: Harness) {
  write_file("made.txt", (if file_exists("made.txt") { read_file("made.txt") } else { "" }) + "x")
  return {start: 10}
}

@test_fixture
fn doubler() {
  return { n -> n * 2 }
}

@test(cases: [{name: "small", args: [1, 11]}, {name: "big", args: {n: 5, sum: 15}}], fixture: counted)
fn adds(harness: Harness, base, n: int, sum: int) {
  assert_eq(base.start + n, sum)
}

@test(fixture: doubler)
fn doubles(double) {
  assert_eq(double(4), 8)
}

@test(cases: [{args: [2.0, nil, 5s, ["a", true]]}, {args: [3]}])
pipeline kinds(f, n, d, l) {
  println("\${type_of(f)} \${n} \${type_of(d)} \${l}")
}

@test(cases: [{name: "wrong", args: [3]}])
fn fails(n) {
  assert_eq(n, 4)
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

const endings = ({ tests }: Report) => tests.map(({ name, outcome }) => `${name} ${outcome}`);

describe('cases and fixtures', () => {
  it('make one test of each case, with the fixture before its arguments', () => {
    const project = cli.project({ 'all.harn': CASES });
    const report = project.data<Report>('test', 'all.harn');
    expect(endings(report)).toEqual([
      'adds[small] passed',
      'adds[big] passed',
      'doubles passed',
      'kinds[1] passed',
      'kinds[2] passed',
      'fails[wrong] failed',
    ]);
    expect(report.tests[3]?.stdout).toBe('float nil duration [a, true]\n');
    expect(report.tests[4]?.stdout).toBe('int nil nil nil\n');
    expect(project.read('made.txt')).toBe('x');
    const one = project.data<Report>('test', 'all.harn', '--filter', 'adds?big?');
    expect(endings(one)).toEqual(['adds[big] passed']);
    expect(project.harn('check', 'all.harn').stderr).not.toContain('attribute');
  }, 60_000);

  it.each([
    ['@test(fixture: gone)\nfn t(x) { }', 'no function gone with @test_fixture'],
    [
      '@test_fixture(scope: world)\nfn f() { }\n@test(fixture: f)\nfn t(x) { }',
      'must be file or case',
    ],
    ['@test(cases: [])\nfn t(x) { }', 'not empty'],
    ['@test(cases: [{args: [1, 2]}])\nfn t(x) { }', '2 arguments for 1 parameters'],
    ['@test(cases: [{args: {y: 1}}])\nfn t(x) { }', 'no parameter'],
    ['@test(cases: [{name: "a"}, {name: "a"}])\nfn t(x) { }', 'two cases a'],
    ['@test(cases: [{args: [other]}])\nfn t(x) { }', 'other is not a value'],
  ])('refuse %j', (text, message) => {
    const { status, stderr } = cli.project({ 'a.harn': text }).harn('test', 'a.harn');
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it('say of a fixture that fails which one it was', () => {
    const text =
      '@test_fixture(scope: file)\nfn f() { throw "no disk" }\n@test(fixture: f)\nfn t(x) { }';
    const { stdout } = cli.project({ 'a.harn': text }).harn('test', 'a.harn', '--json');
    expect(stdout).toContain('the fixture f failed: Thrown: no disk');
  });
});

describe('answers of models', () => {
  const TEST = '@test\npipeline asks(task) {\n  println(llm_call("hi").text)\n}\n';

  it('are kept with --record and given with --replay, without anybody being asked', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      const message = { role: 'assistant', content: `answer ${asked}` };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const project = cli.project({ 'a.harn': TEST });
    const online = project.with({
      LOCAL_LLM_BASE_URL: `http://127.0.0.1:${port}/v1`,
      LOCAL_LLM_MODEL: 'm',
    });
    const recorded = await online.start('test', 'a.harn', '--record', '-v').done;
    server.close();
    expect(recorded.stdout).toContain('answer 1');
    expect(recorded.status).toBe(0);
    expect(asked).toBe(1);
    expect(project.has('.harn-fixtures/a/asks.jsonl')).toBe(true);
    const replayed = project.harn('test', 'a.harn', '--replay', '-v');
    expect(replayed.stdout).toContain('answer 1');
    expect(replayed.status).toBe(0);
  }, 60_000);

  it('that were never kept are missed, and both at once are refused', () => {
    const project = cli.project({ 'a.harn': TEST });
    expect(project.harn('test', 'a.harn', '--replay').stdout).toContain(
      'harn-fixtures/a/asks.jsonl',
    );
    expect(project.harn('test', 'a.harn', '--replay', '--record').status).toBe(2);
  });
});

describe('--determinism', () => {
  it('passes what does the same twice and names what differs in what does not', () => {
    const project = cli.project({
      'a.harn':
        '@test\nfn same() { println("a") }\n@test\nfn other() { println(uuid()) }\n@test\nfn grows() {\n  append_file("n.txt", "x")\n  return len(read_file("n.txt"))\n}\n',
    });
    const report = project.data<Report>('test', 'a.harn', '--determinism');
    expect(endings(report)).toEqual(['same passed', 'other failed', 'grows failed']);
    expect(report.tests[1]?.error?.message).toContain('differs from the first: stdout');
    expect(report.tests[2]?.error?.message).toContain('differs from the first: value');
  });
});

describe('--inspect', () => {
  it('stops at a breakpoint in a test', async () => {
    const project = cli.project({
      'a.harn': '@test\nfn adds() {\n  const sum = 1 + 2\n  assert_eq(sum, 3)\n}\n',
    });
    const live = project.start('test', '--inspect-brk=0', 'a.harn');
    await live.says('ws://');
    const debug = await Debugger.connect(live.stderr);
    const url = pathToFileURL(project.path('a.harn')).href;
    debug.breakAt(url, 4);
    await debug.begin();
    let stop = await debug.stop();
    if (stop.line !== 4) {
      await debug.resume();
      stop = await debug.stop();
    }
    expect([stop.url, stop.line]).toEqual([url, 4]);
    expect(stop.locals).toMatchObject({ sum: 3 });
    await debug.resume();
    debug.close();
    expect(await live.done).toMatchObject({ status: 0 });
  }, 60_000);
});
