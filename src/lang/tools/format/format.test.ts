import { describe, expect, it } from 'vitest';
import { formatErrors } from '../errors.ts';
import { format } from './format.ts';

/** Formats and proves that doing it again changes nothing. */
function formatted(text: string, width?: number): string {
  const out = format({ id: 'a.harn', text }, width);
  expect(format({ id: 'a.harn', text: out }, width)).toBe(out);
  return out;
}

describe('layout', () => {
  it('puts every statement on a line of its own, two spaces a level', () => {
    expect(formatted('fn  f( a,b ){ let x=a+b ;return  x }')).toBe(
      'fn f(a, b) {\n  let x = a + b\n  return x\n}\n',
    );
  });

  it('breaks what is too wide, one item a line with a comma behind each', () => {
    expect(formatted('let spots = {first: [1, 2], second: other(3)}', 30)).toBe(
      'let spots = {\n  first: [1, 2],\n  second: other(3),\n}\n',
    );
  });

  it('keeps a closure at the end of a call on the line of the call', () => {
    expect(formatted('each_one(xs, { x ->\nlog(x)\nnext(x) })')).toBe(
      'each_one(xs, { x ->\n  log(x)\n  next(x)\n})\n',
    );
  });

  it('breaks operators at the beginning of lines, with a backslash where the language needs one', () => {
    expect(formatted('let n = aaaaaaaa + bbbbbbbb - cccccccc', 20)).toBe(
      'let n = aaaaaaaa\n  + bbbbbbbb \\\n  - cccccccc\n',
    );
  });

  it('breaks long chains before each method', () => {
    expect(formatted('let r = rows.filter(good).map(name).join(", ")', 30)).toBe(
      'let r = rows\n  .filter(good)\n  .map(name)\n  .join(", ")\n',
    );
  });

  it('sets declarations apart, and keeps at most one blank line elsewhere', () => {
    expect(
      formatted('import "std/math"\nfn a() {}\nfn b() {}\n\n\n\nlog(1)\n\n\nlog(2)\nlog(3)'),
    ).toBe('import "std/math"\n\nfn a() {}\n\nfn b() {}\n\nlog(1)\n\nlog(2)\nlog(3)\n');
  });

  it('leaves an empty file empty and ends every other with one line break', () => {
    expect(formatted('\n\n')).toBe('');
    expect(formatted('log(1)\n\n\n')).toBe('log(1)\n');
  });
});

describe('meaning', () => {
  it.each([
    'let a = (1 + 2) * 3',
    'let a = 1 + 2 * 3',
    'let a = -(2 ** 3)',
    'let a = (-2) ** 3',
    'let a = x - (y - z)',
    'let a = (f()?).x',
    'let a = (o.f)(1)',
    'let a = (c ? 1 : 2) + 3',
    'let a = c ? -1 : (d ? 2 : 3)',
    'if (Point {x: 1} == p) {}',
    'let t: (int | string)? = nil',
    'match x {\n  (y) -> 1\n  z -> 2\n}',
    'let s = """\n  two\n    lines\n  """',
  ])('of %j is kept: format would refuse to return anything else', (text) => {
    expect(formatted(text)).not.toBe('');
  });

  it('drops parentheses that do nothing and adds those that help', () => {
    expect(formatted('let a = ((1)) + (2 * 3)')).toBe('let a = 1 + 2 * 3\n');
    expect(formatted('let a = x && y || z')).toBe('let a = (x && y) || z\n');
    expect(formatted('let a = x ?? 1 == y')).toBe('let a = (x ?? 1) == y\n');
  });

  it('leaves texts of strings alone', () => {
    expect(formatted('log( "a  ${ x+1 }  \\t b" )')).toBe('log("a  ${ x+1 }  \\t b")\n');
  });
});

describe('comments', () => {
  it('stay before, behind and between what they are about', () => {
    const text = `// head

/** What f does. */
fn f(a, /* why */ b) { // opens
  // first
  let x = a // tail

  // last
}
// end
`;
    expect(formatted(text)).toBe(text);
  });

  it('stay inside lists, calls and dicts', () => {
    const text = `let d = {
  // about a
  a: 1, // one
  b: [
    1, // first
    2,
    // nothing more
  ],
}
`;
    expect(formatted(text)).toBe(text);
  });

  it('stay before else, catch and operators', () => {
    const text = `if a {
  x()
} // after
// between
else {
  y()
}
let n = a // why a
  // why b
  + b
`;
    expect(formatted(text)).toBe(text);
  });

  it('where no rule looks for them keep the whole statement as it was', () => {
    const text = 'for x  in /* all */ xs {\n     log(x) }\nlog(1)\n';
    expect(formatted(text)).toBe(text);
  });

  it('with a star on each line move with the code', () => {
    expect(formatted('fn f() {\n/* a\n   * b */\nreturn 1 }')).toBe(
      'fn f() {\n  /* a\n   * b */\n  return 1\n}\n',
    );
  });

  it('leave the #! line first', () => {
    expect(formatted('#!/usr/bin/env harn\nlog( 1 )')).toBe('#!/usr/bin/env harn\nlog(1)\n');
  });
});

it('refuses text that does not parse', () => {
  expect(() => format({ id: 'a.harn', text: 'let = 3' })).toThrow(
    expect.objectContaining({ code: formatErrors.$code('cannotParse') }) as Error,
  );
});
