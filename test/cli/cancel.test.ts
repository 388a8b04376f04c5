// `harn runs cancel` of a run that another process works on: that process ends it, with the receipt of all that was open;
// and what is asked for is not lost with whoever asked, or with whoever was asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

const LONG = `
fn later(task) {
  return task
}

pipeline default(task) {
  spawn_agent({name: "late", task: "later", body: later, options: {resume_when: {on_event: "never"}}})
  write_file("begun.txt", "yes")
  println("begun")
  sleep(600000)
  write_file("ended.txt", "yes")
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

async function begun(here: Project) {
  const living = here.start('run', 'long.harn');
  await living.says('begun');
  const { runs } = here.data<{ runs: { run_id: string }[] }>('runs', 'ls');
  return { living, run: runs[0]?.run_id ?? '' };
}

describe('a run that another process works on', () => {
  it('is ended there, with its receipt', async () => {
    const here = cli.project({ 'long.harn': LONG });
    const { living, run } = await begun(here);
    const asked = here.harn('runs', 'cancel', run, '--reason', 'not needed', '--json');
    expect(JSON.parse(asked.stdout)).toMatchObject({
      data: {
        run_id: run,
        status: 'cancelled',
        receipt: { items: [{ bucket: 'suspended_subagents', disposition: expect.any(String) }] },
      },
    });
    const ended = await living.done;
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toContain('not needed');
    expect(here.has('ended.txt')).toBe(false);
    expect(here.harn('runs', 'show', run).stdout).toContain('cancelled');
    expect(here.harn('resume', run).status).not.toBe(0);
  }, 120_000);

  it('is ended when that process wakes up, also when whoever asked is gone', async () => {
    const here = cli.project({ 'long.harn': LONG });
    const { living, run } = await begun(here);
    living.signal('SIGSTOP');
    const asking = here.start('runs', 'cancel', run);
    await asking.says('asked');
    asking.signal('SIGKILL');
    await asking.done;
    living.signal('SIGCONT');
    const ended = await living.done;
    expect(ended.stderr).toContain('cancelled by the operator');
    expect(here.harn('runs', 'show', run).stdout).toContain('cancelled');
  }, 120_000);

  it('is ended by whoever goes on with it when that process was killed before it noticed', async () => {
    const here = cli.project({ 'long.harn': LONG });
    const { living, run } = await begun(here);
    living.signal('SIGSTOP');
    const asking = here.start('runs', 'cancel', run);
    await asking.says('asked');
    asking.signal('SIGKILL');
    living.signal('SIGKILL');
    await Promise.all([asking.done, living.done]);
    const resumed = here.harn('resume', run);
    expect(resumed.status).not.toBe(0);
    expect(resumed.stderr).toContain('cancelled by the operator');
    expect(here.harn('runs', 'show', run).stdout).toContain('cancelled');
  }, 120_000);

  it('is taken over by whoever asked when that process goes away without a word', async () => {
    const here = cli.project({ 'long.harn': LONG });
    const { living, run } = await begun(here);
    living.signal('SIGSTOP');
    const asking = here.start('runs', 'cancel', run);
    await asking.says('asked');
    living.signal('SIGKILL');
    expect(await asking.done).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`run ${run} is cancelled`) as string,
    });
    await living.done;
  }, 120_000);
});
