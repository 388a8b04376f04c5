// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Harn texts
// What holds for every text: the parser returns, spans lie in the text and inside their parents, and it is quick.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiagnosticSink } from '../../base/index.ts';
import type { Node } from '../ast.ts';
import { tokenize } from './lexer.ts';
import { parse } from './parser.ts';

const PROGRAM = `#!/usr/bin/env harn
/** Doc. */
@test(cases: [{name: "a", args: [1]}])
pub fn add<T>(a: T, b = 2, ...rest: int) -> T? throws E where T: A + B {
  const {x, y: [z, ...tail] = []} = {x: 1, "y": nil, [k]: 2, ...other}
  let s = "a \${x + {k: "v"}["k"]} b"
  return xs.filter({ i -> i > 0 && i not in ys })
    |> map(_, fn(v: int) -> int { v ** -2 })
    ?? [1, ...zs][1:]?.[0]!.m<int>(1)?
}
enum Shape { Circle(r: float), Empty }
struct P { x: int, y?: {a: "l" | 1, ...R} }
interface I<out T> { type Item; fn get(self, i: int) -> T }
impl P { fn len(self) { return self.x } }
tool t(q: string = "z") -> string {
  description "d"
  q
}
skill s { prompt "p"; paths ["x"] }
gen fn g() { emit 1; for (a, b) in m { yield a } }
pipeline default(harness: Harness) {
  match v { Shape.Circle(r) if r > 1 -> { r } "a" | "b" -> { 1 } {k: 1, j} -> {} _ -> {} }
  let r = try { f() } catch (e: E) { 1 } finally { g() }
  parallel each xs with { max_concurrent: 2 } { x -> x } as stream
  select { m from ch { m } timeout 5s { n } }
  if a { b } else if (P { x: 1 }) == c { d } else { e }
  guard a else { throw "x" }
  deadline 1m { retry 3 { spawn { mutex { await(h) } } } }
  x.y[0] += 1 to 5 exclusive
}
`;

/** Checks the spans of a tree; returns how many nodes it has. */
function checkSpans(root: Node, length: number): number {
  let count = 0;
  const walk = (value: unknown, parent: Node): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, parent);
      return;
    }
    if (typeof value !== 'object' || value === null || !('kind' in value)) return;
    const node = value as Node;
    count += 1;
    const { start, end } = node.span;
    if (start > end || start < parent.span.start || end > parent.span.end || end > length) {
      throw new Error(
        `${node.kind} ${start}..${end} in ${parent.kind} ${parent.span.start}..${parent.span.end}`,
      );
    }
    for (const child of Object.values(node)) walk(child, node);
  };
  for (const child of Object.values(root)) walk(child, root);
  return count;
}

function checkText(text: string): void {
  const { module, diagnostics } = parse({ id: 't', text });
  checkSpans(module, text.length);
  expect(diagnostics.all.length).toBeLessThanOrEqual(50);
  for (const { code, span } of diagnostics.all) {
    expect(code).toMatch(/^HARN-(PAR|LEX)-\d{3}$/);
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
}

test('the sample program uses most of the grammar and has no errors', () => {
  const { module, diagnostics } = parse({ id: 't', text: PROGRAM });
  expect(diagnostics.all).toEqual([]);
  expect(checkSpans(module, PROGRAM.length)).toBeGreaterThan(250);
});

test('any text parses to a module with sound spans', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), checkText));
});

test('any sequence of tokens parses to a module with sound spans', () => {
  const words = [...new Set(PROGRAM.match(/\w+|\s+|[^\w\s]/g) ?? []), '"', '"""', '/*', '*/', '${'];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((list) => list.join(''));
  fc.assert(fc.property(text, checkText), { numRuns: 2_000 });
});

test('programs with pieces removed, doubled or replaced parse to sound spans', () => {
  const place = fc.nat(PROGRAM.length);
  const mutation = fc.record({ from: place, size: fc.nat(20), put: fc.string({ maxLength: 4 }) });
  const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((list) => {
    let text = PROGRAM;
    for (const { from, size, put } of list)
      text = text.slice(0, from) + put + text.slice(from + size);
    return text;
  });
  fc.assert(fc.property(mutated, checkText), { numRuns: 1_000 });
});

test('every prefix of a program parses', () => {
  for (let end = 0; end < PROGRAM.length; end += 1) checkText(PROGRAM.slice(0, end));
});

test('tokens are in order, inside the text, and end with eof', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const tokens = tokenize({ id: 't', text }, new DiagnosticSink());
      let last = 0;
      for (const { start, end } of tokens) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThanOrEqual(start);
        last = end;
      }
      expect(last).toBe(text.length);
      expect(tokens.at(tokens.count - 1).name).toBe('eof');
    }),
  );
});

const DEEP = 10_000;

test.each([
  ['('],
  ['['],
  ['{a: '],
  ['f('],
  ['if a { '],
  ['if '],
  ['{ x -> '],
  ['fn() { '],
  ['parallel 3 { '],
  ['match x { _ -> { '],
  ['- '],
  ['!'],
  ['1 ** '],
  ['a ? b : '],
  ['try { '],
  ['emit '],
  ['"${ '],
  ['type X = fn() -> '],
  ['let x: list<'],
  ['let ['],
])('%s ten thousand times is one coded error', (piece) => {
  const { diagnostics } = parse({ id: 't', text: piece.repeat(DEEP) });
  expect(diagnostics.errorCount).toBeGreaterThan(0);
});

test.each([
  ['1', ' + 1'],
  ['a', '.b'],
  ['a', '()'],
  ['a', ' |> f'],
  ['if a {}', ' else if a {}'],
])('%s followed by a hundred thousand times %s is refused, not a crash', (first, link) => {
  const { diagnostics } = parse({ id: 't', text: first + link.repeat(100_000) });
  expect(diagnostics.all[0]?.code).toBe('HARN-PAR-508');
});

test('nesting of 499 brackets and a chain of 900 operators are fine', () => {
  const nested = `${'('.repeat(499)}1${')'.repeat(499)}`;
  const branches = `${'if a { '.repeat(499)}1${' }'.repeat(499)}`;
  const chain = `1${' + 1'.repeat(900)}`;
  for (const text of [nested, branches, chain]) {
    expect(parse({ id: 't', text }).diagnostics.all).toEqual([]);
  }
});

test('chains inside brackets count together', () => {
  const text = `${`(1${' + 1'.repeat(40)} + `.repeat(200)}1${')'.repeat(200)}`;
  expect(parse({ id: 't', text }).diagnostics.all).toEqual([]);
  const high = `${'('.repeat(200)}1${`${' + 1'.repeat(40)})`.repeat(200)}`;
  expect(parse({ id: 't', text: high }).diagnostics.all).toMatchObject([{ code: 'HARN-PAR-501' }]);
});
