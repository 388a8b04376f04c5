// Facts about single operators that no law states: kinds of results, error texts, truth, order of odd pairs.
import { describe, expect, test } from 'vitest';
import { add, div, mod, mul, neg, pow, sub } from './arithmetic.ts';
import { compare, greaterOrEqual, lessOrEqual, lessThan } from './compare.ts';
import { display } from './display.ts';
import { HarnDuration } from './duration.ts';
import { makeEnum } from './enum.ts';
import { equal, same } from './equal.ts';
import { HarnPair } from './pair.ts';
import { HarnRange, makeRange } from './range.ts';
import { err, expectResult, isErr, isOk, ok, payload, wrapOk } from './result.ts';
import { HarnSet } from './set.ts';
import { truthy } from './truthy.ts';
import { HFloat, makeFloat, typeOf, type Value } from './value.ts';

const f = makeFloat;

describe('operators give the kind of number the language says', () => {
  test.each<[string, Value, string]>([
    ['10 / 3', div(10, 3), '3'],
    ['-7 / 2', div(-7, 2), '-3'],
    ['7 / 2.0', div(7, f(2)), '3.5'],
    ['3 + 1.5', add(3, 1.5), '4.5'],
    ['2.5 * 4', mul(2.5, 4), '10.0'],
    ['1.0 / 0.0', div(f(1), f(0)), 'inf'],
    ['-7 % 3', mod(-7, 3), '-1'],
    ['7.5 % 2', mod(7.5, 2), '1.5'],
    ['2 ** 10', pow(2, 10), '1024'],
    ['2 ** -1', pow(2, -1), '0.5'],
    ['2 ** 64', pow(2, 64), '18446744073709552000'],
    ['9.0 ** 0.5', pow(f(9), 0.5), '3.0'],
    ['-(0.0)', neg(f(0)), '-0.0'],
    ['-(0)', neg(0), '0'],
    ['"ab" * 3', mul('ab', 3), 'ababab'],
    ['2 * "ab"', mul(2, 'ab'), 'abab'],
    ['"ab" * -1', mul('ab', -1), ''],
    ['[1] + [2]', add([1], [2]), '[1, 2]'],
    ['{a: 1} + {a: 2, b: 3}', add({ a: 1 }, { a: 2, b: 3 }), '{a: 2, b: 3}'],
  ])('%s', (_, result, shown) => {
    expect(display(result)).toBe(shown);
  });

  test('an int beyond 2^53 stays exact and one beyond 2^63 becomes a float', () => {
    expect(display(add(9_007_199_254_740_991, 2))).toBe('9007199254740993');
    expect(typeOf(add(9_223_372_036_854_775_807n, 1))).toBe('float');
    expect(typeOf(mul(4_294_967_296, 4_294_967_296))).toBe('float');
  });
});

describe('operators refuse operands that do not fit', () => {
  test.each<[() => Value, string]>([
    [() => add(1, 'a'), 'Type error: Cannot add int and string'],
    [() => sub('a', 1), 'Type error: Cannot subtract int from string'],
    [() => mul([1], 2), 'Type error: Cannot multiply list and int'],
    [() => div(null, 2), 'Type error: Cannot divide nil by int'],
    [() => div(1, 0), 'Division by zero'],
    [() => mod(1, 0), 'Division by zero'],
    [() => mod(1.5, f(0)), 'Division by zero'],
    [() => neg('a'), 'Type error: cannot apply `-` to string'],
    [
      () => add(new HarnDuration(1), new HarnDuration(2)),
      'Type error: Cannot add duration and duration',
    ],
  ])('case %#: %s', (run, message) => {
    expect(run).toThrow(message);
  });
});

describe('equality', () => {
  const list: Value = [1];
  const fn = () => null;
  test.each<[string, Value, Value, boolean]>([
    ['an int and a float of one value', 3, f(3), true],
    ['the largest int and its neighbouring float', 9_223_372_036_854_775_807n, f(2 ** 63), true],
    ['zero and minus zero', f(0), f(-0), true],
    ['NaN and itself', Number.NaN, Number.NaN, false],
    ['nested containers', [1, { a: [f(2)] }], [1, { a: [2] }], true],
    ['dicts with different keys', { a: 1 }, { b: 1 }, false],
    ['a function and itself', fn, fn, false],
    ['an int and its text', 1, '1', false],
    ['pairs', new HarnPair(1, 'a'), new HarnPair(1, 'a'), true],
    ['sets in another order', new HarnSet([1, 2]), new HarnSet([2, 1]), true],
    ['ranges', makeRange(1, 3, true), makeRange(1, 3, true), true],
    ['enums of other data', makeEnum('E', 'A', [1]), makeEnum('E', 'A', [2]), false],
    ['durations', new HarnDuration(5), new HarnDuration(5), true],
    ['bytes', new Uint8Array([1]), new Uint8Array([1]), true],
  ])('%s', (_, a, b, expected) => {
    expect(equal(a, b)).toBe(expected);
  });

  test('is_same asks for identity of containers and for value of scalars', () => {
    expect(same(list, list)).toBe(true);
    expect(same(list, [1])).toBe(false);
    expect(same(fn, fn)).toBe(true);
    expect(same(f(2), f(2))).toBe(true);
    expect(same('a', 'a')).toBe(true);
  });
});

test('values without an order count as equal in comparisons', () => {
  expect(lessThan(true, false)).toBe(false);
  expect(lessOrEqual(null, 5)).toBe(true);
  expect(greaterOrEqual('a', 1)).toBe(true);
  expect(compare(Number.NaN, 1)).toBe(0);
});

test('lists and pairs compare element by element', () => {
  expect(compare([1, 2], [1, 3])).toBeLessThan(0);
  expect(compare([1, 2], [1])).toBeGreaterThan(0);
  expect(compare(new HarnPair('a', 2), new HarnPair('a', 1))).toBeGreaterThan(0);
});

test('what is empty or zero is false and everything else is true', () => {
  const falsy: Value[] = [
    false,
    null,
    0,
    new HFloat(0),
    new HFloat(-0),
    '',
    [],
    {},
    new HarnSet([]),
    new HarnDuration(0),
    new Uint8Array(),
  ];
  const truths: Value[] = [
    true,
    1,
    0.5,
    Number.NaN,
    'a',
    [0],
    { a: null },
    new HarnRange(0, 0, false),
    makeEnum('E', 'A'),
    () => null,
  ];
  expect(falsy.map(truthy)).toEqual(falsy.map(() => false));
  expect(truths.map(truthy)).toEqual(truths.map(() => true));
});

describe('results', () => {
  test('a Result is not wrapped twice', () => {
    expect(display(wrapOk(ok(1)))).toBe('Result.Ok(1)');
    expect(display(wrapOk(1))).toBe('Result.Ok(1)');
  });

  test('Ok and Err know which they are and what they hold', () => {
    expect([isOk(ok(1)), isErr(ok(1)), isErr(err('x')), isOk(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(payload(err('x'))).toBe('x');
  });

  test('the ? operator refuses what is not a Result', () => {
    expect(() => expectResult(1)).toThrow('? operator requires a Result value, got int');
  });
});
