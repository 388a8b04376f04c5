import fc from 'fast-check';
import { expect, it } from 'vitest';
import { graphemes } from './graphemes.ts';

const PIECES = [
  'a',
  '\r',
  '\n',
  'é',
  'e\u0301',
  '\u0301',
  '👩',
  '\u200d',
  '🏽',
  '🇩',
  '🇪',
  '각',
  '\u1100',
  '\u1161',
  'क',
  '\u094d',
  '\ud83d',
  '\udc00',
  '\u{e0100}',
  '؀',
];

it('finds in pieces what it finds at once, however texts are cut', () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join(''));
  const whole = new Intl.Segmenter('en', { granularity: 'grapheme' });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 8 }), (text, piece) => {
      expect(graphemes(text, piece)).toEqual(
        Array.from(whole.segment(text), ({ segment }) => segment),
      );
    }),
    { numRuns: 2_000 },
  );
});
