// `harn repl` through a pipe: what a script types, and what comes back.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, type Project } from '../cli/cli.ts';

let cli: Cli;
let here: Project;

beforeAll(async () => {
  cli = await Cli.build();
  here = cli.project();
}, 120_000);
afterAll(() => cli.remove());

function typed(...lines: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(cli.folder, 'bin/harn.cjs'), 'repl'],
    {
      cwd: here.cwd,
      encoding: 'utf8',
      input: `${lines.join('\n')}\n`,
      env: { PATH: process.env['PATH'], HOME: cli.folder },
    },
  );
  return { status, stdout, stderr };
}

it('shows values, keeps variables and functions, and shows nothing for nil', () => {
  const done = typed('let x = 2', 'fn twice(n) {', '  return n * 2', '}', 'twice(x)', 'nil', '"a"');
  expect(done).toEqual({ status: 0, stdout: '4\n"a"\n', stderr: '' });
});

it('lets later inputs assign, and functions keep what they share with their variable', () => {
  const done = typed(
    'let n = 1',
    'n = n + 5',
    'n',
    'let m = 0',
    'fn inc() { m = m + 1 }',
    'inc()',
    'inc()',
    'm',
  );
  expect(done.stderr).toBe('');
  expect(done.stdout).toBe('6\n2\n');
});

it('points at what was typed, not at the module made of it', () => {
  const { stderr } = typed(
    'const x = 1',
    'fn f(n) { return n.foo.bar }',
    '  f(x)',
    'x +* 1',
    'fn g() { nope(x) }; f(2)',
  );
  expect(stderr.split('\n')).toEqual([
    'error[HARN-VAL-004]: Type error: cannot access property `foo` on int',
    ' --> input-2.harn:1:20',
    '  |',
    '1 | fn f(n) { return n.foo.bar }',
    '  |                    ^',
    '  = note: called from <script> at input-3.harn:1',
    '  = help: Use `?.` where the value may be nil.',
    'error[HARN-PAR-001]: Expected expression, got * at 1:4',
    '    --> input-4.harn:1:4',
    '     |',
    '   1 | x +* 1',
    '     |    ^',
    'error[HARN-NAM-002]: call target `nope` is not defined or imported',
    '    --> input-5.harn:1:10',
    '     |',
    '   1 | fn g() { nope(x) }; f(2)',
    '     |          ^^^^',
    '  = help: Declare the function, import it, or correct the spelling.',
    '',
  ]);
});

it('runs every input once, with its effects', () => {
  const done = typed(
    'let t = 1',
    'println("once")',
    'write_file("out.txt", "kept")',
    'read_file("out.txt")',
  );
  expect(done.stderr).toBe('');
  expect(done.stdout).toBe('once\n"kept"\n');
  expect(here.read('out.txt')).toBe('kept');
});

it('shows mistakes and failures with a caret, goes on, and ends with 1', () => {
  const done = typed('nowhere(1)', 'throw "boom"', '1 + 1');
  expect(done.stderr).toContain('nowhere');
  expect(done.stderr).toContain('^');
  expect(done.stderr).toContain('boom');
  expect(done.stdout).toBe('2\n');
  expect(done.status).toBe(1);
});

it('tells types, loads files, lists names, and leaves', () => {
  writeFileSync(here.path('lib.harn'), 'fn sq(n) {\n  return n * n\n}\n');
  const done = typed(':type 1 + 2', ':load lib.harn', 'sq(5)', ':names', ':what', ':quit', '9');
  expect(done.stdout).toBe('int\n25\nsq\n');
  expect(done.stderr).toContain('there is no command :what');
});

it('gives up what runs when it is interrupted, and goes on', async () => {
  const live = here.start('repl');
  live.type('let kept = 41\nprintln("at work")\nwhile true { }\n');
  await live.says('at work');
  live.signal('SIGINT');
  live.type('kept + 1\n:quit\n');
  await live.says('42');
  await live.done;
}, 60_000);

it('imports stay, and exit leaves with its code', () => {
  const done = typed(
    'import { on_finish_drain } from "std/lifecycle"',
    'type_of(on_finish_drain)',
    'exit(7)',
  );
  expect(done).toMatchObject({ status: 7, stderr: '' });
  expect(done.stdout).toContain('"');
});
