// Instants as text: the same that Date makes of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timestamp } from './record.ts';

const byDate = (ms: number) => new Date(ms).toISOString();

describe('an instant as text', () => {
  it.each([
    0, 951_782_400_000, 951_868_799_999, 4_107_542_399_999, 4_107_542_400_000, 253_402_300_799_999,
    253_402_300_800_000, -1, -62_198_755_200_001, 1_700_000_000_000.75,
  ])('is what Date says at %d', (ms) => {
    expect(timestamp(ms)).toBe(byDate(ms));
  });

  it('is what Date says on every day from 1970 to 2500', () => {
    for (let day = 0; day < 193_580; day += 1) {
      const ms = day * 86_400_000;
      if (timestamp(ms) !== byDate(ms)) expect(timestamp(ms)).toBe(byDate(ms));
    }
  });

  it('is what Date says at any instant', () => {
    const instants = fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true });
    fc.assert(fc.property(instants, (ms) => timestamp(ms) === byDate(ms)));
    const likely = fc.integer({ min: 0, max: 253_402_300_799_999 });
    fc.assert(fc.property(likely, (ms) => timestamp(ms) === byDate(ms)));
  });

  it('is refused where there is none', () => {
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1]) {
      expect(() => timestamp(ms)).toThrow(RangeError);
    }
  });
});
