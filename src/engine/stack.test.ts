import { describe, expect, it } from 'vitest';
import {
  compileSource,
  drive,
  linkForTest,
  makeCtx,
  type RunOptions,
} from './run-source.fixture.ts';
import { renderUncaught, StackReader } from './stack.ts';

/** Runs a text that fails and returns what people would read. */
function report(text: string, options: RunOptions = {}): readonly string[] {
  const live = linkForTest(compileSource(text, options), []);
  try {
    drive(live.start(makeCtx(), []));
  } catch (error) {
    const sources = new Map([['test.harn', { id: 'test.harn', text }]]);
    return renderUncaught(error, new StackReader(live).frames(error), sources).split('\n');
  }
  return ['no error'];
}

describe('stacks', () => {
  it('lead from the failing operation through every caller, closures and waits among them', () => {
    const text = `fn inner(a) {
  return 1 + a.foo
}
fn middle(x) {
  pause(1)
  let f = { y -> inner(y) }
  return f(x)
}
pipeline default() {
  println([5].map({ q -> middle(q) }))
}
`;
    expect(report(text)).toEqual([
      'error[HARN-VAL-004]: Type error: cannot access property `foo` on int',
      ' --> test.harn:2:16',
      '  |',
      '2 |   return 1 + a.foo',
      '  |                ^',
      '  = note: called from a closure at test.harn:6',
      '  = note: called from middle at test.harn:7',
      '  = note: called from a closure at test.harn:10',
      '  = note: called from default at test.harn:10',
      '  = help: Use `?.` where the value may be nil.',
    ]);
  });

  it('lead from a throw through every caller', () => {
    expect(
      report('fn f(n) {\n  if n == 0 { throw "boom" }\n  return 1 + f(n - 1)\n}\nf(2)'),
    ).toEqual([
      'error: Thrown: boom',
      ' --> test.harn:2:15',
      '  |',
      '2 |   if n == 0 { throw "boom" }',
      '  |               ^',
      '  = note: called from f at test.harn:3',
      '  = note: called from f at test.harn:3',
      '  = note: called from <script> at test.harn:5',
    ]);
  });

  it('know the place of a throw after a thousand others, which took the stacks there were', () => {
    const text =
      'for i in 1 to 1000 { try { throw i } catch (e) { e } }\nfn f() { throw "boom" }\nf()';
    expect(report(text)).toEqual([
      'error: Thrown: boom',
      ' --> test.harn:2:10',
      '  |',
      '2 | fn f() { throw "boom" }',
      '  |          ^',
    ]);
  });

  it('name the module of every frame', () => {
    const modules = { m: '\npub fn divide(a, b) {\n  return a / b\n}' };
    expect(report('import { divide } from "m"\n\ndivide(1, 0)', { modules }).slice(0, 3)).toEqual([
      'error[HARN-VAL-001]: Division by zero',
      ' --> m:3:10',
      '  = note: called from <script> at test.harn:3',
    ]);
  });

  it('cut deep recursion short', () => {
    const lines = report('fn f(n) { return 1 + f(n + 1) }\nf(0)');
    expect(lines[0]).toBe(
      'error[HARN-VAL-010]: Runtime error: Stack overflow: too many nested calls',
    );
    expect(lines[1]).toBe(' --> test.harn:1:22');
    expect(lines.length).toBeLessThan(25);
  });

  it('say that a variable was read before it was declared', () => {
    const text =
      'fn f() {\n  let g = { -> late }\n  let r = g()\n  let late = 1\n  return r\n}\nf()';
    expect(report(text).slice(0, 2)).toEqual([
      'error[HARN-VAL-011]: Undefined variable: late',
      ' --> test.harn:2:16',
    ]);
  });

  it('are empty for errors from elsewhere', () => {
    const live = linkForTest(compileSource('1'), []);
    const reader = new StackReader(live);
    expect(reader.frames(new Error('x'))).toEqual([]);
    expect(reader.frames('text')).toEqual([]);
  });
});
