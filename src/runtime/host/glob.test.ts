// Patterns: what matches, what is refused, and that none takes exponential time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHostError } from './errors.ts';
import { matchGlob, parseGlob } from './glob.ts';

const matches = (pattern: string, path: string) => matchGlob(parseGlob(pattern), path);

describe('glob patterns', () => {
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'ab/c', false],
    ['*', '.hidden', false],
    ['.*', '.hidden', true],
    ['?', 'ä', true],
    ['?', '😀', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[a-]', '-', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['**', 'a/b/c', true],
    ['**/c', 'c', true],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'a/x/y/c', true],
    ['a/**/c', 'b/c', false],
    ['a/**', 'a', false],
    ['**/b/**/d', 'a/b/c/b/d', true],
    ['{a,b}/{c,d{1,2}}', 'b/d2', true],
    ['{a,b}', '{a,b}', false],
    ['{a}', '{a}', true],
    ['a{,b}', 'a', true],
    ['\\{a,b}', '{a,b}', true],
    ['/a/*', '/a/b', true],
    ['/a/*', 'a/b', false],
    ['./a', 'a', true],
  ])('%s against %s is %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it.each(['', '[', 'a[b', 'a\\', '{a,b}'.repeat(11)])('refuses %j', (pattern) => {
    let thrown: unknown;
    try {
      parseGlob(pattern);
    } catch (error) {
      thrown = error;
    }
    expect(isHostError(thrown, 'invalidGlob')).toBe(true);
  });

  it('takes no exponential time', () => {
    expect(matches(`${'*a'.repeat(60)}b`, 'a'.repeat(255))).toBe(false);
    expect(matches(`${'**/a/'.repeat(30)}b`, 'a/'.repeat(200))).toBe(false);
  });

  it('matches every name with its own escaped spelling and with stars put in', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((text) => !text.includes('/') && text !== '.' && !text.startsWith('.'));
    fc.assert(
      fc.property(name, fc.nat(12), (text, at) => {
        const escaped = [...text].map((char) => `\\${char}`);
        expect(matches(escaped.join(''), text)).toBe(true);
        const starred = [...escaped.slice(0, at), '*', ...escaped.slice(at)].join('');
        expect(matches(starred, text)).toBe(true);
      }),
    );
  });
});
