// What the pure builtins do at the edges of what they take: missing keys, broken texts, data that a careless reader would lose.
import { describe, expect, test } from 'vitest';
import { HarnError } from '../base/index.ts';
import { callSync, display, makeFloat, type Value } from '../values/index.ts';
import { EFFECT_GROUPS } from './effectful.ts';
import { createRegistry } from './registry.ts';

const registry = createRegistry(EFFECT_GROUPS);

function implOf(name: string) {
  const row = registry.find(name);
  return row?.syncImpl ?? row?.impl ?? null;
}

function run(name: string, ...args: Value[]): Value {
  return callSync(implOf(name), null, args);
}

/** The code and text of the error that a call ends in. */
function refusal(name: string, ...args: Value[]): string {
  try {
    return `gave ${display(callSync(implOf(name), {} as never, [...args]))}`;
  } catch (error) {
    if (HarnError.is(error)) return `${error.code} ${error.message}`;
    throw error;
  }
}

/** The same of a builtin that may wait; it has to refuse before it asks the run for anything. */
function refusalOfSteps(name: string, args: readonly Value[]): string {
  const row = registry.find(name);
  try {
    const begun: unknown = row?.impl?.({} as never, ...args);
    return `gave ${String((begun as Generator).next?.().value ?? begun)}`;
  } catch (error) {
    if (HarnError.is(error)) return `${error.code} ${error.message}`;
    throw error;
  }
}

const f = makeFloat;

describe('keys and secrets', () => {
  test.each<[string, Value[]]>([
    ['constant_time_eq', [null, null]],
    ['constant_time_eq', ['nil', null]],
    ['constant_time_eq', [5, '5']],
    ['bytes_eq', [null, null]],
    ['bytes_concat', [['a'], null]],
    ['hmac_sha256', [null, 'message']],
    ['hmac_sha256', ['key', null]],
    ['hmac_sha256_base64', [null, 'message']],
    ['cookie_sign', ['value', null]],
    ['cookie_sign', ['value', '']],
    ['cookie_verify', ['value.signature', null]],
    ['session_sign', [{}, null]],
    ['session_verify', ['v1.a.b', null]],
    ['session_cookie', ['sid', {}, null]],
    ['session_from_cookies', ['sid=v1.a.b', 'sid', null]],
    ['signed_url', ['/a', {}, null, 100]],
    ['verify_signed_url', ['/a?exp=1&sig=x', null, 0]],
    ['verify_signed_url', ['/a?exp=1&sig=x', '', 0]],
    ['verify_signed_url', ['/a?exp=1&kid=k&sig=x', { k: null }, 0]],
  ])('%s refuses %j: a secret that is missing is no secret', (name, args) => {
    expect(refusal(name, ...args)).toMatch(/^HARN-BLT-001 /);
  });

  test('an empty key is a key to HMAC, as the standard has it', () => {
    expect(run('hmac_sha256', '', '')).toBe(
      'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
    );
  });
});

describe('CSV', () => {
  test.each<[string, Value[], string]>([
    ['csv_parse', ['a,b\n\n1,2\n\n'], '[[a, b], [1, 2]]'],
    ['csv_parse', ['\n'], '[]'],
    ['csv_parse', ['""\n'], '[[]]'],
    ['csv_parse', ['\u{feff}a,b\n1,2', { headers: true }], '[{a: 1, b: 2}]'],
    ['csv_stringify', [[{ b: 1 }, { a: 2 }], { headers: true }], 'a,b\n,1\n2,\n'],
    ['csv_stringify', [[[null, true]]], ',true\n'],
    ['csv_stringify', [[[''], ['x']]], '""\nx\n'],
    ['csv_stringify', [[['a|b', 'c']], { delimiter: '|' }], '"a|b"|c\n'],
    ['csv_stringify', [[['a]b', 'c-d']], { delimiter: ']' }], '"a]b"]c-d\n'],
  ])('%s of %j is %s', (name, args, shown) => {
    expect(display(run(name, ...args))).toBe(shown);
  });

  test.each<[string, Value[]]>([
    ['csv_parse', ['a', { delimiter: '||' }]],
    ['csv_parse', ['a', { delimiter: '' }]],
    ['csv_parse', ['a', { delimiter: '"' }]],
    ['csv_parse', ['a', { delimiter: '\n' }]],
    ['csv_parse', ['a', { header: true }]],
    ['csv_parse', ['a', true]],
    ['csv_stringify', [[['a']], { delimeter: ';' }]],
    ['csv_stringify', ['a']],
    ['csv_stringify', [{ a: 1 }]],
  ])('%s refuses %j', (name, args) => {
    expect(refusal(name, ...args)).toMatch(/^HARN-BLT-0(?:01|13) /);
  });

  test('a character outside the first plane can be the delimiter', () => {
    expect(run('csv_parse', 'a😀b', { delimiter: '😀' })).toEqual([['a', 'b']]);
  });
});

describe('YAML and TOML', () => {
  test.each<[string, Value[], string]>([
    ['yaml_parse', ['null: a\n1: b\n1.5: c\n? [x]\n: d'], '{1: b, 1.5: c, [ x ]: d, null: a}'],
    ['yaml_parse', ['!!set {a, b}'], 'set(a, b)'],
    ['yaml_parse', ['!!binary aGk='], 'b"6869"'],
    ['yaml_parse', ['!!omap [b: 1, a: 2]'], '{a: 2, b: 1}'],
    [
      'yaml_stringify',
      [['yes', 'off', 'y', '012', '1_000', '12:30']],
      '- "yes"\n- "off"\n- "y"\n- "012"\n- "1_000"\n- "12:30"\n',
    ],
    ['toml_parse', ['a = 1979-05-27T07:32:00Z'], '{a: 1979-05-27T07:32:00Z}'],
    ['toml_parse', ['a = 1979-05-27T00:32:00.5-07:00'], '{a: 1979-05-27T00:32:00.500-07:00}'],
    ['toml_parse', ['a = 07:32:00\nb = 1979-05-27'], '{a: 07:32:00, b: 1979-05-27}'],
    ['toml_stringify', [{}], ''],
  ])('%s of %j is %s', (name, args, shown) => {
    expect(display(run(name, ...args))).toBe(shown);
  });

  test.each<[string, Value[], RegExp]>([
    ['yaml_parse', ['a: 1\n---\nb: 2'], /more than one document/],
    ['yaml_parse', ['&a [1, *a]'], /contains itself/],
    ['yaml_parse', ['&a {k: [*a]}'], /contains itself/],
    ['toml_parse', ['a = 9223372036854775808'], /64 bits/],
  ])('%s refuses %j', (name, args, why) => {
    const told = refusal(name, ...args);
    expect(told).toMatch(/^HARN-BLT-001 /);
    expect(told).toMatch(why);
  });
});

describe('dates', () => {
  test.each<[string, Value[], string]>([
    // Where clocks jump over an hour, what they would have shown counts from before the jump.
    [
      'date_from_components',
      [{ year: 2024, month: 3, day: 10, hour: 2, minute: 30 }, 'America/New_York'],
      '1710055800',
    ],
    [
      'date_from_components',
      [{ year: 2024, month: 3, day: 31, hour: 2, minute: 30 }, 'Europe/Berlin'],
      '1711848600',
    ],
    // Where they show an hour twice, the first time.
    [
      'date_from_components',
      [{ year: 2024, month: 11, day: 3, hour: 1, minute: 30 }, 'America/New_York'],
      '1730611800',
    ],
    [
      'date_from_components',
      [{ year: 2024, month: 10, day: 27, hour: 2, minute: 30 }, 'Europe/Berlin'],
      '1729989000',
    ],
    [
      'date_from_components',
      [{ year: 2024, month: 4, day: 7, hour: 1, minute: 45 }, 'Australia/Lord_Howe'],
      '1712414700',
    ],
    ['date_parse', ['20240102'], '1704153600'],
    ['date_parse', ['20240102T030405Z'], '1704164645'],
    ['date_parse', ['2024-W02-3'], '1704844800'],
    ['date_parse', ['2024-366'], '1735603200'],
    ['date_format', [0, '%%F %%'], '%F %'],
    ['date_format', [0, '%U %W %V %G %g'], '00 00 01 1970 70'],
    ['date_format', [1704067200, '%U %W %V %G %g'], '00 01 01 2024 24'],
    ['date_format', [1609459200, '%V %G %g %u'], '53 2020 20 5'],
    ['date_format', [0, '%-d.%-m. %-H:%M %_d %0e %_H'], '1.1. 0:00  1 01  0'],
    ['date_format', [0, '%z %:z %::z', 'Asia/Kolkata'], '+0530 +05:30 +05:30:00'],
    ['date_format', [0, '%Z', 'Asia/Kolkata'], 'IST'],
    ['date_format', [0, '%Z', 'America/Sao_Paulo'], '-03'],
    ['date_format', [1720000000, '%Z', 'Europe/Berlin'], 'CEST'],
    ['date_format', [1720000000, '%Z', 'Australia/Sydney'], 'AEST'],
  ])('%s of %j is %s', (name, args, shown) => {
    expect(display(run(name, ...args))).toBe(shown);
  });

  test.each<[string, Value[]]>([
    ['date_from_components', [{ year: 2024, month: 1, day: 1, hour: 24 }]],
    ['date_from_components', [{ year: 2024, month: 1, day: 1, minute: 60 }]],
    ['date_from_components', [{ year: 2024, month: 1, day: 1, second: 60 }]],
    ['date_from_components', [{ year: 2024, month: 1, day: 1, second: -1 }]],
    ['date_from_components', [{ year: 2024, month: 1, day: 1, hour: 1.5 }]],
    ['date_from_components', [{ year: 2024, month: 1, day: 1, hour: 'noon' }]],
    ['date_parse', ['2024-W54-1']],
    ['date_parse', ['2023-366']],
    ['date_parse', ['2024-01-01T00:00:00+25:00']],
    ['date_format', [f(1e20), '%Y']],
    ['date_format', [Number.NaN, '%Y']],
    ['date_in_zone', [Number.POSITIVE_INFINITY, 'UTC']],
    ['duration_seconds', ['x']],
    ['duration_ms', [null]],
    ['duration_hours', [Number.NaN]],
    ['duration_days', [Number.POSITIVE_INFINITY]],
  ])('%s refuses %j', (name, args) => {
    expect(refusal(name, ...args)).toMatch(/^HARN-BLT-0(?:01|09) /);
  });
});

describe('files, waits and requests', () => {
  test.each<[string, Value[], RegExp]>([
    ['fs.write_text', [null, 'text'], /a path must be a string, got nil/],
    ['fs.write_text', ['/tmp/x', null], /no content/],
    ['fs.append', ['/tmp/x', null], /no content/],
    ['fs.write_bytes', ['/tmp/x', null], /no content/],
    ['fs.read_text', [null], /a path must be a string, got nil/],
    ['fs.delete', [{ path: 'x' }], /a path must be a string, got dict/],
    ['fs.copy', ['a', null], /a path must be a string, got nil/],
    ['clock.sleep_ms', ['5s'], /expected a duration or milliseconds, got string/],
    ['clock.sleep_ms', [null], /expected a duration or milliseconds, got nil/],
    [
      'net.get',
      ['https://a.test', { timout_ms: 5 }],
      /unknown option timout_ms, did you mean timeout_ms\?/,
    ],
    ['net.post', ['https://a.test', 'body', { header: {} }], /did you mean headers\?/],
    ['net.session_open', [{ retires: 1 }], /did you mean retries\?/],
    ['fs.walk', ['.', { maxdepth: 1 }], /did you mean max_depth\?/],
    ['fs.glob', ['*', { root: '.' }], /unknown option root/],
    [
      'multipart_parse',
      ['--b--', 'multipart/form-data; boundary=b', { max_size: 1 }],
      /unknown option max_size/,
    ],
    ['signed_url', ['/a', {}, 'key', 100, { key_id: 'k' }], /unknown option key_id/],
    ['verify_signed_url', ['/a', 'key', 100, { skew: 5 }], /unknown option skew/],
    ['http_response_text', ['x', { code: 404 }], /unknown option code/],
  ])('%s refuses %j', (name, args, why) => {
    expect(refusalOfSteps(name, args)).toMatch(why);
  });

  test.each<[Value, string]>([
    [
      { scheme: 'https', host: 'a.test', path: '/a b?#', query: 'x=é&y=%20#', fragment: 'f g' },
      'https://a.test/a%20b%3F%23?x=%C3%A9&y=%20%23#f%20g',
    ],
    [
      { host: 'a.test', path: "/a/b;c=1,2:@!$&'()*+~-._" },
      "https://a.test/a/b;c=1,2:@!$&'()*+~-._",
    ],
  ])('the URL of %j is %s', (parts, url) => {
    expect(run('url_build', parts)).toBe(url);
  });
});

describe('queries of data', () => {
  test.each<[string, Value[], string]>([
    // jq orders null, false, true, numbers, texts, lists and dicts.
    ['jq', [[null, false, true, 0, 'a', [], {}], '. | sort'], '[[nil, false, true, 0, a, [], {}]]'],
    ['jq', [[{}, [], 'a', 0, true, false, null], 'sort'], '[[nil, false, true, 0, a, [], {}]]'],
    [
      'jq',
      [[{ a: 1, c: 1 }, { b: 1 }, { a: 2 }, { a: 1 }], 'sort'],
      '[[{a: 1}, {a: 2}, {a: 1, c: 1}, {b: 1}]]',
    ],
    [
      'jq',
      [null, 'null < false, false < true, true < 0, 0 < "", "" < [], [] < {}'],
      '[true, true, true, true, true, true]',
    ],
    ['jq', [null, '[1,2] < [1,3], {"a":1} < {"a":2}, 1 >= 1.0'], '[true, true, true]'],
    ['jq', [[{ v: null }, { v: 3 }], '.[] | select(.v < 5)'], '[{v: nil}, {v: 3}]'],
    ['jq', [null, '-5 | length'], '[5]'],
    ['jq', [['b', 1, 'a', null], 'unique'], '[[nil, 1, a, b]]'],
    ['json_extract', ['Use {name} here: {"a": 1}'], '{a: 1}'],
    ['json_extract', ['[note] see {"a": [1]}', 'a'], '[1]'],
    ['json_extract', ['an "open quote { and {"a": 1}'], '{a: 1}'],
    [
      'uuid_parse',
      ['{2ed6657d-e927-568b-95e1-2665a8aea6a2}'],
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    ],
    [
      'uuid_parse',
      ['urn:uuid:2ED6657D-E927-568B-95E1-2665A8AEA6A2'],
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    ],
    ['uuid_parse', ['{2ed6657d-e927-568b-95e1-2665a8aea6a2'], 'nil'],
  ])('%s of %j is %s', (name, args, shown) => {
    expect(display(run(name, ...args))).toBe(shown);
  });

  test.each<[string, Value[]]>([
    ['json_pointer', [{ 'a~': 1 }, '/a~']],
    ['json_pointer', [{ 'a~2': 1 }, '/a~2']],
    ['json_stringify', [{}, { pretty: true }]],
    ['random_int', [run('rng_seed', 1), 0.5, 2]],
    ['random_int', [run('rng_seed', 1), 'a', 'b']],
    ['rng_seed', ['x']],
    ['tar_extract', [new Uint8Array([1, 2, 3])]],
    ['regex_match', ['[a-z&&[^b]]', 'b']],
    ['regex_match', ['[a-z--b]', 'b']],
  ])('%s refuses %j', (name, args) => {
    expect(refusal(name, ...args)).toMatch(/^HARN-/);
  });

  test('a lone surrogate is refused whatever else the text has', () => {
    for (const text of ['"\\ud83d"', '["\\ud83d", 1.5]', '"\\udc00"', '"\\ud83d\\u0041"']) {
      expect(refusal('json_parse', text)).toMatch(/surrogate/);
    }
    expect(run('json_parse', '"\\ud83d\\ude00"')).toBe('😀');
  });
});
