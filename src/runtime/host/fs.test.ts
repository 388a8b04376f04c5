// One contract for files, run against the real and the mock host.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { HarnError } from '../../base/index.ts';
import { type HostErrorName, hostErrors } from './errors.ts';
import { createMockHost } from './mock.ts';
import { createNodeHost } from './node.ts';
import type { Host } from './ports.ts';

interface Place {
  readonly host: Host;
  readonly close: () => Promise<void>;
}

const places: readonly [string, () => Promise<Place>][] = [
  [
    'node',
    async () => {
      const root = await mkdtemp(`${tmpdir()}/harn-fs-test-`);
      const close = () => rm(root, { recursive: true, force: true });
      return { host: createNodeHost({ cwd: root }), close };
    },
  ],
  ['mock', async () => ({ host: createMockHost(), close: async () => undefined })],
];

async function failure(work: Promise<unknown>): Promise<HarnError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!HarnError.is(error)) throw new Error('expected a coded error', { cause: error });
  return error;
}

async function expectFailure(work: Promise<unknown>, name: HostErrorName): Promise<HarnError> {
  const error = await failure(work);
  expect(error.code, error.message).toBe(hostErrors.$code(name));
  expect(error.message).not.toMatch(/\bE[A-Z]{3,}\b/);
  return error;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

describe.each(places)('files of the %s host', (_name, open) => {
  const closers: (() => Promise<void>)[] = [];
  const start = async () => {
    const place = await open();
    closers.push(place.close);
    return place.host;
  };
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('gives back the text and the bytes that were written', async () => {
    const { fs } = await start();
    await fs.writeFile('a.txt', 'grüße\n');
    expect(await fs.readText('a.txt')).toBe('grüße\n');
    expect([...(await fs.readBytes('a.txt', { offset: 1, length: 2 }))]).toEqual([0x72, 0xc3]);
    expect(await fs.readBytes('a.txt', { offset: 100 })).toHaveLength(0);
  });

  it('replaces content as a whole and leaves no temp file', async () => {
    const { fs } = await start();
    await fs.writeFile('a.txt', 'a long first text');
    await fs.writeFile('a.txt', 'short');
    expect(await fs.readText('a.txt')).toBe('short');
    expect(await fs.listDir('.')).toEqual([{ name: 'a.txt', kind: 'file' }]);
  });

  it('writes and reads an empty file', async () => {
    const { fs } = await start();
    await fs.writeFile('empty', '');
    expect(await fs.readText('empty')).toBe('');
    expect((await fs.stat('empty')).sizeBytes).toBe(0);
    expect(await collect(fs.readLines('empty'))).toEqual([]);
  });

  it('keeps a byte order mark, so that what is written back is the same', async () => {
    const { fs } = await start();
    await fs.writeFile('bom.txt', '\ufeffhi');
    expect(await fs.readText('bom.txt')).toBe('\ufeffhi');
  });

  it('gives a new file the asked mode and keeps the mode of an existing one', async () => {
    const { fs } = await start();
    await fs.writeFile('a.sh', 'x', { mode: 0o700 });
    await fs.writeFile('a.sh', 'y', { mode: 0o644 });
    expect((await fs.stat('a.sh')).mode).toBe(0o700);
    await fs.copy('a.sh', 'b.sh');
    expect((await fs.stat('b.sh')).mode).toBe(0o700);
  });

  it('replaces a file as a whole also when it does not wait for the disk', async () => {
    const { fs } = await start();
    await fs.writeFile('copy.json', 'a first and longer content', { sync: false });
    await fs.writeFile('copy.json', 'second', { sync: false });
    expect(await fs.readText('copy.json')).toBe('second');
    expect((await fs.listDir('.')).map(({ name }) => name)).toEqual(['copy.json']);
  });

  it('refuses to overwrite when asked for an exclusive write', async () => {
    const { fs } = await start();
    await fs.writeFile('a.txt', 'one', { exclusive: true });
    await expectFailure(fs.writeFile('a.txt', 'two', { exclusive: true }), 'alreadyExists');
    expect(await fs.readText('a.txt')).toBe('one');
    expect(await fs.listDir('.')).toHaveLength(1);
  });

  it('lets exactly one of many exclusive writers win', async () => {
    const { fs } = await start();
    const writers = Array.from({ length: 8 }, (_, i) =>
      fs.writeFile('lock', String(i), { exclusive: true }).then(
        () => 'won',
        () => 'lost',
      ),
    );
    expect((await Promise.all(writers)).filter((end) => end === 'won')).toHaveLength(1);
    expect(await fs.listDir('.')).toHaveLength(1);
  });

  it('appends, and tells the size before', async () => {
    const { fs } = await start();
    expect(await fs.append('log', 'ab')).toEqual({ sizeBeforeBytes: 0, sizeAfterBytes: 2 });
    expect(await fs.append('log', 'ü')).toEqual({ sizeBeforeBytes: 2, sizeAfterBytes: 4 });
    expect(await fs.readText('log')).toBe('abü');
  });

  it('appends only to the expected size', async () => {
    const { fs } = await start();
    await fs.append('log', 'ab', { expectedSizeBytes: 0 });
    const error = await expectFailure(
      fs.append('log', 'cd', { expectedSizeBytes: 0 }),
      'fileChanged',
    );
    expect(error.data).toMatchObject({ path: 'log', expectedSizeBytes: 0, actualSizeBytes: 2 });
    await fs.append('log', 'cd', { expectedSizeBytes: 2 });
    expect(await fs.readText('log')).toBe('abcd');
    await expectFailure(fs.append('new', 'x', { expectedSizeBytes: 5 }), 'notFound');
    expect(await fs.exists('new')).toBe(false);
  });

  it('reads lines of either kind of break, with and without a last one', async () => {
    const { fs } = await start();
    await fs.writeFile('a', 'one\r\ntwo\n\nfour');
    expect(await collect(fs.readLines('a'))).toEqual(['one', 'two', '', 'four']);
    await fs.writeFile('b', 'one\n');
    expect(await collect(fs.readLines('b'))).toEqual(['one']);
  });

  it('reads lines across pieces of a large file', async () => {
    const { fs } = await start();
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i} ${'é'.repeat(i % 40)}`);
    await fs.writeFile('big', lines.join('\n'));
    expect(await collect(fs.readLines('big'))).toEqual(lines);
  });

  it('lets a reader of lines leave early', async () => {
    const { fs } = await start();
    await fs.writeFile('a', 'one\ntwo\nthree');
    for await (const line of fs.readLines('a')) {
      expect(line).toBe('one');
      break;
    }
    await fs.delete('a');
    expect(await fs.exists('a')).toBe(false);
  });

  it('says where a file stops being text', async () => {
    const { fs } = await start();
    await fs.writeFile('bin', Uint8Array.from([0x61, 0x0a, 0x62, 0xff, 0x63]));
    const error = await expectFailure(fs.readText('bin'), 'notText');
    expect(error.data).toEqual({ operation: 'read', path: 'bin', offset: 3 });
    await expectFailure(collect(fs.readLines('bin')), 'notText');
    await fs.writeFile('cut', Uint8Array.from([0x61, 0xc3]));
    await expectFailure(fs.readText('cut'), 'notText');
    await expectFailure(collect(fs.readLines('cut')), 'notText');
    expect([...(await fs.readBytes('cut'))]).toEqual([0x61, 0xc3]);
  });

  it('refuses to read more than the limit', async () => {
    const { fs } = await start();
    await fs.writeFile('a', '12345');
    const error = await expectFailure(fs.readText('a', { maxBytes: 4 }), 'tooLarge');
    expect(error.data).toMatchObject({ path: 'a', sizeBytes: 5, limitBytes: 4 });
    expect(await fs.readText('a', { maxBytes: 5 })).toBe('12345');
  });

  it.each<[HostErrorName, (fs: Host['fs']) => Promise<unknown>]>([
    ['notFound', (fs) => fs.readText('none')],
    ['notFound', (fs) => collect(fs.readLines('none'))],
    ['notFound', (fs) => fs.stat('none')],
    ['notFound', (fs) => fs.delete('none')],
    ['notFound', (fs) => fs.delete('none', { recursive: true })],
    ['notFound', (fs) => fs.listDir('none')],
    ['notFound', (fs) => fs.writeFile('none/a', 'x')],
    ['notFound', (fs) => fs.append('none/a', 'x')],
    ['notFound', (fs) => fs.rename('none', 'b')],
    ['notFound', (fs) => fs.rename('file', 'none/b')],
    ['notFound', (fs) => fs.copy('none', 'b')],
    ['notFound', (fs) => fs.realPath('none')],
    ['notFound', (fs) => collect(fs.walk('none'))],
    ['isDirectory', (fs) => fs.readText('dir')],
    ['isDirectory', (fs) => fs.writeFile('dir', 'x')],
    ['isDirectory', (fs) => fs.append('dir', 'x')],
    ['isDirectory', (fs) => fs.copy('dir', 'b')],
    ['isDirectory', (fs) => fs.rename('file', 'dir')],
    ['notDirectory', (fs) => fs.readText('file/x')],
    ['notDirectory', (fs) => fs.writeFile('file/x', '')],
    ['notDirectory', (fs) => fs.listDir('file')],
    ['notDirectory', (fs) => fs.mkdir('file/x')],
    ['alreadyExists', (fs) => fs.mkdir('file')],
    ['directoryNotEmpty', (fs) => fs.delete('dir')],
    ['directoryNotEmpty', (fs) => fs.rename('other', 'dir')],
    ['invalidPath', (fs) => fs.readText('')],
    ['invalidPath', (fs) => fs.writeFile('a\0b', '')],
    ['invalidPath', (fs) => fs.rename('dir', 'dir/inside')],
    ['invalidGlob', (fs) => fs.glob('[')],
  ])('answers %s, case %#', async (name, work) => {
    const { fs } = await start();
    await fs.writeFile('file', 'x');
    await fs.mkdir('dir/sub');
    await fs.mkdir('other');
    const error = await expectFailure(work(fs), name);
    if (name !== 'invalidGlob') expect(error.data['path']).toBeTypeOf('string');
  });

  it('says that the directory lacks when something is put where there is none', async () => {
    const { fs } = await start();
    await fs.writeFile('file', 'x');
    const moved = await expectFailure(fs.rename('file', 'none/b'), 'notFound');
    expect(moved.message).toBe('Failed to move to none/b: there is no directory none');
    const written = await expectFailure(fs.writeFile('none/a/b', 'x'), 'notFound');
    expect(written.message).toBe('Failed to write file none/a/b: there is no directory none/a');
    const gone = await expectFailure(fs.rename('gone', 'b'), 'notFound');
    expect(gone.message).toBe('Failed to rename gone: there is nothing at this path');
  });

  it('answers whether something is there', async () => {
    const { fs } = await start();
    await fs.writeFile('file', 'x');
    expect(await fs.exists('file')).toBe(true);
    expect(await fs.exists('.')).toBe(true);
    expect(await fs.exists('none')).toBe(false);
    expect(await fs.exists('file/below')).toBe(false);
  });

  it('deletes files, empty directories, and trees when asked', async () => {
    const { fs } = await start();
    await fs.mkdir('a/b');
    await fs.writeFile('a/b/c', 'x');
    await fs.delete('a/b/c');
    await fs.delete('a/b');
    await fs.writeFile('a/d', 'x');
    await fs.delete('a', { recursive: true });
    expect(await fs.listDir('.')).toEqual([]);
  });

  it('renames over an existing file and moves whole directories', async () => {
    const { fs } = await start();
    await fs.writeFile('a', '1');
    await fs.writeFile('b', '2');
    await fs.rename('a', 'b');
    expect(await fs.readText('b')).toBe('1');
    await fs.mkdir('d/e');
    await fs.writeFile('d/e/f', 'x');
    await fs.rename('d', 'g');
    expect(await fs.readText('g/e/f')).toBe('x');
    await fs.rename('b', 'b');
    expect(await fs.readText('b')).toBe('1');
  });

  it('copies a file onto another and onto itself', async () => {
    const { fs } = await start();
    await fs.writeFile('a', 'x');
    await fs.writeFile('b', 'old');
    await fs.copy('a', 'b');
    await fs.copy('a', './a');
    expect([await fs.readText('a'), await fs.readText('b')]).toEqual(['x', 'x']);
  });

  it('lists names in code-unit order', async () => {
    const { fs } = await start();
    for (const name of ['b', 'Z', 'a', '.h', '10', '9', 'ä']) await fs.writeFile(name, '');
    await fs.mkdir('m');
    expect((await fs.listDir('.')).map((entry) => entry.name)).toEqual([
      '.h',
      '10',
      '9',
      'Z',
      'a',
      'b',
      'm',
      'ä',
    ]);
  });

  it('walks depth first, directories before their content', async () => {
    const { fs } = await start();
    await fs.mkdir('r/b/.c');
    await fs.writeFile('r/b/.c/x', '');
    await fs.writeFile('r/a', '');
    await fs.writeFile('r/c', '');
    const paths = async (options?: Parameters<typeof fs.walk>[1]) =>
      (await collect(fs.walk('r', options))).map((entry) => entry.path);
    expect(await paths()).toEqual(['a', 'b', 'b/.c', 'b/.c/x', 'c']);
    expect(await paths({ maxDepth: 1 })).toEqual(['a', 'b', 'c']);
    expect(await paths({ includeHidden: false })).toEqual(['a', 'b', 'c']);
    expect(await paths({ enter: (directory) => directory !== 'b' })).toEqual(['a', 'c']);
  });

  it('finds by pattern, sorted, spelled as the pattern is', async () => {
    const { fs, system } = await start();
    await fs.mkdir('src/lib/deep');
    await fs.mkdir('.hidden');
    for (const path of [
      'src/b.ts',
      'src/a.ts',
      'src/lib/c.ts',
      'src/lib/deep/d.js',
      '.hidden/e.ts',
      'top.ts',
    ]) {
      await fs.writeFile(path, '');
    }
    expect(await fs.glob('src/*.ts')).toEqual(['src/a.ts', 'src/b.ts']);
    expect(await fs.glob('**/*.ts')).toEqual(['src/a.ts', 'src/b.ts', 'src/lib/c.ts', 'top.ts']);
    expect(await fs.glob('src/**')).toEqual([
      'src/a.ts',
      'src/b.ts',
      'src/lib',
      'src/lib/c.ts',
      'src/lib/deep',
      'src/lib/deep/d.js',
    ]);
    expect(await fs.glob('src/**/')).toEqual(['src/lib', 'src/lib/deep']);
    expect(await fs.glob('*.{js,ts}', { cwd: 'src' })).toEqual(['a.ts', 'b.ts']);
    expect(await fs.glob(`${system.cwd()}/t*`)).toEqual([`${system.cwd()}/top.ts`]);
    expect(await fs.glob('**/e.ts', { includeHidden: true })).toEqual(['.hidden/e.ts']);
    expect(await fs.glob('.hidden/*')).toEqual(['.hidden/e.ts']);
    expect(await fs.glob('none/**/x')).toEqual([]);
    expect(await fs.glob('src/lib/../a.ts')).toEqual(['src/lib/../a.ts']);
  });

  it('makes temp directories that differ', async () => {
    const { fs } = await start();
    const [a, b] = [await fs.makeTempDir('t-'), await fs.makeTempDir('t-')];
    closers.push(() => fs.delete(a, { recursive: true }));
    closers.push(() => fs.delete(b, { recursive: true }));
    expect(a).not.toBe(b);
    expect((await fs.stat(a)).kind).toBe('directory');
    await fs.writeFile(`${a}/x`, 'y');
  });

  it('refuses an aborted call before doing anything', async () => {
    const { fs } = await start();
    const signal = AbortSignal.abort();
    await expectFailure(fs.writeFile('a', 'x', { signal }), 'aborted');
    await expectFailure(collect(fs.readLines('a', { signal })), 'aborted');
    await expectFailure(fs.mkdir('d', { signal }), 'aborted');
    expect(await fs.listDir('.')).toEqual([]);
  });
});
