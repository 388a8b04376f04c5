// The launcher and the parts it loads, on a small program of their own: parts share what they share, user code
// loads as ES modules, and no state of the code cache can change what the program does.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
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
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(cacheRoot(), { recursive: true, force: true }));

function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, path.join(folder, 'bin/harn.cjs'), ...args],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], XDG_CACHE_HOME: cacheRoot(), ...env } },
  );
  return { status, stdout, stderr };
}

/** The length of the head of a cache file. */
const HEAD = 16;

const GOOD = { status: 0, stdout: 'true true\n', stderr: '' };

function cacheFiles(): string[] {
  return readdirSync(cacheRoot(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Dies between two pieces of a file, when it is told to. */
const KILL_IN_WRITE = `
const fs = require('node:fs');
const { writeFileSync } = fs;
let pieces = 0;
fs.writeFileSync = (...args) => {
  if (process.env.KILL === '1' && typeof args[0] === 'number' && ++pieces === 3) process.kill(process.pid, 'SIGKILL');
  return writeFileSync(...args);
};
`;

function launchBeside(args: readonly string[]): Promise<number | null> {
  const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: cacheRoot() };
  const child = spawn(process.execPath, [path.join(folder, 'bin/harn.cjs'), ...args], { env });
  return new Promise((resolve) => child.on('close', resolve));
}

/** Changes a text in a file; what it returns changes it back. */
function edit(file: string, from: string, to: string): () => void {
  const before = readFileSync(file, 'latin1');
  expect(before).toContain(from);
  writeFileSync(file, before.replace(from, to), 'latin1');
  return () => writeFileSync(file, before, 'latin1');
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
      for (const copy of [0, 1]) bytes.writeUInt32LE(7, HEAD + names + copy * length + 4);
      writeFileSync(file, bytes);
    }
    expect(launch([])).toEqual(GOOD);
    expect(cacheFiles().map((file) => readFileSync(file).length)).toEqual(
      whole.map((bytes) => bytes.length),
    );
    for (const file of cacheFiles()) {
      const bytes = readFileSync(file);
      expect(bytes.readUInt32LE(HEAD + bytes.readUInt32LE(4) + 4)).not.toBe(7);
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

  it('is kept for each set of options of Node, and made once', () => {
    const options = ['--no-opt'];
    launch([]);
    expect(launch([], {}, options)).toEqual(GOOD);
    expect(readdirSync(path.join(cacheRoot(), 'harn/code'))).toHaveLength(2);
    const written = cacheFiles().map((file) => readFileSync(file));
    launch([]);
    launch([], {}, options);
    expect(cacheFiles().map((file) => readFileSync(file))).toEqual(written);
  });

  it('is whole when many processes make it at once', async () => {
    const all = Array.from({ length: 6 }, () => launchBeside(['heavy']));
    expect(await Promise.all(all)).toEqual(all.map(() => 7));
    expect(cacheFiles().filter((file) => file.endsWith('.tmp'))).toEqual([]);
    const written = cacheFiles().map((file) => readFileSync(file));
    expect(launch(['heavy']).status).toBe(7);
    expect(cacheFiles().map((file) => readFileSync(file))).toEqual(written);
  });

  it('is made by the next start when the process is killed while it writes', () => {
    const preload = path.join(folder, 'kill.cjs');
    writeFileSync(preload, KILL_IN_WRITE);
    const options = ['-r', preload];
    expect(launch([], { KILL: '1' }, options).status).toBe(null);
    expect(cacheFiles().filter((file) => !file.endsWith('.tmp'))).toEqual([]);
    const [left = ''] = cacheFiles();
    expect(launch([], {}, options)).toEqual(GOOD);
    expect(cacheFiles().map((file) => path.basename(file))).toContain('harn.cjs');
    // Whether somebody still writes it shows only with time.
    expect(existsSync(left)).toBe(true);
    utimesSync(left, 0, 0);
    expect(launch(['heavy'], {}, options).status).toBe(7);
    expect(existsSync(left)).toBe(false);
  });

  describe('that somebody else could have written', () => {
    const folderOfCache = () => path.dirname(cacheFiles()[0] ?? '');
    const isUsed = () => launch(['heavy']).status === 7;
    let restore: () => void;
    beforeEach(() => {
      launch(['heavy']);
      // Other code of the same length under the same identity: its exit code tells whether the cache or the code ran.
      restore = edit(path.join(folder, 'dist/cli/harn.cjs'), '? 7 : 0', '? 8 : 0');
    });
    afterEach(() => restore());

    it('would be told apart by this test', () => {
      expect(isUsed()).toBe(true);
      rmSync(cacheRoot(), { recursive: true });
      expect(isUsed()).toBe(false);
    });

    it.each([0o770, 0o707, 0o777])('is not used and not added to (mode %i)', (mode) => {
      chmodSync(folderOfCache(), mode);
      const before = cacheFiles().map((file) => readFileSync(file));
      expect(isUsed()).toBe(false);
      expect(cacheFiles().map((file) => readFileSync(file))).toEqual(before);
    });

    it('is not used through a link', () => {
      const real = folderOfCache();
      renameSync(real, path.join(folder, 'elsewhere'));
      symlinkSync(path.join(folder, 'elsewhere'), real);
      expect(isUsed()).toBe(false);
      rmSync(path.join(folder, 'elsewhere'), { recursive: true });
    });
  });

  it('is not made by root in the folder of somebody else', () => {
    const theirs = path.join(folder, 'theirs');
    mkdirSync(theirs, { mode: 0o555 });
    // Others than root cannot give a folder away, and cannot write to this one.
    if (process.geteuid?.() === 0) chownSync(theirs, 12345, 12345);
    expect(launch([], { XDG_CACHE_HOME: theirs })).toEqual(GOOD);
    expect(readdirSync(theirs)).toEqual([]);
  });

  it('of other builds goes when there are many, the oldest first', () => {
    const names = Array.from({ length: 12 }, (_, age) => `build-${age}`);
    for (const [age, name] of names.entries()) {
      const other = path.join(cacheRoot(), 'harn/code', name);
      mkdirSync(other, { recursive: true });
      const seconds = Date.now() / 1000 - 60 * age;
      utimesSync(other, seconds, seconds);
    }
    expect(launch([])).toEqual(GOOD);
    const kept = readdirSync(path.join(cacheRoot(), 'harn/code'));
    expect(kept.filter((name) => name.startsWith('build')).sort()).toEqual(names.slice(0, 7));
    expect(kept).toHaveLength(8);
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
