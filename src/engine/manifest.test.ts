// The edition of a project comes from the nearest manifest, and a manifest that cannot be read is said to be so.
import { describe, expect, it } from 'vitest';
import type { SourceFs } from './loader.ts';
import { manifestEdition } from './manifest.ts';
import { loadProgram } from './program.ts';

function memoryFs(files: Readonly<Record<string, string>>): SourceFs {
  return {
    kind: (file) => (file in files ? 'file' : undefined),
    read: (file) => new TextEncoder().encode(files[file]),
    realPath: (file) => file,
  };
}

describe('the manifest', () => {
  it.each([
    ['[package]\nedition = "0.7"', '0.7'],
    ['[package]\nedition = "2026"', '2026'],
    ['[package]\nharn = ">=0.7,<0.8"', '0.7'],
    ['[package]\nharn = ">=0.9"', '2026'],
    ['[package]\nname = "x"', undefined],
    ['', undefined],
  ])('declares by %j the edition %s', async (text, edition) => {
    const fs = memoryFs({ '/a/harn.toml': text });
    expect(await manifestEdition('/a/b/c', fs)).toBe(edition);
  });

  it.each(['[package]\nedition = "1999"', '[package\nedition'])(
    'that is %j is refused by a coded error that names it',
    async (text) => {
      const fs = memoryFs({ '/a/harn.toml': text });
      await expect(manifestEdition('/a', fs)).rejects.toMatchObject({
        code: 'HARN-SRC-005',
        data: { path: '/a/harn.toml' },
      });
    },
  );

  it('decides what let means in the files of its project', async () => {
    const files = { '/p/main.harn': 'let x = 1\nx = 2\n' };
    const options = { cwd: '/p' };
    const free = await loadProgram({ path: 'main.harn' }, { ...options, fs: memoryFs(files) });
    expect(free.latent).toEqual([]);
    const older = memoryFs({ ...files, '/p/harn.toml': '[package]\nedition = "0.7"' });
    const bound = await loadProgram({ path: 'main.harn' }, { ...options, fs: older });
    expect(bound.latent.map(({ code }) => code)).toEqual(['HARN-OWN-001']);
    const asked = { ...options, fs: older, edition: '2026' as const };
    expect((await loadProgram({ path: 'main.harn' }, asked)).latent).toEqual([]);
  });
});
