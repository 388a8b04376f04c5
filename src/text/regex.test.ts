import { describe, expect, test } from 'vitest';
import { compilePattern, expandReplacement } from './regex.ts';

const find = (pattern: string, text: string, flags = '') =>
  text.match(compilePattern(pattern, flags));

describe('patterns', () => {
  test.each<[string, string, string, string[] | null]>([
    ['[0-9]+', 'a 12 b 3', '', ['12', '3']],
    ['hello', 'HeLLo', 'i', ['HeLLo']],
    ['(?i)hello', 'HeLLo', '', ['HeLLo']],
    ['^b', 'a\nB', 'im', ['B']],
    ['a.+c', 'a\nc', '', null],
    ['a.+c', 'a\nb\nc', 's', ['a\nb\nc']],
    ['a b # note\n c', 'abc', 'x', ['abc']],
    ['a.b', 'a\rb', '', ['a\rb']],
    ['\\w+', 'één 2', '', ['één', '2']],
    ['\\d', '٣', '', ['٣']],
    ['[\\w.-]+', 'a.b-c!', '', ['a.b-c']],
    ['[^\\s]+', 'ab c', '', ['ab', 'c']],
    ['[]a]', ']', '', [']']],
    ['[[:alpha:]]+', 'ab1', '', ['ab']],
    ['\\@\\"\\-', '@"-', '', ['@"-']],
    ['a/b', 'a/b', '', ['a/b']],
    ['\\x{1F600}', '😀', '', ['😀']],
    ['\\Aab|c\\z', 'ab abc', '', ['ab', 'c']],
    ['(?P<n>a)(?:b)', 'ab', '', ['ab']],
    ['cat|category', 'category', '', ['cat']],
  ])('%j on %j with flags %j', (pattern, text, flags, expected) => {
    const found = find(pattern, text, flags);
    expect(found === null ? null : [...found]).toEqual(expected);
  });

  test.each([
    ['(?=a)', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'backreferences'],
    ['[a', 'unclosed character class'],
    ['\\q', 'unrecognized escape'],
    ['(', 'Unterminated group'],
  ])('%j is refused', (pattern, why) => {
    expect(() => compilePattern(pattern)).toThrow(why);
  });

  test('an unknown flag is refused', () => {
    expect(() => compilePattern('a', 'q')).toThrow("unknown flag 'q'");
  });
});

test('replacements name groups by number and by name, and `$$` is a dollar', () => {
  const match = compilePattern('(?P<first>a)(b)?').exec('a') as RegExpExecArray;
  expect(expandReplacement(['<$1|$first|$', '{first}x|$2|$nope|$$1>'].join(''), match)).toBe(
    '<a|a|ax|||$1>',
  );
});

describe('patterns that are too much', () => {
  test('are refused when they are too long or too deep, before any engine sees them', () => {
    expect(() => compilePattern('a'.repeat(65_537))).toThrow('longer than 65536 characters');
    const deep = '('.repeat(251) + ')'.repeat(251);
    expect(() => compilePattern(deep)).toThrow('more than 250 groups in each other');
    expect(
      'ab'.search(compilePattern('()'.repeat(2_000) + '('.repeat(250) + ')'.repeat(250))),
    ).toBe(0);
  });

  test('match although they are long', () => {
    const text = 'ab'.repeat(20_000);
    expect(`x${text}`.search(compilePattern(text))).toBe(1);
  });
});

describe('patterns used again', () => {
  test('are compiled once, for each set of flags', () => {
    expect(compilePattern('again', 'i')).toBe(compilePattern('again', 'i'));
    expect(compilePattern('again', 'i')).not.toBe(compilePattern('again'));
    expect(compilePattern('iagain')).not.toBe(compilePattern('again', 'i'));
  });

  test('are refused again when they were refused before', () => {
    expect(() => compilePattern('(?=x)')).toThrow('look-around');
    expect(() => compilePattern('(?=x)')).toThrow('look-around');
  });

  test('are forgotten, the oldest first, when a program makes ever new ones', () => {
    const first = compilePattern('forgotten');
    for (let n = 0; n < 256; n += 1) compilePattern(`new ${n}`);
    expect(compilePattern('forgotten')).not.toBe(first);
    expect(compilePattern('new 255')).toBe(compilePattern('new 255'));
  });

  test('do not remember where the last text ended', () => {
    const found = (text: string) => [...text.matchAll(compilePattern('[0-9]+'))].map(String);
    expect([found('1 22'), found('333'), found('4')]).toEqual([['1', '22'], ['333'], ['4']]);
  });
});
