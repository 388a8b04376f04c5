// Data that is made to take long: what a builtin does with a text takes time with its length, not with its square, and
// what nests deeper than anybody writes is refused with a code. Processor time is measured, so a busy machine changes nothing.
import { describe, expect, it, test } from 'vitest';
import { HarnError } from '../../src/base/index.ts';
import { PURE_GROUPS } from '../../src/builtins/pure.ts';
import type { HarnFunction, Value } from '../../src/values/index.ts';

const rows = new Map(PURE_GROUPS.flatMap((group) => group()).map((row) => [row.name, row]));

function call(name: string, args: readonly Value[]): Value {
  const impl = rows.get(name)?.impl as HarnFunction;
  return (impl as (ctx: null, ...args: readonly Value[]) => Value)(null, ...args);
}

const times = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join('');

/** At these sizes what grows with the square takes more than a minute, and what grows with the length a moment. */
const LONG: readonly (readonly [builtin: string, what: string, args: () => readonly Value[]])[] = [
  ['jq', 'a dict with many names', () => [null, `{${times(20_000, (i) => `"k${i}":1,`)}"z":1}`]],
  ['cookie_parse', 'one name', () => ['a=b;'.repeat(300_000)]],
  ['cookie_parse', 'many names', () => [times(100_000, (i) => `n${i}=b;`)]],
  ['secret_scan', 'beginnings of tokens', () => ['-eyJ'.repeat(100_000)]],
  ['secret_scan', 'many tokens in a line', () => [`ghp_${'a'.repeat(36)} `.repeat(50_000)]],
  ['secret_scan', 'many tokens in lines', () => [`ghp_${'a'.repeat(36)}\n`.repeat(50_000)]],
  ['unicode_graphemes', 'letters', () => ['ab'.repeat(500_000)]],
  ['unicode_graphemes', 'one cluster', () => [`e${'\u0301'.repeat(500_000)}`]],
  ['str_pad', 'letters', () => ['ab'.repeat(500_000), 3]],
  ['parse_junit_xml', 'a name that goes on', () => [`<${'a'.repeat(500_000)}`]],
  ['parse_junit_xml', 'attributes without values', () => [`<a ${'b'.repeat(500_000)}></a>`]],
  ['parse_junit_xml', 'a document type that goes on', () => [`<!DOCTYPE ${'a'.repeat(500_000)}`]],
  ['parse_junit_xml', 'comments that do not end', () => ['<!--'.repeat(300_000)]],
];

describe('takes time with the length of what it is given', () => {
  test.each(LONG)('%s: %s', (name, _, args) => {
    const given = args();
    const before = process.cpuUsage().user;
    try {
      call(name, given);
    } catch (error) {
      expect(error).toBeInstanceOf(HarnError);
    }
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(5);
  });
});

describe('what nests without end', () => {
  it.each([
    ['brackets', '['.repeat(20_000)],
    ['brackets that close', '['.repeat(5_000) + ']'.repeat(5_000)],
    ['items', '- '.repeat(20_000)],
    ['keys', '? '.repeat(20_000)],
    ['maps', times(3_000, (i) => `${' '.repeat(i)}a:\n`)],
  ])('is refused by yaml_parse with a code: %s', (_, text) => {
    expect(() => call('yaml_parse', [text])).toThrow(
      'yaml_parse: nested more than 256 levels deep',
    );
  });

  it('is refused when it is written as TOML', () => {
    let deep: Value = 1;
    for (let i = 0; i < 3_000; i += 1) deep = [deep];
    expect(() => call('toml_stringify', [{ a: deep }])).toThrow(HarnError);
  });

  it('is read where people nest', () => {
    const text = '['.repeat(200) + ']'.repeat(200);
    expect(JSON.stringify(call('yaml_parse', [text]))).toBe(text);
  });
});
