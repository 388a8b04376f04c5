import { expect, test } from 'vitest';
import { parse } from './parser.ts';
import { treeNotation } from './tree-notation.fixture.ts';

function tree(text: string): string {
  const { module, diagnostics } = parse({ id: 't', text });
  expect(diagnostics.all.map((d) => d.message)).toEqual([]);
  return module.body.map((statement) => treeNotation(statement)).join(' ; ');
}

test.each([
  ['let a = 1', '(LetStatement let a 1)'],
  ['var a: int = 1', '(LetStatement var a int 1)'],
  [
    'const {a, b: c = 2, ...d} = e',
    '(LetStatement const (DictPattern [(PatternField key:a a) (PatternField key:b c default:2)] rest:d) e)',
  ],
  ['pub const X = 1', '(LetStatement const pub X 1)'],
  [
    'let [a, _, ...b] = c',
    '(LetStatement let (ListPattern [(PatternElement a) (PatternElement _)] rest:b) c)',
  ],
  ['const = 1', '(AssignStatement const = 1)'],
  ['a.b[0] += 1', '(AssignStatement (Index (Member a b) 0) += 1)'],
  ['return', '(ReturnStatement)'],
  ['return {a: 1}', '(ReturnStatement (DictLiteral [(DictEntry key:"a" 1)]))'],
  ['throw "x"', '(ThrowStatement "x")'],
  ['a; b\nc', 'a ; b ; c'],
  ['{ a\n b }', '(BlockExpression {a; b})'],
])('the statement %j is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['if a { 1 } else if b { 2 }\nelse { 3 }', '(If a {1} otherwise:(If b {2} otherwise:{3}))'],
  ['for (k, v) in d { k }', '(ForStatement (PairPattern k v) d {k})'],
  [
    'for {index, value} in xs { }',
    '(ForStatement (DictPattern [(PatternField key:index index) (PatternField key:value value)]) xs {})',
  ],
  ['while a { break; continue }', '(WhileStatement a {(BreakStatement); (ContinueStatement)})'],
  ['guard a else { return }', '(GuardStatement a otherwise:{(ReturnStatement)})'],
  ['require a, "m"', '(RequireStatement a message:"m")'],
  [
    'try { a } catch (e: E) { b } finally { c }',
    '(Try {a} catch:(CatchClause e E {b}) finally:{c})',
  ],
  ['try { a } catch e { b }', '(Try {a} catch:(CatchClause e {b}))'],
  ['let r = try { a }', '(LetStatement let r (Try {a}))'],
  ['defer { a }', '(DeferStatement {a})'],
  ['retry 3 { a }', '(Retry 3 {a})'],
  ['retry(n) { a }', '(Retry n {a})'],
  ['deadline 30s { a }', '(Deadline 30000ms {a})'],
  ['mutex { a }', '(Mutex {a})'],
  ['spawn { a }', '(Spawn {a})'],
  ['parallel(3) { i -> i }', '(Parallel count 3 (Param i) {i})'],
  ['parallel 3 { a }', '(Parallel count 3 {a})'],
  [
    'parallel each xs with { max_concurrent: 4 } { x -> x } as stream',
    '(Parallel each xs options:[(NamedField max_concurrent 4)] (Param x) {x} stream)',
  ],
  ['parallel settle xs { x: int -> x }', '(Parallel settle xs (Param x int) {x})'],
  [
    'select { m from ch { m } timeout 5s { a } }',
    '(Select [(SelectCase m ch {m})] timeout:(SelectTimeout 5000ms {a}))',
  ],
  ['select { m from ch { m }\n default { a } }', '(Select [(SelectCase m ch {m})] otherwise:{a})'],
  ['yield 1', '(Yield 1)'],
  ['emit a', '(Emit a)'],
])('the form %j is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['1 | 2 if c -> { a }', '(MatchArm (OrPattern [1 2]) guard:c {a})'],
  ['_ -> b', '(MatchArm (WildcardPattern) {b})'],
  ['n -> { n }', '(MatchArm n {n})'],
  ['-1 -> { n }', '(MatchArm (Unary - 1) {n})'],
  [
    'Shape.Circle(r, _) -> { r }',
    '(MatchArm (VariantPattern Shape Circle [r (WildcardPattern)]) {r})',
  ],
  ['Color.Red -> { }', '(MatchArm (VariantPattern Color Red) {})'],
  ['[1, x, ...rest] -> { x }', '(MatchArm (ListMatchPattern [1 x] rest:rest) {x})'],
  [
    '{kind: "a", v: d} -> { d }',
    '(MatchArm (DictMatchPattern [(MatchField key:kind "a") (MatchField key:v d)]) {d})',
  ],
  ['limits.max -> { 1 }', '(MatchArm (Member limits max) {1})'],
])('the arm %j is %s', (arm, expected) => {
  expect(tree(`match v {\n${arm}\n}`)).toBe(`(Match v [${expected}])`);
});

function errors(text: string): string[] {
  return parse({ id: 't', text }).diagnostics.all.map((d) => d.message);
}

test.each([
  ['let x =', ['Unexpected end of file, expected expression']],
  ['pipeline p(x) {', ['Unexpected end of file, expected }']],
  [
    'a = )\nlet y = 1\nb = )',
    ['Expected expression, got ) at 1:5', 'Expected expression, got ) at 3:5'],
  ],
  ['a b', ['Expected statement separator (`;` or newline), got id(b) at 1:3']],
  ...['while { a() }', 'while {\n a()\n}'].map((text): [string, string[]] => [
    text,
    ['Expected an expression before the block, got { at 1:7'],
  ]),
  ['if { a }', ['Expected an expression before the block, got { at 1:4']],
  ['a;; b', ['Expected expression, got ; at 1:3']],
  ['fn tool() {}', ["Expected function name, got 'tool' (reserved keyword) at 1:4"]],
  ['f(1', ['Unexpected end of file, expected )']],
  [
    'let x = 99999999999999999999',
    ['Integer literal 99999999999999999999 at 1:9 does not fit into 64 bits'],
  ],
  ['1 + 2 = 3', ['Only a variable, a field or an element can be assigned to, at 1:7']],
  ['@test\nlet x = 1', ['Attributes can only stand before a declaration, at 2:1']],
  ['log(a: 1)', ['Expected ), got : at 1:6']],
])('the text %j is refused with %j', (text, expected) => {
  expect(errors(text)).toEqual(expected);
});

test('errors in one function leave the next one whole', () => {
  const text = 'fn a() {\n  let = 1\n  ok()\n}\nfn b() { 1 }';
  const { module, diagnostics } = parse({ id: 't', text });
  expect(diagnostics.errorCount).toBe(1);
  expect(module.body.map((s) => treeNotation(s))).toEqual([
    '(FunctionDeclaration a {(ErrorStatement); (Call ok)})',
    '(FunctionDeclaration b {1})',
  ]);
});

test('expected and got are data of the error', () => {
  const { diagnostics } = parse({ id: 't', text: 'let 5 = 1' });
  expect(diagnostics.all[0]?.data).toMatchObject({ got: 'int(5)', line: 1, column: 5 });
});
