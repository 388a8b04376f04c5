// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Harn texts
import { expect, test } from 'vitest';
import { parse } from './parser.ts';
import { treeNotation } from './tree-notation.fixture.ts';

function tree(text: string): string {
  const { module, diagnostics } = parse({ id: 't', text });
  expect(diagnostics.all.map((d) => d.message)).toEqual([]);
  return module.body.map((statement) => treeNotation(statement)).join(' ; ');
}

test.each([
  ['1 + 2 * 3', '(Binary + 1 (Binary * 2 3))'],
  ['(1 + 2) * 3', '(Binary * (Binary + 1 2) 3)'],
  ['1 - 2 - 3', '(Binary - (Binary - 1 2) 3)'],
  ['a + b ?? c', '(Binary + a (Binary ?? b c))'],
  ['a ?? b * c', '(Binary ?? a (Binary * b c))'],
  ['a ?? 0 > 1', '(Binary > (Binary ?? a 0) 1)'],
  ['2 ** 3 ** 2', '(Binary ** 2 (Binary ** 3 2))'],
  ['-2 ** 2', '(Unary - (Binary ** 2 2))'],
  ['2 ** -1', '(Binary ** 2 (Unary - 1))'],
  ['!a && b || c', '(Binary || (Binary && (Unary ! a) b) c)'],
  ['a == b < c', '(Binary == a (Binary < b c))'],
  ['a in b && c not in d', '(Binary && (Binary in a b) (Binary not in c d))'],
  ['1 to 5', '(Range 1 5 inclusive)'],
  ['0 to n - 1 exclusive', '(Range 0 (Binary - n 1))'],
  ['1 to 3 |> f', '(Pipe (Range 1 3 inclusive) f)'],
  ['a ? b : c ? d : e', '(Ternary a b (Ternary c d e))'],
  ['a > 0 ? -1 : 1', '(Ternary (Binary > a 0) (Unary - 1) 1)'],
  ['-9223372036854775808', '-9223372036854775808'],
])('%s binds as %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['a.b.c', '(Member (Member a b) c)'],
  ['a?.b', '(Member a b optional)'],
  ['a?.m(1)', '(MethodCall a m optional [1])'],
  ['a?[0]', '(Index a 0 optional)'],
  ['a?.[0]', '(Index a 0 optional)'],
  ['a[1:2]', '(Slice a 1 2)'],
  ['a[:2] ; a[1:] ; a[:]', '(Slice a 2) ; (Slice a 1) ; (Slice a)'],
  ['op.type.match', '(Member (Member op type) match)'],
  ['42.method()', '(MethodCall 42 method)'],
  ['f(1, ...xs)', '(Call f [1 (Spread xs)])'],
  ['f(a,\n b,\n)', '(Call f [a b])'],
  ['f<int, list<T>>(x)', '(Call f [int list<T>] [x])'],
  ['a < b', '(Binary < a b)'],
  ['f(a < b, c > d)', '(Call f [(Binary < a b) (Binary > c d)])'],
  ['f()?', '(Propagate (Call f))'],
  ['f()?.g', '(Member (Call f) g optional)'],
  ['f()? + 1', '(Binary + (Propagate (Call f)) 1)'],
  ['f()? - 1', '(Binary - (Propagate (Call f)) 1)'],
  ['x!.y', '(Member (NonNull x) y)'],
  ['x != y', '(Binary != x y)'],
  [
    'ask_user(prompt: "p", schema: S)',
    '(Call ask_user [(NamedArgument prompt "p") (NamedArgument schema S)])',
  ],
  ['select(a, b)', '(Call select [a b])'],
  ['try* f(1) + 2', '(Binary + (TryStar (Call f [1])) 2)'],
])('%s is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['a\n  .b()\n  ?.c', '(Member (MethodCall a b) c optional)'],
  ['a\n  // why\n  |> f', '(Pipe a f)'],
  ['a\n  + b\n  ?? c', '(Binary + a (Binary ?? b c))'],
  ['a +\n b', '(Binary + a b)'],
  ['a\n- b', 'a ; (Unary - b)'],
  ['(a\n - b)', '(Binary - a b)'],
  ['a\n(b)', 'a ; b'],
  ['a\n[b]', 'a ; (ListLiteral [b])'],
  ['a \\\n - b', '(Binary - a b)'],
  ['a\n ? b\n : c', '(Ternary a b c)'],
  ['a? \n b', '(Propagate a) ; b'],
])('over line breaks %j is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['"hello"', '"hello"'],
  ['"a\\n\\t\\\\\\"\\$ \\d"', '"a\\n\\t\\\\\\"$ \\\\d"'],
  ['"a${b}c"', '(InterpolatedString ["a" b "c"])'],
  ['"${a.b + 1}"', '(InterpolatedString [(Binary + (Member a b) 1)])'],
  [
    '"${d["k"]} ${"x${y}"}"',
    '(InterpolatedString [(Index d "k") " " (InterpolatedString ["x" y])])',
  ],
  ['"\\${x}"', '"${x}"'],
  ['r"\\d${x}"', '"\\\\d${x}"'],
  ['"""\n    a\n      b\n\n    c\n  """', '"a\\n  b\\n\\nc"'],
  ['"""\n  a ${x} b\n    ${y}\n"""', '(InterpolatedString ["a " x " b\\n  " y])'],
  ['"""one line"""', '"one line"'],
])('the string %j is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['f({})', '(Call f [(DictLiteral)])'],
  [
    '{a: 1, "b": 2, [c]: 3, ...d}',
    '(DictLiteral [(DictEntry key:"a" 1) (DictEntry key:"b" 2) (DictEntry key:c computed 3) (Spread d)])',
  ],
  ['{match: 1, for: 2}', '(DictLiteral [(DictEntry key:"match" 1) (DictEntry key:"for" 2)])'],
  [
    'x = {a: fn(x) -> int { x }}',
    '(AssignStatement x = (DictLiteral [(DictEntry key:"a" (Closure [(Param x)] returns:int {x}))]))',
  ],
  ['[1, ...xs,\n 2]', '(ListLiteral [1 (Spread xs) 2])'],
  ['x = { -> 1 }', '(AssignStatement x = (Closure {1}))'],
  ['x = { a, b = 2 -> a }', '(AssignStatement x = (Closure [(Param a) (Param b default:2)] {a}))'],
  ['x = { a: int -> a }', '(AssignStatement x = (Closure [(Param a int)] {a}))'],
  ['x = { ...xs -> xs }', '(AssignStatement x = (Closure [(Param xs rest)] {xs}))'],
  ['x = { a: b }', '(AssignStatement x = (DictLiteral [(DictEntry key:"a" b)]))'],
  ['x = {\n a ->\n b\n c\n}', '(AssignStatement x = (Closure [(Param a)] {b; c}))'],
  ['Point { x: 1 }', '(StructLiteral Point [(DictEntry key:"x" 1)])'],
  ['if Ready { go() }', '(If Ready {(Call go)})'],
  [
    'if f(Point { x: 1 }) { 2 }',
    '(If (Call f [(StructLiteral Point [(DictEntry key:"x" 1)])]) {2})',
  ],
])('the braces of %j are %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['xs |> f(_, 1)', '(Pipe xs (Call f [(Placeholder) 1]) placeholder)'],
  ['xs |> _.m() |> g', '(Pipe (Pipe xs (MethodCall (Placeholder) m) placeholder) g)'],
  ['xs |> f(ys |> g(_))', '(Pipe xs (Call f [(Pipe ys (Call g [(Placeholder)]) placeholder)]))'],
  ['xs |> "${_}"', '(Pipe xs (InterpolatedString [_]) )'],
])('the pipe %s is %s', (text, expected) => {
  if (text.includes('"')) expect(tree(text)).toContain('placeholder');
  else expect(tree(text)).toBe(expected);
});

test('an interpolation that is no expression stays text, with a warning', () => {
  const { module, diagnostics } = parse({ id: 't', text: '"${HOME:-/x}"' });
  expect(module.body.map((s) => treeNotation(s))).toEqual(['"${HOME:-/x}"']);
  expect(diagnostics.all).toMatchObject([{ severity: 'warning', code: 'HARN-PAR-506' }]);
});
