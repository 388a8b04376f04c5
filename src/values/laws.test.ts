// Laws that hold for all values, checked with generated ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, type Json } from '../base/index.ts';
import { add, div, mod, mul, neg, pow, sub } from './arithmetic.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { decodeValue, encodeValue } from './codec.ts';
import { compare } from './compare.ts';
import { HarnDecimal } from './decimal.ts';
import { dictFrom, dictKeys } from './dict.ts';
import { display, formatFloat } from './display.ts';
import { HarnDuration } from './duration.ts';
import { makeEnum } from './enum.ts';
import { equal } from './equal.ts';
import { fail } from './errors.ts';
import { fromJson, jsonParse, jsonStringify, toJson, toKeptJson } from './json.ts';
import { structuralKey } from './key.ts';
import { includes } from './methods/list.ts';
import { HarnPair } from './pair.ts';
import { HarnRange } from './range.ts';
import { HarnSet } from './set.ts';
import { charAt, charCount, chars, compareStrings } from './string.ts';
import { defineStruct, makeStruct } from './struct.ts';
import { MAX_INT, MIN_INT, makeFloat, makeInt, typeOf, type Value } from './value.ts';

const int64 = fc.oneof(
  fc.bigInt({ min: MIN_INT, max: MAX_INT }),
  fc.bigInt({ min: -20n, max: 20n }),
  fc.constantFrom(MIN_INT, MIN_INT + 1n, MAX_INT, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n)),
);
const int = int64.map(makeInt);
const float = fc.double().map(makeFloat);
/** Few numbers with many spellings, so that equal ones of different scale and kind meet. */
const decimal = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.nat(4), fc.nat(2))
  .map(
    ([units, scale, zeros]) =>
      new HarnDecimal(Decimal.from(`${units}e-${scale}`).round(scale + zeros)),
  );
const text = fc.string({ unit: 'binary' });

const { json } = fc.letrec<{ json: Value }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Value>(null, true, false),
    int,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(makeFloat),
    text,
    fc.array(tie('json'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(text, fc.constant('__proto__')), tie('json')), { maxLength: 4 })
      .map(dictFrom),
  ),
}));

const data: fc.Arbitrary<Value> = fc.oneof(
  json,
  float,
  decimal,
  int,
  fc.array(decimal, { maxLength: 3 }),
  fc.tuple(json, json).map(([a, b]) => new HarnPair(a, b)),
  fc.array(json, { maxLength: 4 }).map((items) => new HarnSet(items)),
  fc.array(json, { maxLength: 2 }).map((fields) => makeEnum('E', 'V', fields)),
  fc.uint8Array({ maxLength: 4 }),
  fc.integer({ min: -5, max: 5 }).map((ms) => new HarnDuration(ms)),
  fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => new HarnRange(a, b, false)),
);

function exact(value: Value): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error('not an int');
  return BigInt(value);
}

const inRange = (n: bigint) => n >= MIN_INT && n <= MAX_INT;

describe('int arithmetic agrees with exact integers while the result fits 64 bits, and is a float beyond', () => {
  const operations: readonly (readonly [
    string,
    (a: Value, b: Value) => Value,
    (a: bigint, b: bigint) => bigint,
  ])[] = [
    ['+', add, (a, b) => a + b],
    ['-', sub, (a, b) => a - b],
    ['*', mul, (a, b) => a * b],
    ['/', (a, b) => (b === 0 ? 0 : div(a, b)), (a, b) => (b === 0n ? 0n : a / b)],
    ['%', (a, b) => (b === 0 ? 0 : mod(a, b)), (a, b) => (b === 0n ? 0n : a % b)],
    ['unary -', (a) => neg(a), (a) => -a],
  ];
  test.each(operations)('%s', (_, ours, reference) => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        const result = ours(makeInt(a), makeInt(b));
        const expected = reference(a, b);
        if (inRange(expected)) {
          expect(typeOf(result)).toBe('int');
          expect(exact(result)).toBe(expected);
          expect(Object.is(result, -0)).toBe(false);
        } else {
          expect(typeOf(result)).toBe('float');
          expect(compare(result, makeFloat(Number(expected)))).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('**', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -40n, max: 40n }), fc.integer({ min: 0, max: 70 }), (a, b) => {
        const result = pow(makeInt(a), b);
        const expected = a ** BigInt(b);
        if (inRange(expected)) expect(exact(result)).toBe(expected);
        else expect(typeOf(result)).toBe('float');
      }),
      { numRuns: 500 },
    );
  });
});

test('float arithmetic is that of doubles, and its results are floats', () => {
  fc.assert(
    fc.property(fc.double(), fc.double(), (a, b) => {
      for (const [ours, reference] of [
        [add, a + b],
        [sub, a - b],
        [mul, a * b],
        [div, a / b],
      ] as const) {
        const result = ours(makeFloat(a), makeFloat(b));
        expect(typeOf(result)).toBe('float');
        expect(display(result)).toBe(formatFloat(reference));
      }
    }),
  );
});

test('equality is reflexive for data without NaN', () => {
  fc.assert(
    fc.property(data, (value) => {
      fc.pre(!display(value).includes('NaN'));
      expect(equal(value, value)).toBe(true);
    }),
  );
});

test('equality is symmetric', () => {
  fc.assert(
    fc.property(data, data, (a, b) => {
      expect(equal(a, b)).toBe(equal(b, a));
    }),
  );
});

test('the order of numbers and texts is a total preorder', () => {
  const ordered = fc.oneof(
    fc.tuple(fc.oneof(int, float), fc.oneof(int, float), fc.oneof(int, float)),
    fc.tuple(text, text, text),
  );
  fc.assert(
    fc.property(ordered, ([a, b, c]) => {
      fc.pre([a, b, c].every((v) => !Number.isNaN(v)));
      expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
      if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('ints and decimals have one order, which equality agrees with', () => {
  const exactly = fc.oneof(decimal, fc.integer({ min: -4, max: 4 }), int64.map(makeInt));
  fc.assert(
    fc.property(exactly, exactly, exactly, (a, b, c) => {
      expect(compare(a, b) === 0).toBe(equal(a, b));
      expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
      if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('equal decimals have one key, which no int, float or text shares', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(structuralKey(a) === structuralKey(b)).toBe(equal(a, b));
      for (const other of [mul(a, new HarnDecimal(Decimal.from(1))), 1, makeFloat(1), display(a)]) {
        if (typeOf(other) !== 'decimal') expect(structuralKey(other)).not.toBe(structuralKey(a));
        else expect(structuralKey(other)).toBe(structuralKey(a));
      }
    }),
  );
});

test('a decimal and an int give the decimal of the exact result, a decimal and a float nothing', () => {
  fc.assert(
    fc.property(decimal, fc.integer({ min: -50, max: 50 }), float, (a, n, f) => {
      const asDecimal = new HarnDecimal(Decimal.from(n));
      for (const operate of [add, sub, mul, pow]) {
        if (operate === pow && (n < 0 || equal(a, 0))) continue;
        const result = operate(a, n);
        expect(typeOf(result)).toBe('decimal');
        expect(display(result)).toBe(display(operate(a, asDecimal)));
      }
      expect(equal(neg(neg(a)), a)).toBe(true);
      expect(equal(a, f)).toBe(false);
      for (const operate of [add, sub, mul, div, mod, pow, compare]) {
        for (const [left, right] of [
          [a, f],
          [f, a],
        ] as const) {
          expect(() => operate(left, right)).toThrow(
            expect.objectContaining({ code: fail.$code('decimalAndFloat') }),
          );
        }
      }
    }),
  );
});

test('texts order as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(compareStrings(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('positions in a text count code points', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: -6, max: 6 }), (value, at) => {
      const points = [...value];
      expect(charCount(value)).toBe(points.length);
      expect(chars(value)).toEqual(points);
      expect(charAt(value, at)).toBe(points.at(at));
    }),
  );
});

test('the keys of a dict come in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(text, fc.nat(99).map(String))), (keys) => {
      const dict = dictFrom(keys.map((key) => [key, 1]));
      const expected = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(dictKeys(dict)).toEqual(expected);
    }),
  );
});

test('a value that JSON can hold survives the round trip with its kinds', () => {
  fc.assert(
    fc.property(json, (value) => {
      const back = jsonParse(jsonStringify(value));
      expect(equal(back, value)).toBe(true);
      expect(structuralKey([back])).toBe(structuralKey([value]));
      expect(jsonStringify(back)).toBe(jsonStringify(value));
      expect(jsonParse(jsonStringify(value, 2))).toEqual(back);
    }),
  );
});

test('every kind of data survives encoding, also through a JSON text', () => {
  fc.assert(
    fc.property(data, (value) => {
      const back = decodeValue(JSON.parse(JSON.stringify(encodeValue(value))) as Json);
      expect(display(back)).toBe(display(value));
      expect(structuralKey([back])).toBe(structuralKey([value]));
    }),
  );
});

test('what a program keeps comes back with its decimals, and others read their digits', () => {
  fc.assert(
    fc.property(decimal, json, (a, other) => {
      const kept = JSON.parse(JSON.stringify(toKeptJson({ a: [a, { b: a }], other }))) as Json;
      const back = fromJson(kept) as { readonly a: readonly [Value, { readonly b: Value }] };
      expect([typeOf(back.a[0]), typeOf(back.a[1].b)]).toEqual(['decimal', 'decimal']);
      expect(display(back.a)).toBe(display([a, { b: a }]));
      expect(toJson([a])).toEqual([display(a)]);
    }),
  );
});

test('structs survive encoding when their class is known, and handles are refused', () => {
  const Point = defineStruct('Point', ['x', '$harn'], ['$harn']);
  const point = makeStruct(Point, { x: makeFloat(1), $harn: 'y' });
  const encoded = encodeValue([point]);
  expect(display(decodeValue(encoded, () => Point))).toBe('[Point {$harn: y, x: 1.0}]');
  expect(display(decodeValue(encoded))).toBe('[{$harn: y, x: 1.0}]');
  expect(() => encodeValue([{ f: () => null }])).toThrow('closure is not data');
});

test('our JSON texts are JSON to others', () => {
  fc.assert(
    fc.property(data, (value) => {
      expect(() => JSON.parse(jsonStringify(value))).not.toThrow();
    }),
  );
});

test('the text of a float reads back as the same float and never has an exponent', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const shown = formatFloat(value);
      expect(shown).toMatch(/^-?\d+(\.\d+)?$/);
      expect(Object.is(Number(shown), value)).toBe(true);
    }),
  );
});

test('equal structural keys mean equal values of the same kind', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      if (structuralKey([a]) === structuralKey([b])) {
        expect(equal(a, b)).toBe(true);
        expect(typeOf(a)).toBe(typeOf(b));
      }
    }),
  );
});

test('base64 is that of everybody else, both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const encoded = encodeBase64(bytes);
      expect(encoded).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(encoded)).toEqual(bytes);
      const safe = encodeBase64(bytes, { urlSafe: true });
      expect(safe).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64(safe, { urlSafe: true })).toEqual(bytes);
    }),
  );
});

test('a list includes what one of its items equals', () => {
  const item = fc.oneof(fc.constantFrom<Value>(...[1, makeFloat(1), Number.NaN, 'a', null]), json);
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), item, (list, one) => {
      expect(includes(list, one)).toBe(list.some((each) => equal(each, one)));
    }),
  );
});
