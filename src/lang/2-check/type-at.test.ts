import { describe, expect, test } from 'vitest';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { check } from './check.ts';
import { memoryLoader } from './memory-loader.ts';
import { bindingAt, definitionOf, referencesTo, signatureOf, typeAt } from './type-at.ts';

const BUILTINS: readonly BuiltinSpec[] = [
  { name: 'len', signature: 'len(value: any) -> int', doc: '', effect: 'pure', suspends: false },
];

const LIB = 'pub fn double(n: int) -> int {\n  return n * 2\n}\n';
const MAIN = `import "./lib"
fn greet(name: string?) -> string {
  if name == nil {
    return "hello"
  }
  return "hello " + name
}
const count = double(len("abc"))
`;

function checked(text = MAIN) {
  const loader = memoryLoader({ 'lib.harn': LIB, 'main.harn': text });
  return check({ id: 'main.harn', text }, { loader, builtins: BUILTINS, types: 'keep' });
}

/** The offset of the nth occurrence of a piece of text. */
function at(piece: string, nth = 0): number {
  let offset = -1;
  for (let i = 0; i <= nth; i += 1) offset = MAIN.indexOf(piece, offset + 1);
  return offset;
}

describe('a place in a checked file', () => {
  const program = checked();
  const { entry } = program;

  test('has the type that is known there', () => {
    expect(typeAt(entry, at('name == nil'))?.text).toBe('string | nil');
    expect(typeAt(entry, at('name\n}'))?.text).toBe('string');
    expect(typeAt(entry, at('len('))?.text).toBe('fn(any) -> int');
  });

  test('knows where its name is declared, in other modules too', () => {
    const span = definitionOf(entry, at('double('));
    expect(span).toMatchObject({ source: 'lib.harn' });
    expect(LIB.slice(span?.start, span?.end)).toBe('double');
    expect(definitionOf(entry, at('len('))).toBeUndefined();
  });

  test('knows how its name is called', () => {
    const greet = bindingAt(entry, at('greet'));
    expect(greet && signatureOf(greet, entry)).toBe('fn greet(name: string?) -> string');
    const count = bindingAt(entry, at('count'));
    expect(count && signatureOf(count, entry)).toBe('count: int');
    const len = bindingAt(entry, at('len('));
    expect(len && signatureOf(len, entry)).toBe('len(value: any) -> int');
  });

  test('finds every use of its name', () => {
    const name = bindingAt(entry, at('name == nil'));
    const spans = name === undefined ? [] : referencesTo(program, name);
    expect(spans.map(({ start, end }) => MAIN.slice(start, end))).toEqual(['name', 'name', 'name']);
  });

  test('has a type in a file that does not parse as well', () => {
    const broken = checked('fn f(n: int) { n + 1 }\nconst x = (');
    expect(typeAt(broken.entry, 15)?.text).toBe('int');
  });
});
