import { describe, expect, it } from 'vitest';
import { createNodeRandom } from './node-random.ts';

const counted = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);

describe('chance of the real host', () => {
  it('gives every byte of the device once, then goes on without it', () => {
    const asked: number[] = [];
    const random = createNodeRandom((count) => {
      asked.push(count);
      return counted(count);
    });
    const first = [...random.bytes(16), ...random.bytes(996)];
    expect(first).toEqual([...counted(1012)]);
    expect(random.bytes(16)).toHaveLength(16);
    expect([...random.bytes(12)]).toEqual([...counted(1024)].slice(1012));
    expect(new Set(random.bytes(64)).size).toBeGreaterThan(16);
    expect(asked).toEqual([1024]);
  });

  it('does without the device where there is none, or where it gives too little', () => {
    for (const given of [0, 3]) {
      const random = createNodeRandom(() => new Uint8Array(given));
      expect(new Set(random.bytes(64)).size).toBeGreaterThan(16);
    }
  });

  it('differs from host to host', () => {
    expect(createNodeRandom().bytes(16)).not.toEqual(createNodeRandom().bytes(16));
  });

  it('gives numbers from 0 to below 1', () => {
    const random = createNodeRandom();
    const numbers = Array.from({ length: 100 }, () => random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(100);
  });
});
