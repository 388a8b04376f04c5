// `harn fix` as its user meets it: what is shown, what is written, what the exit code says, and what becomes of harn.toml.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const OLD = 'var n = 1\nn = n + 1\nprintln("n is ${n}")\n';
const NEW = 'let n = 1\nn = n + 1\nharness.stdio.println("n is ${n}")\n';
const STRICT = 'fn f(x: string?) {\n  var n = 0\n  log(n)\n  return x.upper()\n}\nlog(f("a"))\n';

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

it('shows what would change without changing it, and --check exits 1', () => {
  const here = cli.project({ 'a.harn': OLD });
  const { status, stdout } = here.harn('fix', '--dry-run', '.');
  expect(status).toBe(0);
  expect(stdout).toContain('-var n = 1\n');
  expect(stdout).toContain('+let n = 1\n');
  expect(stdout).toContain('1 file would change, 0 with nothing to do\n');
  expect(here.harn('fix', '--diff', '.').stdout).toBe(stdout);
  expect(here.harn('fix', '--check', '.').status).toBe(1);
  expect(here.read('a.harn')).toBe(OLD);
});

it('rewrites the files, which then do the same, and has nothing more to do', () => {
  const here = cli.project({ 'a.harn': OLD });
  const before = here.harn('run', 'a.harn').stdout;
  expect(here.harn('fix', '.').stdout).toBe('a.harn\n1 file fixed, 0 with nothing to do\n');
  expect(here.read('a.harn')).toBe(NEW);
  expect(here.harn('run', 'a.harn').stdout).toBe(before);
  expect(here.harn('fix', '--check', '.').status).toBe(0);
});

it('says why a file stays, with the line, and exits 1', () => {
  const here = cli.project({ 'a.harn': OLD, 'strict.harn': STRICT });
  const { status, stderr, stdout } = here.harn('fix', '.');
  expect(status).toBe(1);
  expect(stderr).toContain('warning[HARN-FIX-002]: strict.harn is left as it is');
  expect(stderr).toContain('--> strict.harn:4:');
  expect(stdout).toContain('1 file fixed, 0 with nothing to do, 1 left as they were\n');
  expect(here.read('strict.harn')).toBe(STRICT);
  expect(here.harn('explain', 'HARN-FIX-002').status).toBe(0);
});

it('answers with one document of JSON', () => {
  const here = cli.project({ 'a.harn': OLD, 'strict.harn': STRICT });
  const done = here.harn('fix', '--json', '--dry-run', '.');
  const { data } = JSON.parse(done.stdout) as { data: { files: unknown[]; summary: unknown } };
  expect(data.summary).toEqual({ files: 2, changed: 1, refused: 1 });
  expect(data.files[0]).toMatchObject({ file: 'a.harn', status: 'would_change', reason: null });
  expect(data.files[1]).toMatchObject({
    file: 'strict.harn',
    status: 'refused',
    diff: null,
    reason: { code: 'HARN-FIX-002', line: 4 },
  });
});

it('changes a manifest that declares the older edition with all its files', () => {
  const manifest = '# kept\n[package]\nname = "p"\nedition = "0.7"\n';
  const here = cli.project({
    'harn.toml': manifest,
    'a.harn': OLD,
    'b.harn': 'let x = 1\nlog(x)\n',
  });
  expect(here.harn('fix', '.').status).toBe(0);
  expect(here.read('harn.toml')).toBe(manifest.replace('0.7', '2026'));
  expect(here.read('b.harn')).toBe('const x = 1\nharness.stdio.log(x)\n');
  expect(here.harn('run', 'a.harn').stdout).toBe('n is 2\n');
});

it('writes the edition into a manifest that says it by a range of versions', () => {
  const manifest = '[package]\nname = "p"\nharn = ">=0.7,<0.8"\n';
  const here = cli.project({ 'harn.toml': manifest, 'a.harn': OLD });
  expect(here.harn('fix', '.').status).toBe(0);
  expect(readFileSync(here.path('harn.toml'), 'utf8')).toContain('[package]\nedition = "2026"\n');
});

it('changes nothing below such a manifest when one of its files must stay', () => {
  const manifest = '[package]\nedition = "0.7"\n';
  const here = cli.project({ 'harn.toml': manifest, 'a.harn': OLD, 'strict.harn': STRICT });
  const { status, stderr } = here.harn('fix', '.');
  expect(status).toBe(1);
  expect(stderr).toContain('HARN-FIX-005');
  expect(here.read('a.harn')).toBe(OLD);
  expect(here.read('harn.toml')).toBe(manifest);
  const part = here.harn('fix', 'a.harn');
  expect(part.stderr).toContain('HARN-FIX-005');
  expect(part.stderr).toContain('strict.harn stays');
});
