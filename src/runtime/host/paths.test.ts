// Paths as text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  dirName,
  isAbsolutePath,
  joinPath,
  normalizePath,
  resolvePath,
} from './paths.ts';

describe('paths', () => {
  it.each([
    ['', '.'],
    ['.', '.'],
    ['a//b/./c/', 'a/b/c'],
    ['a/../b', 'b'],
    ['a/../..', '..'],
    ['../../a', '../../a'],
    ['/..', '/'],
    ['/a/../../b', '/b'],
    ['/', '/'],
    ['a\\b', 'a\\b'],
    ['C:\\a\\b', 'C:/a/b'],
  ])('normalizes %j to %j', (from, to) => {
    expect(normalizePath(from)).toBe(to);
  });

  it('joins under a directory even when the second part starts with a slash', () => {
    expect(joinPath('/a', '/b', '', '../c')).toBe('/a/c');
  });

  it('resolves against a working directory unless the path is absolute', () => {
    expect(resolvePath('/w', 'a/../b')).toBe('/w/b');
    expect(resolvePath('/w', '/b')).toBe('/b');
    expect(resolvePath('/w', 'C:/b')).toBe('C:/b');
  });

  it.each([
    ['/a/b', '/a', 'b'],
    ['/a', '/', 'a'],
    ['/', '/', ''],
    ['a', '.', 'a'],
    ['a/b/', 'a', 'b'],
  ])('splits %j into %j and %j', (path, dir, base) => {
    expect(dirName(path)).toBe(dir);
    expect(baseName(path)).toBe(base);
  });

  it('gives the same path when normalizing twice, and keeps absolute paths absolute', () => {
    const parts = fc.array(fc.constantFrom('a', 'b.c', '..', '.', '', ' '), { maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.boolean(), (names, absolute) => {
        const path = (absolute ? '/' : '') + names.join('/');
        const once = normalizePath(path);
        expect(normalizePath(once)).toBe(once);
        expect(isAbsolutePath(once)).toBe(isAbsolutePath(path));
      }),
    );
  });
});
