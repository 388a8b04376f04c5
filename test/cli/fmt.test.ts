// `harn fmt` as its user meets it: which files change, what is shown, what the exit code says.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

const ROUGH = 'fn f( a ){ return a }   // why\nlog( f(1) )\n';
const NEAT = 'fn f(a) {\n  return a\n} // why\n\nlog(f(1))\n';

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

function project(): Project {
  return cli.project({ 'rough.harn': ROUGH, 'neat.harn': NEAT, 'broken.harn': 'let = 1\n' });
}

it('formats files in place and names those that changed', () => {
  const here = project();
  const { status, stdout, stderr } = here.harn('fmt', 'rough.harn', 'neat.harn');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe('rough.harn\n1 file formatted, 1 already formatted\n');
  expect(here.read('rough.harn')).toBe(NEAT);
  expect(here.harn('fmt', '--check', 'rough.harn').status).toBe(0);
});

it('leaves a file that does not parse as it is, formats the others and exits 1', () => {
  const here = project();
  const { status, stderr } = here.harn('fmt', '.');
  expect(status).toBe(1);
  expect(stderr).toContain('HARN-FMT-001');
  expect(here.read('broken.harn')).toBe('let = 1\n');
  expect(here.read('rough.harn')).toBe(NEAT);
});

it('with --check shows what would change, changes nothing and exits 1', () => {
  const here = project();
  const { status, stdout } = here.harn('fmt', '--check', 'rough.harn', 'neat.harn');
  expect(status).toBe(1);
  expect(stdout).toContain('--- a/rough.harn\n+++ b/rough.harn\n');
  expect(stdout).toContain('-log( f(1) )\n');
  expect(stdout).toContain('+log(f(1))\n');
  expect(stdout).not.toContain('neat.harn');
  expect(here.read('rough.harn')).toBe(ROUGH);
});

it('answers with one document of JSON', () => {
  const here = project();
  const data = here.data<{ files: { file: string; status: string }[] }>('fmt', '--check', '.');
  expect(data.files.map(({ file, status }) => [file, status])).toEqual([
    ['broken.harn', 'failed'],
    ['neat.harn', 'unchanged'],
    ['rough.harn', 'would_change'],
  ]);
});

it('takes the width from the option, else from harn.toml', () => {
  const here = project();
  const text = 'let total = first_number + second_number\n';
  writeFileSync(here.path('wide.harn'), text);
  here.harn('fmt', '--line-width', '20', 'wide.harn');
  expect(here.read('wide.harn')).toBe('let total = first_number\n  + second_number\n');
  here.harn('fmt', 'wide.harn');
  expect(here.read('wide.harn')).toBe(text);
  writeFileSync(here.path('harn.toml'), '[fmt]\nline_width = 20\n');
  here.harn('fmt', 'wide.harn');
  expect(here.read('wide.harn')).toBe('let total = first_number\n  + second_number\n');
  writeFileSync(here.path('harn.toml'), '[fmt]\nline_width = "wide"\n');
  expect(here.harn('fmt', 'wide.harn').stderr).toContain('[fmt] line_width');
});

it('formats stdin to stdout', () => {
  const here = project();
  writeFileSync(here.path('run.sh'), '"$@" < rough.harn\n');
  expect(here.shell('run.sh', 'fmt', '--stdin')).toMatchObject({ status: 0, stdout: NEAT });
  expect(here.shell('run.sh', 'fmt', '--stdin', '--check')).toMatchObject({
    status: 1,
    stdout: '',
  });
});

it('says what was typed wrong', () => {
  const here = project();
  expect(here.harn('fmt').status).toBe(2);
  expect(here.harn('fmt', '--line-width', 'x', 'neat.harn').status).toBe(2);
  expect(here.harn('fmt', 'absent.harn').status).toBe(1);
});
