// `harn run --id`: the work of an id is done once, whoever asks for it, and wherever it is killed.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, eventsOf, type Project } from './cli.ts';

const PAY = `
import "rates"

pipeline default(harness: Harness, task) {
  harness.fs.append("paid.txt", "\${argv[0]} ")
  harness.stdio.println("paid \${argv[0]}")
  exit(rate() + 4)
}
`;
const RATES = 'pub fn rate() { return 3 }\n';
const NAP = `
pipeline default(harness: Harness, task) {
  harness.stdio.println("tired")
  while !harness.fs.exists("go.txt") { harness.clock.sleep_ms(1000) }
  harness.fs.append("woke.txt", "once ")
  return 5
}
`;
const FAILS = `
pipeline default(harness: Harness, task) {
  harness.fs.append("tried.txt", "x")
  throw "no money"
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

const inProject = () =>
  cli.project({ 'pay.harn': PAY, 'rates.harn': RATES, 'nap.harn': NAP, 'fails.harn': FAILS });

interface RunLine {
  readonly run_id: string;
  readonly start_id?: string;
  readonly status: string;
}
const runsOf = (here: Project) => here.data<{ runs: readonly RunLine[] }>('runs', 'ls').runs;
const lastOf = (stdout: string) => eventsOf(stdout).at(-1);

describe('harn run --id', () => {
  it('runs once; later commands give the result and the exit code of the record', () => {
    const here = inProject();
    const run = ['run', '--id', 'order 7', 'pay.harn'];
    expect(here.harn(...run, '--', 'A-7')).toMatchObject({ status: 7, stdout: 'paid A-7\n' });
    const again = here.harn(...run, '--', 'A-7');
    expect(again).toMatchObject({ status: 7, stdout: '' });
    expect(again.stderr).toContain('recorded');
    expect(here.read('paid.txt')).toBe('A-7 ');
    const [only, ...others] = runsOf(here);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ start_id: 'order 7', status: 'completed' });
    const streamed = here.harn(...run, '--json', '--', 'A-7');
    expect(streamed.status).toBe(7);
    const start = { id: 'order 7', run_id: only?.run_id, how: 'recorded' };
    expect(lastOf(streamed.stdout)).toMatchObject({ event_type: 'result', exit_code: 7, start });
    expect(here.harn('runs', 'show', 'order 7').stdout).toContain('order 7');
  }, 120_000);

  it('says in the stream that it started the run', () => {
    const here = inProject();
    const first = here.harn('run', '--id', 'a', '--json', 'pay.harn', '--', 'A-7');
    expect(lastOf(first.stdout)).toMatchObject({ start: { id: 'a', how: 'started' } });
  }, 120_000);

  it('gives a failure again, and does not try again', () => {
    const here = inProject();
    const first = here.harn('run', '--id', 'f', 'fails.harn');
    const again = here.harn('run', '--id', 'f', 'fails.harn');
    expect([first.status, again.status]).toEqual([1, 1]);
    expect(first.stderr).toContain('no money');
    expect(again.stderr).toContain('no money');
    expect(here.read('tried.txt')).toBe('x');
    const streamed = here.harn('run', '--id', 'f', '--json', 'fails.harn');
    expect(lastOf(streamed.stdout)).toMatchObject({
      event_type: 'error',
      error: { code: 'runtime', message: expect.stringContaining('no money') as string },
      start: { how: 'recorded' },
    });
  }, 120_000);

  it('is refused for other arguments, other code and another program, and changes nothing', () => {
    const here = inProject();
    here.harn('run', '--id', 'x', 'pay.harn', '--', 'A-7');
    const refused = (...args: string[]) => {
      const done = here.harn('run', '--id', 'x', ...args);
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('HARN-RUN-019');
      return done.stderr;
    };
    expect(refused('pay.harn', '--', 'A-8')).toContain('arguments');
    expect(refused('--deny', 'net', 'pay.harn', '--', 'A-7')).toContain('denied');
    expect(refused('--task', 'hurry', 'pay.harn', '--', 'A-7')).toContain('task');
    writeFileSync(here.path('rates.harn'), 'pub fn rate() { return 4 }\n');
    expect(refused('pay.harn', '--', 'A-7')).toContain('rates.harn');
    expect(here.read('paid.txt')).toBe('A-7 ');
    expect(runsOf(here)).toHaveLength(1);
    const streamed = here.harn('run', '--id', 'x', '--json', 'pay.harn', '--', 'A-7');
    expect(lastOf(streamed.stdout)).toMatchObject({ error: { code: 'HARN-RUN-019' } });
  }, 120_000);

  it('refuses what cannot be an id as wrong usage, before anything runs', () => {
    const here = inProject();
    expect(here.harn('run', '--id', ' x', 'pay.harn').status).toBe(2);
    expect(here.harn('run', '--id', '', 'pay.harn').status).toBe(2);
    expect(here.has('.harn')).toBe(false);
  }, 120_000);

  it('goes on with a run that was killed or parked', async () => {
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const here = inProject();
      const living = here.start('run', '--id', 'n', 'nap.harn');
      await living.says('tired');
      living.signal(signal);
      await living.done;
      writeFileSync(here.path('go.txt'), '');
      const again = here.harn('run', '--id', 'n', 'nap.harn');
      expect(again).toMatchObject({ status: 5 });
      expect(again.stderr).toContain('going on');
      expect(here.read('woke.txt')).toBe('once ');
      expect(runsOf(here)).toHaveLength(1);
      // Also by the id, wherever a run is named.
      expect(here.harn('resume', 'n').status).toBe(1);
      expect(here.harn('why', 'n').status).toBe(0);
    }
  }, 240_000);

  it('waits for the process that works on the run, and takes its exit code', async () => {
    const here = inProject();
    const first = here.start('run', '--id', 'n', 'nap.harn');
    await first.says('tired');
    const second = here.start('run', '--id', 'n', 'nap.harn');
    await second.says('waiting for its end');
    const third = here.start('run', '--id', 'n', 'nap.harn');
    await third.says('waiting for its end');
    third.signal('SIGINT');
    expect((await third.done).status).toBe(124);
    writeFileSync(here.path('go.txt'), '');
    expect(await first.done).toMatchObject({ status: 5 });
    expect(await second.done).toMatchObject({ status: 5, stdout: '' });
    expect(here.read('woke.txt')).toBe('once ');
  }, 240_000);

  it('goes on with the run when the process that it waits for is killed', async () => {
    const here = inProject();
    const first = here.start('run', '--id', 'n', 'nap.harn');
    await first.says('tired');
    const second = here.start('run', '--id', 'n', 'nap.harn');
    await second.says('waiting for its end');
    first.signal('SIGKILL');
    await first.done;
    writeFileSync(here.path('go.txt'), '');
    expect(await second.done).toMatchObject({ status: 5 });
    expect(here.read('woke.txt')).toBe('once ');
    expect(runsOf(here)).toHaveLength(1);
  }, 240_000);

  it('of many commands at once lets one do the work', async () => {
    const here = inProject();
    const all = ['1', '2', '3', '4'].map(() =>
      here.start('run', '--id', 'm', 'pay.harn', '--', 'A-1'),
    );
    const ends = await Promise.all(all.map(({ done }) => done));
    expect(ends.map(({ status }) => status)).toEqual([7, 7, 7, 7]);
    expect(here.read('paid.txt')).toBe('A-1 ');
    expect(runsOf(here)).toHaveLength(1);
  }, 240_000);

  it('is free again when the run was deleted', () => {
    const here = inProject();
    here.harn('run', '--id', 'x', 'pay.harn', '--', 'A-7');
    expect(here.harn('runs', 'prune', '--keep', '0').status).toBe(0);
    expect(here.harn('run', '--id', 'x', 'pay.harn', '--', 'A-8').status).toBe(7);
    expect(here.read('paid.txt')).toBe('A-7 A-8 ');
  }, 120_000);
});
