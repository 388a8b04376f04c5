// The linear engine finds what the platform's engine finds, in time that grows with the text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearRegExp } from './linear-regex.ts';
import { isBounded } from './pattern-cost.ts';
import { compilePattern } from './regex.ts';

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '(?:ab|a)', '(a|b)', '(?<n>b)');
const quantified = fc.oneof(
  fc
    .tuple(atom, fc.constantFrom('', '?', '{1,2}', '+?', '*', '+', '{2,}'))
    .map((parts) => parts.join('')),
  fc.constantFrom('^', '$', String.raw`\b`),
);
const pattern = fc
  .array(quantified, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((text) => text.split('?<n>').length < 3);
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '😀'), maxLength: 8 });
const found = (regex: RegExp, within: string) =>
  [...within.matchAll(regex)].map((match) => [match.index, ...match]);

describe('the linear engine', () => {
  it('finds what the other one finds', () => {
    fc.assert(
      fc.property(
        pattern,
        text,
        fc.constantFrom('gu', 'gmu', 'giu', 'gsu'),
        (source, within, flags) => {
          const linear = found(new LinearRegExp(source, flags), within);
          expect(linear).toEqual(found(new RegExp(source, flags), within));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    '^(a+)+$',
    '^(?:a|aa)*$',
    'a*a*a*a*b',
    'a+$x',
    '(a+)@(a+)',
    '.*.*.*=.*',
    String.raw`\Aa*a*a*b\z`,
    '(?:a?){20}b',
    '(a|b|ab)*c',
    String.raw`\w+\w+\w+\s`,
  ])('says no to 50,000 characters that nearly match %s', (source) => {
    const within = `${'a'.repeat(50_000)}!`;
    const regex = compilePattern(source);
    expect(regex).toBeInstanceOf(LinearRegExp);
    const start = process.cpuUsage();
    expect(within.search(regex)).toBe(-1);
    // A quadratic search of it takes some ten seconds.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000);
  });

  it('has classes, names and the ends of a text', () => {
    const [match] = 'x größe=1;b=2;'.matchAll(compilePattern(String.raw`(?P<all>(?:\w+=\d;)+)`));
    expect(match?.groups?.['all']).toBe('größe=1;b=2;');
    expect('aXbXc'.split(compilePattern('(?:x+)+', 'i')).length).toBe(3);
    expect('é é'.match(compilePattern(String.raw`\A\u00e9+\s+\p{Script=Latin}\z`))?.[0]).toBe(
      'é é',
    );
    expect('a\u0085\u3000b'.split(compilePattern(String.raw`\s+|x`)).length).toBe(2);
    expect('a\ufeff b'.match(compilePattern(String.raw`[\S]+ `))?.[0]).toBe('a\ufeff ');
  });
});

describe.each([
  ['abc', true],
  ['colou?r|gr[ae]y', true],
  ['[0-9]+', true],
  [String.raw`v\d{1,3}\.\d+`, true],
  ['(?<word>[a-z]+)', true],
  ['^[^\\n]*', true],
  [String.raw`[\]+]x\p{L}*`, true],
  ['(ab)?c', true],
  ['a+b', false],
  [String.raw`\s+$`, false],
  ['(a+)+', false],
  ['(a+)b', false],
  ['(a+|b)c', false],
  ['(ab)+', false],
  ['(a|b){2}', false],
  ['(a+)?', false],
  ['a?'.repeat(25), false],
  ['a{1,600}b{1,600}', false],
  ['a{2000}', false],
  ['(a', false],
  ['[a', false],
])('%s', (source, expected) => {
  it(expected ? 'is bounded at each place' : 'is not bounded at each place', () => {
    expect(isBounded(source)).toBe(expected);
  });
});

it('what is bounded finds the same on both engines', () => {
  fc.assert(
    fc.property(pattern.filter(isBounded), text, (source, within) => {
      expect(found(compilePattern(source), within)).toEqual(
        found(new LinearRegExp(source, 'gu'), within),
      );
    }),
  );
});
