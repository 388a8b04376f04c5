// What is known on the way through a program: narrowing, nil, matches, and claims that nothing is left.
import { table } from './findings.fixture.ts';

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
    'a mistake in a schema is reported once',
    'fn f(v: unknown) { if schema_is(v, {n: true + false}) { println(v) } }',
    "TYP-002 can't add bool and bool @ true + false",
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

table('arms', [
  [
    'that an earlier arm takes are never reached',
    'fn f(n: int) { match n {\n 1 -> {}\n 2 | 1 -> {}\n 1 -> {}\n _ -> {} } }',
    'warning MAT-002 this arm is never taken: 1 is matched by an earlier arm @ 1',
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

const TAKES = 'fn text(s: string) { return s }\nfn number(n: int) { return n }\n';
const inPipeline = (body: string) => `${TAKES}pipeline default(task) {\n${body}\n}`;

/** What no edition may report: each of these programs runs without a mistake. */
const SHARED: readonly (readonly [title: string, text: string])[] = [
  [
    'a call may give a value to what was nil',
    inPipeline('VAR x: string? = nil\nlet set = { -> x = "a" }\nif x == nil { set()\n text(x) }'),
  ],
  [
    'a call may change the kind of a value',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5 }\nif type_of(z) == "string" { set()\n number(z) }',
    ),
  ],
  [
    'a function of the module may set its variable',
    `${TAKES}VAR cache: string? = nil\nfn load() { cache = "a" }\nfn get() { if cache == nil { load()\n return text(cache) }\n return "" }`,
  ],
  [
    'a task that was started may set it while this one waits',
    inPipeline(
      'VAR x: string? = nil\nlet t = spawn { x = "a" }\nif x == nil { await(t)\n text(x) }',
    ),
  ],
  [
    'a call in a loop holds for the rounds after it',
    inPipeline(
      'VAR x: string? = nil\nlet set = { -> x = "a" }\nif x == nil { for i in [1, 2] { if i == 2 { text(x) }\n set() } }',
    ),
  ],
  [
    'what a try was in the middle of',
    inPipeline(
      'VAR x: string? = nil\nlet set = { -> x = "a" }\nif x == nil { try { set()\n throw "no" } catch (e) { text(x) } }',
    ),
  ],
  [
    'a call behind the check in the same condition',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n true }\nif type_of(z) == "string" && set() { number(z) }',
    ),
  ],
  [
    'a call behind the check, where the condition does not hold',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n false }\nif type_of(z) != "string" || set() { println(1) } else { number(z) }',
    ),
  ],
  [
    'a call between two checks',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n true }\nwhile type_of(z) == "string" && set() && task != nil { number(z)\n break }',
    ),
  ],
  [
    'a call in a condition that is not always reached',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n true }\nif type_of(z) != "string" { return }\nif task != nil && set() { println(1) }\nnumber(z)',
    ),
  ],
  [
    'a call on the right of a value',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n true }\nif type_of(z) != "string" { return }\nlet ok = task != nil || set()\nnumber(z)\nprintln(ok)',
    ),
  ],
  [
    'a call in one way of a ternary',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n 1 }\nif type_of(z) != "string" { return }\nlet n = task == nil ? set() : 2\nnumber(z)\nnumber(n)',
    ),
  ],
  [
    'a guard that calls',
    inPipeline(
      'VAR z: string | int = "a"\nlet set = { -> z = 5\n true }\nguard type_of(z) == "string" && set() else { return }\nnumber(z)',
    ),
  ],
];

for (const edition of ['0.7', '2026'] as const) {
  const word = edition === '0.7' ? 'var' : 'let';
  table(
    `variables that other functions assign, edition ${edition}`,
    SHARED.map(([title, text]) => [title, text.replace('VAR', word)]),
    edition,
  );
}

const WORD_OF_2026 = 'const ED = 1\n';

table('variables that other functions assign, where the newer rules hold', [
  ...SHARED.map(
    ([title, text]) =>
      [title, WORD_OF_2026 + text.replace('VAR', 'let').replace('let set', 'const set')] as const,
  ),
  [
    'a closure that clears one asks for another look',
    `${WORD_OF_2026}${inPipeline('let w: string? = "a"\nif w != nil { [1].for_each({ v -> w = nil })\n w.len() }')}`,
    'TYP-025 `.len()` may fail: the value may be nil (it is string | nil) @ w.len()',
  ],
  [
    'a closure in the condition that changes one asks for another look',
    `${WORD_OF_2026}${inPipeline('let z: string | int = "a"\nif type_of(z) == "string" && [1].any({ v -> z = 5\n v == 1 }) { number(z) }')}`,
    "TYP-006 Argument 1 ('n'): expected int, got string | int @ z",
  ],
  [
    'a check behind the call holds',
    `${WORD_OF_2026}${inPipeline('let z: string | int = "a"\nconst set = { -> z = 5\n true }\nif set() && type_of(z) == "string" { number(z) }')}`,
    "TYP-006 Argument 1 ('n'): expected int, got string @ z",
  ],
  [
    'a condition without calls leaves what is known',
    `${WORD_OF_2026}${inPipeline('let z: string | int = "a"\nconst set = { -> z = 5\n true }\nif type_of(z) == "string" && task != nil { number(z) }\nset()')}`,
    "TYP-006 Argument 1 ('n'): expected int, got string @ z",
  ],
  [
    'calls that can run nothing of the program leave what is known',
    `${WORD_OF_2026}${inPipeline('let w: string | int = "a"\nconst set = { -> w = 1 }\nif type_of(w) == "string" { println("now")\n number(w) }')}`,
    "TYP-006 Argument 1 ('n'): expected int, got string @ w",
  ],
]);

table(
  'a closure that clears a variable, in older files',
  [
    [
      'ends what was known of it, and asks for nothing',
      inPipeline(
        'var w: string? = "a"\nif w != nil { [1].for_each({ v -> w = nil })\n text(w)\n w.len() }',
      ),
    ],
    [
      'ends it in the same condition, too',
      inPipeline(
        'var z: string | int = "a"\nif type_of(z) == "string" && [1].any({ v -> z = 5\n v == 1 }) { number(z) }',
      ),
    ],
    [
      'leaves what was declared of it',
      inPipeline('var w: string? = "a"\n[1].for_each({ v -> w = nil })\nnumber(w)'),
      "TYP-006 Argument 1 ('n'): expected int, got string | nil @ w",
    ],
  ],
  '0.7',
);
