// Workers that outlive the run that made them: listed, shown, resumed in runs of their own, woken, ended.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, eventsOf, type Project } from './cli.ts';

const parks = (conditions: string) =>
  `llm_mock({text: "", tool_calls: [{id: "c1", name: "agent_await_resumption", arguments: {reason: "wait for Ada"${conditions}}}]})`;

/** Parks in its first turn. When it goes on, the mock of the other run calls the first tool it is offered. */
const asking = (tools: string, conditions = '', before = '') => `
tool look() -> string {
  harness.fs.append("seen.txt", "looked ")
  return "a desk"
}
fn shout(args) { return "LOUD " + args.text }
pipeline main(task) {
  ${before}
  ${parks(conditions)}
  let n = 3
  let result = agent_loop("ask Ada", "be kind", {tools: ${tools}, stop_after_successful_tools: ["look"]})
  println(result.status)
}
`;

const PROGRAMS = {
  'asks.harn': asking(
    'tool_define(look, "shout", "Shouts", {parameters: {text: "string"}, handler: shout})',
  ),
  'closure.harn': asking(
    'tool_define(tool_registry(), "count", "Counts", {parameters: {}, handler: { args -> n }})',
  ),
  'waits.harn': asking('look', ', conditions: {timeout: {duration_minutes: 1}, on_event: "shop"}'),
  'flow.harn': `
fn draft(input) {
  harness.fs.append("log.txt", "drafted:" + input.task + " ")
  return "a draft"
}
fn judge(input) {
  harness.fs.append("log.txt", "judged:" + input.context + " ")
  return {ok: true, text: "fine"}
}
pipeline main(task) {
  let nodes = {a: {kind: "stage", handler: draft}, b: {kind: "verify", handler: judge}}
  let graph = {entry: "a", nodes: nodes, edges: [{from: "a", to: "b"}]}
  println(spawn_agent({task: "write", graph: graph, options: {resume_when: {on_event: "never"}}}).status)
}
`,
  'stage.harn': `
fn draft(input) {
  harness.fs.append("log.txt", "drafted:" + input.task + " ")
  return "a draft"
}
pipeline main(task) {
  println(spawn_agent({task: "write", node: {kind: "stage", handler: draft}, options: {resume_when: {on_event: "never"}}}).status)
}
`,
  'nodes.harn': `
pipeline main(task) {
  let n = 3
  let graph = {entry: "a", nodes: {a: {kind: "stage", handler: { input -> n }}}}
  println(spawn_agent({task: "write", graph: graph, options: {resume_when: {on_event: "never"}}}).status)
}
`,
  'works.harn': `
fn body(task, worker) {
  harness.fs.append("log.txt", "first ")
  let input = worker.resume?.input ?? task
  println("begun")
  harness.clock.sleep_ms(1500)
  harness.fs.append("log.txt", "second:" + input)
  return {heard: input}
}
pipeline main(task) {
  let worker = spawn_agent({name: "clerk", task: "file it", body: body, options: {resume_when: {on_event: "never"}}})
  println(worker.status)
}
`,
};

/** A run that lives an hour ago leaves workers whose minute has passed. */
const AN_HOUR_AGO = 'mock_time(now_ms() - 3600000)';
const minute = (action: string) =>
  `, conditions: {timeout: {duration_minutes: 1, on_timeout: "${action}"}}`;

const WAKING = {
  'naps.harn': asking('look', minute('resume_with_input'), AN_HOUR_AGO),
  'fails.harn': asking('look', minute('fail'), AN_HOUR_AGO),
  'orders.harn': asking('look', ', conditions: {trigger: {kind: "order.*", provider: "shop"}}'),
  'shop.harn': `
harness.triggers.publish({id: "return-1", kind: "return.made", provider: "shop"})
harness.triggers.publish({id: "order-7", kind: "order.made", provider: "shop", provider_payload: {raw: "seven cups"}})
`,
};

interface Woken {
  readonly worker_id: string;
  readonly by: string;
  readonly status: string;
  readonly held_by: string | null;
  readonly error: unknown;
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly made_by: string;
}

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

const workersOf = (here: Project, ...args: readonly string[]) =>
  here.data<{ workers: readonly Row[] }>('workers', 'ls', ...args).workers;

function leave(file: keyof typeof PROGRAMS): { readonly here: Project; readonly id: string } {
  const here = cli.project(PROGRAMS);
  return { here, id: park(here, file) };
}

/** Runs a program that parks one worker, and gives that worker's id. */
function park(here: Project, file: string): string {
  expect(here.harn('run', file)).toMatchObject({ status: 0, stdout: 'suspended\n' });
  const [row] = workersOf(here, '--status', 'suspended');
  return row?.id ?? 'none';
}

const wake = (here: Project) => here.data<{ woken: readonly Woken[] }>('workers', 'wake').woken;
const runsOf = (here: Project) => here.data<{ runs: readonly unknown[] }>('runs', 'ls').runs;

describe('a worker whose run has ended', () => {
  it('is listed and shown with what it waits for and who can wake it', () => {
    const { here, id } = leave('waits.harn');
    expect(workersOf(here, '--status', 'completed')).toEqual([]);
    const shown = here.data<{ waits: readonly { what: string; answered_by: string }[] }>(
      'workers',
      'show',
      id.slice(-6),
    );
    expect(shown.waits.map(({ what }) => what)).toEqual([
      'its timeout (resume_with_summary)',
      'an event in shop',
      'somebody to resume it',
    ]);
    const { stdout } = here.harn('workers', 'show', id);
    expect(stdout).toContain(`harn workers resume ${id}`);
    const [row] = workersOf(here);
    const why = here.data<{ workers: readonly { id: string; waits: readonly unknown[] }[] }>(
      'why',
      row?.made_by ?? '',
    );
    expect(why.workers).toMatchObject([{ id, waits: shown.waits }]);
    expect(here.harn('why', row?.made_by ?? '').stdout).toContain('PARKED WORKER');
    expect(here.harn('workers', 'show', 'zzz')).toMatchObject({ status: 1 });
    expect(here.harn('workers', 'show', 'zzz').stderr).toContain('HARN-WRK-033');
  });

  it('goes on in a run of its own, a child of the one that made it, with the tools of its program', () => {
    const { here, id } = leave('asks.harn');
    const done = here.harn('workers', 'resume', id, '--input', 'she says yes');
    expect(done.status).toBe(0);
    expect(done.stdout).toContain('"status": "done"');
    expect(here.read('seen.txt')).toBe('looked ');
    const [worker] = workersOf(here);
    expect(worker).toMatchObject({ id, status: 'completed' });
    const { runs } = here.data<{ runs: readonly { pipeline: string; parent_run_id: string }[] }>(
      'runs',
      'ls',
    );
    expect(runs[0]).toMatchObject({ pipeline: 'workers.resume', parent_run_id: worker?.made_by });
    expect(here.harn('workers', 'resume', id).stderr).toContain('HARN-WRK-031');
  });

  it('is refused by the name of the handler when its program cannot make it again, and nothing changes', () => {
    const { here, id } = leave('closure.harn');
    const before = here.data('workers', 'show', id);
    const refused = here.harn('workers', 'resume', id);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('HARN-WRK-030');
    expect(refused.stderr).toContain('the tool "count"');
    expect(here.data('workers', 'show', id)).toEqual(before);
    expect(here.data<{ runs: readonly unknown[] }>('runs', 'ls').runs).toHaveLength(1);
  });

  it('goes on with the functions of its nodes, where it is a workflow or a stage', () => {
    const flow = leave('flow.harn');
    const done = flow.here.harn('workers', 'resume', flow.id, '--input', 'a letter');
    expect(done).toMatchObject({ status: 0 });
    expect(flow.here.read('log.txt')).toMatch(/^drafted:a letter judged:.*a draft/s);
    expect(workersOf(flow.here)).toMatchObject([{ status: 'completed' }]);
    const stage = leave('stage.harn');
    expect(stage.here.harn('workers', 'resume', stage.id)).toMatchObject({ status: 0 });
    expect(stage.here.read('log.txt')).toBe('drafted:write ');
    const closure = leave('nodes.harn');
    const refused = closure.here.harn('workers', 'resume', closure.id);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('the function of its node "a"');
  });

  it('goes on with a function of its program as its body; its run can be killed and resumed', async () => {
    const { here, id } = leave('works.harn');
    const live = here.start('workers', 'resume', id, '--input', 'go');
    await live.says('begun');
    live.signal('SIGKILL');
    await live.done;
    const held = here.harn('workers', 'resume', id);
    const run = here.data<{ runs: readonly { run_id: string; pipeline: string }[] }>('runs', 'ls')
      .runs[0];
    expect(held.status).toBe(1);
    expect(held.stderr).toContain(`harn resume`);
    expect(run?.pipeline).toBe('workers.resume');
    const ended = here.harn('resume', run?.run_id ?? '', '--json');
    expect(ended.status).toBe(0);
    const result = eventsOf(ended.stdout).find(({ event_type }) => event_type === 'result');
    expect(JSON.stringify(result)).toContain('completed');
    expect(here.read('log.txt')).toBe('first second:go');
    expect(workersOf(here)).toMatchObject([{ id, status: 'completed' }]);
  });

  it('is ended without its code', () => {
    const { here, id } = leave('closure.harn');
    expect(here.data('workers', 'stop', id, '--reason', 'no need')).toMatchObject({
      status: 'stopped',
      result: { _type: 'agent_stop_result', reason: 'no need', stop_mode: 'graceful' },
    });
    expect(here.data('workers', 'close', id)).toMatchObject({ status: 'cancelled' });
    expect(here.harn('workers', 'resume', id).stderr).toContain('HARN-WRK-');
  });
});

describe('harn workers wake', () => {
  it('says so when no worker is due, and changes nothing', () => {
    const here = cli.project(WAKING);
    const id = park(here, 'orders.harn');
    const before = here.data('workers', 'show', id);
    expect(here.harn('workers', 'wake')).toMatchObject({
      status: 0,
      stdout: 'No worker is due.\n',
    });
    expect(wake(here)).toEqual([]);
    expect(here.data('workers', 'show', id)).toEqual(before);
    expect(runsOf(here)).toHaveLength(1);
  });

  it('goes on with a worker whose time has come and with one whose event has, each once', () => {
    const here = cli.project(WAKING);
    const napper = park(here, 'naps.harn');
    const clerk = park(here, 'orders.harn');
    expect(here.harn('run', 'shop.harn')).toMatchObject({ status: 0 });
    const woken = wake(here);
    expect(woken).toHaveLength(2);
    const rest = { status: 'completed', held_by: null, error: null };
    expect(woken).toContainEqual({ worker_id: napper, by: 'timeout', ...rest });
    expect(woken).toContainEqual({ worker_id: clerk, by: 'trigger', ...rest });
    expect(here.read('seen.txt')).toBe('looked looked ');
    const history = (id: string) =>
      JSON.stringify(
        here.data<{ snapshot: { history: readonly unknown[] } }>('workers', 'show', id).snapshot
          .history,
      );
    expect(history(napper)).toContain('auto_resume.timeout');
    expect(history(clerk)).toContain('seven cups');
    expect(runsOf(here)).toHaveLength(5);

    expect(wake(here)).toEqual([]);
    expect(here.harn('workers', 'wake').stdout).toBe('No worker is due.\n');
    expect(here.read('seen.txt')).toBe('looked looked ');
    expect(runsOf(here)).toHaveLength(5);
  });

  it('tells people what each has come to; one that is to fail when its time is up fails', () => {
    const here = cli.project(WAKING);
    const napper = park(here, 'naps.harn');
    const told = here.harn('workers', 'wake');
    expect(told.status).toBe(0);
    expect(told.stdout).toContain('"status": "done"');
    expect(told.stderr).toContain(`worker ${napper} is completed`);

    const late = park(here, 'fails.harn');
    expect(wake(here)).toEqual([
      { worker_id: late, by: 'timeout', status: 'failed', held_by: null, error: null },
    ]);
    expect(here.read('seen.txt')).toBe('looked ');
    expect(wake(here)).toEqual([]);
  });
});

describe('harn workers show --export', () => {
  const goesOn = `
tool look() -> string {
  harness.fs.append("seen.txt", "looked ")
  return "a desk"
}
pipeline main(task) {
  llm_mock({text: "", tool_calls: [{id: "c2", name: "look", arguments: {}}]})
  let worker = resume_agent("clerk.json", "she says yes")
  println(wait_agent(worker).status)
}
`;

  it('writes a file that resume_agent goes on with where no store knows the worker', () => {
    const here = cli.project({ 'asks.harn': asking('look') });
    const id = park(here, 'asks.harn');
    const there = cli.project();
    const file = there.path('clerk.json');
    const exported = here.harn('workers', 'show', id, '--export', file);
    expect(exported).toMatchObject({ status: 0, stderr: '' });
    const snapshot = here.data<{ snapshot: unknown }>('workers', 'show', id).snapshot;
    expect(JSON.parse(there.read('clerk.json'))).toEqual(snapshot);
    expect(workersOf(here)).toMatchObject([{ id, status: 'suspended' }]);

    // Functions are found again by the module and the name that they had.
    writeFileSync(there.path('asks.harn'), goesOn);
    expect(there.harn('run', 'asks.harn')).toMatchObject({ status: 0, stdout: 'completed\n' });
    expect(there.read('seen.txt')).toBe('looked ');
    expect(workersOf(there)).toMatchObject([{ id, status: 'completed' }]);
  });

  it('writes a file that means the worker itself where its store knows it: it goes on once', () => {
    const here = cli.project({ 'asks.harn': asking('look') });
    const id = park(here, 'asks.harn');
    here.harn('workers', 'show', id, '--export', 'clerk.json');
    writeFileSync(here.path('asks.harn'), goesOn);
    expect(here.harn('run', 'asks.harn')).toMatchObject({ status: 0, stdout: 'completed\n' });
    expect(here.harn('run', 'asks.harn').stdout).toBe('completed\n');
    expect(here.read('seen.txt')).toBe('looked ');
    expect(workersOf(here)).toMatchObject([{ id, status: 'completed' }]);
  });

  it('writes a file that a program without the functions cannot go on with; that changes nothing', () => {
    const here = cli.project({ 'asks.harn': asking('look'), 'goes.harn': goesOn });
    const id = park(here, 'asks.harn');
    here.harn('workers', 'show', id, '--export', 'clerk.json');
    const before = here.data('workers', 'show', id);
    const there = cli.project({ 'goes.harn': goesOn, 'clerk.json': here.read('clerk.json') });
    for (const project of [here, there]) {
      const refused = project.harn('run', 'goes.harn');
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('nothing makes the tool "look" again');
    }
    expect(here.data('workers', 'show', id)).toEqual(before);
    expect(workersOf(there)).toEqual([]);
  });
});
