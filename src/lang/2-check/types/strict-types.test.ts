// Strict type mode: what is read from values that came from outside, before and after somebody checked them.
import { describe, expect, test } from 'vitest';
import { checkText } from './findings.fixture.ts';

const PARSED = 'const d = json_parse("{}")\n';

/** The texts at which HARN-OWN-004 is reported. */
function places(text: string, strictTypes = true): string[] {
  const { diagnostics, latent } = checkText(text, '2026', { strictTypes });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return latent.map(({ code, span }) => {
    expect(code).toBe('HARN-OWN-004');
    return text.slice(span.start, span.end);
  });
}

describe('strict type mode reports', () => {
  test.each([
    ['a field of a parsed value', `${PARSED}println(d.name)`, 'd.name'],
    ['a field of the call itself', 'println(json_parse("{}").name)', 'json_parse("{}").name'],
    ['only the first step of a path', `${PARSED}println(d.a.b["c"].d)`, 'd.a'],
    ['an element', `${PARSED}println(d["k"])`, 'd["k"]'],
    ['a field that may be absent', `${PARSED}println(d?.name)`, 'd?.name'],
    [
      'a field of what a default may stand for',
      `println((json_parse("") ?? {}).a)`,
      '(json_parse("") ?? {}).a',
    ],
    ['fields taken out by a pattern', 'const {a} = json_parse("{}")\nprintln(a)', '{a}'],
    ['a field of an element', `for x in json_parse("[]") {\n println(x.id)\n}`, 'x.id'],
    [
      'what is read where the check failed',
      `${PARSED}if type_of(d) == "dict" {\n println(d.a)\n} else {\n println(d.b)\n}`,
      'd.b',
    ],
    [
      'an answer of the host',
      'fn main(harness: Harness) {\n println(harness.host.call("a.b").x)\n}',
      'harness.host.call("a.b").x',
    ],
    ['a value that was piped in', 'const d = "{}" |> json_parse\nprintln(d.x)', 'd.x'],
  ])('%s', (_title, text, ...expected) => {
    expect(places(text)).toEqual(expected);
    expect(places(text, false)).toEqual([]);
  });
});

describe('strict type mode is content with', () => {
  test.each([
    [
      'a type where the value gets its name',
      'const d: {name: string} = json_parse("{}")\nprintln(d.name)',
    ],
    [
      'a schema',
      'type T = {name: string}\nconst d = schema_expect(json_parse("{}"), schema_of(T))\nprintln(d.name)',
    ],
    [
      'a test by a schema',
      `type T = {name: string}\n${PARSED}if schema_is(d, T) {\n println(d.name)\n}`,
    ],
    [
      'a test by a schema that is only known at run time',
      `fn f(s) {\n const d = json_parse("")\n if schema_is(d, s) {\n  println(d.name)\n }\n}`,
    ],
    [
      'a guard',
      `type T = {name: string}\n${PARSED}guard schema_is(d, T) else {\n throw "no"\n}\nprintln(d.name)`,
    ],
    ['a test by type_of', `${PARSED}if type_of(d) == "dict" {\n println(d.name)\n}`],
    ['arms of a match', `${PARSED}match d {\n {name: n} -> { println(n) }\n _ -> { }\n}`],
    ['passing it on', `${PARSED}println(d)\nconst e = d\nprintln(e)`],
  ])('%s', (_title, text) => {
    expect(places(text)).toEqual([]);
  });
});
