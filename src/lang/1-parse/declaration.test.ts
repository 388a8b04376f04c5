import { expect, test } from 'vitest';
import { parse } from './parser.ts';
import { treeNotation } from './tree-notation.fixture.ts';

function tree(text: string): string {
  const { module, diagnostics } = parse({ id: 't', text });
  expect(diagnostics.all.map((d) => d.message)).toEqual([]);
  return module.body.map((statement) => treeNotation(statement)).join(' ; ');
}

test.each([
  ['import "std/text"', '(ImportDeclaration std/text)'],
  [
    'pub import { a, b as c } from "x"',
    '(ImportDeclaration x [(ImportName a a) (ImportName b c)] pub)',
  ],
  ['import a::b::{x}', '(ImportDeclaration a/b [(ImportName x x)])'],
  [
    'pipeline default(harness: Harness, task) -> int { 1 }',
    '(PipelineDeclaration default [(Param harness Harness) (Param task)] returns:int {1})',
  ],
  [
    'pub pipeline c(x) extends p { override m(t) { 1 } }',
    '(PipelineDeclaration c pub [(Param x)] extends:p {(OverrideDeclaration m [(Param t)] {1})})',
  ],
  [
    'pub fn f<T>(a: T, b = 1, ...c: int) -> T throws E | F where T: A + B { a }',
    '(FunctionDeclaration f pub [(TypeParam T)] [(Param a T) (Param b default:1) (Param c int rest)] returns:T throws:(UnionType [E F]) where:[(WhereClause T [A B])] {a})',
  ],
  [
    'gen fn g() -> Stream<int> { emit 1 }',
    '(FunctionDeclaration g generator returns:Stream<int> {(Emit 1)})',
  ],
  ['gen(1)', '(Call gen [1])'],
  [
    'tool t(p: string) -> string {\n description "d"\n p\n}',
    '(ToolDeclaration t [(Param p string)] returns:string description:d {p})',
  ],
  [
    'skill s {\n prompt "p"\n paths ["a"]\n on_activate fn() { 1 }\n}',
    '(SkillDeclaration s [(NamedField prompt "p") (NamedField paths (ListLiteral ["a"])) (NamedField on_activate (Closure {1}))])',
  ],
  [
    'eval_pack "a-b" {\n cases: []\n log(1)\n summarize { 2 }\n}',
    '(EvalPackDeclaration a_b id:a-b [(NamedField cases (ListLiteral))] [(Call log [1])] summarize:{2})',
  ],
  [
    'struct P<A> { x: A, y?: int\n z: nil }',
    '(StructDeclaration P [(TypeParam A)] [(StructField x A) (StructField y optional int) (StructField z nil)])',
  ],
  [
    'enum E { A, B(r: int)\n C(reason) D(list<int>) }',
    '(EnumDeclaration E [(EnumVariant A) (EnumVariant B [(VariantField r int)]) (EnumVariant C [(VariantField reason)]) (EnumVariant D [(VariantField list<int>)])])',
  ],
  [
    'impl P { fn m(self) { 1 } }',
    '(ImplDeclaration P [(FunctionDeclaration m [(Param self)] {1})])',
  ],
  [
    'interface I<in A, out B> { type Item = int\n fn m(self, i: A) -> B }',
    '(InterfaceDeclaration I [(TypeParam A in) (TypeParam B out)] [(AssociatedType Item default:int)] [(InterfaceMethod m [(Param self) (Param i A)] returns:B)])',
  ],
])('the declaration %j is %s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

test.each([
  ['int', 'int'],
  ['string | nil', '(UnionType [string nil])'],
  ['A & B | C', '(UnionType [(IntersectionType [A B]) C])'],
  ['T?', '(OptionalType T)'],
  ['[int]', '(ListType int)'],
  ['[int, string]', '(TupleType [int string])'],
  ['dict<string, list<int>>', 'dict<string, list<int>>'],
  ['owned<File>', '(OwnedType File)'],
  ['"a" | -1 | true', '(UnionType ["a" -1 true])'],
  [
    '{a: int, b?: [T], ...R}',
    '(ShapeType [(ShapeField a int) (ShapeField b optional (ListType T))] [(ShapeSpread R)])',
  ],
  [
    'fn(int, name: string?) -> fn() -> nil',
    '(FnType [(FnTypeParam int) (FnTypeParam name (OptionalType string))] returns:(FnType returns:nil))',
  ],
  [
    '{a: "x"} |\n  {a: "y"}',
    '(UnionType [(ShapeType [(ShapeField a "x")]) (ShapeType [(ShapeField a "y")])])',
  ],
])('the type %j is %s', (type, expected) => {
  expect(tree(`type X = ${type}`)).toBe(`(TypeDeclaration X ${expected})`);
});

test('a type that ends right before the equals sign is not an operator', () => {
  expect(tree('let x: list<int>= y')).toBe('(LetStatement let x list<int> y)');
});

test('attributes and doc comments belong to the declaration behind them', () => {
  const text =
    '/**\n * Adds.\n * @effects: []\n */\n@job("n", retry: [1, a.b], on: {k: call("x")})\n@test\nfn f() {}\n\nfn g() {}';
  const [f, g] = parse({ id: 't', text }).module.body;
  expect(f).toMatchObject({
    doc: 'Adds.\n@effects: []',
    attributes: [
      {
        name: 'job',
        args: [
          { name: undefined, value: { kind: 'literal', value: { value: 'n' } } },
          { name: 'retry', value: { kind: 'list', items: [{}, { kind: 'path', name: 'a.b' }] } },
          {
            name: 'on',
            value: { kind: 'dict', entries: [{ name: 'k', value: { kind: 'call' } }] },
          },
        ],
      },
      { name: 'test', args: [] },
    ],
  });
  expect(g).toMatchObject({ doc: undefined, attributes: [] });
});

test('a required parameter behind one with a default is refused', () => {
  const { diagnostics } = parse({ id: 't', text: 'fn f(a = 1, b, ...c) {}' });
  expect(diagnostics.all).toMatchObject([{ code: 'HARN-PAR-502', data: { name: 'b' } }]);
});

test('comments and the #! line are kept on the module', () => {
  const { module } = parse({ id: 't', text: '#!/bin/harn\n// a\nx /* b */\n/** c */' });
  expect(module.shebang).toMatchObject({ start: 0, end: 11 });
  expect(module.comments.map((c) => [c.style, c.text])).toEqual([
    ['line', ' a'],
    ['block', ' b '],
    ['doc', ' c '],
  ]);
});
