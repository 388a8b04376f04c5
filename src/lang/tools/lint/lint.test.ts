import { describe, expect, it } from 'vitest';
import { check } from '../../2-check/check.ts';
import { memoryLoader } from '../../2-check/memory-loader.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import type { LintOptions } from './context.ts';
import { ruleName } from './errors.ts';
import { applyFixes, LINT_RULES, lint } from './lint.ts';

const spec = (name: string, aliases: readonly string[] = []): BuiltinSpec => ({
  name,
  signature: `${name.slice(name.lastIndexOf('.') + 1)}(value: any) -> any`,
  doc: '',
  effect: 'pure',
  suspends: false,
  aliases,
});
const BUILTINS = [
  spec('log'),
  spec('to_int'),
  spec('stdio.println', ['println']),
  spec('fs.read_text', ['read_file']),
  spec('llm.call', ['llm_call']),
];

function lintText(text: string, options?: LintOptions, files: Record<string, string> = {}) {
  const program = check(
    { id: 'a.harn', text },
    { loader: memoryLoader(files), builtins: BUILTINS },
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
    const files = { './m': 'pub fn a() {}\npub fn b() {}\n', './loud': 'log(1)\npub fn c() {}\n' };
    const text = 'import { a, b } from "./m"\nimport { c } from "./loud"\na()\n';
    expect(rules(text, {}, files)).toEqual(['unused-import', 'unused-import']);
    expect(fixed(text, files)).toBe('import { a } from "./m"\nimport { c } from "./loud"\na()\n');
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
