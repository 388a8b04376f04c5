// Questions on the command line: a run that only people can move parks, anyone answers, the run goes on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, eventsOf } from './cli.ts';

const FILES = {
  'ask.harn': `
pipeline default(task) {
  println("asking")
  let name = ask_user("Who should review this?")
  let count: int = ask_user(prompt: "How many?", default: 0, timeout: 2h)
  println("\${name} \${count + 1}")
  return 3
}
`,
  'late.harn': `
pipeline default(task) {
  mock_time(1000)
  try {
    harness.interaction.ask_user("Anyone?", {timeout: 30m})
  } catch (e) {
    println("\${e.name} \${e.category}")
  }
  println(harness.interaction.ask_user("Anyone?", {timeout: 30m, default: "nobody"}))
  return 0
}
`,
};

interface Question {
  readonly request_id: string;
  readonly prompt: string;
  readonly status: string;
  readonly run_id: string;
  readonly reviewer: string | null;
}

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

it('a run that waits for a person parks, says how to answer, and goes on with the answers', () => {
  const here = cli.project(FILES);
  const first = here.harn('run', 'ask.harn');
  expect(first).toMatchObject({ status: 124, stdout: 'asking\n' });
  expect(first.stderr).toContain('Who should review this?');
  const [question] = here.data<{ questions: readonly Question[] }>('hitl', 'ls').questions;
  const id = question?.request_id ?? '';
  expect(first.stderr).toContain(`harn hitl answer ${id} TEXT`);
  expect(here.harn('hitl', 'show', id).stdout).toContain('Who should review this?');
  const why = here.harn('why', question?.run_id ?? '').stdout;
  expect(why).toContain('Who should review this?');
  expect(why).toContain(`harn hitl answer ${id}`);
  expect(here.harn('runs', 'show', question?.run_id ?? '').stdout).toContain(id);

  expect(here.harn('resume', question?.run_id ?? '')).toMatchObject({ status: 124, stdout: '' });
  expect(here.harn('hitl', 'answer', id, 'Ada', '--reviewer', 'grace')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`harn resume ${question?.run_id}`),
  });
  const second = here.harn('hitl', 'answer', id, 'Bob');
  expect(second.status).toBe(1);
  expect(second.stderr).toContain('HARN-HIL-002');
  expect(second.stderr).toContain('by grace');

  const parked = here.harn('resume', question?.run_id ?? '', '--json');
  const events = eventsOf(parked.stdout);
  expect(events.at(-1)).toMatchObject({
    event_type: 'parked',
    exit_code: 124,
    waits: [{ wait: { kind: 'human.question', prompt: 'How many?' } }],
  });
  const next = here.data<{ questions: readonly Question[] }>('hitl', 'ls').questions[0];
  expect(here.harn('hitl', 'answer', next?.request_id ?? '', '--json', '8').status).toBe(0);
  expect(here.harn('resume', question?.run_id ?? '')).toMatchObject({
    status: 3,
    stdout: 'Ada 9\n',
  });
  const all = here.data<{ questions: readonly Question[] }>('hitl', 'ls', '--all').questions;
  expect(all.map(({ status, reviewer }) => [status, reviewer])).toEqual([
    ['answered', 'grace'],
    ['answered', null],
  ]);
  expect(here.harn('hitl', 'ls').stdout).toContain('Nobody is asked anything');
});

it('with --wait the process stays and notices what others answer', async () => {
  const here = cli.project(FILES);
  const live = here.start('run', '--wait', 'ask.harn');
  await live.says('asking');
  for (const answer of ['Ada', '1']) {
    let id: string | undefined;
    while (id === undefined) {
      const { stdout } = here.harn('hitl', 'ls', '--json');
      id = (JSON.parse(stdout) as { data: { questions: readonly Question[] } }).data.questions[0]
        ?.request_id;
    }
    here.harn('hitl', 'answer', id, answer);
  }
  expect(await live.done).toMatchObject({ status: 3, stdout: 'asking\nAda 2\n' });
});

it('under a mocked clock nobody is waited for', () => {
  const here = cli.project(FILES);
  expect(here.harn('run', 'late.harn')).toMatchObject({
    status: 0,
    stdout: 'HumanTimeoutError timeout\nnobody\n',
  });
});

it('what cannot be an answer is said, and what is not there', () => {
  const here = cli.project(FILES);
  expect(here.harn('hitl', 'ls')).toMatchObject({ status: 0 });
  here.harn('run', 'ask.harn');
  expect(here.harn('hitl', 'answer', 'hitl_question_')).toMatchObject({ status: 2 });
  expect(here.harn('hitl', 'answer', 'hitl_question_', '--json', '{')).toMatchObject({ status: 2 });
  expect(here.harn('hitl', 'answer', 'nothing', 'x')).toMatchObject({ status: 1 });
});

it('killed while it waits, the run asks nothing again and goes on with the answer', async () => {
  const here = cli.project(FILES);
  const live = here.start('run', '--wait', 'ask.harn');
  await live.says('asking');
  const open = () => here.data<{ questions: readonly Question[] }>('hitl', 'ls').questions;
  while (!here.has('.harn') || open().length === 0);
  live.signal('SIGKILL');
  await live.done;
  const [question] = open();
  const run = question?.run_id ?? '';
  expect(here.harn('hitl', 'answer', question?.request_id ?? '', 'Ada').status).toBe(0);
  expect(here.harn('resume', run)).toMatchObject({ status: 124, stdout: '' });
  expect(open().map(({ prompt }) => prompt)).toEqual(['How many?']);
  expect(here.harn('hitl', 'answer', open()[0]?.request_id ?? '', '2').status).toBe(0);
  expect(here.harn('resume', run)).toMatchObject({ status: 3, stdout: 'Ada 3\n' });
});

it('a run that is cancelled withdraws its question', () => {
  const here = cli.project(FILES);
  here.harn('run', 'ask.harn');
  const [question] = here.data<{ questions: readonly Question[] }>('hitl', 'ls').questions;
  expect(here.harn('runs', 'cancel', question?.run_id ?? '', '--reason', 'enough').status).toBe(0);
  expect(here.harn('hitl', 'show', question?.request_id ?? '').stdout).toContain('cancelled');
  expect(here.harn('hitl', 'answer', question?.request_id ?? '', 'late').stderr).toContain(
    'HARN-HIL-002',
  );
});
