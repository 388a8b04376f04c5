import { describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { type SourceFs, SourceLoader } from './loader.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** Files by absolute path; folders are implied by them. */
function memoryFs(files: { readonly [path: string]: Uint8Array }): SourceFs {
  return {
    kind(file) {
      if (Object.hasOwn(files, file)) return 'file';
      return Object.keys(files).some((each) => each.startsWith(`${file}/`))
        ? 'directory'
        : undefined;
    },
    read: (file) => files[file] ?? new Uint8Array(),
    realPath: (file) => (file === '/proj/link.harn' ? '/proj/real.harn' : file),
    list(folder) {
      const below = Object.keys(files).filter((file) => file.startsWith(`${folder}/`));
      return [...new Set(below.map((file) => file.slice(folder.length + 1).split('/')[0] ?? ''))];
    },
  };
}

const FILES = {
  '/proj/main.harn': text('\ufeffmain'),
  '/proj/real.harn': text('real'),
  '/proj/link.harn': text('real'),
  '/proj/lib/util.harn': text('util'),
  '/proj/lib/other.txt': text('other'),
  '/proj/image.harn': Uint8Array.of(0x89, 0x50, 0, 1),
  '/proj/latin.harn': Uint8Array.of(0xe9, 0x21),
  '/proj/folder.harn/x.harn': text('x'),
  '/proj/.git/HEAD': text(''),
  '/proj/.harn/packages/acme/lib.harn': text('acme'),
  '/proj/.harn/packages/acme/tools.harn': text('tools'),
  '/.harn/packages/outside/lib.harn': text('outside'),
  '/elsewhere/far.harn': text('far'),
};

function loader(): SourceLoader {
  const std = new Map([['std/text', 'std text']]);
  return new SourceLoader({ root: '/proj', fs: memoryFs(FILES), std });
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return HarnError.is(error) ? error.code : String(error);
  }
  return undefined;
}

describe('the source loader', () => {
  it('reads the entry, named relative to the root, without a byte order mark', () => {
    expect(loader().entry('main.harn')).toEqual({ id: 'main.harn', text: 'main' });
    expect(loader().entry('./lib/../main.harn').id).toBe('main.harn');
    expect(loader().entry('/elsewhere/far.harn').id).toBe('/elsewhere/far.harn');
  });

  it.each([
    ['./x', 'main.harn', './image ./latin ./lib/util ./link ./real'],
    ['../x', 'lib/util.harn', '../image ../latin ../link ../main ../real'],
    ['./x', 'lib/util.harn', '../image ../latin ../link ../main ../real'],
    ['x', 'main.harn', 'image latin lib/util link real acme'],
  ])('what could have been meant by %j in %s is every file near it', (written, from, all) => {
    const reads = loader();
    const near = [...reads.near(written, reads.entry(from))];
    expect(near.filter((each) => !each.includes('folder.harn/'))).toEqual(all.split(' '));
  });

  it('says with a code why an entry cannot be read', () => {
    expect(codeOf(() => loader().entry('none.harn'))).toBe('HARN-SRC-001');
    expect(codeOf(() => loader().entry('lib'))).toBe('HARN-SRC-002');
    expect(codeOf(() => loader().entry('image.harn'))).toBe('HARN-SRC-003');
    expect(codeOf(() => loader().entry('latin.harn'))).toBe('HARN-SRC-003');
  });

  it('resolves imports from the file that writes them, with or without the extension', () => {
    const sources = loader();
    const main = sources.entry('main.harn');
    const util = sources.load('lib/util', main);
    expect(util).toEqual({ id: 'lib/util.harn', text: 'util' });
    expect(sources.load('./lib/util.harn', main)).toEqual(util);
    expect(sources.load('../main', util ?? main)?.id).toBe('main.harn');
    expect(sources.load('./other.txt', util ?? main)?.text).toBe('other');
    expect(sources.load('nothing', main)).toBeUndefined();
  });

  it('gives one file one name, links or not', () => {
    const sources = loader();
    const main = sources.entry('main.harn');
    expect(sources.load('link', main)).toEqual(sources.load('real', main));
  });

  it('knows the standard library and nothing else below std', () => {
    const sources = loader();
    const main = sources.entry('main.harn');
    expect(sources.load('std/text', main)).toEqual({ id: 'std/text', text: 'std text' });
    expect(sources.load('std/../main', main)).toBeUndefined();
    expect(sources.fileOf({ id: 'std/text', text: '' })).toBeUndefined();
  });

  it('finds packages up to the border of the repository', () => {
    const sources = loader();
    const main = sources.entry('main.harn');
    expect(sources.load('acme', main)?.text).toBe('acme');
    expect(sources.load('acme/tools', main)?.text).toBe('tools');
    expect(sources.load('outside', main)).toBeUndefined();
    const util = sources.load('lib/util', main);
    expect(sources.load('acme', util ?? main)?.text).toBe('acme');
  });

  it('remembers what an import meant that is no source', () => {
    const sources = loader();
    const main = sources.entry('main.harn');
    expect(sources.load('folder', main)).toBeUndefined();
    expect(sources.load('image', main)).toBeUndefined();
    expect([...sources.refused].map(([file, { code }]) => [file, code])).toEqual([
      ['/proj/folder.harn', 'HARN-SRC-002'],
      ['/proj/image.harn', 'HARN-SRC-003'],
    ]);
  });
});
