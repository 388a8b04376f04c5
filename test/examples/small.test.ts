// The small examples, through the command line.
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from '../cli/cli.ts';
import { TypeScriptExample } from './typescript-example.ts';

const example = (name: string) => path.resolve(import.meta.dirname, '../../examples', name);

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);

afterAll(() => cli.remove());

it('hello says hello', () => {
  const { status, stdout } = cli.project().harn('run', example('hello.harn'));
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'Hello from Harn.\n' });
});

it('handoff runs its second pipeline as a run of its own', () => {
  const project = cli.project();
  const { status, stdout, stderr } = project.harn('run', '--strict', example('handoff.harn'));
  expect(stdout).toBe('11 different words\nfox: 2 times\nthe: 3 times\n');
  expect(stderr).toContain('handed_off');
  expect(status).toBe(0);
  const runs = project.data<{ runs: { pipeline: string }[] }>('runs', 'ls');
  expect(runs.runs.map(({ pipeline }) => pipeline).sort()).toEqual(['announce', 'default']);
});

it('sleep goes on after Ctrl-C where it was', async () => {
  const project = cli.project();
  const live = project.start('run', example('sleep.harn'));
  await live.says('Water is on.');
  live.signal('SIGINT');
  const parked = await live.done;
  expect(parked.status).toBe(124);
  const [, run = ''] = /harn resume (\S+)/.exec(parked.stderr) ?? [];
  const resumed = project.start('resume', run);
  await resumed.says('It boils.');
  resumed.signal('SIGINT');
  const again = await resumed.done;
  expect(again.stdout).toBe('It boils.\n');
});

it('hello in TypeScript greets whom it is told to', async () => {
  const hello = await TypeScriptExample.build('typescript/hello.ts');
  const { status, stdout, stderr } = hello.run(cli.project().cwd, 'Ada');
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'Hello, Ada, from Harn.\n',
    stderr: '',
  });
});
