// The agents in TypeScript: killed twice, they go on, and nothing is bought or paid back twice.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../cli/cli.ts';
import { TypeScriptExample } from './typescript-example.ts';

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);

afterAll(() => cli.remove());

describe.each(['ai-sdk-agent', 'own-loop'])('%s', (name) => {
  it('goes on after every SIGKILL, without a second answer or refund', async () => {
    const example = await TypeScriptExample.build(`typescript/${name}.ts`);
    const project = cli.project();
    const lines = (file: string) =>
      readFileSync(path.join(project.cwd, file), 'utf8').trim().split('\n');
    await example.killedWhenItSays(project.cwd, 'Refunded A-1.');
    expect(lines('refunds.txt')).toEqual(['A-1: 20']);
    await example.killedWhenItSays(project.cwd, 'Refunded B-2.');
    const { status, stdout, stderr } = example.run(project.cwd);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Both orders are refunded.\n');
    expect(lines('refunds.txt')).toEqual(['A-1: 20', 'B-2: 20']);
    expect(lines('bill.txt')).toEqual([1, 2, 3, 4, 5].map((nth) => `answer ${nth}`));
    // Once more, with everything done: the result is told from the record.
    expect(example.run(project.cwd)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(lines('refunds.txt')).toEqual(['A-1: 20', 'B-2: 20']);
    const { runs } = project.data<{ runs: { status: string }[] }>('runs', 'ls');
    expect(runs.map((run) => run.status)).toEqual(['completed']);
  }, 60_000);
});
