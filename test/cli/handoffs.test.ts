// Work that is handed over: children run after their parent, what nobody takes waits, and people deliver by hand.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, eventsOf, type Project } from './cli.ts';

const PROGRAM = `
pipeline follow_up(work) {
  println("follow-up got \${work.n}")
  return 9
}
pipeline default(task) {
  harness.handoff_to("follow_up", {n: 1})
  harness.handoff_to("elsewhere", {n: 2})
  pipeline_on_finish({ h, value -> h.spawn_settlement_agent() })
  println("main done")
  return 5
}
`;

const FILES = {
  'main.harn': PROGRAM,
  'elsewhere.harn': `pipeline elsewhere(work) { println("elsewhere got \${work.n}") }\n`,
  'careless.harn': 'pipeline default(task) {\n  harness.handoff_to("nobody", {})\n  return 0\n}\n',
};

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

interface Row {
  readonly handoff_id: string;
  readonly target_pipeline: string;
  readonly status: string;
}
const handoffsOf = (here: Project, ...args: readonly string[]) =>
  here.data<{ handoffs: readonly Row[] }>('handoffs', 'ls', ...args).handoffs;

it('children run after their parent, whose exit code stands', () => {
  const here = cli.project(FILES);
  const { status, stdout, stderr } = here.harn('run', 'main.harn');
  expect({ status, stdout }).toEqual({ status: 5, stdout: 'main done\nfollow-up got 1\n' });
  expect(stderr).toMatch(/handed_off to \S+ by settlement/);
  expect(stderr).toMatch(/deferred to elsewhere by settlement/);
  const { runs } = here.data<{ runs: readonly { status: string; pipeline: string }[] }>(
    'runs',
    'ls',
  );
  expect(runs.map((run) => `${run.pipeline} ${run.status}`).sort()).toEqual([
    'default completed',
    'follow_up completed',
  ]);
});

it('in a stream children come before the receipt of their parent', () => {
  const here = cli.project(FILES);
  const events = eventsOf(here.harn('run', '--json', 'main.harn').stdout);
  const kinds = events.map(({ event_type }) => event_type);
  expect(kinds.slice(-2)).toEqual(['run_settled', 'result']);
  expect(kinds).toContain('audit');
  const children = events.filter(({ event_type }) => event_type === 'child_run');
  const inner = children.map(({ event }) => (event as { event_type: string }).event_type);
  expect(inner).toEqual(['stdout', 'main_returned', 'run_settled']);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.at(-1)).toMatchObject({ value: 5, returned: 5, exit_code: 5 });
});

it('what nobody has taken is listed, shown, delivered with other code, and closed once', () => {
  const here = cli.project(FILES);
  here.harn('run', 'main.harn');
  const waiting = handoffsOf(here);
  expect(waiting).toMatchObject([{ target_pipeline: 'elsewhere', status: 'queued' }]);
  const id = waiting[0]?.handoff_id ?? '';
  expect(here.harn('handoffs', 'show', id).stdout).toContain('"n": 2');
  expect(here.harn('handoffs', 'deliver', id)).toMatchObject({ status: 1, stdout: '' });
  expect(here.harn('handoffs', 'deliver', id, '--file', 'elsewhere.harn')).toMatchObject({
    status: 0,
    stdout: 'elsewhere got 2\n',
  });
  expect(handoffsOf(here)).toEqual([]);
  expect(handoffsOf(here, '--all')).toHaveLength(2);
  expect(here.harn('handoffs', 'ack', id).stderr).toContain('HARN-LIF-');
});

it('one can be acknowledged by hand', () => {
  const here = cli.project(FILES);
  here.harn('run', 'main.harn');
  const id = handoffsOf(here)[0]?.handoff_id ?? '';
  expect(here.data('handoffs', 'ack', id.slice(0, -1), '--reason', 'x')).toBeNull();
  expect(here.data('handoffs', 'ack', id, '--reason', 'done by phone')).toMatchObject({
    status: 'acknowledged',
    decision: { by: 'operator', reason: 'done by phone' },
  });
  expect(handoffsOf(here)).toEqual([]);
});

it('work left to nobody turns a success into 75 where that matters', () => {
  const here = cli.project(FILES);
  const plain = here.harn('run', 'careless.harn');
  expect(plain.status).toBe(0);
  expect(plain.stderr).toContain('abandoned');
  expect(here.harn('run', '--strict', 'careless.harn').status).toBe(75);
  const events = eventsOf(here.harn('run', '--strict', '--json', 'careless.harn').stdout);
  expect(events.at(-1)).toMatchObject({ exit_code: 75, receipt: { status: 'partial' } });
});
