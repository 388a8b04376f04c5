// Sessions on the command line: what agents of runs have said is listed, shown, forked, and goes with its run.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const FILES = {
  'talk.harn': `
pipeline default(task) {
  llm_mock({text: "The release is on Friday."})
  let s = agent_session_open("release-talk")
  let answer = agent_loop("When is the\\nrelease?", "Be brief.", {session_id: s, provider: "mock"})
  println(answer.text)
}
`,
  'works.harn': `
pipeline default(task) {
  let tools = tool_define(tool_registry(), "work", "Works", {
    parameters: {n: "int"},
    handler: { args ->
      if args.n == 1 {
        println("working")
        while !harness.fs.exists("go") { sleep(20ms) }
      }
      "did \${args.n}"
    },
  })
  llm_mock({text: "", tool_calls: [
    {id: "a", name: "work", arguments: {n: 1}}, {id: "b", name: "work", arguments: {n: 2}},
  ]})
  llm_mock({text: "Done."})
  let end = agent_loop("work", nil, {session_id: "desk", tools: tools, provider: "mock", host_messages: true})
  println(json_stringify(end.transcript.messages.map({ m -> m.content })))
  println(json_stringify(end.deferred_user_messages))
}
`,
};

interface Row {
  readonly id: string;
  readonly run_id: string;
  readonly messages: number;
}

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

it('what an agent said is listed, shown and forked, and deleted with its run', () => {
  const here = cli.project(FILES);
  expect(here.harn('sessions', 'ls')).toMatchObject({
    status: 0,
    stdout: 'No session has been kept here.\n',
  });
  expect(here.harn('run', 'talk.harn')).toMatchObject({ status: 0, stderr: '' });
  const [row] = here.data<{ sessions: readonly Row[] }>('sessions', 'ls').sessions;
  expect(row).toMatchObject({ id: 'release-talk', messages: 2, title: 'When is the release?' });
  expect(here.harn('sessions', 'ls', '--run', row?.run_id ?? '').stdout).toContain('release-talk');

  const shown = here.harn('sessions', 'show', 'release').stdout;
  expect(shown).toContain('[1] user\nWhen is the\nrelease?\n');
  expect(shown).toContain('[2] assistant\nThe release is on Friday.\n');

  expect(here.harn('sessions', 'fork', 'talk', '--at', '1', '--id', 'other').stdout).toBe(
    'other\n',
  );
  expect(here.data('sessions', 'show', 'other')).toMatchObject({
    session: { messages: 1, parent_id: 'release-talk', run_id: row?.run_id },
    system_prompt: 'Be brief.',
    transcript: { messages: [{ role: 'user' }] },
  });
  expect(here.harn('sessions', 'fork', 'other', '--at', '2')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('HARN-SES-008'),
  });
  expect(here.harn('sessions', 'show', 'othr').stderr).toContain('did you mean `other`?');

  expect(here.harn('runs', 'prune', '--keep', '0').status).toBe(0);
  expect(here.data('sessions', 'ls')).toEqual({ sessions: [] });
});

it.each<[mode: string, messages: readonly unknown[], deferred: readonly string[]]>([
  ['interrupt_immediate', ['did 1', expect.stringContaining('cancelled'), 'now!', 'Done.'], []],
  ['finish_step', ['did 1', 'did 2', 'now!', 'Done.'], []],
  ['wait_for_completion', ['did 1', 'did 2', 'Done.'], ['now!']],
])(
  'an agent at work hears what another process says to it: %s',
  async (mode, messages, deferred) => {
    const here = cli.project(FILES);
    const live = here.start('run', 'works.harn');
    await live.says('working');
    expect(here.harn('sessions', 'say', 'desk', 'now!').stderr).toContain('HARN-');
    const said = here.harn('sessions', 'say', 'desk', 'now!', '--exact', '--mode', mode);
    expect(said).toMatchObject({ status: 0 });
    expect(here.harn('sessions', 'say', 'desk', 'x', '--exact', '--mode', 'soon').stderr).toContain(
      'HARN-MSG-002',
    );
    writeFileSync(here.path('go'), '');
    const lines = (await live.done).stdout.trimEnd().split('\n');
    expect(JSON.parse(lines[1] ?? '').slice(2)).toEqual(messages);
    expect(JSON.parse(lines[2] ?? '')).toEqual(deferred);
  },
);
