// Approvals on the command line: a run parks, people approve from any terminal, the run goes on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const DEPLOY = `
pipeline default(task) {
  try {
    let record = request_approval("deploy", {quorum: 2, reviewers: ["ada", "bob"], args: {version: 2}})
    println(record.reviewers)
  } catch (e) {
    println("\${e.name}: \${e.reason}")
  }
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

function parked(here: ReturnType<Cli['project']>) {
  const { status, stderr } = here.harn('run', 'deploy.harn');
  expect(status).toBe(124);
  const id = /harn hitl approve (\S+)/.exec(stderr)?.[1] ?? '';
  return { id, run: /harn resume (\S+)/.exec(stderr)?.[1] ?? '' };
}

it('a run goes on when enough people have approved, and hears of a denial', () => {
  const here = cli.project({ 'deploy.harn': DEPLOY });
  const { id, run } = parked(here);
  expect(here.harn('hitl', 'show', id).stdout).toContain('0 of 2');
  expect(here.harn('hitl', 'answer', id, 'yes').status).not.toBe(0);
  expect(here.harn('hitl', 'approve', id, '--reviewer', 'eve').status).not.toBe(0);
  expect(here.harn('hitl', 'approve', id, '--reviewer', 'ada').stdout).toContain('1 more needed');
  const last = here.harn('hitl', 'approve', id, '--reviewer', 'bob').stdout;
  expect(last).toContain(`harn resume ${run}`);
  expect(here.harn('resume', run)).toMatchObject({ status: 0, stdout: '[ada, bob]\n' });

  const other = parked(here);
  here.harn('hitl', 'deny', other.id, '--reviewer', 'bob', '--reason', 'not today');
  expect(here.harn('resume', other.run).stdout).toBe('ApprovalDeniedError: not today\n');
}, 240_000);
