// Records through the built command: fixtures gate changes, runs are compared, shown as trees, and pruned.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

const PROGRAM = `let name = harness.fs.read_text("name.txt")
harness.fs.write_text("out.txt", "hello \${name}")
println("hello \${name}")
return len(name)
`;
const PROGRAMS = {
  'greet.harn': PROGRAM,
  'changed.harn': PROGRAM.replace('len(name)', '7'),
  'moved.harn': `// says hello\n\n${PROGRAM}`,
  'more.harn': PROGRAM.replace('return', 'harness.fs.write_text("more.txt", "x")\nreturn'),
  'busy.harn': `pipeline main(harness: Harness) {
  let late = try { deadline 30ms { harness.clock.sleep_ms(60000) } } catch (e) { "late" }
  let order = []
  parallel each [800, 5, 300] { n ->
    harness.clock.sleep_ms(n)
    order = order.push(n)
  }
  let pool = harness.agent.pool_create({name: "work", max_concurrent: 1})
  pool.submit({ -> harness.fs.append("pool.txt", "one") })
  pool.submit({ -> harness.fs.append("pool.txt", "two") })
  harness.handoff_to("elsewhere", {n: 1})
  pipeline_on_finish({ h, value -> h.spawn_settlement_agent() })
  println("\${late} \${order.join(" ")} \${harness.random.u64()} \${harness.clock.now_ms()}")
  return 5
}
`,
  'name.txt': 'ada',
  'parent.harn': `pipeline main(task) {
  harness.handoff_to("child", {a: 1})
  pipeline_on_finish({ h, value -> h.spawn_settlement_agent() })
  return 1
}
pipeline child(work) { println("child") }
`,
};

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

interface RunLine {
  readonly run_id: string;
  readonly pipeline: string;
  readonly status: string;
}
const runs = (here: Project) => here.data<{ runs: readonly RunLine[] }>('runs', 'ls').runs;
const newest = (here: Project) => runs(here)[0]?.run_id ?? '';

function ran(): { here: Project; id: string } {
  const here = cli.project(PROGRAMS);
  expect(here.harn('run', 'greet.harn')).toMatchObject({ status: 3, stderr: '' });
  return { here, id: newest(here) };
}

describe('a run', () => {
  it('replays from its journal without touching anything, and shows what it prints on request', () => {
    const { here, id } = ran();
    writeFileSync(here.path('name.txt'), 'grace');
    writeFileSync(here.path('out.txt'), 'mine');
    const done = here.harn('replay', id, '--output');
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout).toMatch(/^hello ada\nPASS /);
    expect(here.read('out.txt')).toBe('mine');
  });

  it('with deadlines, parallel tasks, pools, handoffs and chance replays to the same', () => {
    const here = cli.project(PROGRAMS);
    const first = here.harn('run', 'busy.harn');
    expect(first.status).toBe(5);
    expect(first.stdout).toMatch(/^late 5 300 800 /);
    const done = here.harn('replay', newest(here), '--output');
    expect(done.stdout).toMatch(/PASS /);
    expect(done.stdout.split('\n')[0]).toBe(first.stdout.trimEnd());
    expect(here.read('pool.txt')).toBe('onetwo');
  });

  it('is drawn as a graph', () => {
    const { here, id } = ran();
    const { stdout } = here.harn('runs', 'show', id, '--graph');
    expect(stdout).toMatch(/^flowchart TD\n {2}n0\(\["run /);
  });

  it('has a record in the published shape, with what the run came to', () => {
    const { here, id } = ran();
    const record = JSON.parse(here.read(`.harn-runs/${id}.json`)) as Record<string, unknown>;
    expect(record).toMatchObject({
      _type: 'run_record',
      id,
      status: 'completed',
      returned: 3,
      stages: [],
      replay_fixture: { source_run_id: id, expected_status: 'completed' },
      observability: { schema_version: 4, action_graph_nodes: [{ id: `run:${id}` }] },
    });
  });
});

describe('a fixture', () => {
  it('gates a change: code that does the same passes, other code fails by name', () => {
    const { here, id } = ran();
    expect(here.harn('fixture', id, '-o', 'good.json')).toMatchObject({
      status: 0,
      stdout: 'good.json\n',
      stderr: '',
    });
    const elsewhere = cli.project({
      ...PROGRAMS,
      'name.txt': 'grace',
      'good.json': here.read('good.json'),
    });
    expect(elsewhere.harn('replay', 'good.json').status).toBe(0);
    expect(elsewhere.harn('replay', 'good.json', '--with', 'moved.harn').status).toBe(0);
    const changed = elsewhere.harn('replay', 'good.json', '--with', 'changed.harn');
    expect(changed.status).toBe(1);
    expect(changed.stdout).toContain('what the run returned differs');
    const more = elsewhere.harn('eval', 'good.json', '--with', 'more.harn');
    expect(more.status).toBe(1);
    expect(more.stdout).toContain('fs.write_text');
    expect(elsewhere.has('more.txt')).toBe(false);
    expect(elsewhere.has('.harn')).toBe(false);
  });

  it('is a case of a pack, in TOML, tried as often as asked', () => {
    const { here, id } = ran();
    here.harn('fixture', id, '-o', 'good.json');
    const pack = `id = "greeting"
[[fixtures]]
id = "production"
kind = "run"
path = "good.json"
[[rubrics]]
id = "ended"
kind = "deterministic"
[[rubrics.assertions]]
kind = "status"
expected = "completed"
[[cases]]
id = "same"
run = "production"
rubrics = ["ended"]
`;
    writeFileSync(here.path('harn.eval.toml'), pack);
    interface Report {
      readonly pass: boolean;
      readonly cases: readonly { readonly trials: unknown }[];
    }
    const report = here.data<Report>('eval', 'harn.eval.toml', '--trials', '2');
    expect(report).toMatchObject({ pass: true, cases: [{ trials: { total: 2, passed: 2 } }] });
    expect(here.harn('eval', 'harn.eval.toml', '--with', 'changed.harn').status).toBe(1);
    writeFileSync(here.path('bad.toml'), 'id = \n');
    expect(here.harn('eval', 'bad.toml')).toMatchObject({ status: 1, stdout: '' });
  });

  it('is not made of a run that has not ended, and not read from any file', () => {
    const { here } = ran();
    writeFileSync(here.path('half.json'), '{"_type": "run_fixture", "v": 1}');
    const done = here.harn('replay', 'half.json');
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('HARN-REC-006');
  });
});

describe('a plain record', () => {
  const stage = { id: 's', node_id: 'plan', status: 'completed', outcome: 'success' };
  const record = {
    _type: 'run_record',
    id: 'r1',
    workflow_id: 'w',
    status: 'completed',
    stages: [stage],
  };

  it('is shown and checked against its own assertions; a folder and a suite of them are counted', () => {
    const here = cli.project({
      'r1.json': JSON.stringify(record),
      'suite.json': JSON.stringify({
        _type: 'eval_suite_manifest',
        cases: [{ run_path: 'r1.json' }, { run_path: 'r1.json', fixture_path: 'other.json' }],
      }),
      'other.json': JSON.stringify({ ...record, status: 'failed' }),
    });
    const shown = here.harn('replay', 'r1.json');
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toContain('[plan] status=completed outcome=success branch=-');
    expect(shown.stdout).toContain('Embedded replay fixture: PASS');
    expect(here.harn('eval', 'r1.json').status).toBe(0);
    const suite = here.harn('eval', 'suite.json');
    expect(suite.status).toBe(1);
    expect(suite.stdout).toContain('run status mismatch: expected failed, got completed');
    expect(here.harn('eval', 'suite.json', '--compare', 'r1.json').status).toBe(2);
    expect(here.has('.harn')).toBe(false);
  });

  it('stands in a suite of TOML as well', () => {
    const here = cli.project({
      'r1.json': JSON.stringify(record),
      'suite.toml': '_type = "eval_suite_manifest"\n[[cases]]\nrun_path = "r1.json"\n',
    });
    const suite = here.harn('eval', 'suite.toml');
    expect(suite).toMatchObject({ status: 0, stderr: '' });
    expect(suite.stdout).toContain('1 passed, 0 failed, 1 total');
  });

  it('shows what programs noted, over all runs of a folder', () => {
    const here = cli.project({
      'a.harn': 'eval_metric("accuracy", 0.5)',
      'b.harn': 'eval_metric("accuracy", 1, {cases: 2})',
    });
    for (const program of ['a.harn', 'b.harn']) expect(here.harn('run', program).status).toBe(0);
    expect(here.harn('eval', '.harn-runs').stdout).toContain(
      'metric accuracy: 0.75 (2 values from 0.5 to 1)',
    );
  });

  it('of a folder is each evaluated', () => {
    const { here } = ran();
    expect(here.harn('eval', '.harn-runs').stdout).toContain('1 passed, 0 failed, 1 total');
  });
});

describe('a run that was parked and resumed, cancelled or killed', () => {
  const nap =
    'harness.fs.append("nap.txt", "a")\nprintln("tired")\nharness.clock.sleep_ms(1500)\nreturn 4\n';

  it('replays like any other', async () => {
    const here = cli.project({ 'nap.harn': nap });
    for (const [signal, then] of [
      ['SIGINT', ['resume']],
      ['SIGINT', ['runs', 'cancel']],
      ['SIGKILL', ['resume']],
    ] as const) {
      const live = here.start('run', 'nap.harn');
      await live.says('tired');
      live.signal(signal);
      await live.done;
      const id = newest(here);
      expect(here.harn('fixture', id).stderr).toContain('HARN-REC-007');
      here.harn(...then, id);
      expect(here.harn('replay', id).status).toBe(0);
    }
    expect(here.read('nap.txt')).toBe('aaa');
  });
});

describe('two runs', () => {
  it('that did the same are identical, by id and by file; others are not', () => {
    const { here, id } = ran();
    here.harn('run', 'greet.harn');
    const twin = newest(here);
    expect(here.harn('runs', 'diff', id, twin)).toMatchObject({ status: 0, stdout: 'identical\n' });
    expect(
      here.harn('runs', 'diff', `.harn-runs/${id}.json`, `.harn-runs/${twin}.json`).status,
    ).toBe(0);
    here.harn('run', 'changed.harn');
    const other = here.harn('runs', 'diff', id, newest(here));
    expect(other.status).toBe(1);
    expect(other.stdout).toContain('returned: 3 -> 7');
    expect(here.harn('eval', id, '--compare', newest(here)).status).toBe(1);
  });
});

describe('a tree', () => {
  it('shows a run with those it handed work to, from the store and from records', () => {
    const here = cli.project(PROGRAMS);
    here.harn('run', 'parent.harn');
    const parent = runs(here).find(({ pipeline }) => pipeline === 'main')?.run_id ?? '';
    for (const typed of [parent, `.harn-runs/${parent}.json`]) {
      const { status, stdout } = here.harn('runs', 'tree', typed);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^main .*\n└─ child {2}completed/);
    }
  });
});

describe('pruning', () => {
  it('deletes ended runs with their files, or only the files', () => {
    const { here, id } = ran();
    here.harn('run', 'greet.harn');
    const kept = newest(here);
    expect(here.harn('runs', 'prune').status).toBe(2);
    expect(here.harn('runs', 'prune', '--keep', '1', '--dry-run').stdout).toContain(id);
    expect(here.has(`.harn-runs/${id}.json`)).toBe(true);
    const files = here.harn('runs', 'prune', '--keep', '1', '--records-only');
    expect(files.stderr).toContain('journals stay');
    expect(here.has(`.harn-runs/${id}.json`)).toBe(false);
    expect(here.has(`.harn-runs/${kept}.json`)).toBe(true);
    expect(here.harn('replay', id).status).toBe(0);
    const done = here.harn('runs', 'prune', '--keep', '1', '--json');
    const { data } = JSON.parse(done.stdout) as { data: { journal_bytes: number } };
    expect(data).toMatchObject({ runs: [{ run_id: id, status: 'completed' }], kept: [] });
    expect(data.journal_bytes).toBeGreaterThan(500);
    expect(here.harn('runs', 'show', id).status).not.toBe(0);
    expect(here.harn('replay', kept).status).toBe(0);
  });
});
