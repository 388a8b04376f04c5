// The linear engine finds what the platform's engine finds, in time that does not explode.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canExplode, LinearRegExp } from './linear-regex.ts';
import { compilePattern } from './regex.ts';

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '(?:ab|a)', '(a|b)', '(?<n>b)');
const quantified = fc
  .tuple(atom, fc.constantFrom('', '?', '{1,2}', '+?'))
  .map((parts) => parts.join(''));
const pattern = fc.array(quantified, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const found = (regex: RegExp, text: string) =>
  [...text.matchAll(regex)].map((match) => [match.index, ...match]);

describe('the linear engine', () => {
  it('finds what the other one finds', () => {
    fc.assert(
      fc.property(
        pattern.filter((text) => text.split('?<n>').length < 3),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), maxLength: 8 }),
        (source, text) => {
          const linear = found(new LinearRegExp(source, 'gu'), text);
          expect(linear).toEqual(found(new RegExp(source, 'gu'), text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('runs the patterns that would explode, with their classes and names', () => {
    const text = `${'a'.repeat(5000)}!`;
    expect(text.search(compilePattern('^(a+)+$'))).toBe(-1);
    expect(text.search(compilePattern('^(?:a|aa)*$'))).toBe(-1);
    const [match] = 'x größe=1;b=2;'.matchAll(compilePattern(String.raw`(?P<all>(?:\w+=\d;)+)`));
    expect(match?.groups?.['all']).toBe('größe=1;b=2;');
    expect('aXbXc'.split(compilePattern('(?:x+)+', 'i')).length).toBe(3);
  });
});

describe.each([
  ['(a+)+', true],
  ['(a|ab)*c', true],
  ['((a*))+', true],
  ['([a+]b)+', false],
  [String.raw`(a\+)+`, false],
  ['(ab)+', false],
  ['(a+)?b*', false],
])('%s', (source, expected) => {
  it(expected ? 'can explode' : 'cannot explode', () => {
    expect(canExplode(source)).toBe(expected);
  });
});
