// Functions, thrown errors, guards and JSON texts.
import { describe, expect, test } from 'vitest';
import { HarnError } from '../base/index.ts';
import { mul } from './arithmetic.ts';
import { display } from './display.ts';
import { fail } from './errors.ts';
import {
  arityOf,
  call,
  callSync,
  describeFunction,
  finishWithoutSuspending,
  functionMeta,
  isSuspending,
} from './function.ts';
import {
  checkParameter,
  dictOf,
  type Guard,
  guardNamed,
  listOf,
  literalOf,
  shapeOf,
  unionOf,
} from './guard.ts';
import { fromJson, jsonParse, jsonStringify, toJson } from './json.ts';
import { HarnSet } from './set.ts';
import { iterate } from './source.ts';
import { defineStruct, makeStruct } from './struct.ts';
import { caught, HarnAbort, HarnThrow, uncaughtText } from './thrown.ts';
import { type HarnFunction, makeFloat, type Steps, typeOf, type Value } from './value.ts';

const plain: HarnFunction = (_ctx, a) => a ?? null;
const waiting: HarnFunction = function* (_ctx, a): Steps {
  return (yield a) as Value;
};

describe('functions', () => {
  test('show their colour', () => {
    expect([isSuspending(plain), isSuspending(waiting)]).toEqual([false, true]);
  });

  test('are called alike from suspending code', () => {
    expect(finishWithoutSuspending(call(plain, null, [1]))).toBe(1);
    const steps = call(waiting, null, ['x']);
    expect(steps.next().value).toBe('x');
    expect(steps.next(7)).toEqual({ done: true, value: 7 });
  });

  test('that suspend cannot be called from code that cannot', () => {
    expect(() => callSync(waiting, null, [1])).toThrow('suspended while called');
  });

  test('are the only values that can be called', () => {
    expect(() => callSync('f', null, [])).toThrow('string is not callable');
  });

  test('carry what the compiler knows about them', () => {
    const fn = describeFunction((_ctx: unknown, ...rest: Value[]) => rest, {
      name: 'f',
      params: ['a', 'more'],
      rest: true,
    });
    expect(functionMeta(fn).name).toBe('f');
    expect(arityOf(fn)).toBe(1);
    expect([typeOf(fn), typeOf(describeFunction(() => null, { builtin: true }))]).toEqual([
      'closure',
      'builtin',
    ]);
  });
});

describe('what catch receives', () => {
  test('is the thrown value itself', () => {
    const value = { code: 1 };
    expect(caught(new HarnThrow(value))).toBe(value);
  });

  test('is the text of an error of the language', () => {
    expect(caught(fail.divisionByZero({}))).toBe('Division by zero');
  });

  test('is a text when the stack ran out', () => {
    const overflow = (): number => overflow() + 1;
    let error: unknown;
    try {
      overflow();
    } catch (caughtError) {
      error = caughtError;
    }
    expect(caught(error)).toContain('Stack overflow: too many nested calls');
  });

  test('is a text for values that would be longer than the engine allows', () => {
    for (const [text, times] of [
      ['ab', 2 ** 52],
      ['a'.repeat(1 << 20), 1 << 20],
    ] as const) {
      let error: unknown;
      try {
        mul(text, times);
      } catch (thrown) {
        error = thrown;
      }
      expect(caught(error)).toBe('Runtime error: the text would be longer than a text can be');
    }
  });

  test('is nothing for aborts and for our own defects: they go on', () => {
    const abort = new HarnAbort('stop');
    const bug = new TypeError('x is undefined');
    expect(() => caught(abort)).toThrow(abort);
    expect(() => caught(bug)).toThrow(bug);
  });
});

test('a thrown value renders with its text when nobody catches it', () => {
  expect(uncaughtText(new HarnThrow('fatal'))).toBe('Thrown: fatal');
  expect(uncaughtText(fail.divisionByZero({}))).toBe('Division by zero');
  expect(new HarnThrow(1)).toBeInstanceOf(Error);
});

test('errors of the language have a code', () => {
  expect(HarnError.is(fail.divisionByZero({})) && fail.divisionByZero({}).code).toBe(
    'HARN-VAL-001',
  );
});

describe('parameter checks say what is wrong and where', () => {
  const named = (name: string) => guardNamed(name) as Guard;
  const user = shapeOf([
    { name: 'name', guard: named('string') },
    { name: 'age', guard: named('int') },
    { name: 'port', guard: named('int'), optional: true },
  ]);
  const nested = shapeOf([
    { name: 'user', guard: shapeOf([{ name: 'name', guard: named('string') }]) },
  ]);
  test.each<[Guard, Value, string]>([
    [named('int'), 'x', "Runtime error: TypeError: parameter 'p' expected int, got string (x)"],
    [user, { name: 'A' }, "Type error: parameter 'p': missing field 'age' (int)"],
    [user, { name: 1, age: 2 }, "Type error: parameter 'p': field 'name' expected string, got int"],
    [nested, { user: {} }, "Type error: parameter 'p.user': missing field 'name' (string)"],
    [
      nested,
      { user: 'flat' },
      "Type error: parameter 'p': field 'user' expected dict or struct, got string",
    ],
    [user, 5, "Type error: parameter 'p': expected dict or struct, got int"],
    [
      unionOf([named('string'), named('int')]),
      true,
      "Type error: parameter 'p': expected string|int, got bool",
    ],
    [
      listOf(named('int')),
      [1, 'x'],
      "Type error: parameter 'p': [1]: expected type 'int', got 'string'",
    ],
    [
      dictOf(named('int')),
      { a: 1, b: 'x' },
      "Type error: parameter 'p': b: expected type 'int', got 'string'",
    ],
    [literalOf('on'), 'off', 'Type error: parameter \'p\': expected "on", got off'],
  ])('case %#', (guard, value, message) => {
    expect(() => checkParameter(guard, 'p', value)).toThrow(message);
  });

  test('fitting arguments pass: extra fields, absent or nil optional ones, structs, ints for floats', () => {
    const User = defineStruct('User', ['name', 'age']);
    const fitting: [Guard, Value][] = [
      [user, { name: 'A', age: 1, extra: true }],
      [user, { name: 'A', age: 1, port: null }],
      [user, makeStruct(User, { name: 'A', age: 1 })],
      [named('float'), 5],
      [named('int'), makeFloat(5)],
      [listOf(named('any')), []],
      [literalOf('on'), 'on'],
    ];
    for (const [guard, value] of fitting)
      expect(() => checkParameter(guard, 'p', value)).not.toThrow();
  });
});

describe('JSON', () => {
  test('keeps ints, floats and big ints apart', () => {
    const parsed = jsonParse(
      '{"i": 1, "f": 1.0, "e": 1e2, "big": 9223372036854775807, "huge": 9223372036854775808}',
    );
    expect(display(parsed)).toBe(
      '{big: 9223372036854775807, e: 100.0, f: 1.0, huge: 9223372036854776000, i: 1}',
    );
  });

  test.each([
    ['', 'EOF while parsing a value at line 1 column 0'],
    ['{"a": }', 'expected value at line 1 column 7'],
    ['[1,]', 'trailing comma at line 1 column 4'],
    ['{"a" 1}', 'expected `:` at line 1 column 6'],
    ['{a: 1}', 'key must be a string at line 1 column 2'],
    ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
    ['[1', 'EOF while parsing a list at line 1 column 2'],
    ['{"a": 1', 'EOF while parsing an object at line 1 column 7'],
    ['1 x', 'trailing characters at line 1 column 2'],
    ['"a', 'EOF while parsing a string at line 1 column 2'],
    ['01', 'invalid number at line 1 column 2'],
    ['\n"\\q"', 'invalid escape at line 2 column 3'],
  ])('%j is refused', (text, problem) => {
    expect(() => jsonParse(text)).toThrow(`JSON parse error: ${problem}`);
  });

  test('nesting has a limit, so a text cannot exhaust the stack', () => {
    const deep = `${'['.repeat(5000)}1.0${']'.repeat(5000)}`;
    expect(() => jsonParse(deep)).toThrow('recursion limit exceeded');
  });

  test('writes data kinds as data and handles as null', () => {
    const P = defineStruct('P', ['x']);
    const value: Value = [
      new HarnSet([1]),
      makeStruct(P, { x: makeFloat(1) }),
      () => null,
      Number.NaN,
    ];
    expect(jsonStringify(value)).toBe('[[1],{"x":1.0},null,null]');
  });

  test('crosses to plain data and back', () => {
    expect(toJson({ a: [makeFloat(2), null] })).toEqual({ a: [2, null] });
    expect(display(fromJson({ a: 2 ** 60, b: -0 }))).toBe('{a: 1152921504606846976, b: -0.0}');
  });
});

test('for walks lists, entries of dicts, sets and ranges, and nothing else', () => {
  const list = [1];
  expect(iterate(list)).toBe(list);
  expect(display(iterate({ b: 2, a: 1 }) as Value)).toBe(
    '[{key: a, value: 1}, {key: b, value: 2}]',
  );
  expect(display(iterate(new HarnSet([2])) as Value)).toBe('[2]');
  expect([iterate('abc'), iterate(5), iterate(null)]).toEqual([[], [], []]);
});
