// Built-in methods, each called in both colours: the sync twin is generated, so both must say the same.
import { describe, expect, test } from 'vitest';
import { callMethod as callMethodS } from './callbacks/dispatch.ts';
import { callMethod } from './callbacks-sync/dispatch.ts';
import { display } from './display.ts';
import { finishWithoutSuspending } from './function.ts';
import { HarnPair } from './pair.ts';
import { makeRange } from './range.ts';
import { HarnSet } from './set.ts';
import { toIter } from './source.ts';
import { Emit, makeGenerator } from './stream.ts';
import { defineStruct, makeStruct } from './struct.ts';
import { type HarnFunction, makeFloat, type Steps, type Value } from './value.ts';

/** Both colours of one callback. */
function colours(fn: (...args: Value[]) => Value): [HarnFunction, HarnFunction] {
  return [
    (_ctx, ...args) => fn(...args),
    // biome-ignore lint/correctness/useYield: a suspending function that happens not to wait
    function* (_ctx, ...args): Steps {
      return fn(...args);
    },
  ];
}

type Num = number;
const even = colours((x) => (x as Num) % 2 === 0);
const big = colours((x) => (x as Num) > 2);
const ten = colours((x) => (x as Num) * 10);
const plus = colours((a, b) => (a as Num) + (b as Num));
const negative = colours((x) => -(x as Num));
const twice = colours((x) => [x as Value, x as Value]);
const isB = colours((x) => x === 'b');

/** Arguments in which a pair of colours stands for a callback. */
type Arg = Value | [HarnFunction, HarnFunction];

function pick(args: readonly Arg[], colour: 0 | 1): Value[] {
  return args.map((arg) =>
    Array.isArray(arg) && typeof arg[0] === 'function' ? (arg[colour] as Value) : (arg as Value),
  );
}

function check(make: () => Value, name: string, args: readonly Arg[], shown: string): void {
  expect(display(drain(callMethod(null, make(), name, pick(args, 0))))).toBe(shown);
  expect(
    display(drain(finishWithoutSuspending(callMethodS(null, make(), name, pick(args, 1))))),
  ).toBe(shown);
}

/** Lazy results are walked, so that a table can say what they give. */
function drain(value: Value): Value {
  return display(value).startsWith('<iter') ? callMethod(null, value, 'to_list', []) : value;
}

const nums = () => [1, 2, 3, 4];
const words = () => ['b', 'a', 'b'];

describe('lists', () => {
  test.each<[string, () => Value, Arg[], string]>([
    ['map', nums, [ten], '[10, 20, 30, 40]'],
    ['filter', nums, [even], '[2, 4]'],
    ['reduce', nums, [0, plus], '10'],
    ['find', nums, [big], '3'],
    ['find_index', nums, [big], '2'],
    ['any', nums, [big], 'true'],
    ['all', nums, [big], 'false'],
    ['every', nums, [colours((x) => (x as Num) > 0)], 'true'],
    ['none', nums, [big], 'false'],
    ['none', () => [], [], 'true'],
    ['flat_map', nums, [twice], '[1, 1, 2, 2, 3, 3, 4, 4]'],
    ['sort_by', nums, [negative], '[4, 3, 2, 1]'],
    ['sorted_by', nums, [negative], '[4, 3, 2, 1]'],
    ['min_by', nums, [negative], '4'],
    ['max_by', nums, [negative], '1'],
    ['partition', nums, [even], '[[2, 4], [1, 3]]'],
    ['group_by', nums, [even], '{false: [1, 3], true: [2, 4]}'],
    ['dedup_by', nums, [even], '[1, 2]'],
    ['for_each', nums, [ten], 'nil'],
    ['count', nums, [], '4'],
    ['first', nums, [], '1'],
    ['first', nums, [2], '[1, 2]'],
    ['last', nums, [3], '[2, 3, 4]'],
    ['last', () => [], [], 'nil'],
    ['take', nums, [2], '[1, 2]'],
    ['skip', nums, [3], '[4]'],
    ['push', nums, ['x'], '[1, 2, 3, 4, x]'],
    ['appending', nums, ['x'], '[1, 2, 3, 4, x]'],
    ['pop', nums, [], '[1, 2, 3]'],
    ['reverse', nums, [], '[4, 3, 2, 1]'],
    ['sort', () => [3, 1, 2], [], '[1, 2, 3]'],
    ['sort', () => ['\u{1f600}', '\uffff', 'a'], [], '[a, \uffff, \u{1f600}]'],
    ['min', () => [3, 1.5, 2], [], '1.5'],
    ['max', () => [], [], 'nil'],
    ['sum', () => [1, makeFloat(2)], [], '3.0'],
    ['sum', () => [], [], '0'],
    ['join', words, ['-'], 'b-a-b'],
    ['contains', words, ['a'], 'true'],
    ['index_of', words, ['z'], '-1'],
    ['slice', nums, [1, -1], '[2, 3]'],
    ['chunk', nums, [3], '[[1, 2, 3], [4]]'],
    ['window', nums, [2], '[[1, 2], [2, 3], [3, 4]]'],
    ['each_cons', nums, [3], '[[1, 2, 3], [2, 3, 4]]'],
    ['compact', () => [1, null, 2], [], '[1, 2]'],
    ['unique', () => [1, makeFloat(1), '1', true, 1], [], '[1, 1.0, 1, true]'],
    ['flatten', () => [1, [2, [3]]], [], '[1, 2, [3]]'],
    ['tally', words, [], '{a: 1, b: 2}'],
    ['zip', nums, [['a', 'b']], '[[1, a], [2, b]]'],
    ['enumerate', words, [], '[{index: 0, value: b}, {index: 1, value: a}, {index: 2, value: b}]'],
    ['no_such_method', nums, [], 'nil'],
  ])('%s (%#)', (name, make, args, shown) => {
    check(make, name, args, shown);
  });

  test('sort leaves what has no order where it is', () => {
    check(() => [true, false, null], 'sort', [], '[true, false, nil]');
  });
});

describe('texts', () => {
  test.each<[string, string, Value[], string]>([
    ['trim', '\u0085 a \u3000', [], 'a'],
    ['trim', '\ufeffa', [], '\ufeffa'],
    ['trim_start', '  a ', [], 'a '],
    ['split', 'a,b', [], '[a, b]'],
    ['split', 'ab', [''], '[, a, b, ]'],
    ['replace', 'aXbX', ['X', '$&'], 'a$&b$&'],
    ['replace', 'ab', ['', '-'], '-a-b-'],
    ['lines', 'a\r\nb\n', [], '[a, b]'],
    ['substring', 'hello', [1, 3], 'el'],
    ['substring', 'hello', [3], 'lo'],
    ['char_at', 'hello', [99], 'nil'],
    ['index_of', '😀lib lib', ['lib'], '1'],
    ['last_index_of', '😀lib lib', ['lib'], '5'],
    ['chars', 'a😀', [], '[a, 😀]'],
    ['reverse', 'a😀', [], '😀a'],
    ['repeat', 'ha', [3], 'hahaha'],
    ['pad_left', 'hi', [5], '   hi'],
    ['pad_right', 'hi', [5, '.'], 'hi...'],
    ['upper', 'straße', [], 'STRASSE'],
    ['lower', 'MiX', [], 'mix'],
    ['contains', 'hello', ['ell'], 'true'],
    ['len', '😀', [], '1'],
  ])('%s of %j', (name, text, args, shown) => {
    check(() => text, name, args, shown);
  });
});

describe('dicts', () => {
  const dict = () => ({ b: 2, a: 1 });
  test.each<[string, Arg[], string]>([
    ['keys', [], '[a, b]'],
    ['values', [], '[1, 2]'],
    ['entries', [], '[{key: a, value: 1}, {key: b, value: 2}]'],
    ['count', [], '2'],
    ['has', ['constructor'], 'false'],
    ['get', ['a'], '1'],
    ['get', ['z', 'd'], 'd'],
    ['get', [], 'nil'],
    ['merge', [{ c: 3 }], '{a: 1, b: 2, c: 3}'],
    ['remove', ['b'], '{a: 1}'],
    ['map_values', [ten], '{a: 10, b: 20}'],
    ['filter', [even], '{b: 2}'],
    ['rekey', [colours((k) => `${k as string}!`)], '{a!: 1, b!: 2}'],
    ['map_keys', [colours(() => 'same')], '{same: 2}'],
  ])('%s', (name, args, shown) => {
    check(dict, name, args, shown);
  });

  test('a built-in method wins over a field, other names call the stored function', () => {
    const cfg = () => ({ get: ten[0], handler: ten[0], x: 1 });
    check(cfg, 'get', ['x'], '1');
    check(cfg, 'handler', [4], '40');
    check(cfg, 'x', [], 'nil');
  });
});

describe('sets', () => {
  const set = () => new HarnSet([1, 2, 3]);
  test.each<[string, Arg[], string]>([
    ['add', [4], 'set(1, 2, 3, 4)'],
    ['adding', [1], 'set(1, 2, 3)'],
    ['remove', [2], 'set(1, 3)'],
    ['union', [new HarnSet([3, 4])], 'set(1, 2, 3, 4)'],
    ['intersect', [[2, 9]], 'set(2)'],
    ['difference', [new HarnSet([1])], 'set(2, 3)'],
    ['symmetric_difference', [new HarnSet([3, 4])], 'set(1, 2, 4)'],
    ['is_subset', [new HarnSet([1, 2, 3, 4])], 'true'],
    ['is_superset', [new HarnSet([1])], 'true'],
    ['is_disjoint', [new HarnSet([3])], 'false'],
    ['map', [colours((x) => (x as Num) % 2)], 'set(1, 0)'],
    ['filter', [big], 'set(3)'],
    ['any', [big], 'true'],
    ['all', [big], 'false'],
    ['to_list', [], '[1, 2, 3]'],
  ])('%s', (name, args, shown) => {
    check(set, name, args, shown);
  });
});

describe('iterators', () => {
  const it = () => toIter([1, 2, 3, 4]);
  test.each<[string, () => Value, Arg[], string]>([
    ['map', it, [ten], '[10, 20, 30, 40]'],
    ['filter', it, [even], '[2, 4]'],
    ['flat_map', it, [twice], '[1, 1, 2, 2, 3, 3, 4, 4]'],
    ['take', it, [2], '[1, 2]'],
    ['skip', it, [3], '[4]'],
    ['take_while', it, [colours((x) => (x as Num) < 3)], '[1, 2]'],
    ['skip_while', it, [colours((x) => (x as Num) < 3)], '[3, 4]'],
    ['zip', it, [['a', 'b']], '[(1, a), (2, b)]'],
    ['enumerate', () => toIter(['a']), [], '[(0, a)]'],
    ['chain', it, [[9]], '[1, 2, 3, 4, 9]'],
    ['chunks', it, [3], '[[1, 2, 3], [4]]'],
    ['windows', it, [3], '[[1, 2, 3], [2, 3, 4]]'],
    ['windows', it, [9], '[]'],
    ['scan', it, [0, plus], '[1, 3, 6, 10]'],
    ['to_set', () => toIter([1, 1]), [], 'set(1)'],
    ['to_dict', () => toIter([new HarnPair('a', 1)]), [], '{a: 1}'],
    ['count', it, [], '4'],
    ['sum', it, [], '10'],
    ['min', it, [], '1'],
    ['max', it, [], '4'],
    ['first', it, [], '1'],
    ['last', it, [], '4'],
    ['reduce', it, [0, plus], '10'],
    ['find', it, [big], '3'],
    ['any', it, [big], 'true'],
    ['all', it, [big], 'false'],
    ['for_each', it, [ten], 'nil'],
    ['next', it, [], '{done: false, value: 1}'],
    ['next', () => toIter([]), [], '{done: true, value: nil}'],
    ['to_list', () => toIter({ b: 2, a: 1 }), [], '[(a, 1), (b, 2)]'],
    ['to_list', () => toIter('a😀'), [], '[a, 😀]'],
  ])('%s (%#)', (name, make, args, shown) => {
    check(make, name, args, shown);
  });

  test('combinators share their source', () => {
    const source = toIter([1, 2, 3, 4, 5]);
    const firstTwo = callMethod(null, callMethod(null, source, 'take', [2]), 'to_list', []);
    expect(display(firstTwo)).toBe('[1, 2]');
    expect(display(callMethod(null, source, 'to_list', []))).toBe('[3, 4, 5]');
  });

  test('a chain over a long range does only the work that is asked for', () => {
    let calls = 0;
    const counted: HarnFunction = (_ctx, x) => {
      calls += 1;
      return (x as number) * 2;
    };
    const lazy = callMethod(null, makeRange(1, 10_000_000, true), 'map', [counted]);
    const five = callMethod(null, callMethod(null, lazy, 'take', [5]), 'to_list', []);
    expect(five).toEqual([2, 4, 6, 8, 10]);
    expect(calls).toBe(5);
  });

  test('to_dict wants pairs', () => {
    expect(() => callMethod(null, toIter([1]), 'to_dict', [])).toThrow(
      'expects Pair values, got int',
    );
  });

  test('what cannot be iterated says so', () => {
    expect(() => toIter(5)).toThrow('value of type int is not iterable');
  });
});

describe('generators', () => {
  function* body(fails = false): Generator<unknown, unknown, unknown> {
    yield new Emit(1);
    yield new Emit(null);
    if (fails) throw new Error('inside');
    return 'ignored';
  }
  const next = (g: Value) => display(callMethod(null, g, 'next', []));

  test('give what their body yields, then say done for ever', () => {
    const g = makeGenerator(body(), false);
    expect([next(g), next(g), next(g), next(g)]).toEqual([
      '{done: false, value: 1}',
      '{done: false, value: nil}',
      '{done: true, value: nil}',
      '{done: true, value: nil}',
    ]);
    expect(display(g)).toBe('<generator (done)>');
  });

  test('show an error at the pull that meets it and are done afterwards', () => {
    const g = makeGenerator(body(true), false);
    next(g);
    next(g);
    expect(() => next(g)).toThrow('inside');
    expect(next(g)).toBe('{done: true, value: nil}');
  });

  test('pass suspensions of the body on to whoever drives the consumer', () => {
    function* waiting(): Generator<unknown, void, unknown> {
      const answer = yield 'please wait';
      yield new Emit(answer as Value);
    }
    const steps = callMethodS(null, makeGenerator(waiting(), true), 'next', []);
    expect(steps.next().value).toBe('please wait');
    expect(steps.next('answered')).toMatchObject({ done: true, value: { value: 'answered' } });
  });

  test('can be mapped lazily', () => {
    check(
      () =>
        makeGenerator(
          (function* () {
            yield new Emit(4);
          })(),
          false,
        ),
      'map',
      [ten],
      '[40]',
    );
  });
});

test('a callback may suspend in the middle of a list', () => {
  const wait: HarnFunction = function* (_ctx, x): Steps {
    return (yield x) as Value;
  };
  const steps = callMethodS(null, ['a', 'b'], 'map', [wait]);
  expect(steps.next().value).toBe('a');
  expect(steps.next(1).value).toBe('b');
  expect(steps.next(2)).toEqual({ done: true, value: [1, 2] });
});

test('methods of impl blocks get the struct first, fields that hold functions do not', () => {
  const Box = defineStruct('Box', ['value', 'show']);
  Box.type.methods.set(
    'plus',
    (_ctx, self, n) => `${display(self as Value)}+${display(n as Value)}`,
  );
  const make = () => makeStruct(Box, { value: 1, show: isB[0] });
  check(make, 'plus', [2], 'Box {show: <fn()>, value: 1}+2');
  check(make, 'show', ['b'], 'true');
  check(make, 'unknown', [], 'nil');
});
