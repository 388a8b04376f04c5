import { describe, expect, test } from 'vitest';
import type { Edition } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { check } from './check.ts';
import type { CheckedProgram } from './checked-module.ts';
import { memoryLoader } from './memory-loader.ts';

const spec = (signature: string, more: Partial<BuiltinSpec> = {}): BuiltinSpec => ({
  name: signature.slice(0, signature.search(/[(:]/)),
  signature,
  doc: '',
  effect: 'pure',
  suspends: false,
  ...more,
});

const BUILTINS = [
  spec('println(value: any)', { effect: 'output' }),
  spec('len(value: any) -> int'),
  spec('to_string(value: any) -> string'),
  spec('await(task: any) -> any', { suspends: true }),
  spec('pi: float'),
  spec('fs.read_text(path: string) -> string', { suspends: true, aliases: ['read_file'] }),
  spec('fs.write_text(path: string, text: string)', { suspends: true }),
  spec('stdio.println(value: any)', { effect: 'output' }),
  spec('obs.event_log_emit(topic: string)', { suspends: true, aliases: ['event_log.emit'] }),
  spec('harness.finalize(options: dict)', { suspends: true }),
];

function checkFiles(files: { readonly [id: string]: string }, edition: Edition = '2026') {
  const text = files['main.harn'] ?? '';
  const loader = memoryLoader(files);
  return check({ id: 'main.harn', text }, { loader, builtins: BUILTINS, edition });
}

const checkText = (text: string, edition?: Edition) => checkFiles({ 'main.harn': text }, edition);

/** `CODE message` of everything, what prevents a run first, then `later CODE message`. */
function findings(program: CheckedProgram): string[] {
  return [
    ...program.diagnostics.map((d) => `${d.code} ${d.message}`),
    ...program.latent.map((d) => `later ${d.code} ${d.message}`),
  ];
}

function place(program: CheckedProgram, which: 'diagnostics' | 'latent' = 'diagnostics'): string {
  const span = program[which][0]?.span;
  return span === undefined ? '' : program.entry.source.text.slice(span.start, span.end);
}

describe('attributes', () => {
  test('that nobody looks at are said to be so, with the likely one', () => {
    const program = checkText(
      '@deprecatedd\n@mine(a: 1)\n@test\nfn f() { }\n@invarint\nstruct S { }',
    );
    expect(program.diagnostics.map((d) => `${d.severity} ${d.code} ${d.message}`)).toEqual([
      'warning HARN-NAM-501 nobody looks at `@deprecatedd` (did you mean `deprecated`?)',
      'warning HARN-NAM-501 nobody looks at `@mine`',
      'warning HARN-NAM-501 nobody looks at `@invarint` (did you mean `invariant`?)',
    ]);
    expect(place(program)).toBe('deprecatedd');
  });

  test('say at calls that a function is deprecated, also from another module', () => {
    const program = checkFiles({
      'main.harn': 'import { old } from "./lib"\nold()\n1 |> old\nfn f() { return old }',
      'lib.harn': '@deprecated(since: "0.8", use: "fresh")\npub fn old(n = 0) { return n }',
    });
    expect(
      program.diagnostics.map((d) => `${d.severity} ${d.code} ${d.message} ${d.hint}`),
    ).toEqual([
      'warning HARN-NAM-502 `old` is deprecated since 0.8 Use `fresh`.',
      'warning HARN-NAM-502 `old` is deprecated since 0.8 Use `fresh`.',
    ]);
    expect(place(program)).toBe('old');
  });
});

describe('imports that are not there', () => {
  test.each([
    ['std/tex', ' (did you mean `std/text`?)'],
    ['text', ' (did you mean `std/text`?)'],
    ['./tex', ''],
    ['./utl', ' (did you mean `./util`?)'],
    ['./utl.harn', ' (did you mean `./util.harn`?)'],
    ['./libs/parse', ' (did you mean `./lib/parse`?)'],
    ['./x', ''],
    ['./parse', ' (did you mean `./lib/parse`?)'],
    ['acmee', ' (did you mean `acme`?)'],
    ['other/thing', ''],
  ])('%j gets the hint %j', (path, hint) => {
    const text = `import "${path}"`;
    const loader = {
      ...memoryLoader({ 'std/text': '' }),
      near: (written: string) =>
        written.startsWith('./')
          ? ['./util', './lib/parse', './lib/print', './y']
          : ['acme', 'util'],
    };
    const program = check({ id: 'main.harn', text }, { loader, builtins: BUILTINS });
    expect(findings(program)).toEqual([`HARN-IMP-001 cannot find module "${path}"${hint}`]);
  });

  test.each(['./lib', './lib/'])('%j that is a folder names a file in it', (path) => {
    const near = () => ['./util', './lib/parse', './lib/print'];
    const loader = { ...memoryLoader({}), near };
    const program = check(
      { id: 'main.harn', text: `import "${path}"` },
      { loader, builtins: BUILTINS },
    );
    expect(findings(program)).toEqual([`HARN-IMP-001 cannot import "${path}": it is a folder`]);
    expect(program.diagnostics[0]?.hint).toBe('Name a file in it: `import "./lib/parse"`.');
  });
});

describe('names', () => {
  const ACCEPTED: readonly [string, string][] = [
    ['an inner block may shadow', 'const x = 1\nif true { const x = 2\n println(x) }'],
    ['a function is visible before its line', 'println(twice(2))\nfn twice(n) { return n * 2 }'],
    ['functions may call each other', 'fn a(n) { return b(n) }\nfn b(n) { return a(n) }\na(1)'],
    ['a body sees variables of the module below it', 'fn f() { return limit }\nconst limit = 3'],
    ['a user function shadows a builtin', 'fn len(x) { return 1 }\nprintln(len("a"))'],
    ['a struct is known to its literal', 'struct P { x: int }\nconst p = P { x: 1 }\nprintln(p.x)'],
    [
      'an enum is known to its variants',
      'enum C { Red, Mix(int) }\nprintln(C.Mix(1))\nprintln(C.Red)',
    ],
    ['Result needs no declaration', 'println(Result.Ok(1))'],
    ['patterns bind in arms and guards', 'match [1] { [a] if a > 0 -> { println(a) } }'],
    [
      'destructuring binds every name',
      'const {a, b: c = 1, ...r} = {}\nprintln(a + c)\nprintln(r)',
    ],
    ['`_` may repeat', 'const [_, _, x] = [1, 2, 3]\nprintln(x)'],
    ['a constant of the builtin table is a name', 'println(pi)'],
    ['a dotted builtin needs no variable', 'event_log.emit("t")'],
    ['catch binds its variable', 'try { throw 1 } catch (e) { println(e) }'],
    ['select binds what it received', 'fn f(c) { select { m from c { println(m) } } }'],
    ['break inside a loop inside a closure', 'const f = { -> for x in [1] { break } }\nf()'],
    [
      'a pipeline sees the names of the one it extends',
      'pipeline a() { const x = 1 }\npipeline default() extends a { println(x) }',
    ],
    [
      'an extending pipeline may repeat a parameter',
      'pipeline a(task) { }\npipeline default(task) extends a { println(task) }',
    ],
    ['a loop variable may be assigned', 'for x in [1] { x = 2\n println(x) }'],
    [
      'fields of an eval pack are visible in it',
      'eval_pack p "p" { cases: [1]\n for c in cases { println(c) } }',
    ],
  ];
  test.each(ACCEPTED)('%s', (_title, text) => {
    expect(findings(checkText(text))).toEqual([]);
  });

  const REFUSED: readonly [string, string, string, string][] = [
    [
      'an undefined variable fails when a run gets there',
      'fn f(reply) { return replay }',
      'later HARN-NAM-001 Undefined variable: replay (did you mean `reply`?)',
      'replay',
    ],
    [
      'a variable is not visible before its line',
      'println(a)\nconst a = 1',
      'later HARN-NAM-001 Undefined variable: a',
      'a',
    ],
    [
      'the discard cannot be read',
      'const _ = 1\nprintln(_)',
      'later HARN-NAM-001 Undefined variable: _',
      '_',
    ],
    [
      'a misspelt call prevents the run',
      'printn("a")',
      'HARN-NAM-002 call target `printn` is not defined or imported — did you mean `println`?',
      'printn',
    ],
    [
      'a pipe calls too',
      '1 |> nosuchthing',
      'HARN-NAM-002 call target `nosuchthing` is not defined or imported',
      'nosuchthing',
    ],
    [
      'two functions of one name',
      'fn f() { }\nfn f() { }',
      "HARN-NAM-010 function 'f' is declared twice in the same scope",
      'f',
    ],
    [
      'two nested functions of one name',
      'fn g() { fn f() { }\n fn f() { } }',
      "HARN-NAM-010 function 'f' is declared twice in the same scope",
      'f',
    ],
    ['a parameter twice', 'fn f(a, a) { }', "HARN-NAM-006 parameter 'a' is declared twice", 'a'],
    ['break without a loop', 'fn f() { break }', 'HARN-FLW-001 break outside of loop', 'break'],
    [
      'continue does not reach through a closure',
      'for x in [1] { const f = { -> continue } }',
      'HARN-FLW-001 continue outside of loop',
      'continue',
    ],
    [
      'break does not reach through a parallel body',
      'for x in [1] { parallel 2 { break } }',
      'HARN-FLW-001 break outside of loop',
      'break',
    ],
    [
      'emit without a stream',
      'fn f() { emit 1 }',
      'HARN-FLW-002 `emit` is only valid inside `gen fn`',
      'emit 1',
    ],
    [
      'yield in a stream',
      'gen fn f() { yield 1 }',
      'HARN-FLW-003 `yield` is not valid in a stream; use `emit` inside `gen fn`',
      'yield 1',
    ],
    [
      'try* outside a function',
      'const a = try* len(1)',
      'HARN-RCV-002 try* requires an enclosing function (fn, tool, or pipeline)',
      'try* len(1)',
    ],
    [
      'extending an unknown pipeline',
      'pipeline base() { }\npipeline default() extends bose { }',
      'HARN-FLW-004 there is no pipeline `bose` to extend (did you mean `base`?)',
      'bose',
    ],
  ];
  test.each(REFUSED)('%s', (_title, text, finding, at) => {
    const program = checkText(text);
    expect(findings(program)).toEqual([finding]);
    expect(place(program, finding.startsWith('later') ? 'latent' : 'diagnostics')).toBe(at);
  });

  test('a call of a name declared in another scope is left to the run', () => {
    const program = checkText('if true { const g = { -> 1 } }\ng()');
    expect(program.hasErrors).toBe(false);
    expect(program.latent.map((d) => d.code)).toEqual(['HARN-NAM-002']);
  });

  test('await cannot be redefined', () => {
    const program = checkText('fn await(x) { return x }\nawait(1)');
    const [call] = program.entry.calls.values();
    expect(call?.target).toMatchObject({ kind: 'builtin', spec: { name: 'await' } });
  });

  test.each([
    ['pipeline a() extends a { }'],
    ['pipeline a() extends b { }\npipeline b() extends a { }'],
  ])('extending in a circle is an error: %s', (text) => {
    const program = checkText(text);
    expect(new Set(program.diagnostics.map((d) => d.code))).toEqual(new Set(['HARN-FLW-005']));
  });

  test('a long chain of pipelines is checked', () => {
    const chain = Array.from({ length: 6000 }, (_, i) => `pipeline p${i}() extends p${i + 1} { }`);
    const program = checkText([...chain, 'pipeline p6000() { }'].join('\n'));
    expect(findings(program)).toEqual([]);
  });

  test('the parent of a pipeline may be imported, and its body comes with it', () => {
    const files = {
      'main.harn': 'import "base"\npipeline default() extends base { println(x) }',
      'base.harn': 'pub pipeline base() { const x = 1 }',
    };
    const program = checkFiles(files);
    expect(findings(program)).toEqual([]);
    expect([...program.entry.parents.values()].map((p) => p.moduleId)).toEqual(['base.harn']);
  });

  test('a tool may wrap the builtin of its name', () => {
    const program = checkText('tool read_file(path: string) { read_file(path) }');
    const [call] = program.entry.calls.values();
    expect(call?.target).toMatchObject({ kind: 'builtin', spec: { name: 'fs.read_text' } });
  });

  test('at most fifty findings are kept and the others counted', () => {
    const program = checkText('nosuch()\n'.repeat(80));
    expect(program.diagnostics).toHaveLength(50);
    expect(program.dropped).toBe(30);
  });
});

describe('assignment', () => {
  const CASES: readonly [Edition, string, string[]][] = [
    ['0.7', 'let x = 1\nx = 2', ['later HARN-OWN-001 Cannot assign to immutable binding: x']],
    ['2026', 'let x = 1\nx = 2', []],
    ['2026', 'const x = 1\nx += 2', ['later HARN-OWN-001 Cannot assign to immutable binding: x']],
    ['0.7', 'var x = 1\nx = 2', []],
    [
      '2026',
      'const x = {a: {b: [1]}}\nx.a.b[0] = 2',
      ['later HARN-OWN-001 Cannot assign to immutable binding: x'],
    ],
    ['2026', 'fn f(x) { x = 1 }', ['later HARN-OWN-001 Cannot assign to immutable binding: x']],
    [
      '2026',
      'try { } catch (e) { e = 1 }',
      ['later HARN-OWN-001 Cannot assign to immutable binding: e'],
    ],
    ['2026', 'fn f() { }\nf = 1', ['later HARN-OWN-001 Cannot assign to immutable binding: f']],
    ['2026', 'x = 1', ['later HARN-NAM-001 Undefined variable: x']],
    [
      '2026',
      'const x = 1\nconst x = 2',
      [
        "later HARN-NAM-010 Cannot redeclare immutable variable 'x' in the same scope (use 'let' to make it mutable, or pick another name)",
      ],
    ],
    [
      '0.7',
      'fn f(x) { let x = 2 }',
      [
        "later HARN-NAM-010 Cannot redeclare immutable variable 'x' in the same scope (use 'var' to make it mutable, or pick another name)",
      ],
    ],
    ['2026', 'let x = 1\nlet x = 2\nprintln(x)', []],
  ];
  test.each(CASES)('in edition %s: %j', (edition, text, expected) => {
    expect(findings(checkText(text, edition))).toEqual(expected);
  });

  test('a run learns where to raise the error', () => {
    const { entry } = checkText('const x = 1\nx = 2\nprintln(y)');
    expect([...entry.faults.values()]).toEqual([
      { kind: 'immutableAssignment', name: 'x' },
      { kind: 'undefinedVariable', name: 'y', suggestion: undefined },
    ]);
  });

  test('an imported variable cannot be assigned', () => {
    const files = { 'main.harn': 'import { n } from "lib"\nn = 2', 'lib.harn': 'pub let n = 1' };
    expect(findings(checkFiles(files))).toEqual([
      'later HARN-OWN-001 Cannot assign to immutable binding: n',
    ]);
  });

  test('captured and reassigned variables are marked', () => {
    const { entry } = checkText(
      'fn f() {\n let a = 1\n let b = 2\n const c = 3\n const g = { -> a = a + c }\n b = b + 1\n g() }',
    );
    const marks: { [name: string]: string } = {};
    for (const { name, kind, captured, reassigned } of entry.declares.values())
      if (kind === 'local') marks[name] = `${captured} ${reassigned}`;
    expect(marks).toEqual({
      a: 'true true',
      b: 'false true',
      c: 'true false',
      g: 'false false',
    });
    const closure = [...entry.functions].find(([node]) => node.kind === 'Closure')?.[1];
    expect(closure?.captures.map((b) => b.name)).toEqual(['a', 'c']);
  });
});

describe('the harness', () => {
  const CASES: readonly [string, string, string[]][] = [
    ['a method of a capability', 'fn main(harness: Harness) { harness.fs.read_text("a") }', []],
    [
      'a misspelt method',
      'fn main(harness: Harness) { harness.fs.read_txt("a") }',
      ['HARN-NAM-005 `harness.fs` has no method `read_txt` (did you mean `read_text`?)'],
    ],
    [
      'a misspelt capability',
      'fn main(harness: Harness) { harness.stdoi.println("a") }',
      ['HARN-NAM-004 the harness has no `stdoi` (did you mean `stdio`?)'],
    ],
    [
      'a sub-handle parameter',
      'fn f(files: HarnessFs) { files.nope() }',
      ['HARN-NAM-005 `harness.fs` has no method `nope`'],
    ],
    [
      'a record of handles',
      'fn f(h: {fs: HarnessFs}) { h.fs.read_tex("a") }',
      ['HARN-NAM-005 `harness.fs` has no method `read_tex` (did you mean `read_text`?)'],
    ],
    [
      'a handle in a constant',
      'fn f(harness) { const fs = harness.fs\n fs.read_texts("a") }',
      ['HARN-NAM-005 `harness.fs` has no method `read_texts` (did you mean `read_text`?)'],
    ],
    ['a method of the root', 'fn f(harness: Harness) { harness.finalize({}) }', []],
    [
      'a capability that only some hosts have',
      'fn f(harness: Harness) { harness.dashboard.show(1) }',
      [],
    ],
    ['a parameter that is something else', 'fn f(harness: dict) { harness.fs.nope() }', []],
    [
      'the global handle',
      'harness.stdio.printn("a")',
      ['HARN-NAM-005 `harness.stdio` has no method `printn` (did you mean `println`?)'],
    ],
  ];
  test.each(CASES)('%s', (_title, text, expected) => {
    expect(findings(checkText(text))).toEqual(expected);
  });
});

describe('modules', () => {
  test('dependencies come before dependents', () => {
    const program = checkFiles({
      'main.harn': 'import "a"\nimport "b"',
      'a.harn': 'import "c"',
      'b.harn': 'import "c.harn"',
      'c.harn': '',
    });
    expect(program.modules.map((m) => m.source.id)).toEqual([
      'c.harn',
      'a.harn',
      'b.harn',
      'main.harn',
    ]);
    expect(program.entry.source.id).toBe('main.harn');
  });

  test('a missing module is an error at its path, and silences undefined calls', () => {
    const program = checkText('import "lib/nope"\nhelper()');
    expect(findings(program)).toEqual([
      'HARN-IMP-001 cannot find module "lib/nope"',
      'later HARN-NAM-002 call target `helper` is not defined or imported',
    ]);
    expect(place(program)).toBe('"lib/nope"');
  });

  test('modules may import each other', () => {
    const program = checkFiles({
      'main.harn': 'import { even } from "even"\nprintln(even(4))',
      'even.harn': 'import { odd } from "odd"\npub fn even(n) { return odd(n - 1) }',
      'odd.harn': 'import { even } from "even"\npub fn odd(n) { return even(n - 1) }',
    });
    expect(findings(program)).toEqual([]);
    expect(program.modules).toHaveLength(3);
  });

  test('re-exports lead to the declaring module', () => {
    const program = checkFiles({
      'main.harn': 'import { deep, shown as seen } from "outer"\ndeep()\nseen()',
      'outer.harn': 'pub import { deep } from "middle"\npub import "other"',
      'middle.harn': 'pub import "inner"',
      'inner.harn': 'pub fn deep() { }\nfn hidden() { }',
      'other.harn': 'pub fn shown() { }',
    });
    expect(findings(program)).toEqual([]);
    const names = program.entry.imports[0]?.names;
    expect([...(names ?? [])].map(([name, b]) => `${name} ${b.moduleId}`)).toEqual([
      'deep inner.harn',
      'seen other.harn',
    ]);
  });

  const LIB = 'fn helper() { }\nconst secret = 1';
  const VISIBILITY: readonly [string, Edition, string, string, string[]][] = [
    [
      'without pub nothing is exported',
      '2026',
      LIB,
      'import "lib"\nhelper()',
      ['HARN-NAM-002 call target `helper` is not defined or imported'],
    ],
    ['without pub all functions are exported in 0.7', '0.7', LIB, 'import "lib"\nhelper()', []],
    [
      'with pub the others are private',
      '0.7',
      `pub fn open() { }\n${LIB}`,
      'import "lib"\nhelper()',
      ['HARN-NAM-002 call target `helper` is not defined or imported'],
    ],
    [
      'naming a private one is an error',
      '2026',
      LIB,
      'import { helper } from "lib"\nhelper()',
      ['HARN-IMP-002 `helper` is private to module "lib"'],
    ],
    [
      'naming a private one was allowed',
      '0.7',
      `pub fn open() { }\n${LIB}`,
      'import { helper } from "lib"\nhelper()',
      [],
    ],
    [
      'naming a missing one',
      '2026',
      'pub fn helper() { }',
      'import { help } from "lib"',
      ['HARN-IMP-002 module "lib" does not export `help` (did you mean `helper`?)'],
    ],
  ];
  test.each(VISIBILITY)('%s (%s)', (_title, edition, lib, main, expected) => {
    const program = checkFiles({ 'main.harn': main, 'lib.harn': lib }, edition);
    expect(findings(program)).toEqual(expected);
  });

  test('a name from two modules collides, the same declaration by two ways does not', () => {
    const files = {
      'a.harn': 'pub fn f() { }',
      'b.harn': 'pub fn f() { }',
      'c.harn': 'pub import "a"',
    };
    expect(findings(checkFiles({ ...files, 'main.harn': 'import "a"\nimport "c"' }))).toEqual([]);
    expect(findings(checkFiles({ ...files, 'main.harn': 'import "a"\nimport "b"' }))).toEqual([
      `HARN-MOD-005 Import collision: 'f' comes from "a" and from "b"`,
    ]);
    expect(
      findings(checkFiles({ ...files, 'main.harn': 'pub import "a"\npub import "b"' })),
    ).toEqual([`HARN-MOD-006 Import collision: 'f' is re-exported from "a" and from "b"`]);
  });

  test('a cycle of re-exports is an error', () => {
    const program = checkFiles({
      'main.harn': 'import "a"',
      'a.harn': 'pub import "b"',
      'b.harn': 'pub import "a"',
    });
    expect(new Set(program.diagnostics.map((d) => d.code))).toEqual(new Set(['HARN-IMP-003']));
  });

  test('syntax errors of an imported module are reported with its name', () => {
    const program = checkFiles({ 'main.harn': 'import "a"', 'a.harn': 'fn (' });
    expect(program.hasErrors).toBe(true);
    expect(program.diagnostics[0]?.span.source).toBe('a.harn');
  });

  test('std modules are found by their name from anywhere', () => {
    const program = checkFiles({
      'main.harn': 'import "lib/a"',
      'lib/a.harn': 'import { trimmed } from "std/text"\npub fn f() { return trimmed("x") }',
      'std/text.harn': 'pub fn trimmed(s: string) { return s.trim() }',
    });
    expect(findings(program)).toEqual([]);
  });
});

describe('the entry', () => {
  const CASES: readonly [string, string, string][] = [
    ['the pipeline called default', 'pipeline a() { }\npipeline default() { }', 'pipeline default'],
    [
      'else the first pipeline',
      'pipeline a() { }\npipeline b() { }\nfn main(harness: Harness) { }',
      'pipeline a',
    ],
    ['else main', 'fn main(_harness: Harness) { }', 'main'],
    ['else the statements', 'println(1)', 'script'],
  ];
  test.each(CASES)('is %s', (_title, text, expected) => {
    const { entry } = checkText(text).entry;
    const name = entry.kind === 'pipeline' ? `pipeline ${entry.binding.name}` : entry.kind;
    expect(name).toBe(expected);
  });

  test.each([
    'fn main() { }',
    'fn main(h: Harness) { }',
    'fn main(harness) { }',
    'fn main(harness: Harness, x) { }',
    'fn main(...harness: Harness) { }',
  ])('refuses %s, except in older files', (text) => {
    expect(checkText(text).diagnostics.map((d) => d.code)).toEqual(['HARN-NAM-101']);
    expect(findings(checkText(text, '0.7'))).toEqual([]);
  });

  test('parameters of a pipeline are filled by type, name and position', () => {
    const { entry } = checkText(
      'pipeline default(harness, first, files: HarnessFs, task, code: HarnessCodeIndex, second) { }',
    ).entry;
    expect(entry.kind === 'pipeline' && entry.parameters.map((p) => p.source)).toEqual([
      { kind: 'harness' },
      { kind: 'input', index: 0 },
      { kind: 'handle', path: 'fs' },
      { kind: 'named', name: 'task' },
      { kind: 'handle', path: 'code_index' },
      { kind: 'input', index: 1 },
    ]);
  });
});
