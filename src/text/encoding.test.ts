import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeBase32,
  decodeHex,
  decodeUrl,
  decodeUtf8,
  encodeBase32,
  encodeHex,
  encodeUrl,
  encodeUtf8,
} from './encoding.ts';

test('bytes survive hex and base32', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(decodeBase32(encodeBase32(bytes))).toEqual(bytes);
    }),
  );
});

test('base32 has the padding of RFC 4648', () => {
  const vectors = [
    '',
    'MY======',
    'MZXQ====',
    'MZXW6===',
    'MZXW6YQ=',
    'MZXW6YTB',
    'MZXW6YTBOI======',
  ];
  expect(vectors.map((_, i) => encodeBase32(encodeUtf8('foobar'.slice(0, i))))).toEqual(vectors);
});

test('texts survive percent encoding, of which only unreserved characters are spared', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeUrl(encodeUrl(text))).toBe(text);
      expect(encodeUrl(text)).toMatch(/^([A-Za-z\d\-_.~]|%[\dA-F]{2})*$/);
    }),
  );
});

test('a plus is a space and a lone percent stays', () => {
  expect(decodeUrl('a+b%2')).toBe('a b%2');
});

test('what is not in an encoding is undefined', () => {
  expect([
    decodeHex('0'),
    decodeHex('zz'),
    decodeBase32('a'),
    decodeUtf8(new Uint8Array([0xff])),
  ]).toEqual([undefined, undefined, undefined, undefined]);
  expect(decodeUtf8(new Uint8Array([0xff]), { lossy: true })).toBe('\ufffd');
});
