import { describe, expect, test } from 'vitest';
import { createChecker } from './checker-load.ts';
import type { SourceFs } from './loader.ts';
import { loadProgram } from './program.ts';

/** Files in memory below /p, which are read as often as `reads` says. */
function project(files: Record<string, string>) {
  const reads: string[] = [];
  const fs: SourceFs = {
    kind: (file) => (file.replace('/p/', '') in files ? 'file' : undefined),
    read: (file) => {
      reads.push(file.replace('/p/', ''));
      return new TextEncoder().encode(files[file.replace('/p/', '')]);
    },
    realPath: (file) => file,
  };
  return { files, reads, fs, options: { cwd: '/p', fs } };
}

const messages = (found: {
  diagnostics: readonly { message: string }[];
  latent: readonly { message: string }[];
}) => [...found.diagnostics, ...found.latent].map(({ message }) => message);

describe('a checker of many files', () => {
  const FILES = {
    'a.harn': 'import { one } from "./lib"\nlet a: string = one()\n',
    'b.harn': 'import { one } from "./lib"\nlet b: int = one()\n',
    'c.harn': 'let c = missing\n',
    'lib.harn': 'pub fn one() -> int {\n  return 1\n}\n',
  };

  test('finds what loading each file finds', async () => {
    const { fs, options } = project({ ...FILES });
    const checker = await createChecker(options);
    for (const path of Object.keys(FILES)) {
      const loaded = await loadProgram({ path }, { cwd: '/p', fs });
      expect(messages(await checker.check(path)), path).toEqual(messages(loaded));
    }
    expect(messages(await checker.check('a.harn'))).not.toEqual([]);
  });

  test('reads each file once until files may have changed', async () => {
    const { reads, options } = project({ ...FILES });
    const checker = await createChecker(options);
    await checker.check('a.harn');
    await checker.check('b.harn');
    expect(reads).toEqual(['a.harn', 'lib.harn', 'b.harn']);
    checker.refresh();
    await checker.check('b.harn');
    expect(reads.slice(3)).toEqual(['b.harn', 'lib.harn']);
  });

  test('checks again only what a change can reach', async () => {
    const { files, options } = project({ ...FILES });
    const checker = await createChecker(options);
    const round = async () => {
      checker.refresh();
      const before = checker.reused;
      const found: Record<string, number> = {};
      for (const path of Object.keys(files))
        found[path] = messages(await checker.check(path)).length;
      return { reused: checker.reused - before, found };
    };
    const first = { 'a.harn': 1, 'b.harn': 0, 'c.harn': 1, 'lib.harn': 0 };
    expect(await round()).toEqual({ reused: 0, found: first });
    expect(await round()).toEqual({ reused: 4, found: first });
    files['c.harn'] = 'let c = 1\n';
    expect(await round()).toEqual({ reused: 3, found: { ...first, 'c.harn': 0 } });
    files['lib.harn'] = 'pub fn one() -> string {\n  return "1"\n}\n';
    expect(await round()).toEqual({
      reused: 1,
      found: { 'a.harn': 0, 'b.harn': 1, 'c.harn': 0, 'lib.harn': 0 },
    });
  });

  test('notices a file that appears and one that goes', async () => {
    const { files, options } = project({ 'a.harn': FILES['a.harn'] });
    const checker = await createChecker(options);
    const missing = messages(await checker.check('a.harn'));
    files['lib.harn'] = 'pub fn one() -> string {\n  return "1"\n}\n';
    checker.refresh();
    expect(messages(await checker.check('a.harn'))).toEqual([]);
    delete files['lib.harn'];
    checker.refresh();
    expect(messages(await checker.check('a.harn'))).toEqual(missing);
    expect(missing).not.toEqual([]);
  });
});
