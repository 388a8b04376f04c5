// The edition of a project comes from the nearest manifest, and a manifest that cannot be read is said to be so.
import { describe, expect, it } from 'vitest';
import { createChecker } from './checker-load.ts';
import type { SourceFs } from './loader.ts';
import { manifestEdition, manifestSettings } from './manifest.ts';
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

  it.each([
    ['[package]\nname = "x"\nedition = "1999"', 'line 3: [package] edition'],
    ['[check]\nstrict_types = 1', 'line 2: [check] strict_types'],
    ['[check]\nstrict_types =', 'line 2, column'],
  ])('that is %j is refused with the place: %j', async (text, place) => {
    const fs = memoryFs({ '/a/harn.toml': text });
    await expect(manifestSettings('/a', fs)).rejects.toThrow(place);
  });

  it.each([
    [
      '[package]\neditoin = "2026"',
      'harn.toml 2 [package] has no `editoin` (did you mean `edition`?)',
    ],
    ['[packge]\nname = "x"', 'harn.toml 1 harn.toml has no `packge` (did you mean `package`?)'],
    [
      '# strict\n[check]\nstrict_type = true',
      'harn.toml 3 [check] has no `strict_type` (did you mean `strict_types`?)',
    ],
    ['[lint]\ncolour = 1\n[check]\nstrict_types = true', 'harn.toml 2 [lint] has no `colour`'],
    ['check.typos = 1', 'harn.toml 1 [check] has no `typos`'],
    [
      '[triggers]\nanything = 1\n[mine]\nx = 1\n[package]\nauthors = ["a"]\n[check.host_capabilities]\nfs = []',
    ],
  ])('that is %j is told to be odd where it is', async (text, ...expected) => {
    const fs = memoryFs({ '/a/harn.toml': text, '/a/b.harn': 'let x = 1\n' });
    const checker = await createChecker({ cwd: '/a', fs });
    const { diagnostics, sources } = await checker.check('b.harn');
    const told = diagnostics.map(({ severity, message, span }) => {
      expect(severity).toBe('warning');
      expect(sources.map(({ id }) => id)).toContain(span.source);
      return `${span.source} ${text.slice(0, span.start).split('\n').length} ${message}`;
    });
    expect(told).toEqual(expected);
  });

  it.each([
    ['[check]\nstrict_types = 1', 'HARN-SRC-008', '1'],
    ['[check]\nstrict_types =', 'HARN-SRC-005', ''],
  ])(
    'that is %j is an error with its place, beside those of programs',
    async (text, code, piece) => {
      const fs = memoryFs({ '/a/harn.toml': text, '/a/b.harn': 'log(missing)\n' });
      const checker = await createChecker({ cwd: '/a', fs });
      const { diagnostics, latent } = await checker.check('b.harn');
      expect(diagnostics[0]).toMatchObject({
        severity: 'error',
        code,
        span: { source: 'harn.toml' },
      });
      const { start = 0, end } = diagnostics[0]?.span ?? {};
      expect(text.slice(start, end)).toBe(piece);
      expect(latent.map(({ span }) => span.source)).toEqual(['b.harn']);
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
