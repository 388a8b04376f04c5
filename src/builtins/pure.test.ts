// The pure builtins: what each gives for arguments worth a look, and what holds for every row of the table.
import { describe, expect, test } from 'vitest';
import {
  callSync,
  display,
  err,
  HarnDuration,
  type HarnFunction,
  HarnSet,
  isSuspending,
  makeFloat,
  ok,
  type Value,
} from '../values/index.ts';
import { builtin, constant } from './define.ts';
import { BuiltinRegistry, createRegistry } from './registry.ts';

const registry = createRegistry();

function run(name: string, ...args: Value[]): Value {
  const row = registry.find(name);
  return callSync(row?.syncImpl ?? row?.impl ?? null, null, args);
}

const f = makeFloat;
const even: HarnFunction = (_ctx, x) => (x as number) % 2 === 0;

test.each<[string, Value[], string]>([
  ['type_of', [f(1)], 'float'],
  ['to_string', [[f(1), 'a']], '[1.0, a]'],
  ['to_int', [-2.7], '-2'],
  ['to_int', ['+5'], '5'],
  ['to_int', [' 5'], 'nil'],
  ['to_int', ['3.9'], 'nil'],
  ['to_int', ['9223372036854775808'], 'nil'],
  ['to_int', [true], 'nil'],
  ['to_int', [Number.NaN], '0'],
  ['to_int', [f(1e30)], '9223372036854775807'],
  ['to_float', ['.5'], '0.5'],
  ['to_float', ['1e3'], '1000.0'],
  ['to_float', ['-inf'], '-inf'],
  ['to_float', [' 1'], 'nil'],
  ['len', [null], '0'],
  ['addr_of', [42], 'int@42'],
  ['Ok', [42], 'Result.Ok(42)'],
  ['unwrap', [ok(1)], '1'],
  ['unwrap', [5], '5'],
  ['unwrap_or', [err('x'), 'd'], 'd'],
  ['unwrap_err', [err('x')], 'x'],
  ['error_category', [{ category: 'auth' }], 'auth'],
  ['error_category', ['HTTP 429'], 'rate_limit'],
  ['error_category', ['overloaded_error'], 'overloaded'],
  ['error_category', ['port 42900'], 'generic'],
  ['is_timeout', ['Deadline exceeded'], 'true'],
  ['abs', [f(-4)], '4.0'],
  ['abs', [-9_223_372_036_854_775_808n], '9223372036854776000'],
  ['floor', [-2.5], '-3'],
  ['ceil', [f(2)], '2'],
  ['round', [-2.5], '-3'],
  ['round', [0.49999999999999994], '0'],
  ['sqrt', [16], '4.0'],
  ['pow', [2, 10], '1024'],
  ['min', [3, f(3)], '3.0'],
  ['max', [1, 'a'], 'nil'],
  ['sign', [-0.5], '-1'],
  ['is_nan', [1], 'false'],
  ['is_infinite', [Number.NEGATIVE_INFINITY], 'true'],
  ['median', [[3, 1, 2]], '2.0'],
  ['percentile', [[1, 2, 3, 4], 25], '1.75'],
  ['variance', [[1, 2, 3, 4], true], '1.6666666666666667'],
  ['split', ['a b'], '[a, b]'],
  ['substring', ['hello world', 6, 3], 'wor'],
  ['contains', [{ a: 1 }, 'a'], 'false'],
  ['join', [5, ','], ''],
  ['format', ['{} {} {}', 1, 2], '1 2 {}'],
  ['format', ['{a} {b}', { a: 1 }], '1 {b}'],
  ['unicode_graphemes', ['👨‍👩‍👧x'], '[👨‍👩‍👧, x]'],
  ['str_pad', ['é', 4, '.', 'both'], '.é..'],
  ['camel_to_snake', ['HTTPServer'], 'http_server'],
  ['camel_to_kebab', ['testFilePatterns'], 'test-file-patterns'],
  ['snake_to_pascal', ['a_b'], 'AB'],
  ['title_case', ['hello  world'], 'Hello  World'],
  ['range', [2, 5], '2 to 5 exclusive'],
  ['keys', [5], '[]'],
  ['to_list', ['x'], '[x]'],
  ['window', [[1, 2, 3, 4, 5], 3, 2], '[[1, 2, 3], [3, 4, 5]]'],
  ['group_by', [[1, 2, 3], even], '{false: [1, 3], true: [2]}'],
  ['partition', [[1, 2, 3], even], '{match: [2], no_match: [1, 3]}'],
  [
    'flat_map',
    [new HarnSet([1, 2]), (_ctx: unknown, x?: Value) => [x as Value, x as Value]],
    '[1, 1, 2, 2]',
  ],
  ['set', [1, '1', true, f(1), 1], 'set(1, 1, true, 1.0)'],
  ['set', [[1, 1]], 'set(1)'],
  ['set_union', [[1], new HarnSet([2])], 'set(1, 2)'],
  ['set_contains', [new HarnSet([1]), f(1)], 'false'],
  ['json_stringify', [{ b: [f(1), null], a: '\n"' }], '{"a":"\\n\\"","b":[1.0,null]}'],
  ['json_extract', ['so {"a": {"b": "}"}} and {"c": 1}'], '{a: {b: }}}'],
  ['json_extract', ['```json\n[1]\n```'], '[1]'],
  ['json_extract', ['{"a": 1}', 'a'], '1'],
  ['json_pointer', [{ 'a/b': { '~k': 7 } }, '/a~1b/~0k'], '7'],
  ['json_pointer', [[1], '/01'], 'nil'],
  ['json_pointer_set', [{ a: [1] }, '/a/-', 2], '{a: [1, 2]}'],
  ['json_pointer_delete', [{ a: [1, 2] }, '/a/0'], '{a: [2]}'],
  ['regex_match', ['x', 'y'], 'nil'],
  ['regex_replace', ['(a)(b)?', '<$1$2>', 'ab a'], '<ab> <a>'],
  ['regex_split', ['a, b', ',\\s*'], '[a, b]'],
  [
    'regex_captures',
    ['(?P<k>b)', '😀\nb'],
    '[{end: 3, groups: [b], k: b, line: 2, match: b, start: 2}]',
  ],
  [
    'regex_captures',
    ['b', '😀b\n\nab'],
    '[{end: 2, groups: [], line: 1, match: b, start: 1}, {end: 6, groups: [], line: 3, match: b, start: 5}]',
  ],
  ['base64_decode', ['SGk='], 'Hi'],
  ['bytes_from_hex', ['00ff'], 'b"00ff"'],
  ['bytes_slice', [new Uint8Array([1, 2, 3]), 1, 99], 'b"0203"'],
  ['constant_time_eq', ['abc', 'abd'], 'false'],
  ['sha256', ['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['md5', [''], 'd41d8cd98f00b204e9800998ecf8427e'],
  [
    'hmac_sha256',
    ['Jefe', 'what do ya want for nothing?'],
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['duration_to_human', [new HarnDuration(-7_200_000)], '-2h'],
  ['date_add', [0, new HarnDuration(1500)], '1.5'],
  ['date_diff', [60, { timestamp: 0 }], '1m'],
  [
    'date_from_components',
    [{ year: 2026, month: 4, day: 25, hour: 10 }, 'America/Los_Angeles'],
    '1777136400',
  ],
  ['weekday_name', [0], 'Thursday'],
  ['extname', ['archive.tar.gz'], '.gz'],
  ['path_join', ['a', 'b'], 'a/b'],
  ['path_with_extension', ['a/b.rs', 'txt'], 'a/b.txt'],
  ['path_with_stem', ['a/b.rs', 'main'], 'a/main.rs'],
  ['path_parts', ['src/main.rs'], '{dir: src, ext: .rs, file: main.rs, stem: main}'],
  [
    'url_parse',
    ['https://u:p@h.com:80/v1?q=1#f'],
    '{fragment: f, host: h.com, password: p, path: /v1, port: 80, query: q=1, scheme: https, username: u}',
  ],
  [
    'url_build',
    [{ scheme: 'https', host: 'h.com', path: 'a', query: 'x=1' }],
    'https://h.com/a?x=1',
  ],
  ['query_parse', ['?k=a+b&k=%21'], '[{key: k, value: a b}, {key: k, value: !}]'],
  ['query_stringify', [[{ key: 'n', value: 'a b' }, ['ids', '1,2']]], 'n=a+b&ids=1%2C2'],
  ['query_stringify', [{ q: 'x', page: null, empty: '' }], 'empty=&q=x'],
  ['query_stringify', [[{ key: 'a' }, ['b', null], ['c', 1]]], 'c=1'],
  ['csv_parse', ['n,a\nx,1\n', { headers: true }], '[{a: 1, n: x}]'],
  ['csv_stringify', [[{ n: 'x', a: 1 }], { headers: true }], 'a,n\n1,x\n'],
  ['uuid_v5', ['dns', 'example.com'], 'cfbff0d1-9375-5685-968c-48ce8b15ae17'],
  ['uuid_parse', ['not-a-uuid'], 'nil'],
  ['uuid_nil', [], '00000000-0000-0000-0000-000000000000'],
])('%s (%#)', (name, args, shown) => {
  expect(display(run(name, ...args))).toBe(shown);
});

test.each<[string, Value[], string]>([
  ['floor', [Number.POSITIVE_INFINITY], 'cannot convert non-finite float to int'],
  ['round', [f(1e30)], 'outside the representable int range'],
  ['median', [[]], 'items must not be empty'],
  ['percentile', [[1], 101], 'percentile must be between 0 and 100'],
  ['unwrap', [err('x')], 'unwrap called on Err: x'],
  ['unwrap_err', [ok(1)], 'not Err'],
  ['assert', [0], 'Assertion failed'],
  ['assert', [0, ''], 'Assertion failed'],
  ['assert', [null, 'why'], 'why'],
  ['assert_eq', [1, '1'], 'expected "1", got 1'],
  ['assert_eq', [1, 2, 'the count'], 'the count: expected 2, got 1'],
  [
    'assert_eq',
    [`${'a'.repeat(200)}\nx`, `${'a'.repeat(200)}\ny`],
    'line 2: expected "y", got "x"',
  ],
  [
    'assert_eq',
    [`${'a'.repeat(200)}x`, `${'a'.repeat(200)}y`, 'the text'],
    `the text: the values differ\n  expected …${'a'.repeat(25)}y", got …${'a'.repeat(25)}x"`,
  ],
  ['assert_ne', [1, 1, 'ids'], 'ids: values should not be equal: 1'],
  ['unreachable', ['x'], 'unreachable code was reached: x'],
  ['throw_error', ['slow', 'timeout'], 'category: timeout'],
  ['json_extract', ['nothing here'], 'json_extract: failed to parse JSON'],
  ['regex_match', ['(', 'x'], 'Invalid regex'],
  ['hex_decode', ['0'], 'invalid hex digits'],
  ['date_parse', ['2024-02-30'], 'Cannot parse date'],
  ['date_to_zone', [0, 'Mars/Base'], 'unknown timezone'],
  ['range', ['a'], 'expected ints, got string'],
])('%s fails (%#)', (name, args, message) => {
  expect(() => run(name, ...args)).toThrow(message);
});

test.each([0, 1])('a text in a failure is never cut inside a character (%i)', (shift) => {
  const start = 'a'.repeat(shift) + '😀'.repeat(40);
  const end = '🚀'.repeat(80);
  const compared = thrownText(() => run('assert_eq', `${start}1${end}`, `${start}22${end}`, 'it'));
  const halves = thrownText(() => run('assert_eq', `${start}😀${end}`, `${start}😁${end}`, 'it'));
  const refused = thrownText(() => run('assert_ne', `${start}${end}`, `${start}${end}`, 'it'));
  for (const text of [compared, halves, refused]) expect(text).toBe(text.replace(/\p{Cs}/gu, '?'));
});

test('a failed comparison of large values names the places that differ', () => {
  const row = (id: number, name: string) => ({ id, name, tags: ['a', 'b'], note: 'x'.repeat(40) });
  const expected = { rows: [row(1, 'one'), row(2, 'two'), row(3, 'three')], 'a b': 1 };
  const actual = { rows: [row(1, 'one'), { ...row(2, 'too'), more: true }], 'a b': 2 };
  const message = thrownText(() => run('assert_eq', actual, expected, 'the table'));
  expect(message.split('\n')).toEqual([
    'the table: the values differ',
    '  ["a b"]: expected 1, got 2',
    '  .rows[1].name: expected "two", got "too"',
    '  .rows[1].more: not expected, got true',
    `  .rows[2]: expected {id: 3, name: three, note: ${'x'.repeat(40)}, tags: [a, b]}, missing`,
  ]);
  const many = thrownText(() => run('assert_eq', numbers(0), numbers(1)));
  expect(many.split('\n').slice(-2)).toEqual(['  [7]: expected 8, got 7', '  and 92 more']);
});

const numbers = (first: number) => Array.from({ length: 100 }, (_, i) => first + i);

function thrownText(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^Thrown: /, '');
  }
  return '';
}

test('equal values have equal hashes, whatever the order of their keys', () => {
  expect(run('hash_value', { a: 1, b: [2] })).toBe(run('hash_value', { b: [2], a: 1 }));
  expect(run('hash_value', 1)).not.toBe(run('hash_value', '1'));
});

describe('every row', () => {
  const rows = registry.rows();

  test.each(rows.map((row) => [row.name, row] as const))(
    '%s has a signature that starts with its name, and a doc',
    (name, row) => {
      expect(row.doc).toMatch(/\.$|→/);
      expect(row.signature.startsWith(name)).toBe(true);
    },
  );

  test('has the colour that it claims', () => {
    for (const row of rows) {
      if (row.impl === undefined) expect(row.constant).not.toBe(undefined);
      else expect(isSuspending(row.impl)).toBe(row.suspends !== false);
      expect(row.syncImpl !== undefined).toBe(row.suspends === 'callback');
    }
  });

  test('of this room is pure', () => {
    expect(rows.filter((row) => row.effect !== 'pure')).toEqual([]);
  });
});

describe('the registry', () => {
  const internal = builtin('@inner() -> nil', { doc: 'Inner.' }, () => null);
  const named = builtin(
    'outer<T>(x: T) -> T',
    { doc: 'Outer.', aliases: ['old_outer'] },
    (_, x) => x,
  );

  test('finds a row by each of its names and lists it once', () => {
    const small = new BuiltinRegistry([() => [named, internal]]);
    expect(small.find('old_outer')).toBe(named);
    expect(small.find('outer')).toBe(named);
    expect(small.rows()).toEqual([named, internal]);
  });

  test('keeps internal rows from the checker', () => {
    const small = new BuiltinRegistry([() => [named, internal]]);
    expect(small.specs().map((spec) => spec.name)).toEqual(['outer']);
  });

  test('makes rows only when it is asked, and once', () => {
    let made = 0;
    const lazy = new BuiltinRegistry([
      () => {
        made += 1;
        return [constant('k: int', { doc: 'K.' }, 1)];
      },
    ]);
    expect(made).toBe(0);
    lazy.find('k');
    lazy.rows();
    expect(made).toBe(1);
  });

  test('refuses two rows of one name', () => {
    expect(() => new BuiltinRegistry([() => [named, named]]).rows()).toThrow(
      'two builtins are called outer',
    );
  });
});
