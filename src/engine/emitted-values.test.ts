import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../builtins/index.ts';
import type { Ctx, Value } from '../values/index.ts';
import { bindBuiltins } from './bind.ts';
import { link } from './link.ts';
import { compileSource, drive, makeCtx, output, runtimeRowsForTest } from './run-source.fixture.ts';

interface Case {
  readonly title: string;
  readonly source: string;
  readonly prints: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'ints are exact to 64 bits and then become floats; floats stay floats',
    source: `
println(9007199254740991 + 1)
println(9223372036854775807 - 1 + 1)
println(9223372036854775807 + 1 > 9223372036854775806)
println([1.0 + 2, 7 / 2, -7 / 2, -7 % 3, 0 * -5, 2.5 * 4, 10 / 4.0, 2 ** 10])
println([3 == 3.0, 1.5 < 2, "a" < "b", 2 >= 2, nil == false, [1] == [1.0], "1" == 1])
println([-(0.0), "ab" * 2, "a" + "b", [1] + [2]])
let n = 5
n += 2
n *= 3
n -= 1
n /= 4
n %= 3
println(n)`,
    prints: [
      ...['9007199254740992', '9223372036854775807', 'true'],
      ...['[3.0, 3, -3, -1, 0, 10.0, 2.5, 1024]', '[true, true, true, true, false, true, false]'],
      ...['[-0.0, abab, ab, [1, 2]]', '2'],
    ],
  },
  {
    title: 'what surely is an exact int needs no test, what comes of it does',
    source: `
let big = 9007199254740991
for i in 9007199254740989 to 9007199254740990 {
  println([i + 1, i + i, i - big, i * 3 > big, 0 - i, i < big])
  let same = i
  println(same + big)
}
for i in 1 to 3 {
  var j = i
  j = j + 0.5
  println([j + i, i / 2, i % 2, [7, 8, 9][i - 1]])
}`,
    prints: [
      ...['[9007199254740990, 18014398509481978, -2, true, -9007199254740989, true]'],
      ...['18014398509481980'],
      ...['[9007199254740991, 18014398509481980, -1, true, -9007199254740990, true]'],
      ...['18014398509481981'],
      ...['[2.5, 0, 1, 7]', '[4.5, 1, 0, 8]', '[6.5, 1, 1, 9]'],
    ],
  },
  {
    title: 'logical operators give bools and stop early, ?? gives an operand',
    source: `
fn say(x) { println("say \${x}")
  return x }
println(say(0) && say(1))
println(say("x") || say(1))
println(say(nil) ?? say("d"))
println(!say([]))
println(say(nil) ?? (if true { say(2) } else { 0 }))`,
    prints: [
      'say 0',
      'false',
      'say x',
      'true',
      'say nil',
      'say d',
      'd',
      'say []',
      'true',
      'say nil',
      'say 2',
      '2',
    ],
  },
  {
    title: 'parts are read by name, position and slice, and optionally',
    source: `
let d = {a: {b: [1, 2, 3]}}
println([d.a.b[0], d["a"]["b"][-1], d.a.b[9], d.x, d?.x?.y, d.a.b[1:], d.a.b[:-1]])
let n = nil
println([n?.x, n?.x(), n?[0], n ?? "d", "héllo"[1], "héllo"[1:3], "abc".count])
println(try { n.x } catch (e) { e })
println(42?.x)
fn loud(x) { println("loud")
  return x }
println([n?[loud(0)], n?[loud(0):], n?.get(loud("k")), n?.get(if true { loud("k") } else { 0 })])
println([[5]?[loud(0)], {k: 6}?.get(if true { loud("k") } else { 0 })])`,
    prints: [
      '[1, 3, nil, nil, nil, [2, 3], [1, 2]]',
      '[nil, nil, nil, d, é, él, 3]',
      'Type error: cannot access property `x` on nil',
      ...['nil', '[nil, nil, nil, nil]', 'loud', 'loud', '[5, 6]'],
    ],
  },
  {
    title: 'keys that JavaScript objects have already are ordinary keys',
    source: `
let d = {"__proto__": 1, constructor: 2, toString: 3}
println(d)
println([d.constructor, d["__proto__"], d.toString, {}.toString, {a: 1}.hasOwnProperty])
let k = "__proto__"
var e = {[k]: 5}
e[k] = 6
e.constructor = 7
println([e[k], e.constructor, len(e)])
match d { {toString} -> { println(toString) } }`,
    prints: [
      '{__proto__: 1, constructor: 2, toString: 3}',
      '[2, 1, 3, nil, nil]',
      '[6, 7, 2]',
      '3',
    ],
  },
  {
    title: 'texts may contain anything',
    source: `println("a\\n\\"\${1 + 1}\\" \\\${x} \u0001abc\u0002 \u2028 \\\\")
println("\${"nested \${2}"}\${""}")`,
    prints: ['a\n"2" ${x} \u0001abc\u0002 \u2028 \\', 'nested 2'],
  },
  {
    title: 'writes change the variable and nothing else',
    source: `
var g = {a: {b: [1, 2]}, n: 1}
let h = g
let inner = g.a
g.a.b[1] = 9
g.a.b[0] += 10
g.n *= 5
println([g, h, inner])
var p = [[0, 0], [0, 0]]
let row = p[0]
p[0][1] = 1
p[-1][0] = 2
println([p, row])
println(try { p[5] = 1 } catch (e) { e })
struct S { x: int, inner: dict }
var s = S { x: 1, inner: {} }
let t = s
s.x += 1
s.inner.k = 2
println([s, t])`,
    prints: [
      '[{a: {b: [11, 9]}, n: 5}, {a: {b: [1, 2]}, n: 1}, {b: [1, 2]}]',
      '[[[0, 1], [2, 0]], [0, 0]]',
      'Runtime error: Index 5 out of bounds for list of length 2',
      '[S {inner: {k: 2}, x: 2}, S {inner: {}, x: 1}]',
    ],
  },
  {
    title: 'spreads copy, later entries win',
    source: `
let a = [1, 2]
let b = {x: 1, y: 2}
println([[0, ...a, ...a], {...b, y: 3, z: 4}, {y: 9, ...b}, {["k" + "1"]: 1}])
println(try { [...5] } catch (e) { e })
println(try { {...5} } catch (e) { e })`,
    prints: [
      '[[0, 1, 2, 1, 2], {x: 1, y: 3, z: 4}, {x: 1, y: 2}, {k1: 1}]',
      'Type error: cannot destructure int with [...] pattern',
      'Type error: cannot destructure int with {...} pattern',
    ],
  },
];

describe('values in emitted code', () => {
  it.each(CASES)('$title', ({ source, prints }) => {
    expect(output(source)).toEqual(prints);
  });
});

/** Runs a text and says which objects `len` was called with: as many as there were copies. */
function containersSeenByLen(source: string): number {
  const seen = new Set<Value>();
  const look = (_ctx: Ctx, value: Value) => {
    seen.add(value);
    return 0;
  };
  const rows = [{ name: 'len', impl: look }, ...runtimeRowsForTest([])];
  const builtins = bindBuiltins(createRegistry(), { extra: rows });
  drive(link(compileSource(source), { builtins }).start(makeCtx(), []));
  return seen.size;
}

describe('a variable that accumulates', () => {
  const ROUNDS = 200;
  const loop = (start: string, step: string) => `
fn f() { var xs = ${start}
  for i in 1 to ${ROUNDS} { ${step}
    len(xs) }
  return xs }
f()`;

  it.each([
    ['xs = xs + [e]', '[]', 'xs = xs + [i]'],
    ['xs += [e]', '[]', 'xs += [i]'],
    ['xs = xs.push(e)', '[]', 'xs = xs.push(i)'],
    ['d[k] = v', '{}', 'xs["k${i}"] = i'],
    ['d.k = v', '{}', 'xs.k = i'],
    ['d = d + {k: v}', '{}', 'xs = xs + {k: i}'],
    ['xs[i] = v', '[0]', 'xs[0] = i'],
  ])('is changed in place by %s', (_, start, step) => {
    expect(containersSeenByLen(loop(start, step))).toBe(1);
  });

  it('is changed in place at module level and when functions share it', () => {
    const source = `
var xs = []
fn add(x) { xs = xs.push(x) }
for i in 1 to ${ROUNDS} { add(i)
  xs = xs + [i]
  len(xs) }`;
    expect(containersSeenByLen(source)).toBe(1);
  });

  it('is copied once per alias', () => {
    const aliased = loop('[]', 'let old = xs\nxs = xs + [i]');
    expect(containersSeenByLen(aliased)).toBe(ROUNDS);
    const now_and_then = loop('[]', 'if i % 50 == 0 { keep = xs }\nxs = xs + [i]').replace(
      'fn f() {',
      'var keep = nil\nfn f() {',
    );
    expect(containersSeenByLen(now_and_then)).toBeLessThanOrEqual(6);
  });

  it('never changes an alias', () => {
    const source = `
fn id(x) { return x }
fn f() {
  var xs = [1]
  let made = [xs, {k: xs}, id(xs)]
  xs = xs + [2]
  let fn_sees = { -> xs }
  let before = fn_sees()
  xs.push(9)
  xs = xs.push(3)
  for x in xs { xs[0] = x * 10 }
  var d = {a: 1}
  let e = d
  d.a = 2
  let [first, ...others] = [d, d]
  d.b = 3
  return [made, before, xs, e, first, others, d]
}
println(f())
var grown = [0]
fn grow() { grown = grown + [1]
  return 5 }
println([grown, grow(), grown, grown[grow() - 5]])
grown = grown + [grow()]
println(grown)
fn late() { grown = grown.push(77)
  return 77 }
println([contains(grown, late()), contains(grown, 77)])`;
    expect(output(source)).toEqual([
      '[[[1], {k: [1]}, [1]], [1, 2], [30, 2, 3], {a: 1}, {a: 2}, [{a: 2}], {a: 2, b: 3}]',
      '[[0], 5, [0, 1], 0]',
      ...['[0, 1, 1, 5]', '[false, true]'],
    ]);
  });
});

/** Expressions that print their number when evaluated: in source order if order is kept. */
const tree: fc.Arbitrary<(next: () => number) => string> = fc.letrec<{
  node: (next: () => number) => string;
}>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constant((next: () => number) => `t(${next()})`),
    fc
      .tuple(fc.constantFrom('+', '*', '-'), tie('node'), tie('node'))
      .map(([op, a, b]) => (next: () => number) => {
        const left = a(next);
        return `(${left} ${op} ${b(next)})`;
      }),
    fc.tuple(tie('node'), tie('node'), tie('node')).map(([a, b, c]) => (next: () => number) => {
      const parts = [a, b, c].map((part) => part(next));
      return `sum(${parts[0]}, if ${parts[1]} == "no" { 0 } else { ${parts[2]} }, 0)`;
    }),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => (next: () => number) => {
      const parts = [a, b].map((part) => part(next));
      return `len([${parts[0]}, try { ${parts[1]} } catch (e) { 0 }])`;
    }),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => (next: () => number) => {
      const parts = [a, b].map((part) => part(next));
      return `{b: ${parts[0]}, a: match ${parts[1]} { _ -> { 3 } }}.b`;
    }),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => (next: () => number) => {
      const parts = [a, b].map((part) => part(next));
      return `(${parts[0]} |> { x -> x + ${parts[1]} })`;
    }),
  ),
})).node;

describe('evaluation order', () => {
  it('is left to right, whatever has to be lowered to statements', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (build, waits) => {
        let count = 0;
        const text = build(() => count++);
        const body = waits ? 'pause(n)' : 'n';
        const source = `fn t(n) { println(n)\nreturn ${body} }\nfn sum(a, b, c) { return a + b + c }\nprintln(len([${text}]))`;
        const expected = Array.from({ length: count }, (_, i) => String(i));
        expect(output(source)).toEqual([...expected, '1']);
      }),
      { numRuns: 60 },
    );
  });

  it('reads a variable when its turn comes, not when a later operand has changed it', () => {
    const source = `
var x = 1
fn set(n) { x = n
  return n }
println([x, if true { x = 5
  x } else { 0 }, x])
println(x + set(7) * x)
println("\${x} \${set(8)} \${x}")
var xs = [1, 2]
println(xs[0] + (if true { xs = [10, 20]
  1 } else { 0 }) + xs[1])
x = x + set(100)
println(x)
x += set(1)
println(x)`;
    expect(output(source)).toEqual(['[1, 5, 5]', '54', '7 8 8', '22', '108', '109']);
  });
});
