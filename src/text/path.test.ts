import { expect, test } from 'vitest';
import { formatCsv, parseCsv } from './csv.ts';
import {
  basename,
  extension,
  isAbsolutePath,
  joinPath,
  normalizePath,
  parentPath,
  pathSegments,
  relativePath,
  stem,
} from './path.ts';

test.each<[unknown, unknown]>([
  [normalizePath('a/b/../c'), 'a/c'],
  [normalizePath('/a/../../b/./c/'), '/b/c'],
  [normalizePath('a\\b'), 'a/b'],
  [normalizePath('C:\\a\\..\\b'), 'C:/b'],
  [normalizePath('../a'), '../a'],
  [normalizePath('a/..'), '.'],
  [normalizePath('/'), '/'],
  [parentPath('a/b/c.rs'), 'a/b'],
  [parentPath('/a'), '/'],
  [parentPath('a'), ''],
  [basename('/usr/bin/'), 'bin'],
  [extension('a.tar.gz'), '.gz'],
  [extension('.bashrc'), ''],
  [stem('a/b.tar.gz'), 'b.tar'],
  [joinPath(['a', 'b/', 'c']), 'a/b/c'],
  [joinPath(['a', '/b', '', 'c']), '/b/c'],
  [relativePath('/a/c', '/a/b'), '../c'],
  [relativePath('/a/b/c', '/a/b'), 'c'],
  [relativePath('/a', '/a'), '.'],
  [isAbsolutePath('C:/a'), true],
  [isAbsolutePath('a/b'), false],
  [pathSegments('/a//b/./c'), ['a', 'b', 'c']],
])('path case %#', (actual, expected) => {
  expect(actual).toEqual(expected);
});

test('CSV cells may hold separators, quotes and line ends, and survive the round trip', () => {
  const rows = [
    ['a', 'b,c', 'd"e'],
    ['', 'x\ny', 'z'],
  ];
  expect(formatCsv(rows)).toBe('a,"b,c","d""e"\n,"x\ny",z\n');
  expect(parseCsv(formatCsv(rows))).toEqual(rows);
  expect(parseCsv('a;b\r\nc;d', ';')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});
