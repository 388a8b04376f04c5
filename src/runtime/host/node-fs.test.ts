// What only real files have: links, permissions, devices, crashes in between.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleHost } from './bundled-host.fixture.ts';
import { isHostError } from './errors.ts';
import { createNodeHost } from './node.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/harn-node-fs-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function paths(walk: AsyncIterable<{ readonly path: string; readonly kind: string }>) {
  const out: string[] = [];
  for await (const entry of walk) out.push(`${entry.kind} ${entry.path}`);
  return out;
}

describe('appends at the same time', () => {
  it('let one of those in that expect the same size', async () => {
    const { fs } = createNodeHost({ cwd: root });
    for (let round = 0; round < 20; round += 1) {
      const name = `log-${round}`;
      const all = ['a', 'b', 'c'].map((text) => fs.append(name, text, { expectedSizeBytes: 0 }));
      const results = await Promise.allSettled(all);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readFileSync(`${root}/${name}`)).toHaveLength(1);
    }
  });
});

describe('links', () => {
  it('writes to the file behind a link and keeps the link', async () => {
    const { fs } = createNodeHost({ cwd: root });
    mkdirSync(`${root}/real`);
    writeFileSync(`${root}/real/a`, 'old');
    symlinkSync('real/a', `${root}/link`);
    symlinkSync('real/new', `${root}/dangling`);
    await fs.writeFile('link', 'new');
    await fs.writeFile('dangling', 'made');
    expect(readFileSync(`${root}/real/a`, 'utf8')).toBe('new');
    expect(readFileSync(`${root}/real/new`, 'utf8')).toBe('made');
    expect((await fs.listDir('.')).map((entry) => entry.kind)).toEqual([
      'symlink',
      'symlink',
      'directory',
    ]);
  });

  it('resolves `..` after a link as the system does', async () => {
    const { fs } = createNodeHost({ cwd: root });
    mkdirSync(`${root}/x/y`, { recursive: true });
    symlinkSync('x/y', `${root}/link`);
    await fs.writeFile('link/../here', 'x');
    expect(readdirSync(`${root}/x`)).toEqual(['here', 'y']);
  });

  it('deletes the link, not what it leads to', async () => {
    const { fs } = createNodeHost({ cwd: root });
    mkdirSync(`${root}/real`);
    writeFileSync(`${root}/real/a`, 'x');
    symlinkSync('real', `${root}/link`);
    await fs.delete('link', { recursive: true });
    expect(readdirSync(`${root}/real`)).toEqual(['a']);
  });

  it('walks round a circle of links without end only when it is not followed', async () => {
    const { fs } = createNodeHost({ cwd: root });
    mkdirSync(`${root}/a/b`, { recursive: true });
    symlinkSync('..', `${root}/a/b/up`);
    symlinkSync('nowhere', `${root}/a/broken`);
    expect(await paths(fs.walk('a'))).toEqual(['directory b', 'symlink b/up', 'symlink broken']);
    expect(await paths(fs.walk('a', { followLinks: true }))).toEqual([
      'directory b',
      'directory b/up',
      'symlink broken',
    ]);
    expect(await fs.glob('a/**/up')).toEqual(['a/b/up']);
  });

  it('names a circle of links', async () => {
    const { fs } = createNodeHost({ cwd: root });
    symlinkSync('two', `${root}/one`);
    symlinkSync('one', `${root}/two`);
    for (const work of [fs.readText('one'), fs.writeFile('one', 'x')]) {
      const error = await work.catch((reason: unknown) => reason);
      expect(isHostError(error, 'linkLoop')).toBe(true);
    }
  });
});

describe('special files', () => {
  it('writes to a device in place', async () => {
    const { fs } = createNodeHost();
    await fs.writeFile('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.runIf(process.platform === 'linux')('reads files whose size is said to be 0', async () => {
    const { fs } = createNodeHost();
    expect(await fs.readText('/proc/self/status')).toContain('Pid:');
  });

  it.runIf(process.platform === 'linux')('says that a full disk is full', async () => {
    const { fs } = createNodeHost();
    const error = await fs.append('/dev/full', 'x').catch((reason: unknown) => reason);
    expect(isHostError(error, 'noSpace')).toBe(true);
  });

  it('says that a name is too long', async () => {
    const { fs } = createNodeHost({ cwd: root });
    const error = await fs.readText('x'.repeat(300)).catch((reason: unknown) => reason);
    expect(isHostError(error, 'invalidPath')).toBe(true);
  });
});

// Root may do everything, so these run in a child process as user nobody. Needs root to become nobody.
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('permissions, as an ordinary user', () => {
  let bundle: ReturnType<typeof bundleHost>;
  beforeAll(() => {
    bundle = bundleHost();
  });
  afterAll(() => bundle.remove());

  /** Runs statements over `fs` in `root` as nobody; each line's error code or `ok`. */
  function asNobody(statements: readonly string[]): string[] {
    const script = `
      import { createNodeHost } from ${JSON.stringify(bundle.file)};
      const { fs } = createNodeHost({ cwd: ${JSON.stringify(root)} });
      const out = [];
      for (const work of [${statements.map((text) => `() => ${text}`).join(',')}])
        out.push(await work().then(() => 'ok', (error) => error.code));
      process.stdout.write(JSON.stringify(out));`;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      uid: NOBODY,
      gid: NOBODY,
      encoding: 'utf8',
      cwd: '/',
    });
    if (result.status !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout) as string[];
  }

  const DENIED = 'HARN-HST-004';

  it('refuses what the mode refuses, by code', () => {
    chmodSync(root, 0o755);
    writeFileSync(`${root}/secret`, 'x', { mode: 0o600 });
    mkdirSync(`${root}/closed`, { mode: 0o700 });
    writeFileSync(`${root}/closed/a`, 'x');
    expect(
      asNobody([
        `fs.readText('secret')`,
        `fs.writeFile('secret', 'y')`,
        `fs.writeFile('new', 'y')`,
        `fs.append('secret', 'y')`,
        `fs.delete('secret')`,
        `fs.rename('secret', 'b')`,
        `fs.mkdir('d')`,
        `fs.listDir('closed')`,
        `fs.stat('closed/a')`,
        `fs.exists('closed/a')`,
        `fs.stat('secret')`,
        `fs.glob('closed/*')`,
      ]),
    ).toEqual([...Array.from({ length: 10 }, () => DENIED), 'ok', 'ok']);
    expect(readFileSync(`${root}/secret`, 'utf8')).toBe('x');
    expect(readdirSync(root).sort()).toEqual(['closed', 'secret']);
  });

  it('replaces a file in a directory that may be written but not listed', () => {
    chmodSync(root, 0o733);
    writeFileSync(`${root}/mine`, 'x');
    expect(asNobody([`fs.writeFile('mine', 'y')`])).toEqual(['ok']);
    expect(readFileSync(`${root}/mine`, 'utf8')).toBe('y');
  });
});
