import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from '../2-check/check.ts';
import { memoryLoader } from '../2-check/memory-loader.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { parameterRanges } from './callee.ts';
import { completionsAt } from './completion.ts';
import { withStandIn } from './cursor-context.ts';
import { fixesIn } from './fixes.ts';
import { hoverAt } from './hover.ts';
import type { ToolContext } from './members.ts';
import { declarationAt, occurrencesOf, renameEdits, symbolAt } from './navigate.ts';
import { occurrenceAt, occurrencesIn } from './occurrences.ts';
import { ParseCache } from './parse-cache.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { signatureHelpAt } from './signature-help.ts';
import { outlineOf } from './symbols.ts';

const BUILTINS: readonly BuiltinSpec[] = [
  {
    name: 'len',
    signature: 'len(value: any) -> int',
    doc: 'How many.',
    effect: 'pure',
    suspends: false,
  },
  {
    name: 'fs.read_text',
    signature: 'fs.read_text(path: string) -> string',
    doc: 'Reads a file.',
    effect: 'read',
    suspends: true,
    aliases: ['read_file'],
  },
];

const LIB = `pub struct Box<T> { inside: T }
impl Box { fn open(self) -> int { return self.inside } }
pub enum Shape { Dot, Circle(r: int) }
pub type Id = int
pub fn twice(n: Id) -> Id { return n * 2 }
`;

const MAIN = `import { Box, Shape as Form, twice, Id } from "./lib"
pipeline base(task) { log(task) }
pipeline child(task) extends base { log(task) }
fn pick<Id>(x: Id) -> Id { return x }
fn f(shape: Form, id: Id, given: dict) -> int {
  const { a, b: c } = given
  let n = twice(id)
  for (i, each) in [[1, 2]] { n = n + each }
  const area = match shape {
    Form.Circle(r) if r > 1 -> { r * n }
    Form.Dot -> { 0 }
  }
  try { throw "no" } catch (e) { log(e) }
  const g = { x -> "\${x + twice(len("é𝄞"))}" }
  return area + Box { inside: 1 }.open()
}
fn main(harness: Harness) { harness.fs.read_text("x") }
`;

function contextOf(text: string, cache = new ParseCache()): ToolContext {
  const loader = memoryLoader({ 'lib.harn': LIB, 'main.harn': text });
  const program = check(
    { id: 'main.harn', text },
    { loader, builtins: BUILTINS, types: 'keep', parse: cache.parse },
  );
  return { program, module: program.entry, builtins: BUILTINS };
}

/** Every question at one place. */
function askAll(text: string, offset: number): void {
  const context = contextOf(text);
  const { module, program } = context;
  hoverAt(context, offset);
  declarationAt(context, offset);
  signatureHelpAt(context, offset);
  const symbol = symbolAt(module, offset);
  const at = occurrenceAt(module, offset);
  if (symbol !== undefined && at !== undefined)
    renameEdits(occurrencesOf(program, symbol), at, 'other');
  outlineOf(module.module);
  fixesIn(module, program.diagnostics, 0, text.length);
  const unfinished = contextOf(withStandIn(text, offset));
  completionsAt(unfinished, offset, () => ['std/x']);
  signatureHelpAt(contextOf(withStandIn(text, offset, ')')), offset);
}

describe('names of a file', () => {
  const context = contextOf(MAIN);

  test('stand where their text is, each place once', () => {
    const found = occurrencesIn(context.module);
    for (const { span, text } of found) expect(MAIN.slice(span.start, span.end)).toBe(text);
    const starts = found.map(({ span }) => span.start);
    expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
  });

  test('of types are found where a type stands, unless a type parameter hides them', () => {
    const id = occurrenceAt(context.module, MAIN.indexOf('id: Id') + 4);
    expect(id?.binding).toMatchObject({ kind: 'typeAlias', moduleId: 'lib.harn' });
    expect(occurrenceAt(context.module, MAIN.indexOf('x: Id') + 3)).toBeUndefined();
  });

  test('of pipelines are found behind `extends`', () => {
    const parent = occurrenceAt(context.module, MAIN.indexOf('extends base') + 8);
    expect(parent?.binding).toMatchObject({ kind: 'pipeline', name: 'base' });
  });

  test('are known in pieces of text, behind characters of two units', () => {
    const inner = MAIN.indexOf('twice(len');
    expect(hoverAt(context, inner)?.code).toContain('fn twice(n: Id) -> Id');
    expect(signatureHelpAt(context, MAIN.indexOf('"é𝄞"'))?.label).toBe('len(value: any) -> int');
  });

  test('are coloured without overlaps', () => {
    let end = 0;
    for (const { start, length } of semanticTokens(context.module)) {
      expect(start).toBeGreaterThanOrEqual(end);
      end = start + length;
    }
  });
});

describe('hovers', () => {
  test('of capabilities say what the call does to the outside', () => {
    const found = hoverAt(contextOf(MAIN), MAIN.indexOf('read_text'));
    expect(found?.code).toBe('fs.read_text(path: string) -> string');
    expect(found?.doc).toBe('Reads a file.\n\nRecorded: reads from outside.');
  });
});

describe('methods of built-in values', () => {
  const text =
    'fn f(names: list<string>, all: set<int>, b: bytes) {\n  names.join(", ")\n  all.has(1)\n  b.\n}';

  test('have a hover and signature help from their rows', () => {
    const context = contextOf(text);
    const hover = hoverAt(context, text.indexOf('join'));
    expect(hover?.code).toBe('join(separator?: any) -> string');
    expect(hover?.doc).toBe('The texts of the items in one, with the separator between them.');
    const help = signatureHelpAt(context, text.indexOf('", "'));
    expect(help?.label).toBe('join(separator?: any) -> string');
    expect(help?.doc).toBe(hover?.doc);
    expect(help?.active).toBe(0);
  });

  test('are shown under the name that was written', () => {
    const found = hoverAt(contextOf(text), text.indexOf('has'));
    expect(found?.code).toBe('has(item: any) -> bool');
    expect(found?.doc).toBe('Whether an equal item is in the set.');
  });

  test('are offered behind a dot, other names included', () => {
    const offset = text.indexOf('b.') + 2;
    const found = completionsAt(contextOf(withStandIn(text, offset)), offset, () => []);
    expect(found.map(({ label }) => label)).toEqual([
      'count',
      'len',
      'size',
      'empty',
      'iter',
      'slice',
      'to_list',
    ]);
    expect(found[1]).toMatchObject({
      kind: 'method',
      detail: 'len() -> int',
      doc: 'How many bytes there are.',
    });
  });
});

describe('parameters of a signature', () => {
  test('are cut at commas outside of brackets', () => {
    const label = 'f<T>(a: dict<string, int>, b: fn(T) -> int, ...rest: any) -> int';
    expect(parameterRanges(label).map(([start, end]) => label.slice(start, end))).toEqual([
      'a: dict<string, int>',
      'b: fn(T) -> int',
      '...rest: any',
    ]);
    expect(parameterRanges('pi: float')).toEqual([]);
  });
});

describe('a parse cache', () => {
  test('reads a text once, and tells its mistakes every time', () => {
    const cache = new ParseCache();
    const first = contextOf('const x = (', cache);
    const again = contextOf('const x = (', cache);
    expect(cache.hits).toBe(1);
    expect(first.program.diagnostics.length).toBeGreaterThan(0);
    expect(again.program.diagnostics).toEqual(first.program.diagnostics);
    expect(contextOf('const x = 1', cache).program.diagnostics).toEqual([]);
  });
});

describe('broken files', () => {
  test('are answered for at every place of them', () => {
    const cut = fc.tuple(fc.nat(MAIN.length), fc.nat(40), fc.nat(MAIN.length));
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '(',
        ')',
        '"',
        '${',
        '.',
        ',',
        'fn ',
        'import ',
        '𝄞',
        '\0',
        '/*',
        '|>',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    fc.assert(
      fc.property(cut, piece, ([start, length, place], inserted) => {
        const text = MAIN.slice(0, start) + inserted + MAIN.slice(start + length);
        askAll(text, Math.min(place, text.length));
        semanticTokens(contextOf(text).module);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('that are mere prefixes are answered for at their end, where people type', () => {
    for (let end = 0; end <= MAIN.length; end += 7) askAll(MAIN.slice(0, end), end);
  }, 60_000);
});
