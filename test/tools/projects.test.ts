// `harn new`, `harn docs`, `harn completions` and `--watch` as their users meet them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Project } from '../cli/cli.ts';

let cli: Cli;
let here: Project;

beforeAll(async () => {
  cli = await Cli.build();
  here = cli.project();
}, 120_000);
afterAll(() => cli.remove());

/** The same command line in a folder of the project. */
function inside(project: Project, folder: string, ...args: string[]) {
  writeFileSync(project.path(`in-${folder}.sh`), `cd ${folder} && exec "$@"\n`);
  return project.shell(`in-${folder}.sh`, ...args);
}

describe('harn new', () => {
  it.each(['basic', 'agent', 'workflow', 'library', 'skill'])(
    'makes a project from %s that checks, tests and is formatted right away',
    (template) => {
      const done = here.harn('new', `made-${template}`, '--template', template);
      expect(done).toMatchObject({ status: 0, stderr: '' });
      const folder = `made-${template}`;
      expect(here.read(`${folder}/harn.toml`)).toContain(`name = "made-${template}"`);
      const checked = inside(here, folder, 'check', '.');
      expect(checked.stdout + checked.stderr).toContain('0 errors, 0 warnings');
      const tested = inside(here, folder, 'test');
      expect(tested.stdout + tested.stderr).toMatch(/^\d+ passed/m);
      expect(tested.status).toBe(0);
      const formatted = inside(here, folder, 'fmt', '--check', '.');
      expect(formatted.stdout).toContain('0 files would be formatted');
      expect(formatted.status).toBe(0);
      const linted = inside(here, folder, 'lint', '.');
      expect(linted.stdout + linted.stderr).toContain('0 errors, 0 warnings');
    },
  );

  it.each(['basic', 'agent', 'workflow', 'skill'])(
    'makes a program from %s that runs',
    (template) => {
      here.harn('new', `run-${template}`, '--template', template);
      const done = inside(here, `run-${template}`, 'run', 'main.harn');
      expect(done.stderr).toBe('');
      expect(done.stdout.trim()).not.toBe('');
      expect(done.status).toBe(0);
    },
  );

  it.each([
    ['agent', 'Harn runs agents whose work goes on where it was, even after a kill.\n'],
    ['skill', '- The export keeps its last line.\n'],
  ])('says of %s how to run it without a model', (template, expected) => {
    const { stdout } = here.harn('new', `try-${template}`, '--template', template);
    const command = stdout.trim().split('\n').at(-1) as string;
    expect(command).toBe('harn run --llm-mock answers.jsonl main.harn');
    const done = inside(here, `try-${template}`, ...command.split(' ').slice(1));
    expect(done).toMatchObject({ status: 0, stderr: '', stdout: expected });
  });

  it('touches nothing that is there, and takes an empty folder', () => {
    const project = cli.project({ 'file.txt': 'mine' });
    const done = project.harn('new', '.');
    expect(done.status).toBe(2);
    expect(project.harn('new', 'file.txt').status).toBe(2);
    project.harn('new', 'twice');
    writeFileSync(project.path('twice/main.harn'), '// mine\n');
    const again = project.harn('new', 'twice');
    expect(again.stderr).toContain('HARN-CLI-160');
    expect(again.status).toBe(1);
    expect(project.read('twice/main.harn')).toBe('// mine\n');
  });

  it('refuses names that a manifest cannot have, and templates that are not there', () => {
    expect(here.harn('new', '1st').stderr).toContain('HARN-CLI-062');
    expect(here.harn('new', 'x', '--template', 'none').stderr).toContain('HARN-CLI-005');
  });
});

describe('harn docs', () => {
  it('shows one builtin in full, also by an older name or as a method', () => {
    const { stdout } = here.harn('docs', 'fs.read_text');
    expect(stdout).toContain('harness.fs.read_text(');
    expect(stdout).toContain('read: reads the outside');
    expect(here.harn('docs', 'read_file').stdout).toBe(stdout);
    expect(here.harn('docs', 'harness.fs.read_text').stdout).toBe(stdout);
  });

  it('lists what begins with the word, and suggests when nothing does', () => {
    const { builtins } = here.data<{ builtins: readonly { name: string }[] }>('docs', 'regex_');
    expect(builtins.length).toBeGreaterThan(2);
    const unknown = here.harn('docs', 'lenn');
    expect(unknown.stderr).toContain('did you mean `len`');
    expect(unknown.status).toBe(1);
  });

  it('shows a method of a kind of value in full, also by another name of either', () => {
    const { stdout } = here.harn('docs', 'list.map');
    expect(stdout).toContain('list.map<T, U>(f: fn(T) -> U) -> list<U>');
    expect(stdout).toContain('[1, 4, 9]');
    expect(here.harn('docs', 'set.has').stdout).toContain('set.contains(');
    expect(here.harn('docs', 'Stream.take').stdout).toContain('iter.take<T>(');
    expect(here.harn('docs', 'list.mapp').stderr).toContain('did you mean `list.map`');
  });

  it('lists the methods of a kind, and a method of every kind that has it', () => {
    interface Found {
      readonly builtins: readonly { readonly name: string }[];
      readonly methods: readonly { readonly path: string; readonly aliases: readonly string[] }[];
    }
    const all = here.data<Found>('docs', 'list').methods;
    expect(all.every(({ path }) => path.startsWith('list.'))).toBe(true);
    expect(all.map(({ path }) => path)).toContain('list.group_by');
    expect(here.harn('docs', 'list').stdout).toMatch(/^list\.reduce +fold +One value of all/m);
    const maps = here.data<Found>('docs', 'map');
    expect(maps.builtins).toEqual([]);
    expect(maps.methods.map(({ path }) => path)).toEqual([
      'iter.map',
      'list.map',
      'range.map',
      'set.map',
      'stream.map',
    ]);
    const [keys, ...others] = here.data<Found>('docs', 'keys').builtins;
    expect([keys?.name, ...others]).toEqual(['keys']);
    expect(here.harn('docs', 'keys').stdout).toContain('dict.keys');
  });

  it('has a table of options, also as data', () => {
    expect(here.harn('docs', 'http_get').stdout).toMatch(/^options +TYPE\n(.+\n)*timeout_ms +int/m);
    const { builtins } = here.data<{
      builtins: readonly { options: { [param: string]: readonly { name: string }[] } }[];
    }>('docs', 'http_get');
    const [row] = builtins;
    expect(row?.options['options']?.map(({ name }) => name)).toContain('timeout_ms');
  });

  it('has a page of Markdown with every builtin', () => {
    const page = here.harn('docs', '--markdown').stdout;
    const { builtins } = here.data<{ builtins: readonly { name: string }[] }>('docs');
    expect(builtins.length).toBeGreaterThan(200);
    for (const { name } of builtins) expect(page).toContain(`### \`${name}\``);
    expect(page).toContain('## Methods of `list`');
    expect(page).toContain('### `list.map`');
  });
});

describe('harn completions bash', () => {
  /** What bash offers for the words typed so far; the last one is being typed. */
  function offered(...words: string[]): string[] {
    const script = here.harn('completions', 'bash').stdout;
    const typed = ['harn', ...words].map((word) => `'${word}'`).join(' ');
    const ask = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _harn; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', ask], { encoding: 'utf8', cwd: here.cwd });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('completes commands, subcommands, options, and values to choose from', () => {
    expect(offered('com')).toEqual(['completions']);
    expect(offered('runs', 'sh')).toEqual(['show']);
    expect(offered('test', 'conf')).toEqual(['conformance']);
    expect(offered('run', '--dur')).toEqual(['--durability']);
    expect(offered('run', '--durability', 'pow')).toEqual(['power']);
    expect(offered('runs', 'ls', '--sta')).toEqual(['--status']);
    expect(offered('runs', 'ls', '--status', 'par')).toEqual(['parked']);
  });

  it('completes files where a command takes them', () => {
    writeFileSync(here.path('triage.harn'), '');
    expect(offered('check', 'tri')).toEqual(['triage.harn']);
  });

  it('are also there for zsh and fish, and for no other shell', () => {
    expect(here.harn('completions', 'zsh').stdout).toContain('#compdef harn');
    expect(here.harn('completions', 'fish').stdout).toContain(
      'complete -c harn -n __fish_use_subcommand -a test',
    );
    expect(here.harn('completions', 'tcsh').status).toBe(2);
  });
});

describe('--watch', () => {
  it('checks again after a change, until it is interrupted', async () => {
    const project = cli.project({ 'a.harn': 'println(1)\n' });
    const live = project.start('check', '--watch', '.');
    await live.says('1 file: 0 errors');
    await live.says('waiting for changes');
    writeFileSync(project.path('a.harn'), 'println(nowhere)\n');
    await live.says('1 file: 1 error');
    live.signal('SIGINT');
    expect((await live.done).status).toBe(0);
  }, 60_000);
});
