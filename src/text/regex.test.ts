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
