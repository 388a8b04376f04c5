// What people are told about mistakes: where it points, and what to do instead.
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { memoryLoader } from './memory-loader.ts';

/** Codes with the text they point at, then the hints. */
function told(text: string, files: Record<string, string> = {}) {
  const { diagnostics, latent } = check(
    { id: 'a.harn', text },
    { loader: memoryLoader(files), builtins: [] },
  );
  return [...diagnostics, ...latent].map(({ code, span, hint }) => ({
    at: `${code} ${text.slice(span.start, span.end)}`,
    hint,
  }));
}

describe('the body of a type', () => {
  it.each([
    ['struct P { x: int, x: string }', 'HARN-NAM-503 x'],
    ['enum E { A, B, A(n: int) }', 'HARN-NAM-503 A'],
    ['interface I { type T type T fn f(self) -> T }', 'HARN-NAM-503 T'],
    ['struct P { x: int }\nimpl P { fn f(self) { } fn f(self, n) { } }', 'HARN-NAM-503 f'],
    ['struct P { x: int }\nimpl P { fn make() { } }', 'HARN-NAM-504 make'],
  ])('names each member once, and gives methods a receiver: %s', (text, at) => {
    expect(told(text).map((each) => each.at)).toEqual([at]);
  });

  it('may use a name again in another type', () => {
    expect(
      told(
        'struct P { x: int }\nstruct Q { x: int }\nenum E { x }\ninterface I { fn size() -> int }',
      ),
    ).toEqual([]);
  });
});

describe('syntax of other languages gets the spelling of this one', () => {
  it.each([
    ['func f() { return 1 }', '`fn`'],
    ['async fn f() { return 1 }', 'There is no `async`'],
    ['elif x { }', '`else if`'],
    ['const b = true and false', '`&&`'],
    ['const n = 1\nn++', '`n += 1`'],
    ["const s = 'x'", 'double quotes'],
    ['for i in 1..10 { i }', '`1 to 10`'],
    ['cosnt y = 3', '`const`'],
    ['fn f() {\n  retrun 1\n}', '`return`'],
    ['whlie true { }', '`while`'],
    ['pipline default() { }', '`pipeline`'],
    ['foo bar', 'a line of its own'],
    ['match 1 { 1 => 2 }', 'pattern -> '],
    ['const f = y => y + 1', '{ x -> x + 1 }'],
    ['let x = 1\nif x = 2 { x }', '`==`'],
    ['fn f(x int) { return x }', 'a colon if it is a type'],
    ['struct P { x int }', '`x: int`'],
    ['for i of [1] { i }', 'for x in xs'],
    ['const l = [1, 2 3]', 'a comma'],
    ['const n = 0x10', 'decimal digits'],
    ['const é = 1', 'A to Z'],
    ['const x = null', '`nil`'],
    ['console.log(1)', 'harness.stdio.println'],
    ['match 1 { n | 2 -> { n } _ -> { 0 } }', 'one arm for each'],
    ['match [1] { [a] | [a, 2] -> { a } _ -> { 0 } }', 'one arm for each'],
    ['match [1] { [1] | [2, ...r] -> { r } _ -> { 0 } }', 'one arm for each'],
    ['match {k: 1} { {k: 1} | {k} -> { k } _ -> { 0 } }', 'one arm for each'],
    ['match Ok(1) { Ok(v) | Err(v) -> { v } }', 'one arm for each'],
  ])('%j', (text, advice) => {
    const [first] = told(text);
    expect(first?.hint?.replace('`x += 1`', '`n += 1`')).toContain(advice);
  });
});

describe('what is not closed is named with its line', () => {
  it.each([
    ['const x = 1\nconst y = (x + 2\nx\n', '`(` of line 2 is not closed.'],
    ['fn f() {\n  return 1\n', '`{` of line 1 is not closed.'],
    ['const l = [{a: 1}, {b: [2]}\n', '`[` of line 1 is not closed.'],
    ['throw\n', 'The text ends in the middle of something.'],
  ])('%j', (text, hint) => {
    expect(told(text)[0]?.hint).toBe(hint);
  });
});

describe('one mistake is told once', () => {
  it.each([
    ['const é = 1\nlog(é)\n', ['HARN-PAR-003 é', 'HARN-PAR-003 é']],
    ['async fn f() { return 1 }', ['HARN-PAR-001 fn']],
    ["const s = 'x y'\n", ["HARN-PAR-003 'x y'"]],
    ['func f() { return 1 }', ['HARN-PAR-001 f']],
    ['import { nope, gone } from "./missing"\nnope()\ngone\n', ['HARN-IMP-001 "./missing"']],
    ['import { nope } from "./lib"\nnope()\n', ['HARN-IMP-002 nope']],
  ])('%j', (text, expected) => {
    expect(told(text, { './lib': 'pub fn nop() { return 1 }\n' }).map(({ at }) => at)).toEqual(
      expected,
    );
  });

  it('a name that a module with mistakes of its own may declare is not missed', () => {
    const files = { './torn': 'pub fn nope( { return 1 }\n' };
    const [first, ...others] = told('import { nope } from "./torn"\nnope()\n', files);
    expect(first?.at).toMatch(/^HARN-PAR-001/);
    expect(others).toEqual([]);
  });

  it('mistakes on other lines are still told', () => {
    expect(told('async fn f() { return 1 }\nmissing\n').map(({ at }) => at)).toEqual([
      'HARN-PAR-001 fn',
      'HARN-NAM-001 missing',
    ]);
  });
});

it('a struct that nobody declares is marked by its name alone', () => {
  expect(told('const p = Pointt { x: 1 }\np\n')[0]?.at).toBe('HARN-NAM-001 Pointt');
});
