// `harn test` and `harn test conformance` as their users meet them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Project } from '../cli/cli.ts';

const LIB = `pub fn sign(n) {
  if n > 0 {
    return "plus"
  }
  return "not plus"
}

pub fn never() {
  return 1
}
`;

const TESTS = `import { sign } from "../lib"

pipeline test_plus(task) {
  assert_eq(sign(3), "plus")
}

@test
pipeline is_mocked(task) {
  println(llm_call("hi").text)
}
`;

const BROKEN = `fn check(n) {
  assert_eq(n, 4)
}

pipeline test_fails(task) {
  println("before")
  check(3)
}

pipeline test_spins(task) {
  while true { }
}

pipeline test_asks_the_network(task) {
  http_get("http://127.0.0.1:9/")
}

pipeline test_asks_people(task) {
  ask_user("who?")
}

pipeline test_returns_err(task) {
  return Err("bad luck")
}

pipeline test_returns_an_int(task) {
  return 7
}
`;

interface Report {
  readonly tests: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly error: { readonly message: string } | null;
  }[];
  readonly summary: { readonly passed: number; readonly failed: number };
  readonly coverage: {
    readonly files: readonly { readonly file: string; readonly hit: number }[];
  } | null;
}

let cli: Cli;
let good: Project;

function write(project: Project, name: string, text: string): void {
  mkdirSync(path.dirname(project.path(name)), { recursive: true });
  writeFileSync(project.path(name), text);
}

beforeAll(async () => {
  cli = await Cli.build();
  good = cli.project({ 'lib.harn': LIB });
  write(good, 'tests/sign.harn', TESTS);
}, 120_000);
afterAll(() => cli.remove());

describe('harn test', () => {
  it('runs what it finds in tests, says so line by line, and leaves nothing behind', () => {
    const { status, stdout } = good.harn('test');
    expect(stdout).toMatch(/^ok {3}tests\/sign\.harn::test_plus \(/m);
    expect(stdout).toMatch(/^ok {3}tests\/sign\.harn::is_mocked \(/m);
    expect(stdout).toContain('2 passed in');
    expect(status).toBe(0);
    expect(good.has('.harn')).toBe(false);
  });

  it('counts the lines of the project that ran, not those of the tests', () => {
    const { coverage } = good.data<Report>('test', '--coverage');
    expect(coverage).toEqual({
      files: [{ file: 'lib.harn', hit: 2, found: 4, lines: { 2: 1, 3: 1, 5: 0, 9: 0 } }],
    });
    const { stdout } = good.harn('test', '--coverage', '--lcov', 'lcov.info');
    expect(stdout).toMatch(/lib\.harn\s+2\/4\s+50%\s+5-9/);
    expect(good.read('lcov.info')).toContain('SF:lib.harn\nDA:2,1\nDA:3,1\nDA:5,0\nDA:9,0\n');
  });

  it('shows of each failure the place, the callers and what was printed', () => {
    const project = cli.project({ 'all.harn': BROKEN });
    const { status, stdout } = project.harn('test', 'all.harn', '--filter', 'test_fails');
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL all.harn::test_fails');
    expect(stdout).toContain('expected 4, got 3');
    expect(stdout).toContain('all.harn:2:3');
    expect(stdout).toContain('called from test_fails at all.harn:7');
    expect(stdout).toContain('before');
  });

  it('lets no test hang, reach the network or wait for people, and judges what it returns', () => {
    const project = cli.project({ 'all.harn': BROKEN });
    const report = project.data<Report>('test', '--timeout', '2s', '--parallel', '2');
    const endings = report.tests.map(({ name, outcome }) => `${name} ${outcome}`);
    expect(endings).toEqual([
      'test_fails failed',
      'test_spins timed_out',
      'test_asks_the_network failed',
      'test_asks_people failed',
      'test_returns_err failed',
      'test_returns_an_int passed',
    ]);
    expect(report.tests[2]?.error?.message).toContain('tests have no network');
    expect(report.summary).toMatchObject({ passed: 1, failed: 5 });
  }, 60_000);

  it('writes JUnit XML', () => {
    good.harn('test', '--junit', 'out.xml');
    expect(good.read('out.xml')).toContain('<testsuite name="tests/sign.harn" tests="2"');
  });

  it('names the slowest tests with --timing', () => {
    const { stdout } = good.harn('test', '--timing');
    expect(stdout).toMatch(/timing: sum .*, mean .*, p50 .*, p95 .*, p99 /);
    expect(stdout).toMatch(/SLOWEST +TIME\n(?:tests\/sign\.harn::\w+ +[\d.]+ m?s\n){2}/);
    const { data } = JSON.parse(good.harn('test', '--timing', '--json').stdout) as {
      data: { timing: { sum_ms: number; slowest: readonly { name: string; ms: number }[] } };
    };
    const { slowest } = data.timing;
    expect(slowest.map(({ name }) => name).toSorted()).toEqual([
      'tests/sign.harn::is_mocked',
      'tests/sign.harn::test_plus',
    ]);
    expect(slowest.map(({ ms }) => ms)).toEqual(
      slowest.map(({ ms }) => ms).toSorted((a, b) => b - a),
    );
    expect(JSON.parse(good.harn('test', '--json').stdout)).not.toHaveProperty('data.timing');
  });

  it('counts a file that does not compile as a failure and runs the others', () => {
    const project = cli.project({
      'a.harn': 'pipeline test_a(task) {\n  unknown_name(1)\n}\n',
      'b.harn': 'pipeline test_b(task) { }\n',
    });
    const { status, stdout } = project.harn('test');
    expect(stdout).toContain('FAIL a.harn does not compile');
    expect(stdout).toContain('unknown_name');
    expect(stdout).toContain('b.harn::test_b');
    expect(status).toBe(1);
  });

  it.each([
    [['test', 'missing'], 1, 'HARN-TST-003'],
    [['test', '--filter', 'nothing'], 1, 'HARN-TST-002'],
    [['test', 'lib.harn'], 1, 'HARN-TST-001'],
    [['test', '--filter', 're:('], 2, 'HARN-CLI-060'],
    [['test', '--timeout', 'soon'], 2, 'HARN-CLI-061'],
    [['test', '--parallel', '0'], 2, 'HARN-CLI-061'],
  ])('refuses %j with exit code %i and %s', (args, status, code) => {
    const done = good.harn(...args);
    expect(done.stderr).toContain(code);
    expect(done.status).toBe(status);
  });
});

describe('harn test conformance', () => {
  let suite: Project;

  beforeAll(() => {
    suite = cli.project();
    write(suite, 'conformance/a/prints.harn', 'var n = 1\nprintln(n)\n');
    write(suite, 'conformance/a/prints.expected', '1\n');
    write(suite, 'conformance/a/fails.harn', 'throw "boom"\n');
    write(suite, 'conformance/a/fails.error', 'boom\n');
    write(suite, 'conformance/b/wrong.harn', 'println("x")\n');
    write(suite, 'conformance/b/wrong.expected', 'y\n');
    write(suite, 'conformance/b/helper.harn', 'pub fn f() { return 1 }\n');
    write(suite, 'conformance/b/left-out.harn', 'throw 1\n');
    write(suite, 'conformance/b/left-out.expected', '');
    write(suite, 'conformance/b/left-out.conformance-skip', '');
  });

  it('judges every case by itself and names the first different line', () => {
    const { status, stdout } = suite.harn('test', 'conformance', '--jobs', '2');
    expect(stdout).toContain('FAIL b/wrong.harn');
    expect(stdout).toContain('line 1 is "x", not "y"');
    expect(stdout).toContain('1 failed, 2 passed');
    expect(status).toBe(1);
    expect(suite.harn('test', 'conformance', '--filter', 'a/').status).toBe(0);
  });

  it('gives a program that names its cases a line of JSON for each', () => {
    write(suite, 'list.txt', 'a/fails.harn\na/prints.harn\n');
    const { stdout } = suite
      .with({ HARN_CONFORMANCE_LIST: 'list.txt' })
      .harn('test', 'conformance', 'conformance', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; passed: boolean; ok: boolean });
    expect(lines).toMatchObject([
      { path: 'a/fails.harn', passed: true, ok: false },
      { path: 'a/prints.harn', passed: true, ok: true, output: '1\n' },
    ]);
  });

  it('refuses a folder without cases', () => {
    expect(good.harn('test', 'conformance', 'tests').stderr).toContain('HARN-TST-004');
  });
});

describe('functions with @test', () => {
  it('are tests, with the harness when they have a parameter; other functions are not', () => {
    const project = cli.project({
      'f.harn': `fn test_helper() { throw "no test" }

@test
fn adds() { assert_eq(1 + 1, 2) }

@test
fn gets_the_harness(harness: Harness) { assert_eq(harness.env.get_or("NOT_THERE", "none"), "none") }

@test
fn fails() { assert_eq(1, 2) }
`,
    });
    const { tests } = project.data<Report>('test', 'f.harn');
    expect(tests.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['adds', 'passed'],
      ['gets_the_harness', 'passed'],
      ['fails', 'failed'],
    ]);
  });
});

describe('scenarios', () => {
  const PROGRAM = `pipeline main(task) {
  println(read_file("a.txt") + env_or("STAGE", "none"))
}

pipeline test_reads(task) {
  assert_eq(read_file("a.txt"), "scripted")
}

pipeline test_other(task) {
  assert_eq(env_or("STAGE", "none"), "own")
}
`;

  it('beside a file, or beside it with the name of a test, script its tests and say what was left', () => {
    const project = cli.project({});
    write(project, 'tests/s.harn', PROGRAM);
    const files = { 'a.txt': 'scripted' };
    write(
      project,
      'tests/s.harness.json',
      JSON.stringify({ files, processes: [{ command: 'ls' }] }),
    );
    write(project, 'tests/s.test_other.harness.json', JSON.stringify({ env: { STAGE: 'own' } }));
    const ran = project.harn('test');
    expect(ran.stdout).toContain('2 passed');
    expect(ran.stdout).toContain('tests/s.harness.json: no test wanted processes[0] (ls)');
  });

  it('script a run, which leaves nothing behind', () => {
    const project = cli.project({ 's.harn': PROGRAM });
    const files = { 'a.txt': 'scripted' };
    write(
      project,
      'x.json',
      JSON.stringify({ files, env: { STAGE: 'x' }, llm: [{ text: 'unheard' }] }),
    );
    const ran = project.harn('run', '--scenario', 'x.json', 's.harn');
    expect(ran.stderr).toContain('nothing wanted llm[0] of the scenario');
    expect(ran.stdout).toBe('scriptedx\n');
    expect(ran.status).toBe(0);
  });

  it('are refused with a word they do not know', () => {
    const project = cli.project({ 's.harn': PROGRAM });
    write(project, 'x.json', '{"fils": {}}');
    const ran = project.harn('run', '--scenario', 'x.json', 's.harn');
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain('HARN-SCN-001');
  });
});
