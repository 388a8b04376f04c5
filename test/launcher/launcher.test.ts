// The launcher and the parts it loads, on a small program of their own: parts share what they share, user code
// loads as ES modules, and no state of the code cache can change what the program does.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCli } from '../../scripts/build-cli.mjs';

const root = path.resolve(import.meta.dirname, '../..');

const PROGRAM: Readonly<Record<string, string>> = {
  'main.ts': `
    import { Shared } from './shared.ts';
    export async function main(argv) {
      try { Object.freeze({ x: 1 }).x = 2; console.log('sloppy'); } catch {}
      const { make } = await import('./left.ts');
      const { where } = await import('./right.ts');
      if (argv[0] === 'loaded') return console.log(globalThis.heavyLoaded === true), 0;
      if (argv[0] === 'heavy') await import('./heavy.ts');
      if (argv[0] === 'user') console.log((await import(argv[1])).default);
      if (argv[0] === 'package') console.log((await import('ai')).name, 'import("./shared.js")');
      console.log(make() instanceof Shared, new URL('../std/x.harn', where).href.endsWith('/dist/std/x.harn'));
      return globalThis.heavyLoaded === true ? 7 : 0;
    }`,
  'shared.ts': 'export class Shared {}',
  'left.ts': `try { Object.freeze({ x: 1 }).x = 2; console.log('sloppy'); } catch {} import { Shared } from './shared.ts'; export const make = () => new Shared();`,
  'right.ts': `import { Shared } from './shared.ts'; export const where = import.meta.url; export { Shared };`,
  'heavy.ts': 'globalThis.heavyLoaded = true; export const heavy = 1;',
};

let folder = '';
const cacheRoot = () => path.join(folder, 'cache');

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'harn-launcher-'));
  mkdirSync(path.join(folder, 'source'));
  for (const [name, code] of Object.entries(PROGRAM)) {
    writeFileSync(path.join(folder, 'source', name), code);
  }
  cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
  await buildCli(path.join(folder, 'dist/cli'), path.join(folder, 'source/main.ts'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(cacheRoot(), { recursive: true, force: true }));

function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(folder, 'bin/harn.cjs'), ...args],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], XDG_CACHE_HOME: cacheRoot(), ...env } },
  );
  return { status, stdout, stderr };
}

const GOOD = { status: 0, stdout: 'true true\n', stderr: '' };

function cacheFiles(): string[] {
  return readdirSync(cacheRoot(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

describe('parts', () => {
  it('share their modules, so that a class is one class, and are strict', () => {
    expect(launch([])).toEqual(GOOD);
  });

  it('load only when their import() runs', () => {
    expect(launch(['loaded']).stdout).toBe('false\n');
    expect(launch(['heavy'])).toEqual({ ...GOOD, status: 7 });
  });

  it('leave the import() of a file of the user to Node, with and without a code cache', () => {
    const file = path.join(folder, 'user.mjs');
    writeFileSync(file, 'export default await Promise.resolve("an ES module");\n');
    const expected = { ...GOOD, stdout: `an ES module\n${GOOD.stdout}` };
    expect(launch(['user', file])).toEqual(expected);
    expect(launch(['user', file])).toEqual(expected);
  });

  it('leave the import() of a package to Node, and text that looks like one alone', () => {
    const home = path.join(folder, 'node_modules/ai');
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'package.json'), '{"type": "module", "exports": "./main.js"}');
    writeFileSync(path.join(home, 'main.js'), 'export const name = "a package";\n');
    const expected = { ...GOOD, stdout: `a package import("./shared.js")\n${GOOD.stdout}` };
    expect(launch(['package'])).toEqual(expected);
    expect(launch(['package'])).toEqual(expected);
  });
});

describe('the code cache', () => {
  it('is written by the first start and then used', () => {
    expect(launch([])).toEqual(GOOD);
    const written = cacheFiles();
    expect(written.map((file) => path.basename(file))).toContain('harn.cjs');
    const before = written.map((file) => readFileSync(file));
    expect(launch([])).toEqual(GOOD);
    expect(cacheFiles()).toEqual(written);
    expect(written.map((file) => readFileSync(file))).toEqual(before);
  });

  it('is made again when parts run that had not run before', () => {
    launch([]);
    expect(launch(['heavy'])).toEqual({ ...GOOD, status: 7 });
    const grown = cacheFiles().map((file) => readFileSync(file));
    launch(['heavy']);
    expect(cacheFiles().map((file) => readFileSync(file))).toEqual(grown);
    expect(grown.some((bytes) => bytes.includes('heavy'))).toBe(true);
  });

  it('of another build or version of Node is left alone', () => {
    launch([]);
    const others = ['0123456789abcdef-v99.0.0-x64', 'fedcba9876543210-v20.19.0-x64'];
    for (const name of others) {
      const other = path.join(cacheRoot(), 'harn/code', name);
      mkdirSync(other, { recursive: true });
      writeFileSync(path.join(other, 'harn.cjs'), 'theirs');
    }
    expect(launch([])).toEqual(GOOD);
    for (const name of others) {
      const file = path.join(cacheRoot(), 'harn/code', name, 'harn.cjs');
      expect(readFileSync(file, 'utf8')).toBe('theirs');
    }
  });

  it('that was made by another V8 is rejected by it and made again', () => {
    launch([]);
    const whole = cacheFiles().map((file) => readFileSync(file));
    for (const [i, file] of cacheFiles().entries()) {
      const bytes = Buffer.from(whole[i] ?? []);
      const names = bytes.readUInt32LE(4);
      const length = bytes.readUInt32LE(8);
      // The second word of V8's data is the hash of its version.
      for (const copy of [0, 1]) bytes.writeUInt32LE(7, 12 + names + copy * length + 4);
      writeFileSync(file, bytes);
    }
    expect(launch([])).toEqual(GOOD);
    expect(cacheFiles().map((file) => readFileSync(file).length)).toEqual(
      whole.map((bytes) => bytes.length),
    );
    for (const file of cacheFiles()) {
      const bytes = readFileSync(file);
      expect(bytes.readUInt32LE(12 + bytes.readUInt32LE(4) + 4)).not.toBe(7);
    }
  });

  it('is made again when it is damaged', () => {
    launch([]);
    const whole = cacheFiles().map((file) => readFileSync(file));
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0x41, Math.floor(bytes.length / 2)),
      (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 3)),
      () => Buffer.alloc(0),
      () => Buffer.from('nonsense'),
    ]) {
      for (const [i, file] of cacheFiles().entries()) {
        writeFileSync(file, damage(Buffer.from(whole[i] ?? [])));
      }
      expect(launch([])).toEqual(GOOD);
      for (const file of cacheFiles()) expect(readFileSync(file).length).toBeGreaterThan(100);
    }
  });

  it('is done without when there is no place for it', () => {
    writeFileSync(path.join(folder, 'occupied'), '');
    expect(launch([], { XDG_CACHE_HOME: path.join(folder, 'occupied') })).toEqual(GOOD);
    expect(launch([], { XDG_CACHE_HOME: '', HOME: '', LOCALAPPDATA: '' })).toEqual(GOOD);
    expect(launch([], { XDG_CACHE_HOME: 'not/absolute' })).toEqual(GOOD);
    // Where nothing can be made although nothing is in the way.
    expect(launch([], { XDG_CACHE_HOME: '/proc/nowhere' })).toEqual(GOOD);
  });

  describe('that a build brings along', () => {
    const shipped = () => path.join(folder, 'dist/cli/code');
    beforeEach(() => {
      launch([]);
      cpSync(path.join(cacheRoot(), 'harn/code'), shipped(), { recursive: true });
      rmSync(cacheRoot(), { recursive: true });
    });
    afterEach(() => rmSync(shipped(), { recursive: true, force: true }));

    it('is used by who has none, and nothing is written', () => {
      expect(launch([])).toEqual(GOOD);
      expect(existsSync(cacheRoot())).toBe(false);
    });

    it('is completed in the place of the user', () => {
      const before = readdirSync(shipped(), { recursive: true });
      expect(launch(['heavy'])).toEqual({ ...GOOD, status: 7 });
      expect(cacheFiles().some((file) => readFileSync(file).includes('heavy'))).toBe(true);
      expect(readdirSync(shipped(), { recursive: true })).toEqual(before);
    });

    it('is done without when it is damaged', () => {
      const [name = ''] = readdirSync(shipped());
      for (const file of readdirSync(path.join(shipped(), name))) {
        const whole = path.join(shipped(), name, file);
        const bytes = readFileSync(whole);
        writeFileSync(whole, bytes.fill(0x41, Math.floor(bytes.length / 2)));
      }
      expect(launch([])).toEqual(GOOD);
      expect(cacheFiles()).not.toEqual([]);
    });
  });

  it('of other builds is removed when it is a month old', () => {
    const [young, old] = ['0000-young', '0000-old'].map((name) =>
      path.join(cacheRoot(), 'harn/code', name),
    ) as [string, string];
    for (const other of [young, old]) mkdirSync(other, { recursive: true });
    utimesSync(old, 0, 0);
    expect(launch([])).toEqual(GOOD);
    const kept = readdirSync(path.dirname(old));
    expect(kept).toContain('0000-young');
    expect(kept).not.toContain('0000-old');
  });
});
