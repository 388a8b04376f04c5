// What the type checker says about programs, by table: the finding and the text that it points at.
import { describe, expect, test } from 'vitest';
import { check } from '../check.ts';
import { memoryLoader } from '../memory-loader.ts';
import { BUILTINS, checkText, table } from './findings.fixture.ts';

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

table('decimals', [
  [
    'calculate with each other and with ints, which are not taken for them',
    'fn f(p: decimal, n: int) -> decimal { return -(p * n + 1 - p) ** 2 }\nfn g(p: decimal) { let x: decimal = 3\n println(p / x) }',
    `TYP-007 'x' declared as decimal, but assigned int @ 3`,
  ],
  [
    'never mix with floats',
    'fn f(p: decimal, x: float) { println(p * x)\n println(1.5 + p)\n println(p < 2.5)\n println(p == 0.1) }',
    `TYP-002 can't use '*' on decimal and float @ p * x`,
    `TYP-002 can't use '+' on float and decimal @ 1.5 + p`,
    `TYP-002 can't compare decimal and float @ p < 2.5`,
    `warning TYP-002 decimal and float are never equal @ p == 0.1`,
  ],
  [
    'that may be ints or floats as well are nobody’s mistake',
    'fn f(p: decimal, n: number, x: decimal | float) { println(p * n)\n println(x * 2.5)\n println(x < p) }',
  ],
  [
    'have no properties and are no text',
    'fn f(p: decimal) { println(p.scale)\n println("a" + p)\n println("a" * p) }',
    `TYP-003 can't add string and decimal @ "a" + p`,
    `TYP-002 can't multiply string and decimal (try string * int) @ "a" * p`,
    'later TYP-010 cannot access property `scale` on decimal @ scale',
  ],
  [
    'are told apart by type_of',
    'fn f(x: decimal | string) -> decimal { if type_of(x) == "decimal" { return x }\n return decimal(x) }\nfn g(x: decimal | string) -> string { if type_of(x) != "string" { return to_string(x + 1) }\n return x }',
  ],
  [
    'are not made of floats',
    'println(decimal(0.1))\nlet f = 2.5\nprintln(decimal(f))\nprintln(decimal("0.1"), decimal(2))',
    'TYP-508 a decimal cannot be made of a float @ decimal(0.1)',
    'TYP-508 a decimal cannot be made of a float @ decimal(f)',
  ],
  [
    'come out of round, min, max and abs as they went in',
    'fn f(p: decimal) -> decimal { let n: int = round(p)\n let q: decimal = min(n, max(round(p, 2), abs(p)))\n return q }\nlet n: int = round(2.5)\nlet x: float = round(2.345, 2)\nprintln(n, x, f)',
  ],
]);

table('arguments of builtins', [
  [
    'that are missing are nil, which is said',
    'println(len())',
    `warning TYP-501 'len' expects 1 argument, got 0 @ len()`,
  ],
  [
    'are counted for methods of the harness',
    'fn main(harness: Harness) { harness.fs.read_text() }',
    `warning TYP-501 'read_text' expects 1 argument, got 0 @ harness.fs.read_text()`,
  ],
  [
    'may come through a pipe or a spread',
    'const xs = ["a"]\nprintln("a" |> len)\nprintln(len(...xs))',
  ],
  ['may be more than are known of', 'println(len("a", 1))'],
]);

table('misspelt types', [
  [
    'are reported once, whoever comes first',
    'f("a")\nfn f(v: strng) { println(v) }\nfn g<T>(v: lst<T>) { println(v) }\ng(["a"])',
    'warning TYP-020 unknown type `strng` (did you mean `string`?) @ strng',
    'warning TYP-020 unknown type `lst` (did you mean `list`?) @ lst',
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

table('what a function throws', [
  [
    'must be declared where something is',
    'fn f() -> int throws string {\n throw 1\n}',
    'TYP-026 throws int, but only string is declared @ throw 1',
  ],
  [
    'is what callees throw, too',
    'fn g() -> int throws int { throw 1 }\nfn f() -> int throws string { return g() }',
    'TYP-026 throws int, but only string is declared @ g()',
  ],
  [
    'is not what a handler takes',
    'fn f() -> int throws string {\n try { throw 1 } catch (e: int) { return e }\n return 0\n}',
  ],
  ['is free where nothing is declared', 'fn f() { throw 1 }'],
]);

table('what a function produces', [
  [
    'fits what it declares',
    'gen fn f() -> Stream<int> {\n emit "a"\n emit 1\n}',
    'TYP-510 emits string, but what is produced was declared as int @ "a"',
  ],
  [
    'fits for generators, too',
    'fn f() -> Generator<string> {\n yield "a"\n if true { yield 1 }\n}',
    'TYP-510 yields int, but what is produced was declared as string @ 1',
  ],
  ['is anything where nothing is declared', 'gen fn f() {\n emit 1\n emit "a"\n}'],
  [
    'is not what a closure inside of it yields',
    'gen fn f() -> Stream<int> {\n const g = fn() { yield "a" }\n emit len(g)\n}',
  ],
]);

table('the else of a guard', [
  [
    'has to leave',
    'fn f(x: string?) {\n guard x != nil else { println("none") }\n println(x)\n}',
    'warning TYP-511 the `else` of this `guard` can end without leaving, so its condition may not hold afterwards @ guard x != nil',
  ],
  [
    'may leave by a jump',
    'fn f(xs: list<int>) {\n for x in xs {\n guard x > 1 else { continue }\n }\n}',
  ],
  [
    'may leave on all of its paths',
    'fn f(x: bool) {\n guard x else {\n if len("a") > 0 { throw "a" } else { return nil }\n }\n}',
  ],
]);

table('a method that a struct does not have', [
  [
    'is told with the one that may be meant',
    'struct P { x: int }\nimpl P { fn area(self) { return self.x } }\nfn f(p: P) { println(p.aera()) }',
    'warning TYP-509 P has no method `aera` (did you mean `area`?) @ aera',
  ],
  [
    'may be a field that holds a function',
    'struct P { run: fn(int) -> int }\nfn f(p: P) { println(p.run(1)) }',
  ],
  ['is no matter for a receiver that may be anything', 'fn f(p) { println(p.aera()) }'],
]);

table('the end of a function', [
  [
    'gives nil',
    'fn f(x: bool) -> int {\n if x { return 1 }\n}',
    "warning TYP-507 'f' can end without a return, which gives nil, but returns int @ int",
  ],
  [
    'is not reached behind an endless loop',
    'fn f(x: bool) -> int {\n while true {\n if x { return 1 }\n }\n}',
  ],
  [
    'is reached behind one that breaks',
    'fn f(x: bool) -> int {\n while true {\n if x { break }\n }\n}',
    "warning TYP-507 'f' can end without a return, which gives nil, but returns int @ int",
  ],
  ['may give nil where that is declared', 'fn f(x: bool) -> int? {\n if x { return 1 }\n}'],
]);

table('builtins', [
  [
    'an argument that cannot be right is a warning',
    'fn f(harness: Harness) { harness.fs.read_text(5) }',
    "warning TYP-006 Argument 1 ('path'): expected string, got int @ 5",
  ],
  [
    'what may be right is not judged',
    'fn f(harness: Harness, p: string?, q: any) { harness.fs.read_text(p)\n harness.fs.read_text(q) }',
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
    'fields that a struct does not have, however they are spelt',
    'struct P { width: int }\nfn f(p: P) { println(p.colour) }',
    'warning TYP-009 P has no field `colour` @ colour',
  ],
  [
    'open shapes: a tail in small letters is no type, one in capitals is',
    'type Base = {n: int}\nfn f(p: {id: string, ...rest}, q: {...Bas, id: string}) { println(p.id) }',
    'warning TYP-020 unknown type `Bas` (did you mean `Base`?) @ Bas',
  ],
  [
    'but a dict of a shape may have more than the shape says',
    'fn f(p: {width: int}) { println(p.colour) }',
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
    "TYP-006 Argument 1 ('n'): expected Named, got A (method 'name' returns int, expected string) @ A { x: 1 }",
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

table('literals that were wanted', [
  [
    'an argument that is nearly one of them',
    'fn go(how: "fast" | "slow") { }\ngo("fst")',
    'TYP-006 Argument 1 (\'how\'): expected "fast" | "slow", got "fst" (did you mean "fast"?) @ "fst"',
  ],
  [
    'a field that is none of them',
    'let x: {mode: "on" | "off", n: int} = {mode: "nothing", n: 1}',
    'TYP-007 \'x\' declared as {mode: "on" | "off", n: int}, but assigned {mode: "nothing", n: int} (field \'mode\' has type "nothing", expected "on" | "off") @ {mode: "nothing", n: 1}',
  ],
  [
    'a number that is none of them',
    'fn f() -> 0 | 1 { return 2 }',
    "TYP-004 return type doesn't match: expected 0 | 1, got 2 @ 2",
  ],
  [
    'other types stay as they were',
    'let n: int = "a"',
    'TYP-007 \'n\' declared as int, but assigned string @ "a"',
  ],
]);
