import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, dollars, localTime, wrapped } from './wording.ts';

describe('words for people', () => {
  it('one is singular, figures are grouped', () => {
    expect(counted(1, 'call')).toBe('1 call');
    expect(counted(0, 'call')).toBe('0 calls');
    expect(counted(12_345, 'entry', 'entries')).toBe('12,345 entries');
  });

  it('dollars show what says something', () => {
    expect([0, 0.000_219_3, 0.0035, 1.5].map(dollars)).toEqual([
      '$0',
      '$0.000219',
      '$0.0035',
      '$1.5',
    ]);
  });

  it('times are those of the clock on the wall', () => {
    expect(localTime(new Date(2026, 10, 5, 7, 8, 9).getTime())).toBe('2026-11-05 07:08:09');
  });

  it('long lines break between words, below their second column', () => {
    expect(wrapped('no model is set up here, so a mock answers', 20)).toBe(
      'no model is set up\nhere, so a mock\nanswers',
    );
    expect(wrapped('/quit   leave, or press Ctrl-D', 24)).toBe(
      '/quit   leave, or press\n        Ctrl-D',
    );
    expect(wrapped('a b', undefined)).toBe('a b');
  });

  it('breaking loses no word, and a line is too long only where one word is', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1 }),
        fc.integer({ min: 24, max: 60 }),
        (words, columns) => {
          const text = wrapped(words.join(' '), columns);
          expect(text.split(/\s+/)).toEqual(words);
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
