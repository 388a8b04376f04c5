// `harn waitpoints`: a run parks at a name, another process completes it, the run goes on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const GATE = `
pipeline default(task) {
  let gate = waitpoint_wait("deploy.gate")
  println("\${gate.status} \${gate.waitpoints[0].value}")
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

it('a run that waits for a name parks, and goes on with the value that someone else gives', () => {
  const here = cli.project({ 'gate.harn': GATE });
  const parked = here.harn('run', 'gate.harn');
  expect(parked.status).toBe(124);
  const run = /harn resume (\S+)/.exec(parked.stderr)?.[1] ?? '';
  expect(here.harn('why', run).stdout).toContain('harn waitpoints complete deploy.gate');
  expect(here.harn('waitpoints', 'complete', 'deploy.gate', '--json', '{')).toMatchObject({
    status: 2,
  });
  expect(here.harn('waitpoints', 'complete', 'deploy.gate', 'open').stdout).toContain('completed');
  expect(here.harn('waitpoints', 'cancel', 'deploy.gate').stdout).toContain('completed: "open"');
  expect(here.harn('waitpoints', 'ls').stdout).toContain('no waitpoints');
  expect(here.harn('waitpoints', 'ls', '--all').stdout).toContain('deploy.gate');
  expect(here.harn('resume', run)).toMatchObject({ status: 0, stdout: 'completed open\n' });
}, 120_000);
