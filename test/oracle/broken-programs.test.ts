// No program, however broken, makes the checker fail: random programs with pieces cut out, doubled and put in.
import { Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile.ts';
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

  /** Compiles any text; what has no errors must be JavaScript. Whether it had none. */
  function compiles(text: string): boolean {
    const { program } = compileProgram({ id: 'main.harn', text }, { loader, builtins: SPECS });
    for (const { code } of program?.modules ?? []) new Script(`(function () {${code}\n})`);
    return program !== undefined;
  }

  test('become JavaScript when nothing is wrong with them after all', () => {
    let emitted = 0;
    fc.assert(
      fc.property(programs, cut, (text, damaged) => {
        if (compiles(damage(text, [damaged]))) emitted += 1;
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(emitted).toBeGreaterThan(0);
  }, 120_000);

  test('may be any bytes', () => {
    const decoder = new TextDecoder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        compiles(decoder.decode(bytes));
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});
