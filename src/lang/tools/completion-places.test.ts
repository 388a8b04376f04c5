// Places where only certain names make sense: what is offered there, while the text is unfinished.
import { describe, expect, test } from 'vitest';
import { check } from '../2-check/check.ts';
import { memoryLoader } from '../2-check/memory-loader.ts';
import { completionsAt } from './completion.ts';
import { restOfStandIn } from './completion-places.ts';
import { tokensOf, withStandIn } from './cursor-context.ts';
import { hoverAt } from './hover.ts';

const DECLARED = `enum Shape { Circle(radius: float), Pair(int, int), Point }
struct Box { width: int, label: string }
`;

function contextOf(text: string) {
  const options = { loader: memoryLoader({}), builtins: [], types: 'keep' as const };
  const program = check({ id: 'main.harn', text }, options);
  return { program, module: program.entry, builtins: [] };
}

/** What is offered at the `¦`. */
function offered(marked: string): string[] {
  const offset = (DECLARED + marked).indexOf('¦');
  const text = (DECLARED + marked).replace('¦', '');
  const rest = restOfStandIn(tokensOf({ id: 'main.harn', text }), offset);
  const context = contextOf(withStandIn(text, offset, rest));
  return completionsAt(context, offset, () => []).map(({ label }) => label);
}

describe('only what is missing is offered', () => {
  test.each([
    ['const b = Box { ¦ }', ['width', 'label']],
    ['const b = Box { width: 1, ¦ }', ['label']],
    ['const b = Box {\n  ¦\n  label: "x",\n}', ['width']],
    ['const b = Box { wi¦dth: 1 }', ['width', 'label']],
    ['fn f() { log([Box { width: { x -> x }(1), la¦', ['label']],
    [
      'fn f(s: Shape) {\n  match s {\n    ¦\n  }\n}',
      ['Shape.Circle(radius)', 'Shape.Pair(value1, value2)', 'Shape.Point', '_'],
    ],
    [
      'fn f(s: Shape) {\n  match s {\n    Shape.Point -> { 1 }\n    Sh¦\n  }\n}',
      ['Shape.Circle(radius)', 'Shape.Pair(value1, value2)', '_'],
    ],
    ['fn f(m: "a" | "b") {\n  match m {\n    ¦\n  }\n}', ['"a"', '"b"', '_']],
  ])('%j', (text, wanted) => {
    expect(offered(text)).toEqual(wanted);
  });
});

describe('anything is offered', () => {
  test.each([
    'const b = Box { width: ¦ }',
    'fn f() -> Box { ¦ }',
    'fn f(s: Shape) { match s { Shape.Point -> { ¦ } } }',
    'if true { ¦ }',
  ])('%j', (text) => {
    expect(offered(text)).toContain('match');
  });
});

test('behind `@` attributes are offered', () => {
  expect(offered('@de¦\nfn f() {}')).toContain('deprecated');
  expect(offered('@¦\nfn f() {}')).not.toContain('Box');
});

test('a variant shows what it carries', () => {
  const text = `${DECLARED}log(Shape.Circle(1.0), Shape.Point)`;
  const hover = (name: string) => hoverAt(contextOf(text), text.lastIndexOf(name) + 1)?.code;
  expect(hover('Circle')).toBe('Shape.Circle(radius: float)');
  expect(hover('Point')).toBe('Shape.Point');
});
