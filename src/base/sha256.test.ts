import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './hash.ts';
import { sha256OfShort } from './sha256.ts';

const native = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('sha256OfShort', () => {
  it('says what node:crypto says, around every edge of a block', () => {
    for (let length = 0; length < 200; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length) & 0xff);
      expect(sha256OfShort(bytes)).toBe(native(bytes));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(sha256OfShort(bytes)).toBe(native(bytes));
      }),
    );
  });
});

describe('sha256', () => {
  it('does not change when a process goes over to node:crypto', () => {
    const text = `${'é'.repeat(3000)}x`;
    const hashes = new Set(Array.from({ length: 20 }, () => sha256(text)));
    expect([...hashes]).toEqual([native(new TextEncoder().encode(text))]);
  });
});
