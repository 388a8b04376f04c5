// What the type checker says about programs, by table: the finding and the text that it points at.
import { describe, expect, test } from 'vitest';
import type { Edition } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { check } from '../check.ts';
import { memoryLoader } from '../memory-loader.ts';

const spec = (
  signature: string,
  name = signature.slice(0, signature.search(/[(:<]/)),
): BuiltinSpec => ({
  name,
  signature,
  doc: '',
  effect: 'pure',
  suspends: false,
});

const BUILTINS = [
  spec('println(value: any) -> nil'),
  spec('len(value: any) -> int'),
  spec('to_string(value: any) -> string'),
  spec('type_of(value: any) -> string'),
  spec('json_parse(text: string) -> any'),
  spec('iter(source: any) -> iter<any>'),
  spec('unreachable(value: any?) -> never'),
  spec('schema_is(data: any, schema: any) -> bool'),
  spec('schema_expect(data: any, schema: any) -> any'),
  spec('schema_of(schema: any) -> dict'),
  spec('Ok(value: any) -> Result'),
  spec('Err(error: any) -> Result'),
  spec('unwrap(result: any) -> any'),
  spec('find_user(name: string) -> dict?'),
  spec('read_text(path: string) -> string', 'fs.read_text'),
];

function checkText(text: string, edition: Edition = '2026') {
  return check(
    { id: 'main.harn', text },
    { loader: memoryLoader({}), builtins: BUILTINS, edition },
  );
}

/** `CODE message @ text` of every finding of the type checker, warnings and later ones marked. */
function findings(text: string, edition?: Edition): string[] {
  const program = checkText(text, edition);
  const show = (mark: string) => (d: (typeof program.diagnostics)[number]) =>
    `${mark}${d.code.slice(5)} ${d.message} @ ${text.slice(d.span.start, d.span.end)}`;
  return [
    ...program.diagnostics.map((d) => show(d.severity === 'warning' ? 'warning ' : '')(d)),
    ...program.latent.map(show('later ')),
  ];
}

type Case = readonly [title: string, text: string, ...findings: string[]];

function table(title: string, cases: readonly Case[], edition?: Edition): void {
  describe(title, () => {
    test.each(cases)('%s', (_title, text, ...expected) => {
      expect(findings(text, edition)).toEqual(expected);
    });
  });
}

table('values and annotations', [
  [
    'a value of another type is refused where it is given a name',
    'let n: int = "x"',
    `TYP-007 'n' declared as int, but assigned string @ "x"`,
  ],
  ['an int may stand for a float', 'let x: float = 1\nprintln(x)'],
  [
    'a float does not stand for an int',
    'let n: int = 1.5',
    `TYP-007 'n' declared as int, but assigned float @ 1.5`,
  ],
  [
    'nothing is said about what is not annotated',
    'let d = json_parse("{}")\nlet s: string = d.name',
  ],
  [
    'an assignment must fit the annotation',
    'let n: int = 1\nn = "two"',
    `TYP-005 'n' declared as int, but assigned string @ "two"`,
  ],
  ['a variable without annotation may change its type', 'let x = 1\nx = "two"\nprintln(x + "!")'],
  [
    'the type of what was assigned last is known',
    'let x = 1\nx = "two"\nprintln(x - 1)',
    `TYP-002 can't use '-' on string and int (needs numeric operands) @ x - 1`,
  ],
  [
    'an element must fit the list',
    'let xs: list<int> = [1]\nxs[0] = "a"',
    `TYP-005 'element' declared as int, but assigned string @ "a"`,
  ],
  [
    'several mistakes are all reported',
    'let a: int = ""\nlet b: string = 1',
    `TYP-007 'a' declared as int, but assigned string @ ""`,
    `TYP-007 'b' declared as string, but assigned int @ 1`,
  ],
  [
    'unknown must be narrowed first',
    'fn f(v: unknown) { let s: string = v\n println(s) }',
    `TYP-007 's' declared as string, but assigned unknown @ v`,
  ],
  [
    'a misspelt type is found',
    'fn f(v: strng) { println(v) }',
    'warning TYP-020 unknown type `strng` (did you mean `string`?) @ strng',
  ],
]);

table('misspelt types', [
  [
    'are reported once, whoever comes first',
    'f("a")\nfn f(v: strng) { println(v) }\nfn g<T>(v: lst<T>) { println(v) }\ng(["a"])',
    'warning TYP-020 unknown type `strng` (did you mean `string`?) @ strng',
    'warning TYP-020 unknown type `lst` (did you mean `list`?) @ lst<T>',
  ],
]);

table('containers and shapes', [
  ['a literal list fits element by element', 'let xs: list<float> = [1, 2.5]\nprintln(xs)'],
  [
    'a named list of ints is no list of floats',
    'let xs: list<int> = [1]\nlet ys: list<float> = xs',
    `TYP-007 'ys' declared as list<float>, but assigned list<int> @ xs`,
  ],
  [
    'more fields than asked for are fine',
    'let u: {name: string} = {name: "a", age: 3}\nprintln(u)',
  ],
  [
    'a missing field is named',
    'let u: {name: string, age: int} = {age: 3}',
    "TYP-007 'u' declared as {name: string, age: int}, but assigned {age: int} (missing field 'name' (string)) @ {age: 3}",
  ],
  [
    'optional fields may be left out or nil',
    'let u: {name?: string} = {}\nlet v: {name?: string} = {name: nil}',
  ],
  ['a shape is a dict of what its fields have', 'let d: dict<string, int> = {a: 1}\nprintln(d)'],
  [
    'a field that does not fit the dict',
    'let d: dict<string, int> = {a: "x"}',
    `TYP-007 'd' declared as dict<string, int>, but assigned {a: string} @ {a: "x"}`,
  ],
  [
    'a type may mention itself',
    'type Tree = {value: int, kids: list<Tree>}\nlet t: Tree = {value: 1, kids: [{value: 2, kids: []}]}\nprintln(t)',
  ],
  [
    'also deep inside',
    'type Tree = {value: int, kids: list<Tree>}\nlet t: Tree = {value: 1, kids: [{value: "x", kids: []}]}',
    `TYP-007 't' declared as Tree, but assigned {value: int, kids: list<{value: string, kids: list}>} (field 'kids' has type list<{value: string, kids: list}>, expected list<Tree>) @ {value: 1, kids: [{value: "x", kids: []}]}`,
  ],
  [
    'intersections have the fields of both',
    'type A = {a: int}\ntype B = {b: int}\nlet x: A & B = {a: 1, b: 2}\nprintln(x.a + x.b)',
  ],
  [
    'a pair of numbers is a tuple where one is wanted',
    'let p: (int, string) = [1, "a"]\nprintln(p)',
  ],
]);

table('operators', [
  ['numbers of both kinds mix', 'println(1 + 2.5)\nprintln(2 ** 3 - 1)'],
  ['texts repeat', 'println("ab" * 3)'],
  [
    'bools cannot be added',
    'println(true + false)',
    "TYP-002 can't add bool and bool @ true + false",
  ],
  [
    'a number is not added to a text',
    'println("n" + 1)',
    `TYP-003 can't add string and int @ "n" + 1`,
  ],
  ['one possible combination is enough', 'fn f(x: int | string) { println(x + 1) }'],
  [
    'no possible combination is not',
    'fn f(x: bool | string) { println(x - 1) }',
    "TYP-002 can't use '-' on bool | string and int (needs numeric operands) @ x - 1",
  ],
  [
    'a compound assignment is an operator',
    'let n = 1\nn += "x"',
    `TYP-003 can't add int and string @ n += "x"`,
  ],
]);

table('calls', [
  [
    'every argument is checked',
    'fn add(a: int, b: int) -> int { return a + b }\nadd("x", true)',
    'TYP-006 Argument 1 (\'a\'): expected int, got string @ "x"',
    "TYP-006 Argument 2 ('b'): expected int, got bool @ true",
  ],
  [
    'too few arguments are a warning, because they are nil',
    'fn f(a, b = 1) { println(a) }\nf()',
    "warning TYP-501 'f' expects 1 to 2 arguments, got 0 @ f()",
  ],
  ['rest parameters take any number', 'fn f(a: int, ...xs: int) { println(xs) }\nf(1, 2, 3)'],
  [
    'rest arguments are checked',
    'fn f(...xs: int) { println(xs) }\nf(1, "x")',
    'TYP-006 Argument 2 (\'...\'): expected int, got string @ "x"',
  ],
  [
    'after a spread, positions are not known',
    'fn f(a: int, b: string) { println(a) }\nf(...[1, "x"])',
  ],
  [
    'pipes call too',
    'fn f(n: int) -> int { return n }\n"x" |> f',
    `TYP-006 Argument 1 ('n'): expected int, got string @ "x" |> f`,
  ],
  [
    'what is returned must fit',
    'fn f() -> int { return "x" }',
    'TYP-004 return type doesn\'t match: expected int, got string @ "x"',
  ],
  [
    'a closure gives its last value',
    'let f = fn(n: int) -> string { n + 1 }\nprintln(f)',
    "TYP-008 return type doesn't match: expected string, got int @ n + 1",
  ],
  [
    'a callback gets what it is called with',
    'fn each(xs: list<int>, f: fn(int) -> nil) { println(f) }\neach([1], { n -> println(n - "x") })',
    `TYP-002 can't use '-' on int and string (needs numeric operands) @ n - "x"`,
  ],
  [
    'a callback may ignore arguments',
    'fn go(f: fn(int, int) -> nil) { f(1, 2) }\ngo({ a -> println(a) })',
  ],
  [
    'a callback that wants less than it gets',
    'let wide = fn(x: float) { 0 }\nlet f: fn(int) -> int = wide\nprintln(f)',
  ],
  [
    'a callback that wants more than it gets',
    'let narrow = fn(x: int) { 0 }\nlet f: fn(float) -> int = narrow',
    "TYP-007 'f' declared as fn(float) -> int, but assigned fn(int) -> int @ narrow",
  ],
]);

table('generics', [
  [
    'arguments choose the parameter',
    'fn first<T>(xs: list<T>) -> T { return xs[0] }\nlet n: int = first([1, 2])\nprintln(n)',
  ],
  [
    'and then bind it',
    'fn first<T>(xs: list<T>) -> T { return xs[0] }\nlet s: string = first([1, 2])',
    "TYP-007 's' declared as string, but assigned int @ first([1, 2])",
  ],
  [
    'two arguments must agree',
    'fn keep<T>(a: T, b: T) -> T { return a }\nkeep(1, "x")',
    'TYP-012 type parameter \'T\' was inferred as both int and string @ keep(1, "x")',
  ],
  [
    'a type can be given',
    'fn keep<T>(a: T, b: T) -> T { return a }\nprintln(keep<int | string>(1, "x"))',
  ],
  [
    'the wrong number of types',
    'fn id<T>(a: T) -> T { return a }\nid<int, int>(1)',
    "TYP-013 'id' takes 1 type arguments, got 2 @ id<int, int>(1)",
  ],
  [
    'callbacks choose results',
    'fn map<T, U>(xs: list<T>, f: fn(T) -> U) -> list<U> { return [] }\nlet ys: list<string> = map([1], { n -> to_string(n) })\nprintln(ys)',
  ],
  [
    'generic structs remember what they hold',
    'struct Box<T> { value: T }\nlet b = Box { value: 1 }\nlet s: string = b.value',
    "TYP-007 's' declared as string, but assigned int @ b.value",
  ],
  [
    'generic enums hand it to the arms',
    'enum Option<T> { Some(value: T), None }\nfn f(o: Option<int>) { match o { Option.Some(v) -> { let s: string = v\n println(s) } Option.None -> {} } }',
    "TYP-007 's' declared as string, but assigned int @ v",
  ],
  [
    'a bound asks for methods',
    'interface Named { fn name(self) -> string }\nstruct A { x: int }\nfn show<T>(a: T) where T: Named { println(a.name()) }\nshow(A { x: 1 })',
    "TYP-015 type 'A' does not satisfy interface 'Named': method 'name' is missing (required by type parameter 'T') @ show(A { x: 1 })",
  ],
  ['a promise of variance is kept', 'type Reader<out T> = fn() -> T'],
  [
    'or reported where it is broken',
    'type Sink<out T> = fn(T) -> nil',
    "TYP-506 type parameter 'T' is declared 'out' (covariant) but appears in a contravariant position in type alias 'Sink' @ out T",
  ],
]);

table('narrowing', [
  ['nil checks', 'fn f(x: string?) -> string { if x == nil { return "" }\n return x }'],
  ['guards', 'fn f(x: string?) -> string { guard x != nil else { return "" }\n return x }'],
  [
    'without a check it does not fit',
    'fn f(x: string?) -> string { return x }',
    "TYP-004 return type doesn't match: expected string, got string | nil @ x",
  ],
  [
    'type_of in both branches',
    'fn f(x: string | int) -> int { if type_of(x) == "string" { return len(x) }\n return x }',
  ],
  [
    'and, or, not',
    'fn f(x: string?, y: int?) -> string { if x == nil || y == nil { return "" }\n let n: int = y\n println(n)\n return x }',
  ],
  ['ternaries', 'fn f(x: string?) -> string { return x != nil ? x : "" }'],
  ['defaults', 'fn f(x: string?) -> string { return x ?? "" }'],
  ['loops', 'fn f(x: string?) { while x != nil { let s: string = x\n println(s) } }'],
  [
    'fields',
    'fn f(u: {name: string?}) -> string { if u.name != nil { return u.name }\n return "" }',
  ],
  [
    'elements',
    'fn f(u: dict<string, string?>) -> string { if u["a"] != nil { return u["a"] }\n return "" }',
  ],
  [
    'optional chains tell about what is before them',
    'fn f(u: {name: string}?) -> string { if u?.name != nil { return u.name }\n return "" }',
  ],
  [
    'an assignment ends it',
    'fn g() -> string? { return nil }\nfn f() -> string { let x: string? = g()\n if x != nil { x = g()\n return x }\n return "" }',
    "TYP-004 return type doesn't match: expected string, got string | nil @ x",
  ],
  [
    'a loop that assigns ends it from its beginning',
    'fn g() -> string? { return nil }\nfn f() { let x: string? = g()\n if x == nil { return }\n for i in [1, 2] { let s: string = x\n println(s)\n x = g() } }',
    "TYP-007 's' declared as string, but assigned string | nil @ x",
  ],
  [
    'tags tell the members of a union apart',
    'type M = {kind: "a", n: int} | {kind: "b", s: string}\nfn f(m: M) -> int { if m.kind == "a" { return m.n }\n return len(m.s) }',
  ],
  [
    'tags in a match',
    'type M = {kind: "a", n: int} | {kind: "b", s: string}\nfn f(m: M) -> int { match m.kind { "a" -> { return m.n } "b" -> { let n: int = m.s\n return n } } }',
    "TYP-007 'n' declared as int, but assigned string @ m.s",
  ],
  [
    'tags in patterns',
    'type M = {kind: "a", n: int} | {kind: "b", s: string}\nfn f(m: M) -> string { match m { {kind: "a", n} -> { return n } _ -> { return "" } } }',
    "TYP-004 return type doesn't match: expected string, got int @ n",
  ],
  [
    'schemas',
    'type User = {name: string}\nfn f(v: unknown) -> string { if schema_is(v, User) { return v.name }\n return "" }',
  ],
  [
    'schemas that are written out',
    'fn f(v: unknown) -> int { if schema_is(v, {type: "dict", properties: {name: {type: "string"}}, required: ["name"]}) { return v.name }\n return 0 }',
    "TYP-004 return type doesn't match: expected int, got string @ v.name",
  ],
  [
    'has makes a field required',
    'fn f(x: {name?: string}) -> string { if x.has("name") { return x.name }\n return "" }',
  ],
  [
    'a field that was just assigned',
    'fn f() -> int { let p: {n?: int} = {}\n p.n = 1\n return p.n + 1 }',
  ],
  [
    'require holds afterwards',
    'fn f(x: string?) -> string { require x != nil, "no x"\n return x }',
  ],
]);

table('nil', [
  [
    'a nilable value must be handled before its fields are read',
    'fn f(u: {name: string}?) { println(u.name) }',
    'TYP-025 `.name` may fail: the value may be nil (it is {name: string} | nil) @ u.name',
  ],
  [
    'also what a builtin gives',
    'println(find_user("a").name)',
    'TYP-025 `.name` may fail: the value may be nil (it is dict | nil) @ find_user("a").name',
  ],
  ['?. asks first', 'fn f(u: {name: string}?) { println(u?.name) }'],
  ['! takes responsibility', 'fn f(u: {name: string}?) { println(u!.name) }'],
  [
    'operands may not be nil',
    'fn f(n: int?) { println(n + 1) }',
    "TYP-025 '+' may fail: the value may be nil (it is int | nil) @ n + 1",
  ],
  [
    'what is nil for certain fails when a run gets there',
    'const x = nil\nprintln(x.name)',
    'later TYP-025 `.name` may fail: the value may be nil (it is nil) @ x.name',
  ],
]);

table(
  'nil in the older edition',
  [
    [
      'is not asked about',
      'fn f(u: {name: string} | nil, n: int | nil) { println(u.name)\n println(n + 1) }',
    ],
  ],
  '0.7',
);

table('match', [
  [
    'an enum needs all its variants',
    'enum C { Red, Green }\nfn f(c: C) { match c { C.Red -> {} } }',
    'MAT-001 Non-exhaustive match on enum C: missing variants "Green" @ c',
  ],
  ['or a wildcard', 'enum C { Red, Green }\nfn f(c: C) { match c { C.Red -> {} _ -> {} } }'],
  [
    'a guard may not hold',
    'enum C { Red, Green }\nfn f(c: C, ok: bool) { match c { C.Red if ok -> {} C.Green -> {} } }',
    'MAT-001 Non-exhaustive match on enum C: missing variants "Red" @ c',
  ],
  [
    'the name of the variant will do',
    'enum C { Red, Green }\nfn f(c: C) { match c.variant { "Red" -> {} } }',
    'MAT-001 Non-exhaustive match on enum C: missing variants "Green" @ c.variant',
  ],
  [
    'literals',
    'fn f(v: "yes" | "no" | 1) { match v { "yes" -> {} } }',
    'MAT-001 Non-exhaustive match on literal union: missing variants "no", 1 @ v',
  ],
  [
    'alternatives count one by one',
    'fn f(v: "yes" | "no" | "maybe") { match v { "yes" | "no" -> {} "maybe" -> {} } }',
  ],
  [
    'tagged shapes',
    'type M = {t: "a"} | {t: "b"}\nfn f(m: M) { match m.t { "a" -> {} } }',
    'MAT-001 Non-exhaustive match on tagged shape union: missing variants "b" @ m.t',
  ],
  [
    'a total match leaves when all arms leave',
    'fn f(v: "a" | "b") -> int { match v { "a" -> { return 1 } "b" -> { return 2 } } }',
  ],
]);

table('claims that nothing is left', [
  [
    'a variable that has been handled',
    'fn f(x: string | int) -> string { if type_of(x) == "string" { return x }\n if type_of(x) == "int" { return "n" }\n unreachable(x) }',
  ],
  [
    'a variable that has not',
    'fn f(x: string | int) -> string { if type_of(x) == "string" { return x }\n unreachable(x) }',
    "TYP-503 unreachable() can be reached: 'x' may still be int here @ unreachable(x)",
  ],
  [
    'an unknown value that was narrowed in part',
    'fn f(v: unknown) -> string { if type_of(v) == "string" { return v }\n throw "no" }',
    'warning TYP-504 `throw` reached but `v: unknown` was not fully narrowed — uncovered concrete type(s): int, float, bool, nil, list, dict, closure, bytes @ throw "no"',
  ],
  [
    'code behind a jump',
    'fn f() { return 1\n println(2) }',
    'warning TYP-502 unreachable code @ println(2)',
  ],
]);

table('declared types', [
  [
    'fields of a struct',
    'struct P { x: int }\nlet p = P { x: "a" }',
    'TYP-022 P: field \'x\' has type string, expected int @ "a"',
  ],
  [
    'missing fields',
    'struct P { x: int, y: int }\nlet p = P { x: 1 }',
    "TYP-022 P: missing field 'y' (int) @ P",
  ],
  [
    'misspelt fields',
    'struct P { width: int }\nfn f(p: P) { println(p.widht) }',
    'warning TYP-009 P has no field `width`'.replace('`width`', '`widht` (did you mean `width`?)') +
      ' @ widht',
  ],
  [
    'variants',
    'enum C { Red }\nprintln(C.Rde)',
    'TYP-021 enum C has no variant `Rde` (did you mean `Red`?) @ Rde',
  ],
  [
    'payloads',
    'enum S { Circle(r: float) }\nprintln(S.Circle("x"))',
    'TYP-006 Argument 1 (\'r\'): expected float, got string @ "x"',
  ],
  [
    'methods',
    'struct P { x: int }\nimpl P { fn add(self, n: int) -> int { return self.x + n } }\nlet s: string = P { x: 1 }.add(2)',
    "TYP-007 's' declared as string, but assigned int @ P { x: 1 }.add(2)",
  ],
  [
    'self is the type',
    'struct P { x: int }\nimpl P { fn text(self) -> string { return self.x } }',
    "TYP-004 return type doesn't match: expected string, got int @ self.x",
  ],
  [
    'interfaces are satisfied by having the methods',
    'interface Named { fn name(self) -> string }\nstruct A { x: int }\nimpl A { fn name(self) -> string { return "a" } }\nfn show(n: Named) { println(n.name()) }\nshow(A { x: 1 })',
  ],
  [
    'and not by having others',
    'interface Named { fn name(self) -> string }\nstruct A { x: int }\nimpl A { fn name(self) -> int { return 1 } }\nfn show(n: Named) { println(n.name()) }\nshow(A { x: 1 })',
    "TYP-006 Argument 1 ('n'): expected Named, got A @ A { x: 1 }",
  ],
]);

describe('modules', () => {
  test('types flow through imports and re-exports', () => {
    const files = {
      'lib.harn':
        'pub struct P { x: int }\npub type Id = string | int\npub fn make(n: int) -> P { return P { x: n } }',
      'mid.harn': 'pub import "./lib"',
    };
    const text = 'import "./mid"\nconst p = make("a")\nconst s: string = p.x\nconst id: Id = true';
    const loader = memoryLoader({ ...files, 'main.harn': text });
    const program = check({ id: 'main.harn', text }, { loader, builtins: BUILTINS });
    expect(program.diagnostics.map((d) => d.message)).toEqual([
      "Argument 1 ('n'): expected int, got string",
      "'s' declared as string, but assigned int",
      "'id' declared as Id, but assigned bool",
    ]);
  });

  test('a file that does not parse is not judged', () => {
    const program = checkText('let n: int = "x"\nfn f( {');
    expect(program.diagnostics.every((d) => d.code.startsWith('HARN-PAR'))).toBe(true);
  });
});
