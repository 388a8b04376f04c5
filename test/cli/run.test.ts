// `harn run` as a program's user meets it: what is printed where, exit codes, the event stream, and every mistake.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, eventsOf, type Project } from './cli.ts';

let cli: Cli;
let here: Project;

beforeAll(async () => {
  cli = await Cli.build();
  here = cli.project({
    'hello.harn': 'println("hello")\n',
    'boom.harn': 'fn inner(x) {\n  throw "boom " + x\n}\nprintln("before")\ninner("a")\n',
    'typo.harn': 'println(helo)\nlet x = unknwon(1)\n',
    'empty.harn': '',
  });
  writeFileSync(here.path('binary.harn'), Buffer.from([0, 159, 146, 150]));
  mkdirSync(here.path('folder.harn'));
}, 60_000);
afterAll(() => cli.remove());

describe('a program that runs', () => {
  it('prints to stdout, says nothing else and leaves nothing behind', () => {
    expect(here.harn('run', 'hello.harn')).toEqual({
      status: 0,
      signal: null,
      stdout: 'hello\n',
      stderr: '',
    });
    expect(here.has('.harn')).toBe(false);
    expect(here.has('.harn-runs')).toBe(false);
  });

  it('needs no command before its file, and gets what follows the dashes', () => {
    expect(here.harn('hello.harn').stdout).toBe('hello\n');
    expect(here.harn('-e', 'println(argv)', '--', 'a', '--b').stdout).toBe('[a, --b]\n');
    expect(here.harn('-e', 'println(task)', '--task', 'tidy up').stdout).toBe('tidy up\n');
  });

  it.each([
    ['return 7', 7, ''],
    ['return 700', 255, ''],
    ['return -3', 0, ''],
    ['return "text"', 0, ''],
    ['return Ok(3)', 0, ''],
    ['return Err("bad luck")', 1, 'bad luck\n'],
    ['return Err({code: 3})', 1, '{"code":3}\n'],
    ['exit(9)', 9, ''],
  ])('ends `%s` with exit code %i', (code, status, stderr) => {
    expect(here.harn('run', '-e', code)).toEqual({ status, signal: null, stdout: '', stderr });
  });

  it('that fails in an effect shows its code, its place and who called', () => {
    const code = 'fn load(h: Harness, path: string) {\n  return h.fs.read_text(path)\n}\n';
    writeFileSync(
      here.path('gone.harn'),
      `${code}fn main(harness: Harness) {\n  const text = load(harness, "gone.md")\n  println(text)\n}\n`,
    );
    const { status, stderr } = here.harn('gone.harn');
    expect(status).toBe(1);
    expect(stderr.split('\n').slice(0, 6)).toEqual([
      'error[HARN-HST-001]: Failed to read file gone.md: there is nothing at this path',
      ' --> gone.harn:2:15',
      '  |',
      '2 |   return h.fs.read_text(path)',
      '  |               ^',
      '  = note: called from main at gone.harn:5',
    ]);
  });

  it('that waits for ever, or for a task that fails, shows where', () => {
    writeFileSync(
      here.path('stuck.harn'),
      'pipeline default(harness: Harness) {\n  const c = channel("c", 1)\n  send(c, 1)\n  send(c, 2)\n}\n',
    );
    writeFileSync(
      here.path('task.harn'),
      'pipeline default(harness: Harness) {\n  const t = spawn { harness.fs.read_text("no") }\n  return await(t)\n}\n',
    );
    expect(here.harn('stuck.harn').stderr).toContain(' --> stuck.harn:4:3\n');
    const { stderr } = here.harn('task.harn');
    expect(stderr).toContain(' --> task.harn:2:32\n');
    expect(stderr).toContain('= note: called from default at task.harn:3\n');
  });

  it('that throws shows what was printed, then the error with its place', () => {
    const { status, stdout, stderr } = here.harn('boom.harn');
    expect(status).toBe(1);
    expect(stdout).toBe('before\n');
    expect(stderr).toContain('error: Thrown: boom a');
    expect(stderr).toContain('boom.harn:2:3');
    expect(stderr).toContain('throw "boom " + x');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('may not do what is denied to it', () => {
    const { status, stderr } = here.harn(
      'run',
      '--deny',
      'fs',
      '-e',
      'harness.fs.write_text("denied.txt", "x")',
    );
    expect(status).toBe(1);
    expect(stderr).toContain('denied by --deny');
    expect(here.has('denied.txt')).toBe(false);
  });
});

describe('the event stream', () => {
  it('counts from one without gaps and ends with receipt and result', () => {
    const { status, stdout, stderr } = here.harn('run', '--json', '-e', 'println("hi")\nreturn 3');
    const events = eventsOf(stdout);
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'stdout',
      'main_returned',
      'run_settled',
      'result',
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(events[0]).toMatchObject({ payload: 'hi\n' });
    expect(events.at(-1)).toMatchObject({ value: 3, returned: 3, final: 3, exit_code: 3 });
    expect(events.at(-1)?.['receipt']).toEqual(events.at(-2)?.['receipt']);
    expect(events.at(-1)?.['receipt']).toMatchObject({ v: 1, status: 'settled', items: [] });
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  });

  it('without the text of the program has no gaps either', () => {
    const code = 'println("a")\nprintln("b")\nreturn nil';
    const events = eventsOf(here.harn('run', '--json', '--quiet', '-e', code).stdout);
    expect(events.map(({ seq, event_type }) => [seq, event_type])).toEqual([
      [1, 'main_returned'],
      [2, 'run_settled'],
      [3, 'result'],
    ]);
  });

  it('of a program that throws ends with the error, after its receipt', () => {
    const { status, stdout, stderr } = here.harn('run', '--json', 'boom.harn');
    const events = eventsOf(stdout);
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'stdout',
      'main_failed',
      'run_settled',
      'error',
    ]);
    expect(events.at(-1)).toMatchObject({
      error: { code: 'runtime', message: 'Thrown: boom a', details: null },
      receipt: { status: 'failed' },
      exit_code: 1,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });

  it('of an early exit has a result without a value', () => {
    const events = eventsOf(here.harn('run', '--json', '-e', 'exit(4)').stdout);
    expect(events.at(-1)).toMatchObject({ event_type: 'result', value: null, exit_code: 4 });
  });

  it('of what cannot start is one error event', () => {
    const broken = eventsOf(here.harn('run', '--json', 'typo.harn').stdout);
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatchObject({ event_type: 'error', seq: 1, exit_code: 1 });
    expect(broken[0]).toHaveProperty(['error', 'details', 'diagnostics', 0, 'line']);
    const missing = eventsOf(here.harn('run', '--json', 'nowhere.harn').stdout);
    expect(missing).toMatchObject([{ event_type: 'error', error: { code: 'HARN-SRC-001' } }]);
  });
});

describe('mistakes', () => {
  const COMMANDS: readonly (readonly [string, readonly string[], number, string])[] = [
    ['a missing file', ['run', 'helo.harn'], 1, 'hello.harn'],
    ['a directory', ['run', 'folder.harn'], 1, 'HARN-SRC-002'],
    ['a file that is no text', ['run', 'binary.harn'], 1, 'HARN-SRC-003'],
    ['an empty file', ['run', 'empty.harn'], 1, 'HARN-CLI-104'],
    ['a program with errors', ['run', 'typo.harn'], 1, 'typo.harn:2:9'],
    ['no file', ['run'], 2, 'HARN-CLI-006'],
    ['two files', ['run', 'hello.harn', 'x'], 2, 'come after `--`'],
    ['a misspelt command', ['chekc'], 2, 'did you mean `check`?'],
    ['a misspelt command of a group', ['runs', 'lss'], 2, 'did you mean `runs ls`?'],
    ['a group without a command', ['runs'], 2, 'ls, show, events, cancel'],
    ['a misspelt flag', ['run', '--strct', 'hello.harn'], 2, 'did you mean `--strict`?'],
    ['a flag without its value', ['run', 'hello.harn', '--deny'], 2, 'HARN-CLI-003'],
    ['a switch with a value', ['run', '--json=yes', 'hello.harn'], 2, 'HARN-CLI-004'],
    ['a wrong choice', ['run', '--durability', 'x', 'hello.harn'], 2, 'power, process'],
    ['an unknown capability', ['run', '--deny', 'nett', 'hello.harn'], 2, 'did you mean `net`?'],
    ['quiet without json', ['run', '--quiet', 'hello.harn'], 2, 'HARN-CLI-008'],
    ['an unknown edition', ['run', '--edition', '9', 'hello.harn'], 2, '0.7, 2026'],
    ['an unknown run', ['resume', '0198'], 1, 'HARN-CLI-103'],
    ['an unknown error code', ['explain', 'HARN-RUN-9999'], 2, 'HARN-CLI-011'],
  ];

  it.each(COMMANDS)('%s: a coded error and what to do', (_, args, status, text) => {
    const done = here.harn(...args);
    expect(done.status).toBe(status);
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(/^error\[HARN-[A-Z]+-\d+\]: /);
    expect(done.stderr).toContain(text);
    expect(done.stderr).not.toMatch(/^\s+at /m);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read: a coded error', () => {
    writeFileSync(here.path('secret.harn'), 'println(1)\n');
    chmodSync(here.path('secret.harn'), 0);
    expect(here.harn('run', 'secret.harn').stderr).toContain('permission denied');
  });

  it('a working directory that is gone: a coded error', () => {
    const gone = cli.project({ 'go.sh': `mkdir lost && cd lost && rmdir ../lost && exec "$@"` });
    const done = gone.shell('go.sh', 'run', 'hello.harn');
    expect(done).toMatchObject({ status: 1, stdout: '' });
    expect(done.stderr).toContain('HARN-CLI-110');
  });

  it('of a `--json` command come as its envelope', () => {
    const { status, stdout, stderr } = here.harn('runs', 'show', '0198', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      data: null,
      error: { code: 'HARN-CLI-103' },
      warnings: [],
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });
});

describe('commands that only read', () => {
  it('help says what there is, for all and for each', () => {
    const { status, stdout } = here.harn('--help');
    expect(status).toBe(0);
    for (const name of [
      'run',
      'resume',
      'check',
      'runs ls',
      'why',
      'handoffs',
      'doctor',
      'explain',
    ])
      expect(stdout).toContain(`  ${name}`);
    expect(here.harn('run', '--help').stdout).toContain('Examples:');
    expect(here.harn('help', 'runs', 'show').stdout).toContain('harn runs show');
    expect(here.harn().stdout).toBe(stdout);
  });

  it('check shows errors with their lines and counts them', () => {
    const { status, stdout, stderr } = here.harn('check', 'hello.harn', 'typo.harn');
    expect(status).toBe(1);
    expect(stderr).toContain('let x = unknwon(1)');
    expect(stdout).toMatch(/^2 files: 2 errors, 0 warnings\n$/);
    const { summary, diagnostics } = here.data<{
      summary: unknown;
      diagnostics: readonly { line: number; code: string }[];
    }>('check', 'typo.harn');
    expect(summary).toMatchObject({ files: 1, errors: 2 });
    expect(diagnostics.map(({ line }) => line).sort()).toEqual([1, 2]);
    expect(here.harn('check', 'hello.harn').status).toBe(0);
  });

  it('check in strict type mode wants parsed values checked, by option or by manifest', () => {
    const text = 'const d = json_parse("{}")\nprintln(d.name)\n';
    const project = cli.project({ 'main.harn': text });
    expect(project.harn('check', 'main.harn').status).toBe(0);
    const asked = project.harn('check', '--strict-types', 'main.harn');
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain('HARN-OWN-004');
    writeFileSync(project.path('harn.toml'), '[check]\nstrict_types = true\n');
    expect(project.harn('check', 'main.harn').stderr).toContain('HARN-OWN-004');
    expect(project.harn('run', 'main.harn')).toMatchObject({ status: 0, stdout: 'nil\n' });
    writeFileSync(project.path('harn.toml'), '[check]\nstrict_types = "yes"\n');
    expect(project.harn('check', 'main.harn').stderr).toContain('`strict_types` of [check]');
  });

  it('explain knows every code that commands print', () => {
    const { stdout } = here.harn('explain', '--list');
    for (const family of ['CLI', 'RUN', 'STO', 'PAR', 'SRC', 'HST']) {
      expect(stdout).toContain(`HARN-${family}-001`);
    }
    expect(here.harn('explain', 'run-2').stdout).toContain('--force');
  });

  it('doctor looks at everything and says nothing of what keys contain', () => {
    const { checks } = here.data<{ checks: readonly { id: string; status: string }[] }>('doctor');
    const ids = checks.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['node', 'state', 'store', 'cache', 'terminal']));
    expect(here.harn('doctor').status).toBe(0);
  });

  it('a project without runs has an empty list and makes no store', () => {
    expect(here.data('runs', 'ls')).toEqual({ runs: [] });
    expect(here.data('handoffs', 'ls')).toEqual({ handoffs: [] });
    expect(here.has('.harn')).toBe(false);
  });

  it('tries nothing again when a deadline around it has passed, only when one inside has', () => {
    const project = cli.project({
      'again.harn': `pipeline default(harness: Harness) {
          let tries = 0
          const around = try {
            deadline 20ms {
              retry 3 {
                tries = tries + 1
                sleep(5s)
              }
            }
          }
          harness.stdio.println("\${tries} \${around}")

          let inner = 0
          const inside = try {
            retry 3 {
              inner = inner + 1
              deadline 5ms { sleep(5s) }
            }
          }
          harness.stdio.println("\${inner} \${inside}")

          let outer = 0
          const through = try {
            retry 2 {
              outer = outer + 1
              deadline 5ms { retry 3 { sleep(5s) } }
            }
          }
          harness.stdio.println("\${outer} \${through}")
        }`,
    });
    expect(project.harn('run', 'again.harn')).toMatchObject({
      status: 0,
      stdout: [1, 3, 2].map((n) => `${n} Result.Err(Deadline exceeded)\n`).join(''),
    });
  });

  it('interrupts a loop that only computes when its deadline has passed', () => {
    const project = cli.project({
      'loop.harn': `pipeline default(harness: Harness) {
        try {
          deadline 50ms {
            let i = 0
            while true { i = i + 1 }
          }
        } catch (e) {
          harness.stdio.println(e)
        }
      }`,
    });
    expect(project.harn('run', 'loop.harn')).toMatchObject({
      status: 0,
      stdout: 'Deadline exceeded\n',
      stderr: '',
    });
  });
});
