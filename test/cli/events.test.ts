// Every line of `harn run --json`, held against the published schema; a reader that is slow, goes away, or comes back.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, eventsOf, type Project, type StreamEvent } from './cli.ts';
import { faultsOf } from './validate.ts';

const SCHEMA = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../docs/events.schema.json'), 'utf8'),
) as { readonly $defs: object };

const FILES = {
  'all.harn': `
pipeline follow_up(work) { println("follow-up") }
pipeline default(task) {
  eprintln("careful")
  register_session_hook("PreFinish", "*", { event -> nil })
  let tools = tool_define(tool_registry(), "read", "Reads", {parameters: {path: {type: "string"}}, handler: { a -> a.path }})
  llm_mock({tool_calls: [{name: "read", arguments: {path: "a"}}]})
  llm_mock({text: "Thanks."})
  println(agent_loop("go", nil, {tools: tools, session_id: "s"}).status)
  let review = {kind: "reduce", metadata: {persona: "reviewer"}}
  workflow_execute("look", {nodes: {review: review}, edges: [], entry: "review"}, [], {})
  harness.handoff_to("follow_up", {n: 1})
  pipeline_on_finish({ h, value -> h.spawn_settlement_agent() })
  return 5
}
`,
  'boom.harn': 'println("before")\nthrow "boom"\n',
  'wait.harn': 'println("waiting")\nharness.clock.sleep_ms(600000)\n',
  'much.harn':
    'let text = "x".repeat(10000)\nfor i in 1 to 2000 { println(text) }\nharness.fs.write_text("done", "")\nreturn 7\n',
  'away.sh': '"$@" | head -n 1\n',
  // The reader begins when the program has done all it does: a run that waited for it would never get there.
  'late.sh':
    '("$@"; echo "status $?" >&2) | (until [ -e done ]; do sleep 0.02; done; cat > late.ndjson)\n',
  'fast.sh': '"$@" | cat > fast.ndjson\n',
  'file.sh': '"$@" > out.ndjson\n',
};

let cli: Cli;
let here: Project;
beforeAll(async () => {
  cli = await Cli.build();
  here = cli.project(FILES);
}, 60_000);
afterAll(() => cli.remove());

/** The events of a stream whose every line is as published, numbered from 1 without gaps, with one last word. */
function published(stdout: string): readonly StreamEvent[] {
  const faults = stdout
    .trimEnd()
    .split('\n')
    .flatMap((line) => faultsOf(JSON.parse(line), SCHEMA).map((fault) => `${fault} in ${line}`));
  expect(faults).toEqual([]);
  const events = eventsOf(stdout);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  const last = events.findIndex(({ event_type: type }) => /^(result|error|parked)$/.test(type));
  expect(last).toBe(events.length - 1);
  return events;
}

const kindsOf = (events: readonly StreamEvent[]) => events.map(({ event_type: type }) => type);

it('every kind of event is as published and stands where it happened', async () => {
  const events = published(here.harn('run', '--json', 'all.harn').stdout);
  const kinds = kindsOf(events);
  const first = (kind: string) => kinds.indexOf(kind);
  const order = ['stderr', 'transcript', 'tool_call', 'tool_result', 'stdout', 'persona_stage'];
  order.push('main_returned');
  order.push('hook', 'audit', 'child_run', 'run_settled', 'result');
  expect(order.map(first)).toEqual(order.map(first).toSorted((a, b) => a - b));
  expect(order.map(first)).not.toContain(-1);
  const [call, result] = [events[first('tool_call')], events[first('tool_result')]];
  expect(result).toMatchObject({ call_id: call?.['call_id'], ok: true, result: 'a' });

  expect(events.filter(({ event_type: type }) => type === 'persona_stage')).toMatchObject([
    { persona: 'reviewer', stage: 'review', transition: 'started' },
    { persona: 'reviewer', stage: 'review', transition: 'completed' },
  ]);

  const failed = kindsOf(published(here.harn('run', '--json', 'boom.harn').stdout));
  expect(failed).toEqual(['stdout', 'main_failed', 'run_settled', 'error']);
  const live = here.start('run', '--json', 'wait.harn');
  await live.says('waiting');
  live.signal('SIGINT');
  const { stdout } = await live.done;
  expect(kindsOf(published(stdout))).toEqual(['stdout', 'parked']);
  const pack = here.harn('pack', 'boom.harn');
  expect(pack.status).toBe(0);
  const packed = here.harn('run', '--json', '--allow-unsigned', 'boom.harnpack').stdout;
  expect(kindsOf(published(packed))).toEqual(['pack_run', ...failed]);

  const seen = [events, published(packed), published(stdout)].flatMap(kindsOf);
  expect([...new Set(seen)].sort()).toEqual(Object.keys(SCHEMA.$defs).sort());
});

it('the check itself finds what is wrong with a line', () => {
  const line = (data: object) => ({ schemaVersion: 1, ok: true, data, error: null, warnings: [] });
  const out = { event_type: 'stdout', seq: 1, payload: 'x' };
  expect(faultsOf(line(out), SCHEMA)).toEqual([]);
  for (const bad of [{ seq: 0 }, { payload: 1 }, { event_type: 'stdot' }, { more: 1 }]) {
    expect(faultsOf(line({ ...out, ...bad }), SCHEMA)).toHaveLength(1);
  }
  expect(faultsOf({ ...line(out), ok: false }, SCHEMA)).toHaveLength(1);
});

it('a reader that goes away does not hurt the run', () => {
  const { stdout } = here.shell('away.sh', 'run', '--json', 'all.harn');
  expect(eventsOf(stdout)).toMatchObject([{ seq: 1, event_type: 'stderr' }]);
  const { runs } = here.data<{ runs: readonly { status: string }[] }>('runs', 'ls');
  expect(new Set(runs.map(({ status }) => status))).not.toContain('interrupted');
});

it('a reader that comes late misses text, is told so, and gets all that matters', () => {
  const { stderr } = here.shell('late.sh', 'run', '--json', 'much.harn');
  const stdout = here.read('late.ndjson');
  const events = published(stdout);
  const lines = stdout.trimEnd().split('\n');
  const told = lines.flatMap((line) => (JSON.parse(line) as { warnings: object[] }).warnings);
  expect(stderr).toBe('status 7\n');
  expect(kindsOf(events).slice(-3)).toEqual(['main_returned', 'run_settled', 'result']);
  expect(told).toMatchObject([{ code: 'events_left_out' }]);
  expect(events.length).toBeLessThan(2_000);
});

it('a file gets every line, and so does a reader who reads', () => {
  expect(here.shell('file.sh', 'run', '--json', 'much.harn').status).toBe(7);
  expect(published(here.read('out.ndjson'))).toHaveLength(2_003);
  here.shell('fast.sh', 'run', '--json', 'much.harn');
  expect(here.read('fast.ndjson').split('\n')).toHaveLength(2_004);
});

it('a watcher can come back to the journal where it stopped, and stops when the run does', async () => {
  const live = here.start('run', 'wait.harn');
  await live.says('waiting');
  live.signal('SIGINT');
  const id = / resume (\S+)/.exec((await live.done).stderr)?.[1] ?? '';
  const read = (...args: string[]) =>
    eventsOf(here.harn('runs', 'events', id, '--json', ...args).stdout);
  const all = read();
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
  expect(all.at(-1)).toMatchObject({ event_type: 'parked' });
  expect(read('--follow')).toEqual(all);
  expect(read('--from', '2', '--follow')).toEqual(all.slice(1));
  expect(read('--from', String(all.length + 1), '--follow')).toEqual([]);
  expect(read('--from', '0')).toEqual(all);
  expect(here.harn('runs', 'events', id, '--from', 'x').stderr).toContain('HARN-CLI-042');
  const watcher = here.start('runs', 'events', id, '--json', '--follow', '--from', '1');
  await watcher.says('parked');
  expect((await watcher.done).status).toBe(0);
});
