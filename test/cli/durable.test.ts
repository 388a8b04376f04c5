// Runs that outlive their process: Ctrl-C parks, kills interrupt, resume goes on, and one process at a time.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Done, eventsOf, type Project } from './cli.ts';

/** Long enough to be interrupted, short enough to be waited for. */
const COUNT = 'let i = 0\nwhile i < 60000000 { i = i + 1 }\n';

const PROGRAMS = {
  'count.harn': `println("counting")\n${COUNT}println("counted \${i}")\nreturn 3\n`,
  'nap.harn': 'println("tired")\nharness.clock.sleep_ms(1500)\nprintln("awake")\nreturn 4\n',
  'work.harn': `harness.fs.append("log.txt", "first ")\nprintln("begun")\n${COUNT}harness.fs.append("log.txt", "second ")\nprintln("done")\n`,
  'ask.harn': `println("tired")\nharness.clock.sleep_ms(1500)\nprintln("awake")\nlet name = harness.stdio.read_line()\nprintln("hello \${name}")\n`,
  'child.harn': 'println("starting")\nharness.process.exec("sleep", "60")\nprintln("over")\n',
  'look.harn': 'harness.fs.write_text("out.txt", "x")\nprintln("looked")\nreturn 6\n',
};

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

const inProject = () => cli.project(PROGRAMS);

/** The run that a parked command names in the command it prints. */
function resumeCommand({ stderr }: Done): string {
  return /harn resume (\S+)\n/.exec(stderr)?.[1] ?? `no command in: ${stderr}`;
}

async function park(
  here: Project,
  file: string,
  word: string,
): Promise<{ id: string; done: Done }> {
  const live = here.start('run', file);
  await live.says(word);
  live.signal('SIGINT');
  const done = await live.done;
  return { id: resumeCommand(done), done };
}

interface RunLine {
  readonly run_id: string;
  readonly status: string;
}
const runsOf = (here: Project) => here.data<{ runs: readonly RunLine[] }>('runs', 'ls').runs;

describe('Ctrl-C', () => {
  it('in a computing loop parks the run; resumed, it ends as if nothing had happened', async () => {
    const here = inProject();
    const { id, done } = await park(here, 'count.harn', 'counting');
    expect(done).toMatchObject({ status: 124, signal: null, stdout: 'counting\n' });
    expect(runsOf(here)).toMatchObject([{ run_id: id, status: 'parked' }]);
    expect(here.harn('resume', id)).toMatchObject({
      status: 3,
      stdout: 'counted 60000000\n',
      stderr: '',
    });
    expect(runsOf(here)).toMatchObject([{ run_id: id, status: 'completed' }]);
    expect(here.harn('resume', id)).toMatchObject({ status: 1, stdout: '' });
  });

  it('in a sleep says what it waits for, and why tells until when', async () => {
    const here = inProject();
    const { id, done } = await park(here, 'nap.harn', 'tired');
    expect(done.stderr).toContain('while it waited for clock.sleep_ms');
    const why = here.data<{ status: string; waits: readonly { until_ms: number }[] }>('why', id);
    expect(why).toMatchObject({
      status: 'parked',
      waits: [{ what: 'timer', answered_by: 'time' }],
    });
    expect(why.waits[0]?.until_ms).toBeGreaterThan(0);
    expect(here.harn('why', id).stdout).toContain(`harn resume ${id}`);
    expect(here.harn('resume', id)).toMatchObject({ status: 4, stdout: 'awake\n' });
  });

  it('in a stream ends it with a parked event, and the resumed stream counts on', async () => {
    const here = inProject();
    const live = here.start('run', '--json', 'nap.harn');
    await live.says('tired');
    live.signal('SIGTERM');
    const { status, stdout, stderr } = await live.done;
    const parked = eventsOf(stdout).at(-1);
    expect(parked).toMatchObject({ event_type: 'parked', seq: 2, reason: 'SIGTERM' });
    expect({ status, stderr }).toEqual({ status: 124, stderr: '' });
    const resumed = eventsOf(here.harn('resume', '--json', String(parked?.['run_id'])).stdout);
    expect(resumed.map(({ seq, event_type }) => [seq, event_type])).toEqual([
      [2, 'stdout'],
      [3, 'main_returned'],
      [4, 'run_settled'],
      [5, 'result'],
    ]);
  });

  it('waits for an open mutation by name; a second one leaves at once', async () => {
    const here = inProject();
    const live = here.start('run', 'child.harn');
    await live.says('starting');
    while (!here.harn('runs', 'ls').stdout.includes('running')) await Promise.resolve();
    const [row] = runsOf(here);
    while (!here.harn('runs', 'events', String(row?.run_id)).stdout.includes('begins process.run'))
      await Promise.resolve();
    live.signal('SIGINT');
    await live.says('waiting for process.run');
    live.signal('SIGINT');
    expect(await live.done).toMatchObject({ signal: 'SIGINT' });
    expect(runsOf(here)).toMatchObject([{ status: 'interrupted' }]);
    // Whether the command took effect is unknown, and the run says so instead of doing it again.
    const resumed = here.harn('resume', String(row?.run_id));
    expect(resumed.status).toBe(1);
    expect(resumed.stderr).toContain('interrupted between its start and its result');
  });
});

describe('a killed run', () => {
  it('is interrupted, and resuming does what was left and nothing twice', async () => {
    const here = inProject();
    const live = here.start('run', 'work.harn');
    await live.says('begun');
    live.signal('SIGKILL');
    await live.done;
    expect(here.read('log.txt')).toBe('first ');
    const [row] = runsOf(here);
    expect(row?.status).toBe('interrupted');
    expect(here.harn('runs', 'ls', '--status', 'interrupted').stdout).toContain(row?.run_id);
    expect(here.harn('runs', 'ls', '--status', 'running').stdout).toContain('No run here');
    const id = row?.run_id ?? '';
    expect(here.harn('why', id).stdout).toContain('Its process is gone');
    expect(here.harn('resume', id).stdout).toMatch(/done\n$/);
    expect(here.read('log.txt')).toBe('first second ');
  });
});

describe('two processes', () => {
  it('cannot have one run: the second is told who has it', async () => {
    const here = inProject();
    const { id } = await park(here, 'ask.harn', 'tired');
    const first = here.start('resume', id);
    await first.says('awake');
    const second = here.harn('resume', id);
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toContain('HARN-RUN-002');
    expect(second.stderr).toContain(`process ${first.pid} `);
    expect(here.harn('why', id).stdout).toContain(`process ${first.pid} `);
    first.type('Ada\n');
    expect(await first.done).toMatchObject({ status: 0, stdout: 'awake\nhello Ada\n' });
  });
});

describe('what was kept', () => {
  it('can be listed, shown and followed, by any unique part of the id', () => {
    const here = inProject();
    expect(here.harn('run', 'look.harn')).toMatchObject({ status: 6, stderr: '' });
    const [row] = runsOf(here);
    const id = row?.run_id ?? '';
    expect(here.harn('runs', 'ls').stdout).toContain(id);
    const shown = here.harn('runs', 'show', id.slice(0, 20)).stdout;
    for (const part of [id, 'completed', 'look.harn', 'fs.write_text', 'returned']) {
      expect(shown).toContain(part);
    }
    const record = JSON.parse(here.read(`.harn-runs/${id}.json`)) as Record<string, unknown>;
    expect(record).toMatchObject({ _type: 'run_record', id, status: 'completed', returned: 6 });
    expect(here.data('runs', 'show', id.slice(-8))).toMatchObject({ status: 'completed', record });
    const events = eventsOf(here.harn('runs', 'events', id, '--follow', '--json').stdout);
    expect(events[0]).toMatchObject({ event_type: 'run_started', seq: 1 });
    expect(events.at(-1)).toMatchObject({ event_type: 'run_settled' });
    expect(here.harn('runs', 'show', `${id.slice(0, -1)}x`).stderr).toContain(`\`${id}\`?`);
    expect(here.harn('doctor').stdout).toContain('1 runs');
  });

  it('of a parked run can be given up, with a receipt', async () => {
    const here = inProject();
    const { id } = await park(here, 'nap.harn', 'tired');
    const cancelled = here.data('runs', 'cancel', id, '--reason', 'enough');
    expect(cancelled).toMatchObject({ run_id: id, status: 'cancelled', receipt: { items: [] } });
    expect(runsOf(here)).toMatchObject([{ status: 'cancelled' }]);
    expect(here.harn('resume', id).status).toBe(1);
  });

  it('moves to other code when it is told to', async () => {
    const here = inProject();
    const { id } = await park(here, 'nap.harn', 'tired');
    const file = here.path('nap2.harn');
    writeFileSync(file, PROGRAMS['nap.harn'].replace('"awake"', '"wide awake"'));
    expect(here.harn('resume', id, '--with', 'nap2.harn').stdout).toBe('wide awake\n');
  });

  it('lives where the environment says, and a place that cannot be is an error', () => {
    const here = inProject();
    const elsewhere = here.with({ HARN_STATE_DIR: 'kept/here', HARN_RUN_DIR: 'records' });
    expect(elsewhere.harn('run', 'look.harn').status).toBe(6);
    expect(here.has('kept/here/harn.sqlite')).toBe(true);
    expect(here.has('.harn')).toBe(false);
    const [row] = runsOf(elsewhere);
    expect(here.has(`records/${row?.run_id}.json`)).toBe(true);
    const blocked = here.with({ HARN_STATE_DIR: 'look.harn' }).harn('run', 'look.harn');
    expect(blocked.status).toBe(1);
    expect(blocked.stderr).toMatch(/HARN-(?:STO|HST)-\d+/);
  });

  it('is said when the record cannot be written, and the run goes on', () => {
    const here = inProject().with({ HARN_RUN_DIR: 'look.harn/below' });
    const { status, stdout, stderr } = here.harn('run', 'look.harn');
    expect({ status, stdout }).toEqual({ status: 6, stdout: 'looked\n' });
    expect(stderr).toContain('the record of this run could not be written');
  });

  it('is said when the record of a cancelled run cannot be written', async () => {
    const here = inProject();
    const { id } = await park(here, 'nap.harn', 'tired');
    const nowhere = here.with({ HARN_RUN_DIR: 'look.harn/below' });
    const { status, stdout } = nowhere.harn('runs', 'cancel', id, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      data: { status: 'cancelled' },
      warnings: [{ message: expect.stringContaining('could not be written') }],
    });
  });

  it('of a damaged store is refused with a code and left alone', () => {
    const here = cli.project({ ...PROGRAMS, 'harn.toml': '' });
    here.harn('run', 'look.harn');
    const database = here.path('.harn/harn.sqlite');
    writeFileSync(database, 'this is not a database');
    const { status, stderr } = here.harn('runs', 'ls');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[HARN-STO-\d+\]: /);
    expect(here.harn('doctor')).toMatchObject({ status: 1 });
    expect(here.read('.harn/harn.sqlite')).toBe('this is not a database');
  });
});
