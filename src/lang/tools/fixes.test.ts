// Every finding that suggests something is mended by one edit, which leaves nothing to suggest.
import { expect, test } from 'vitest';
import { check } from '../2-check/check.ts';
import { memoryLoader } from '../2-check/memory-loader.ts';
import { fixesIn } from './fixes.ts';
import { loadLangTools } from './load.ts';

const LIB = 'pub fn twice(n: int) -> int { return n * 2 }\n';
const BUILTINS = [
  { name: 'log', signature: 'log(value: any) -> nil' },
  { name: 'fs.read_text', signature: 'fs.read_text(path: string) -> string' },
].map((row) => ({
  ...row,
  doc: '',
  suspends: false,
  minArgs: 1,
  maxArgs: 1,
  colour: 'never' as const,
  effect: 'ambient' as const,
}));
const DECLARED =
  'enum Shape { Circle(radius: float), Point }\nstruct Box { width: int, label: string }\n';

async function mendsOf(text: string) {
  const loader = memoryLoader({ 'lib.harn': LIB, 'std/text': LIB });
  const options = { loader, builtins: BUILTINS, types: 'keep' as const, edition: '2026' as const };
  const program = check({ id: 'main.harn', text }, options);
  const { lint, lintDiagnostic } = await loadLangTools();
  const habits = lint(program.entry, program, {}).map(lintDiagnostic);
  const all = [...program.diagnostics, ...program.latent, ...habits];
  return fixesIn(program.entry, all, 0, text.length);
}

test.each([
  ['import { ¦twise¦ } from "./lib"', 'twice'],
  ['import { ¦twise¦ as two } from "./lib"\nlog(two(1))', 'twice'],
  ['import { twice } from ¦"std/texd"¦', '"std/text"'],
  ['const value = 1\nlog(¦valeu¦)', 'value'],
  ['¦logg¦(1)', 'log'],
  ['fn main(harness: Harness) { harness.fs.¦read_txt¦("x") }', 'read_text'],
  ['fn main(harness: Harness) { harness.¦fz¦.read_text("x") }', 'fs'],
  [`${DECLARED}log(Shape.¦Pint¦)`, 'Point'],
  [`${DECLARED}log(Shape.¦Circel¦(1.0))`, 'Circle'],
  [`${DECLARED}fn f(b: Box) -> int { return b.¦widht¦ }`, 'width'],
  [`${DECLARED}log(Box { width: 1, label: "", ¦widht¦: 2 })`, 'width'],
  [`${DECLARED}fn f(b: ¦Bxo¦) { log(b) }`, 'Box'],
  [`${DECLARED}fn f(b: list<¦Bxo¦>) { log(b) }`, 'Box'],
  ['fn f(mode: "fast" | "slow") { log(mode) }\nf(¦"fst"¦)', '"fast"'],
  ['const mode: "fast" | "slow" = ¦"fst"¦', '"fast"'],
  ['¦@tset¦\nfn f() { log(1) }', '@test'],
  ['¦retrun¦ 1', 'return'],
  ['¦func¦ f() { log(1) }', 'fn'],
  ['¦function¦ f() { log(1) }', 'fn'],
  ['if true { log(1) } ¦elif¦ false { log(2) }', 'else if'],
  ['if true ¦and¦ false { log(1) }', '&&'],
])('%j is mended with %j', async (marked, suggestion) => {
  const [before = '', written = '', after = ''] = marked.split('¦');
  const fixes = await mendsOf(before + written + after);
  const mended = fixes.map(({ edits: [edit] }) => {
    const text = before + written + after;
    return text.slice(0, edit?.span.start) + edit?.text + text.slice(edit?.span.end);
  });
  expect([...new Set(mended)]).toEqual([before + suggestion + after]);
});

test('a text that is meant by a variable is not put in its place', async () => {
  const text = 'fn f(mode: "fast" | "slow") { log(mode) }\nconst m = "fst"\nf(m)';
  expect((await mendsOf(text)).map(({ title }) => title)).toEqual([]);
});
