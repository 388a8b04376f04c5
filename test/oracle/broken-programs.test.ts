// No program, however broken, makes the checker fail: random programs with pieces cut out, doubled and put in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, memoryLoader } from '../../src/lang/index.ts';
import { SPECS } from './compiled.ts';
import { programs } from './generate.ts';

describe('broken programs', () => {
  const loader = memoryLoader({});

  /** Cuts, doubles and swaps pieces of a text. */
  function damage(text: string, cuts: readonly (readonly [number, number, string])[]): string {
    let broken = text;
    for (const [at, length, insert] of cuts) {
      const start = Math.floor(at * broken.length);
      broken = broken.slice(0, start) + insert + broken.slice(start + length);
    }
    return broken;
  }

  const insert = fc.constantFrom(
    '',
    '{',
    '}',
    '(',
    'nil',
    ': int',
    'type T = T\n',
    '?',
    '|',
    'match x {',
    ' -> ',
  );
  const cut = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), insert);

  test('are walked to their end', () => {
    fc.assert(
      fc.property(programs, fc.array(cut, { maxLength: 4 }), (text, cuts) => {
        const broken = damage(text, cuts);
        const program = check({ id: 'main.harn', text: broken }, { loader, builtins: SPECS });
        for (const { span } of program.diagnostics)
          expect(span.end).toBeLessThanOrEqual(broken.length);
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
