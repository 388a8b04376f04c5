import { describe, expect, test } from 'vitest';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { check } from '../check.ts';
import { memoryLoader } from '../memory-loader.ts';

const about = { doc: '', effect: 'pure', suspends: false } as const;
const OPTIONS = [
  { name: 'timeout_ms', type: 'int | float | duration', doc: '' },
  { name: 'retries', type: 'int', doc: '' },
  { name: 'tags', type: 'string | list', doc: '' },
  { name: 'on_done', type: 'closure', doc: '' },
  { name: 'anything', type: 'any', doc: '' },
];
const BUILTINS: readonly BuiltinSpec[] = [
  {
    ...about,
    name: 'net.get',
    signature: 'net.get(url: string, options: dict?) -> dict',
    aliases: ['http_get'],
    options: [{ param: 'options', options: OPTIONS }],
  },
  {
    ...about,
    name: 'ask',
    signature: 'ask(prompt: any, system: any?, options: any?, more: any?) -> dict',
    options: [{ param: 'options', options: OPTIONS, handsOnDicts: true }],
  },
  {
    ...about,
    name: 'shape',
    signature: 'shape(prompt: any, schema: any, options: dict?) -> dict',
    options: [{ param: 'options', options: OPTIONS }],
  },
];

/** The warnings about options in the body of a `main`. */
function found(body: string): readonly string[] {
  const text = `fn main(harness: Harness) {\n${body}\n}`;
  const { diagnostics } = check(
    { id: 'main', text },
    { builtins: BUILTINS, loader: memoryLoader({}) },
  );
  return diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`);
}

const unknown = (rest: string) => [`warning HARN-TYP-514 ${rest}`];

describe('a name that is no option', () => {
  test('is a warning with the option that may be meant', () => {
    expect(found('http_get("u", {timout_ms: 2})')).toEqual(
      unknown('http_get has no option `timout_ms` (did you mean `timeout_ms`?)'),
    );
  });

  test('is found in calls through the harness, named as they are written', () => {
    expect(found('harness.net.get("u", {zzz: 2})')).toEqual(
      unknown('harness.net.get has no option `zzz`'),
    );
  });

  test('is found in strings as keys', () => {
    expect(found('http_get("u", {"retires": 2})')).toHaveLength(1);
  });

  test('is found one place later where the call begins with a handle', () => {
    expect(found('ask(harness, "p", nil, {retires: 2})')).toEqual(
      unknown('ask has no option `retires` (did you mean `retries`?)'),
    );
  });

  test('is not looked for in a schema behind a handle', () => {
    expect(found('shape(harness, "p", {type: "object"})')).toEqual([]);
    expect(found('const f = { h -> shape(h, "p", {type: "object"}) }\nf(harness)')).toEqual([]);
    expect(found('shape("p", {type: "object"}, {retires: 1})')).toHaveLength(1);
  });

  test('is found in a call that something is piped into', () => {
    expect(found('"u" |> http_get(_, {retires: 1})')).toHaveLength(1);
  });

  test.each([
    ['a dict with a spread', 'const o = {}\nhttp_get("u", {...o, retires: 2})'],
    ['a dict with a computed key', 'const k = "a"\nhttp_get("u", {retires: 1, [k]: 2})'],
    ['a variable', 'const o = {retires: 2}\nhttp_get("u", o)'],
    ['the other arguments', 'ask({retires: 1}, {retires: 2})'],
    ['a function of the program', 'fn http_get(u, o) { return o }\nhttp_get("u", {retires: 1})'],
  ])('is not looked for in %s', (_, body) => {
    expect(found(body)).toEqual([]);
  });

  test('is left alone where it holds a dict that is handed on', () => {
    expect(found('ask("p", nil, {acme: {x: 1}})')).toEqual([]);
    expect(found('const d: any = 1\nask("p", nil, {acme: d})')).toEqual([]);
    expect(found('ask("p", nil, {acme: 1})')).toHaveLength(1);
  });
});

describe('the value of an option', () => {
  test.each([
    ['retries: "two"', 'option `retries` of http_get: expected int, got string'],
    [
      'timeout_ms: [1]',
      'option `timeout_ms` of http_get: expected int | float | duration, got list<int>',
    ],
    ['on_done: 1', 'option `on_done` of http_get: expected closure, got int'],
    ['tags: 1', 'option `tags` of http_get: expected string | list, got int'],
  ])('%s is a warning, because nothing of that kind is taken', (option, message) => {
    expect(found(`http_get("u", {${option}})`)).toEqual([`warning HARN-TYP-515 ${message}`]);
  });

  test.each([
    'retries: 2, timeout_ms: 2.5, tags: "a", anything: [1]',
    'timeout_ms: 5s, tags: ["a"], on_done: { x -> x }',
    'timeout_ms: nil, retries: nil, tags: nil, on_done: nil',
    'retries: to_any()',
    'tags: []',
  ])('%s is fine', (options) => {
    expect(found(`const to_any = { -> http_get("u")["n"] }\nhttp_get("u", {${options}})`)).toEqual(
      [],
    );
  });
});
