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
  it('deletes record files of ended runs and nothing else; the runs are still known', () => {
    const { here, id } = ran();
    here.harn('run', 'greet.harn');
    const kept = newest(here);
    expect(here.harn('runs', 'prune').status).toBe(2);
    expect(here.harn('runs', 'prune', '--keep', '1', '--dry-run').stdout).toContain(id);
    expect(here.has(`.harn-runs/${id}.json`)).toBe(true);
    const done = here.harn('runs', 'prune', '--keep', '1');
    expect(done.stderr).toContain('journals stay');
    expect(here.has(`.harn-runs/${id}.json`)).toBe(false);
    expect(here.has(`.harn-runs/${kept}.json`)).toBe(true);
    expect(here.harn('replay', id).status).toBe(0);
  });
});
