// What a slip of the keyboard was meant to be, and what is too far away to guess.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearestName } from './suggest.ts';

describe('the edit distance', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('of %s and %s is %i', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  test('is symmetric, and exact up to its limit', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, fc.nat(8), (a, b, limit) => {
        const exact = editDistance(a, b);
        const limited = editDistance(a, b, limit);
        expect(editDistance(b, a)).toBe(exact);
        expect(exact <= limit ? limited === exact : limited > limit).toBe(true);
      }),
    );
  });
});

describe('the nearest name', () => {
  test.each<[string, string[], string | undefined]>([
    ['reponse', ['response', 'reporter'], 'response'],
    ['lenn', ['length', 'len', 'lend'], 'lend'],
    ['cot', ['cat', 'bot'], 'bot'],
    ['ab', ['cd', 'xy'], undefined],
    ['x', ['y'], undefined],
    ['prnt', ['__print', 'print'], 'print'],
    ['completely', ['different'], undefined],
  ])('to %s among %j is %s', (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
    expect(nearestName(name, candidates.toReversed())).toBe(expected);
  });
});
