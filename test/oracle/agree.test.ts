import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare } from './agree.ts';
import { programs } from './generate.ts';

describe('compiled programs', () => {
  test('print, give and throw what the reference interpreter says, in both colours', () => {
    fc.assert(
      fc.property(programs, (text) => {
        const result = compare(text);
        fc.pre(result.status !== 'too long');
        expect(result.status === 'differs' ? result.report : '').toBe('');
      }),
      // A fixed seed: new ground is covered by soak.ts, not by chance in an unrelated change.
      { numRuns: 300, seed: 1 },
    );
  });
});
