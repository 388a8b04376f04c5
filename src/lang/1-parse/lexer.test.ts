// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Harn texts
import { expect, test } from 'vitest';
import { DiagnosticSink } from '../../base/index.ts';
import { tokenize } from './lexer.ts';
import { describeToken, spellingOf, T } from './token.ts';

function lex(text: string) {
  const sink = new DiagnosticSink();
  const tokens = tokenize({ id: 't', text }, sink);
  const shown = Array.from({ length: tokens.count }, (_, i) => describeToken(tokens, i));
  return { tokens, shown: shown.slice(0, -1).join(' '), errors: sink.all.map((d) => d.message) };
}

test.each([
  ['1 1.5 42.method', 'int(1) float(1.5) int(42) . id(method)'],
  ['1_000 1_ _1', 'int(1_000) int(1) id(_) id(_1)'],
  ['1e5', 'int(1) id(e5)'],
  [
    '5ms 5s 5m 5h 5d 5w',
    'duration(5ms) duration(5s) duration(5m) duration(5h) duration(5d) duration(5w)',
  ],
  ['5sec 5 s', 'int(5) id(sec) int(5) id(s)'],
  ['a??b?.c?[d]', 'id(a) ?? id(b) ?. id(c) ? [ id(d) ]'],
  ['a|>b||c|d', 'id(a) |> id(b) || id(c) | id(d)'],
  ['x->y - >', 'id(x) -> id(y) - >'],
  ['...a a.b ::', '... id(a) id(a) . id(b) ::'],
  ['a /* x /* y */ z */ b // c', 'id(a) id(b)'],
  ['a \\\n b', 'id(a) id(b)'],
  ['a \\\r\n b', 'id(a) id(b)'],
  ['a\n\n // c\n\n b', 'id(a) \\n id(b)'],
  ['each settle const throws with', 'id(each) id(settle) id(const) id(throws) id(with)'],
  ['r"\\d" r "x" rx"y"', 'str(\\d) id(r) str(x) id(rx) str(y)'],
  ['r#"a"b"#', 'str(a"b)'],
  ['"${d["k"]}" x', 'str(${d["k"]}) id(x)'],
  ['"${"}"}" x', 'str(${"}"}) id(x)'],
  ['"a\\"b" c', 'str(a\\"b) id(c)'],
])('the text %j has the tokens %s', (text, expected) => {
  expect(lex(text)).toMatchObject({ shown: expected, errors: [] });
});

test('a byte order mark and a #! line are not tokens', () => {
  const { tokens, shown } = lex('\ufeff#!/usr/bin/env harn\nx');
  expect(shown).toBe('\\n id(x)');
  expect(tokens.shebang).toEqual({ start: 1, end: 20 });
});

test('comments are kept with their style and place', () => {
  const { tokens } = lex('// a\n/* b */ /** c */ /**/');
  expect(tokens.comments).toEqual([
    { style: 'line', start: 0, end: 4 },
    { style: 'block', start: 5, end: 12 },
    { style: 'doc', start: 13, end: 21 },
    { style: 'block', start: 22, end: 26 },
  ]);
});

test.each([
  ['x = `', "Unexpected character '`' at 1:5"],
  ['\n  ééé', "Unexpected character 'é' at 2:3"],
  ['a\n "open', 'Unterminated string at 2:2'],
  ['"line\nend"', 'Unterminated string at 1:1'],
  ['"""open', 'Unterminated string at 1:1'],
  ['r"open', 'Unterminated string at 1:1'],
  ['a /* b /* c */', 'Unterminated block comment at 1:3'],
  ['a\0b', 'The file is not text: a NUL byte or an undecodable byte at 1:2'],
  ['a \ufffd', 'The file is not text: a NUL byte or an undecodable byte at 1:3'],
])('the text %j is refused: %s', (text, message) => {
  expect(lex(text).errors[0]).toBe(message);
});

test('a run of wrong characters is one error', () => {
  expect(lex('§§§ ok ¤¤¤').errors).toHaveLength(2);
});

test('token kinds have their spelling', () => {
  expect(spellingOf(T.eval_pack)).toBe('eval_pack');
  expect(spellingOf(T.nilCoal)).toBe('??');
});
