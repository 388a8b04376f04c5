// What a run of a compiled program loads: a program that only prints needs neither the compiler nor big modules of Node.
// Loading them by accident costs milliseconds that nobody would notice in a review.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli } from '../../scripts/build-cli.mjs';

const root = path.resolve(import.meta.dirname, '../..');

const SPY = `
const fs = require('node:fs');
const { readFileSync } = fs;
const seen = new Set();
fs.readFileSync = (file, ...rest) => {
  if (String(file).includes('dist')) seen.add(require('node:path').basename(String(file)));
  return readFileSync(file, ...rest);
};
process.on('exit', () => fs.writeFileSync(process.env.SPY_OUT, JSON.stringify({
  files: [...seen],
  node: process.moduleLoadList.filter((each) => /NativeModule (crypto|net|tty|http|child_process|zlib)$/.test(each)),
})));
`;

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'harn-start-up-'));
  await buildCli(path.join(folder, 'dist/cli'));
  cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  writeFileSync(path.join(folder, 'spy.cjs'), SPY);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly files: readonly string[];
  readonly node: readonly string[];
}

function run(code: string): { stdout: string; seen: Seen } {
  writeFileSync(path.join(folder, 'program.harn'), code);
  const args = ['-r', path.join(folder, 'spy.cjs'), path.join(folder, 'bin/harn.cjs')];
  const { stdout, stderr } = spawnSync(process.execPath, [...args, 'run', 'program.harn'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_CACHE_HOME: path.join(folder, 'cache'),
      SPY_OUT: path.join(folder, 'seen.json'),
    },
  });
  expect(stderr).toBe('');
  return {
    stdout,
    seen: JSON.parse(readFileSync(path.join(folder, 'seen.json'), 'utf8')) as Seen,
  };
}

describe('a run of a compiled program', () => {
  const hello = 'pipeline main(harness) {\n  harness.stdio.println("hello")\n}\n';

  it('loads the compiler only the first time', () => {
    const first = run(hello);
    expect(first.stdout).toBe('hello\n');
    // Nothing of the packages, the tools of the language or the library comes along with the compiler.
    const parts = first.seen.files.filter((file) => file.endsWith('.cjs'));
    expect([...new Set(parts)].sort()).toEqual(['compiler.cjs', 'harn.cjs', 'run.cjs']);
    const second = run(hello);
    expect(second.stdout).toBe('hello\n');
    expect(second.seen.files).not.toContain('compiler.cjs');
  });

  it('loads few files and no big modules of Node when it only prints', () => {
    run(hello);
    const { seen } = run(hello);
    // A third says that scripts/start-up.json is out of date, and every start pays for it. Look whether the run should
    // need the new module at all; then `node scripts/measure-start-up.mjs`.
    const parts = seen.files.filter((file) => file.endsWith('.cjs'));
    expect([...new Set(parts)].sort()).toEqual(['harn.cjs', 'run.cjs']);
    expect(seen.node).toEqual([]);
  });

  it('is compiled anew where somebody else could have written the compiled form', () => {
    run(hello);
    const programs = path.join(folder, 'cache/harn/programs');
    const [build = ''] = readdirSync(programs);
    const place = path.join(programs, build);
    const mode = statSync(place).mode;
    chmodSync(place, 0o777);
    expect(run(hello).seen.files).toContain('compiler.cjs');
    chmodSync(place, mode);
    expect(run(hello).seen.files).not.toContain('compiler.cjs');
  });

  it('leaves compiled forms behind that are bounded', () => {
    run(hello);
    const programs = path.join(folder, 'cache/harn/programs');
    const [build = ''] = readdirSync(programs);
    for (let i = 0; i < 2100; i += 1) {
      const file = path.join(programs, build, `${i}.program`);
      writeFileSync(file, '');
      utimesSync(file, i, i);
    }
    const left = path.join(programs, build, 'x.program.1.tmp');
    writeFileSync(left, '');
    utimesSync(left, 0, 0);
    run(`${hello}// another\n`);
    const kept = new Set(readdirSync(path.join(programs, build)));
    expect(kept.size).toBeLessThan(1100);
    expect(kept).toContain('2099.program');
    expect(kept).not.toContain('0.program');
    expect(kept).not.toContain('x.program.1.tmp');
    expect(run(hello).seen.files).not.toContain('compiler.cjs');
  });

  it('finds builtins of every group when it needs them', () => {
    const code =
      'pipeline main(harness) {\n  harness.stdio.println(upper("a") + to_string(len([1, 2])))\n}\n';
    for (let i = 0; i < 2; i += 1) expect(run(code).stdout).toBe('A2\n');
  });
});
