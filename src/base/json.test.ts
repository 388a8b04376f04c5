// Canonical text, and what is known of the length of a text without writing it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECK_START, checkEnd, checkHash, checkMore } from './hash.ts';
import { canonicalJson, isLongerThan, type Json } from './json.ts';

const json = () => fc.jsonValue() as fc.Arbitrary<Json>;

describe('canonical JSON', () => {
  it('is JSON that says the same, with its keys in order', () => {
    fc.assert(
      fc.property(json(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
      }),
    );
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  it('has nothing between the commas for an argument that was left out', () => {
    const left = [undefined, 1, undefined] as unknown as Json;
    expect(canonicalJson(left)).toBe('[,1,]');
    expect(canonicalJson([undefined] as unknown as Json)).toBe('[]');
  });
});

describe('whether a text is longer', () => {
  it('agrees with the text', () => {
    fc.assert(
      fc.property(json(), fc.nat(400), (value, chars) => {
        expect(isLongerThan(value, chars)).toBe(JSON.stringify(value).length > chars);
      }),
    );
  });

  it('refuses what has no text, as writing it would', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => isLongerThan(loop as Json, 1000)).toThrow(TypeError);
    expect(() => isLongerThan({ n: 1n } as unknown as Json, 1000)).toThrow(TypeError);
    expect(isLongerThan({ at: new Date(0) } as unknown as Json, 10)).toBe(true);
  });
});

describe('a hash made piece by piece', () => {
  it('is that of the whole text, wherever it is cut, and can be gone on from twice', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        const begun = checkMore(CHECK_START, a);
        expect(checkEnd(checkMore(begun, b))).toBe(checkHash(a + b));
        expect(checkEnd(checkMore(begun, c))).toBe(checkHash(a + c));
      }),
    );
  });
});
