import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../../2-check/check.ts';
import { memoryLoader } from '../../2-check/memory-loader.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import type { LintOptions } from './context.ts';
import { ruleName } from './errors.ts';
import { applyFixes, LINT_RULES, lint } from './lint.ts';

const spec = (
  name: string,
  aliases: readonly string[] = [],
  effect: BuiltinSpec['effect'] = 'output',
): BuiltinSpec => ({
  name,
  signature: `${name.slice(name.lastIndexOf('.') + 1)}(value: any) -> any`,
  doc: '',
  effect,
  suspends: false,
  aliases,
});
const BUILTINS = [
  spec('log'),
  spec('to_int', [], 'pure'),
  spec('to_string', [], 'pure'),
  spec('assert'),
  spec('stdio.println', ['println']),
  spec('fs.read_text', ['read_file']),
  {
    ...spec('fs.render_prompt', ['render'], 'read'),
    signature: 'render_prompt(path: any, bindings: any) -> any',
  },
  spec('llm.call', ['llm_call']),
  spec('tools.cancel_handle', [], 'mutation'),
  {
    ...spec('fs.walk', ['walk_dir'], 'read'),
    signature: 'walk(path: any, options?: any) -> any',
  },
  {
    ...spec('host_tool_call', [], 'mutation'),
    signature: 'host_tool_call(name: any, options?: any) -> any',
  },
];

function lintText(text: string, options?: LintOptions, files: Record<string, string> = {}) {
  const program = check(
    { id: 'a.harn', text },
    { loader: memoryLoader(files), builtins: BUILTINS, types: 'keep' },
  );
  expect(program.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return lint(program.entry, program, options);
}

/** The names of the rules that speak, in order. */
function rules(text: string, options?: LintOptions, files?: Record<string, string>): string[] {
  return lintText(text, options, files).map(({ rule }) => ruleName(rule));
}

function fixed(text: string, files?: Record<string, string>): string {
  return applyFixes(text, lintText(text, undefined, files)).text;
}

describe('names of templates', () => {
  const facts = (used: string, needed = used, isWhole = true) => ({
    used: new Set(used.split(' ')),
    needed: new Set(needed.split(' ').filter((name) => name !== '')),
    isWhole,
  });
  const templates: LintOptions['templates'] = (module, path) => {
    expect(module).toBe('a.harn');
    return path === 'hi.prompt'
      ? facts('name tone', 'name')
      : path === 'open.prompt'
        ? facts('name', 'name', false)
        : undefined;
  };
  const found = (call: string) =>
    lintText(`let x = 1\nlet b = {}\nlog(${call})\nlog(x)\nlog(b)`, { templates }).flatMap(
      ({ rule, error }) => (rule.startsWith('template') ? [`${rule} ${error.data['name']}`] : []),
    );

  it.each([
    ['render("hi.prompt", {name: x})', []],
    ['render("hi.prompt", {name: x, tone: x})', []],
    ['render("hi.prompt", {tone: x})', ['templateUnbound name']],
    ['render("hi.prompt", {nam: x})', ['templateUnbound name', 'templateUnused nam']],
    ['render("hi.prompt", {name: x, age: x})', ['templateUnused age']],
    ['render("hi.prompt", {...b, age: x})', ['templateUnused age']],
    ['render("hi.prompt", {["na" + "me"]: x})', []],
    ['render("open.prompt", {name: x, age: x})', []],
    ['render("hi.prompt", b)', []],
    ['render("hi.prompt", nil)', []],
    ['render("gone.prompt", {age: x})', []],
    ['render("hi" + ".prompt", {age: x})', []],
  ])('%s', (call, expected) => {
    expect(found(call)).toEqual(expected);
  });

  it('that nobody looks at are taken away where that changes nothing else', () => {
    const mended = (dict: string) => {
      const text = `let x = 1\nlog(render("hi.prompt", ${dict}))\nlog(x)`;
      return applyFixes(text, lintText(text, { templates })).text.split('\n')[1];
    };
    expect(mended('{name: x, age: 1}')).toBe('log(render("hi.prompt", {name: x}))');
    expect(mended('{age: 1, name: x}')).toBe('log(render("hi.prompt", {name: x}))');
    expect(mended('{age: x, size: 2, name: x}')).toBe('log(render("hi.prompt", {name: x}))');
    // What is misspelt, and what does something.
    expect(mended('{nme: x}')).toBe('log(render("hi.prompt", {nme: x}))');
    expect(mended('{name: x, age: log(1)}')).toBe(
      'log(render("hi.prompt", {name: x, age: log(1)}))',
    );
  });
});

describe('large files', () => {
  it('are judged in time that grows with their length', () => {
    const declared = Array.from(
      { length: 3_000 },
      (_, i) => `fn work_${i}(n: int) -> int {\n  log(n)\n  return work_${i + 1}(n - 1)\n}\n`,
    );
    const text = `${declared.join('')}fn work_3000(n: int) -> int {\n  return n\n}\n`;
    // Looking through the file once per function, or through the text once per finding, takes minutes.
    const found = lintText(text).filter(({ rule }) => rule === 'unusedFunction');
    expect(found.map(({ error }) => error.message)).toEqual(['function `work_0` is never used']);
  }, 20_000);
});

describe('unused names', () => {
  it.each([
    ['let x = 1', ['unused-variable']],
    ['let x = 1\nlog(x)', []],
    ['let _x = 1', []],
    ['var x = 1\nx = 2', ['unused-variable']],
    ['pub let x = 1', []],
    ['let {a, b} = f()\nlog(a)\nfn f() { return {} }', ['unused-pattern-binding']],
    ['let {a, ...rest} = {}\nlog(rest)', []],
    ['const f = { -> log("${y}") }\nconst y = 1\nf()', []],
    ['fn f(harness: Harness) { return 1 }', ['unused-function', 'unused-parameter']],
    ['fn f(a) { return 1 }\nlog(f(1))', ['unused-parameter']],
    ['fn f(a) { return 1 }\nlog(f)', []],
    ['fn main(_harness: Harness) { log(1) }', []],
    ['struct P { x: int }', ['unused-type']],
    ['struct P { x: int }\nfn f(p: P) { return p }\nlog(f)', []],
    ['enum E { A, B }\nlog(E.A)', []],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  it('finds imports nobody uses and mends those that do nothing but name', () => {
    const files = { './m': 'pub fn a() {}\npub fn b() {}\n', './noisy': 'log(1)\npub fn c() {}\n' };
    const text = 'import { a, b } from "./m"\nimport { c } from "./noisy"\na()\n';
    expect(rules(text, {}, files)).toEqual(['unused-import', 'unused-import']);
    expect(fixed(text, files)).toBe('import { a } from "./m"\nimport { c } from "./noisy"\na()\n');
    expect(fixed('import "./m"\nlog(1)\n', files)).toBe('log(1)\n');
  });
});

describe('bindings that never change', () => {
  it('become const in the newer spelling', () => {
    expect(fixed('const a = 1\nlet b = a\nlet c = b\nc = 3\nlog(c)')).toBe(
      'const a = 1\nconst b = a\nlet c = b\nc = 3\nlog(c)',
    );
  });

  it('become let in the older one, but its last var stays: it says what the file is', () => {
    expect(fixed('var a = 1\nvar b = 2\nb = a\nlog(b)')).toBe(
      'let a = 1\nvar b = 2\nb = a\nlog(b)',
    );
    expect(rules('var a = 1\nlog(a)')).toEqual(['mutable-never-reassigned']);
    expect(fixed('var a = 1\nlog(a)')).toBe('var a = 1\nlog(a)');
  });

  it('are not judged where the spelling shows no edition', () => {
    expect(rules('let a = 1\nlog(a)')).toEqual([]);
  });

  it('may be declared again only while they are mutable', () => {
    expect(rules('const a = 1\nlet b = a\nlet b = b + 1\nlog(b)')).toEqual([]);
  });

  it('change also by writing into them', () => {
    expect(rules('const a = 1\nlet l = [a]\nl[0] = 2\nlog(l)')).toEqual([]);
  });
});

describe('statements', () => {
  it.each([
    ['fn f() {\n  return 1\n  log(2)\n}\nf()', ['dead-code']],
    [
      'fn f(a) {\n  if a {\n    return 1\n  } else {\n    log(2)\n  }\n  return 3\n}\nf(1)',
      ['unnecessary-else-return'],
    ],
    ['if f() {}\nfn f() { return true }', ['empty-block']],
    ['if f() {\n  // not yet\n}\nfn f() { return true }', []],
    ['fn f(x) {\n  if x {\n    let x = 2\n    log(x)\n  }\n}\nf(1)', ['shadow-variable']],
    ['pub fn f() {}', ['missing-harndoc']],
    ['/** Does. */\npub fn f() {}', []],
    ['fn doIt() {}\ndoIt()', ['naming-convention']],
    ['type my_type = int\nfn f(x: my_type) { return x }\nf(1)', ['naming-convention']],
    ['match f() {\n  1 -> log(1)\n  1 -> log(2)\n}\nfn f() { return 1 }', ['duplicate-match-arm']],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  it('return a value that is only named to be returned', () => {
    const text = 'fn f() {\n  let x = (1\n    + 2)\n  return x\n}\nf()';
    expect(fixed(text)).toBe('fn f() {\n  return (1\n    + 2)\n}\nf()');
  });

  it('have no more branches than the project allows', () => {
    const text = 'fn f(a) {\n  if a {\n    log(1)\n  }\n  return a && a\n}\nf(1)';
    expect(rules(text)).toEqual([]);
    expect(rules(text, { complexityThreshold: 2 })).toEqual(['cyclomatic-complexity']);
    expect(rules(`@complexity(allow)\n${text}`, { complexityThreshold: 2 })).toEqual([]);
  });
});

describe('expressions', () => {
  it.each([
    ['log(to_int(3))', 'log(3)'],
    ['log((a < 1) == true)', 'log((a < 1))'],
    ['log((a < 1) == false)', 'log(!(a < 1))'],
    ['log(a != nil ? a : 2 + 3)', 'log(a ?? (2 + 3))'],
    ['log(a == nil ? 2 : a)', 'log(a ?? (2))'],
  ])('%j becomes %j', (before, after) => {
    const wrap = (text: string) => `fn f(a) {\n  ${text}\n}\nf(1)`;
    expect(fixed(wrap(before))).toBe(wrap(after));
  });

  it.each([
    ['log(a == a)', ['pointless-comparison']],
    ['log(a() == a())', []],
    ['log(a ?? nil)', ['nil-coalesces-to-nil']],
    ['log(a ?? a)', ['self-coalesce']],
    ['log(a == true)', []],
  ])('%j gives %j', (text, expected) => {
    expect(rules(`fn f(a) {\n  ${text}\n}\nf(1)`)).toEqual(expected);
  });

  it('should use methods of the harness where the newer spelling is shown', () => {
    const text = 'println(read_file("a"))\nlog(llm_call("x"))\n';
    expect(rules(text)).toEqual([]);
    expect(rules(`const _a = 1\n${text}`)).toEqual([
      'ambient-stdio',
      'ambient-fs',
      'ambient-capability',
    ]);
  });

  it('should not take the whole harness for one field', () => {
    const broad = 'fn f(h: Harness) {\n  h.fs.read_text("a")\n}\nlog(f(harness))';
    expect(rules(broad)).toEqual(['root-harness-too-broad']);
    const whole =
      'fn f(h: Harness) {\n  h.fs.read_text("a")\n  h.stdio.println("b")\n}\nlog(f(harness))';
    expect(rules(whole)).toEqual([]);
  });
});

describe('what is not to be said', () => {
  it('is allowed by a comment on the line or above it, and nowhere else', () => {
    expect(rules('let a = 1 // lint:allow unused-variable\nlet b = 2')).toEqual([
      'unused-variable',
    ]);
    expect(rules('// lint:allow unused-variable, dead-code\nlet a = 1')).toEqual([]);
    expect(rules('// lint:allow dead-code\nlet a = 1')).toEqual(['unused-variable']);
  });

  it('is switched off by name', () => {
    expect(rules('let a = 1', { disabled: ['unused-variable'] })).toEqual([]);
    expect(LINT_RULES).toContain('unused-variable');
  });

  it('a file header is asked for only where the project wants one', () => {
    expect(rules('log(1)')).toEqual([]);
    expect(rules('log(1)', { requireFileHeader: true })).toEqual(['require-file-header']);
    expect(rules('/** a.harn: logs. */\nlog(1)', { requireFileHeader: true })).toEqual([]);
  });
});

describe('what needs types', () => {
  it.each([
    ['const a = 1\nlog(a ?? 2)', ['unreachable-coalesce']],
    ['fn f(s: string) {\n  log(s?.upper())\n}\nconst g = f\ng("a")', ['needless-optional']],
    ['const a = "x"\nlog(a!)', ['needless-non-null']],
    ['fn f(s: string?) {\n  log(s?.upper())\n}\nconst g = f\ng("a")', []],
    ['const d = {a: 1}\nlog(d["a"] ?? 2)', []],
    // Nothing shows that nil is followed strictly here.
    ['fn f(s: string) {\n  log(s?.upper())\n}\nf("a")', []],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  it('is mended by leaving the guard out', () => {
    expect(fixed('const a = "x"\nlog(a!, a?.upper(), a ?? "b")\n')).toBe(
      'const a = "x"\nlog(a, a.upper(), a)\n',
    );
  });
});

describe('what a function says to others', () => {
  const doc = '/** Does. */\n';
  it.each([
    [`${doc}pub fn f(a) -> int { return 1 + a }`, ['public-api-types']],
    [`${doc}pub fn f(a: int) { return a }`, ['public-api-types']],
    [`${doc}pub fn f(a: int) { log(a) }`, []],
    [`${doc}pub fn f(a: int) -> int { return a }`, []],
    ['pub pipeline p() { return 1 }', ['pipeline-return-type']],
    ['pub pipeline p() -> int { return 1 }', []],
    [
      `${doc}pub fn f(a: int, b: int, c: int, d: int) { log([a, b, c, d]) }`,
      ['positional-parameters'],
    ],
    [`${doc}pub fn f(a: int, b: int, c: int, d: int = 1) { log([a, b, c, d]) }`, []],
    [`${doc}pub fn f(a: string | nil) { log(a) }`, ['prefer-optional']],
    [`${doc}pub fn f(a: string | int | nil) { log(a) }`, []],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  it('writes `?` for `| nil`', () => {
    expect(fixed('fn f(a: list<int> | nil, b: nil | string) { log([a, b]) }\n')).toBe(
      'fn f(a: list<int>?, b: string?) { log([a, b]) }\n',
    );
  });
});

describe('tests and prompts', () => {
  it.each([
    ['assert(1)', ['assert-outside-test']],
    ['pipeline test_a() { assert(1) }', []],
    ['pipeline test_a() { check(1) }\nfn check(x) { assert(x) }', []],
    ['@test\npipeline a() { require true }', ['require-in-test']],
    ['require true', []],
    ['fn f(x) { log(llm_call("hi", "You are ${x}")) }\nf(1)', ['prompt-injection']],
    ['fn f(x) { log(llm_call("hi ${x}", "You are kind")) }\nf(1)', []],
    ['fn f(x) { log(llm_call("hi", nil, {system: "You are ${x}"})) }\nf(1)', ['prompt-injection']],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });
});

describe('what does nothing, or too much', () => {
  it.each([
    ['if f() && true {\n  log(1)\n}\nfn f() { return 1 }', ['constant-operand']],
    ['if true {\n  log(1)\n}', ['vacuous-condition']],
    ['while true {\n  break\n}', []],
    ['while false {\n  log(1)\n}', ['vacuous-condition']],
    ['log(true ? 1 : 2)', ['vacuous-condition']],
    ['let xs = [1]\nxs.push(2)\nxs = [2]\nlog(xs)', ['discarded-result']],
    ['to_string(1)\nlog(1)', ['discarded-result']],
    ['fn f() {\n  let xs = [1]\n  return { -> xs.push(2) }\n}\nlog(f())', []],
    ['let n = 0\nparallel each [1] { x -> n = n + x }\nlog(n)', ['mutable-capture-in-parallel']],
    ['parallel each [1] { x ->\n  let n = 0\n  n = n + x\n  log(n)\n}', []],
  ])('%j gives %j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  it('mends an operand that does nothing to a bool', () => {
    expect(fixed('const a = 1\nlog(a > 2 && true)\n')).toBe('const a = 1\nlog((a > 2))\n');
  });
});

describe('work in the background', () => {
  const RULE = 'long-running-without-cleanup';
  const START = 'walk_dir(".", {long_running: true})';
  const CANCEL = 'host_tool_call("cancel_handle", {handle_id: h.handle_id})';

  it.each([
    [`fn f() {\n  const h = ${START}\n  log(h)\n}`, [RULE]],
    [`pipeline main() {\n  ${START}\n}`, [RULE]],
    [`fn f() {\n  const h = ${START}\n  log(h)\n  ${CANCEL}\n}`, [RULE]],
    ['fn f() {\n  log(host_tool_call("run_test", {background: true}))\n}', [RULE]],
    [`fn f() {\n  const h = ${START}\n  defer { log(h) }\n}`, [RULE]],
    [
      `fn f() {\n  const h = ${START}\n  const other = ${START}\n  log(other)\n  defer { ${CANCEL} }\n}`,
      [RULE],
    ],
  ])('%j is left running', (text, expected) => {
    const found = rules(`${text}\n${text.startsWith('fn') ? 'f()' : ''}`);
    expect(found.filter((rule) => rule === RULE)).toEqual(expected);
  });

  it.each([
    [`fn f() {\n  const h = ${START}\n  defer { ${CANCEL} }\n  log(h)\n}\nf()`],
    [`fn f() {\n  const h = ${START}\n  try { log(h) } finally { ${CANCEL} }\n}\nf()`],
    [
      `fn f(harness: Harness) {\n  const h = ${START}\n  defer { harness.tools.cancel_handle(h) }\n}\npipeline main(harness: Harness) { f(harness) }`,
    ],
    [`fn f() {\n  return ${START}\n}\nlog(f())`],
    [`fn f() {\n  const h = ${START}\n  log(1)\n  return h\n}\nlog(f())`],
    ['fn f() {\n  log(walk_dir(".", {long_running: false}))\n}\nf()'],
    ['fn walk(path, options) { log([path, options]) }\nwalk(".", {long_running: true})'],
    [
      `fn f() {\n  const all = [${START}, ${START}]\n  defer { for h in all { ${CANCEL} } }\n}\nf()`,
    ],
    [`fn stop(h) { ${CANCEL} }\nfn f() {\n  const h = ${START}\n  defer { stop(h) }\n}\nf()`],
  ])('%j is taken care of', (text) => {
    expect(rules(text)).not.toContain(RULE);
  });
});

describe('comments and imports', () => {
  it('rewrites the older form of doc comments', () => {
    const text = '/// Does\n/// things.\nfn f() {\n  /// One.\n  log(1)\n}\nf()\n////\n';
    expect(rules(text)).toEqual(['legacy-doc-comment', 'legacy-doc-comment']);
    expect(fixed(text)).toBe(
      '/**\n * Does\n * things.\n */\nfn f() {\n  /** One. */\n  log(1)\n}\nf()\n////\n',
    );
  });

  it('orders imports where their modules do nothing but declare', () => {
    const files = { './b': 'pub fn b() {}', './a': 'pub fn a() {}', 'z/pkg': 'pub fn z() {}' };
    const text =
      'import { b } from "./b"\nimport { a } from "./a"\nimport { z } from "z/pkg"\na() + b() + z()\n';
    expect(rules(text, {}, files)).toEqual(['import-order']);
    expect(fixed(text, files).split('\n').slice(0, 3)).toEqual([
      'import { z } from "z/pkg"',
      'import { a } from "./a"',
      'import { b } from "./b"',
    ]);
    const loud = { ...files, './a': 'log(1)\npub fn a() {}' };
    expect(rules(text, {}, loud)).toEqual(['import-order']);
    expect(fixed(text, loud)).toBe(text);
  });
});

it('every rule has its line on the page of rules, and no line is about another one', () => {
  const page = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| (?:TPL )?\d{3} \| `([a-z-]+)` \|/gm)].map(
    ([, name]) => name,
  );
  expect(listed.toSorted()).toEqual([...LINT_RULES].sort());
});
