import { describe, expect, test } from 'vitest';
import {
  contains,
  index,
  optionalProperty,
  property,
  setIndex,
  setProperty,
  size,
  slice,
} from './access.ts';
import { dictFrom, dictGet, dictMerge, dictRemove } from './dict.ts';
import { display } from './display.ts';
import { makeEnum } from './enum.ts';
import { HarnPair } from './pair.ts';
import { makeRange } from './range.ts';
import { HarnSet } from './set.ts';
import { defineStruct, fieldOf, makeStruct, structType } from './struct.ts';
import type { Value } from './value.ts';

const Point = defineStruct('Point', ['x', 'y', 'z'], ['z']);
const Odd = defineStruct('Odd', ['constructor', '__proto__', 'hasOwnProperty']);

describe('properties', () => {
  test.each<[Value, string, Value]>([
    [{ a: 1 }, 'a', 1],
    [{ a: 1 }, 'count', null],
    [{ a: 1 }, 'constructor', null],
    [{ a: 1 }, '__proto__', null],
    [{ a: 1 }, 'toString', null],
    [[1, 2], 'count', 2],
    [[1, 2], 'first', 1],
    [[], 'last', null],
    [[], 'empty', true],
    [[1, 2], 'length', null],
    ['añ😀', 'count', 3],
    ['', 'empty', true],
    ['abc', 'length', null],
    [new HarnPair(1, 'b'), 'second', 'b'],
    [makeEnum('E', 'V', [1]), 'variant', 'V'],
    [makeEnum('E', 'V', [1]), 'nothing', null],
    [makeStruct(Point, { x: 1, y: 2 }), 'y', 2],
    [makeStruct(Point, { x: 1, y: 2 }), 'z', null],
    [makeStruct(Point, { x: 1, y: 2 }), 'constructor', null],
  ])('case %#: .%s', (object, name, value) => {
    expect(property(object, name)).toEqual(value);
  });

  test.each<[Value, string]>([
    [null, 'nil'],
    [5, 'int'],
    [true, 'bool'],
    [() => null, 'closure'],
  ])('case %#: a value without parts says so', (object, kind) => {
    expect(() => property(object, 'x')).toThrow(`cannot access property \`x\` on ${kind}`);
    expect(optionalProperty(object, 'x')).toBe(null);
  });
});

describe('names of JavaScript objects are ordinary keys', () => {
  test('in dicts', () => {
    const dict = dictFrom([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
    ]);
    expect(display(dict)).toBe('{__proto__: 1, constructor: 2, toString: 3}');
    expect(dictGet(dict, '__proto__')).toBe(1);
    expect(display(dictMerge(dict, { a: 4 }))).toBe(
      '{__proto__: 1, a: 4, constructor: 2, toString: 3}',
    );
    expect(dictGet(dictRemove(dict, '__proto__'), '__proto__')).toBe(undefined);
    expect(display(setIndex({}, '__proto__', 9))).toBe('{__proto__: 9}');
  });

  test('in structs', () => {
    const odd = new Odd(1, 2, 3);
    expect(
      ['constructor', '__proto__', 'hasOwnProperty'].map((name) => fieldOf(odd, name)),
    ).toEqual([1, 2, 3]);
    expect(display(setProperty(odd, '__proto__', 5))).toBe(
      'Odd {__proto__: 5, constructor: 1, hasOwnProperty: 3}',
    );
  });
});

describe('indexing', () => {
  test.each<[Value, Value, Value]>([
    [[10, 20], -1, 20],
    [[10, 20], -3, null],
    [[10, 20], 2, null],
    ['a😀b', 1, '😀'],
    ['abc', -1, 'c'],
    ['abc', 9, null],
    [{ 1: 'x' }, 1, 'x'],
    [{ true: 'x' }, true, 'x'],
    [new Uint8Array([7]), 0, 7],
    [makeRange(1, 10, true), -10, 1],
  ])('case %#', (object, key, value) => {
    expect(index(object, key)).toEqual(value);
  });

  test('a range has no place outside its bounds', () => {
    expect(() => index(makeRange(1, 3, true), 3)).toThrow('range index out of range');
  });

  test('nil has no parts', () => {
    expect(() => index(null, 0)).toThrow('cannot index into nil');
  });
});

describe('slices', () => {
  test.each<[Value, Value, Value, string]>([
    ['hello', 1, 3, 'el'],
    ['hello', null, 3, 'hel'],
    ['hello', -2, null, 'lo'],
    ['hello', null, -1, 'hell'],
    ['hello', 2, 2, ''],
    ['a😀b', 1, 2, '😀'],
    ['', null, null, ''],
    [[1, 2, 3, 4], 1, 99, '[2, 3, 4]'],
    [[1, 2], 3, 1, '[]'],
    [makeRange(1, 5, true), 1, 3, '[2, 3]'],
  ])('case %#', (object, start, end, shown) => {
    expect(display(slice(object, start, end))).toBe(shown);
  });
});

describe('writing makes a new container', () => {
  test('and leaves the old one, unless the caller owns it', () => {
    const list: Value = [1, 2];
    expect(setIndex(list, 0, 9)).toEqual([9, 2]);
    expect(list).toEqual([1, 2]);
    expect(setIndex(list, -1, 9, true)).toBe(list);
    expect(list).toEqual([1, 9]);
    const dict: Value = { a: 1 };
    expect(setProperty(dict, 'b', 2)).toEqual({ a: 1, b: 2 });
    expect(dict).toEqual({ a: 1 });
  });

  test('outside a list it is an error, and too far left it is the first place', () => {
    expect(() => setIndex([1, 2, 3], 10, 0)).toThrow('Index 10 out of bounds for list of length 3');
    expect(setIndex([1, 2], -9, 0)).toEqual([0, 2]);
  });

  test('of a field keeps the struct what it is', () => {
    const point = makeStruct(Point, { x: 1, y: 2 });
    const moved = setProperty(point, 'z', 3);
    expect(display(moved)).toBe('Point {x: 1, y: 2, z: 3}');
    expect(structType(moved as typeof point).name).toBe('Point');
    expect(display(point)).toBe('Point {x: 1, y: 2}');
  });

  test('has no meaning for a text', () => {
    expect(() => setIndex('abc', 0, 'x')).toThrow('cannot assign');
  });
});

test('a struct needs its required fields', () => {
  expect(() => makeStruct(Point, { x: 1 })).toThrow("missing field 'y'");
});

test('membership', () => {
  const inside: [Value, Value][] = [
    [[1, 'a'], 'a'],
    [{ k: null }, 'k'],
    ['hello', 'ell'],
    [new HarnSet([[1]]), [1]],
    [makeRange(1, 3, true), 3],
  ];
  const outside: [Value, Value][] = [
    [[1], 2],
    [{}, 'constructor'],
    ['hello', 1],
    [makeRange(1, 3, true), 1.5],
    [5, 5],
  ];
  expect(inside.map(([c, v]) => contains(c, v))).toEqual(inside.map(() => true));
  expect(outside.map(([c, v]) => contains(c, v))).toEqual(outside.map(() => false));
});

test('sizes', () => {
  const values: Value[] = [
    '😀a',
    [1],
    { a: 1 },
    new HarnSet([1, 1]),
    makeRange(1, 4, true),
    null,
    5,
    new Uint8Array(3),
  ];
  expect(values.map(size)).toEqual([2, 1, 1, 1, 4, 0, 0, 3]);
});
