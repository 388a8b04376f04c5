import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { check } from './check.ts';
import type { CheckedModule, FunctionFacts } from './checked-module.ts';
import { memoryLoader } from './memory-loader.ts';

const row = (signature: string, suspends: BuiltinSpec['suspends'] = false): BuiltinSpec => ({
  name: signature.slice(0, signature.indexOf('(')),
  signature,
  doc: '',
  effect: suspends === true ? 'wait' : 'pure',
  suspends,
});

const BUILTINS = [
  row('println(value: any)'),
  row('len(value: any) -> int'),
  row('range(n: int) -> range'),
  row('lines_of(text: string) -> list<string>'),
  row('lookup(name: string) -> any'),
  row('sleep(ms: int)', true),
  row('channel() -> channel'),
  row('apply(f: fn(any) -> any, value: any) -> any', 'callback'),
  row('fs.read_text(path: string) -> string', true),
  row('clock.now_ms() -> int'),
];

function checkFiles(files: { readonly [id: string]: string }): CheckedModule {
  const loader = memoryLoader(files);
  const entry = { id: 'main.harn', text: files['main.harn'] ?? '' };
  const program = check(entry, { loader, builtins: BUILTINS, edition: '2026' });
  expect(program.diagnostics).toEqual([]);
  return program.entry;
}

const checkText = (text: string) => checkFiles({ 'main.harn': text });

function factsOf(module: CheckedModule, name: string): FunctionFacts {
  for (const [node, facts] of module.functions)
    if ('name' in node && node.name === name) return facts;
  throw new Error(`no function ${name}`);
}

const suspends = (text: string, name = 'f') => factsOf(checkText(text), name).suspends;

/** The source texts of the suspension points, in order of discovery. */
function points(text: string): string[] {
  const module = checkText(text);
  return [...module.suspensionPoints].map(({ span }) => text.slice(span.start, span.end));
}

describe('a function is sync when it', () => {
  const SYNC: readonly [string, string][] = [
    ['computes', 'fn f(a, b) { return a + b * 2 }'],
    ['calls sync builtins', 'fn f(a) { return len(a) + 1 }'],
    ['calls sync functions declared later', 'fn f(a) { return g(a) }\nfn g(a) { return a }'],
    ['reads fields and elements of unknown values', 'fn f(a) { return a.b.c[0] }'],
    ['prints unknown values', `fn f(a) { return "\${a}" }`],
    ['loops over a literal list', 'fn f() { for x in [1, 2] { println(x) } }'],
    ['loops over a short literal range', 'fn f() { for x in 1 to 100 { println(x) } }'],
    [
      'loops over a parameter that must be a list',
      'fn f(xs: list<int>) { for x in xs { println(x) } }',
    ],
    [
      'loops over a parameter that must be a list or nil',
      'type Xs = list?\nfn f(xs: Xs) { for x in xs { println(x) } }',
    ],
    ['loops over rest arguments', 'fn f(...xs) { for x in xs { println(x) } }'],
    [
      'loops over what a builtin returns as a list',
      'fn f(s) { for x in lines_of(s) { println(x) } }',
    ],
    [
      'loops over an accumulated list',
      'fn f(s) { let out = []\n out = out.push(s)\n out += [1]\n for x in out { println(x) } }',
    ],
    [
      'loops over what a function returns as a list',
      'fn f() { for x in g() { println(x) } }\nfn g() { return [1] }',
    ],
    [
      'loops over a mapped list',
      'fn f() { for x in [1].map({ n -> n }).filter({ n -> n > 0 }) { println(x) } }',
    ],
    ['calls list methods with sync closures', 'fn f(xs) { return xs.map({ x -> x + 1 }) }'],
    ['reduces a list that is known', 'fn f(xs: list) { return xs.reduce(0, { a, b -> a + b }) }'],
    ['calls a constant that holds a sync closure', 'const g = { x -> x }\nfn f() { return g(1) }'],
    ['gives a sync function to a builtin', 'fn f(x) { return apply(g, x) }\nfn g(x) { return x }'],
    ['only creates a suspending closure', 'fn f() { return { -> sleep(1) } }'],
    ['only calls a generator', 'fn f() { return g() }\nfn g() { yield 1 }'],
    ['only calls a stream', 'fn f() { return g() }\ngen fn g() { emit 1 }'],
    [
      'constructs',
      'struct P { x: int }\nenum E { A(int) }\nfn f() { return [P { x: 1 }, E.A(1)] }',
    ],
    [
      'calls a method of a struct that is sync',
      'struct P { x: int }\nimpl P { fn dist(self) { return self.x } }\nfn f(p: P) { return p.dist() }',
    ],
    [
      'calls a method of itself',
      'struct P { x: int }\nimpl P { fn f(self) { return self.g() }\n fn g(self) { return self.x } }',
    ],
    ['calls an ambient capability', 'fn f(harness: Harness) { return harness.clock.now_ms() }'],
    ['pipes into sync functions', 'fn f(x) { return x |> g |> len(_) }\nfn g(x) { return x }'],
  ];
  test.each(SYNC)('%s', (_title, text) => {
    expect(suspends(text)).toBe(false);
  });
});

describe('a function suspends when it', () => {
  const SUSPENDING: readonly [string, string][] = [
    ['calls a suspending builtin', 'fn f() { sleep(1) }'],
    ['calls a suspending function', 'fn f() { g() }\nfn g() { h() }\nfn h() { sleep(1) }'],
    ['calls a parameter', 'fn f(g) { return g(1) }'],
    [
      'calls a stored closure that may be anything',
      'fn f() { const g = lookup("a")\n return g(1) }',
    ],
    [
      'calls a variable that once held a suspending closure',
      'fn f() { let g = { -> 1 }\n g = { -> sleep(1) }\n return g() }',
    ],
    ['calls a method that only a field can be', 'fn f(o) { return o.handler(1) }'],
    [
      'calls a method of a name that is a callback field somewhere',
      'const o = {push: { x -> sleep(x) }}\nfn f(q) { return q.push(1) }',
    ],
    ['maps with a suspending closure', 'fn f(xs) { return xs.map({ x -> sleep(x) }) }'],
    ['maps with a parameter', 'fn f(xs: list, g) { return xs.map(g) }'],
    [
      'spreads unknown arguments into a builtin that calls back',
      'fn f(xs) { return apply(...xs) }',
    ],
    ['gives a suspending closure to a builtin', 'fn f(x) { return apply({ v -> sleep(v) }, x) }'],
    ['pulls from an unknown value', 'fn f(it) { return it.next() }'],
    ['sums an unknown value, which may be a stream', 'fn f(it) { return it.sum() }'],
    ['loops over an unknown value', 'fn f(xs) { for x in xs { println(x) } }'],
    [
      'loops over a parameter whose type is not checked',
      'fn f(xs: Rows) { for x in xs { println(x) } }',
    ],
    [
      'loops over a union with an unchecked member',
      'fn f(xs: list | Rows) { for x in xs { println(x) } }',
    ],
    ['calls what may be a method through a shape', 'fn f(s: {n: int}) { return s.go() }'],
    ['loops over a generator', 'fn f() { for x in g() { println(x) } }\nfn g() { yield 1 }'],
    ['loops over a range with an unknown end', 'fn f(n) { for x in 1 to n { println(x) } }'],
    ['loops over a large range', 'fn f() { for x in 1 to 1000000 { println(x) } }'],
    ['loops over the range builtin', 'fn f() { for x in range(5) { println(x) } }'],
    ['has a while loop', 'fn f() { let n = 0\n while n < 3 { n += 1 } }'],
    ['calls itself', 'fn f(n) { return if n > 0 { f(n - 1) } else { 0 } }'],
    ['calls itself through another', 'fn f(n) { return g(n) }\nfn g(n) { return f(n) }'],
    ['calls itself through a closure', 'fn f(xs: list) { return xs.map({ x -> f(x) }) }'],
    ['spawns', 'fn f() { spawn { 1 } }'],
    ['runs branches', 'fn f() { parallel each [1] { x -> x } }'],
    ['selects', 'fn f() { select { default { 1 } } }'],
    ['has a deadline', 'fn f() { deadline 5s { 1 } }'],
    ['locks', 'fn f() { mutex { 1 } }'],
    ['retries', 'fn f() { retry 3 { 1 } }'],
    ['reads through a capability', 'fn f(harness: Harness) { return harness.fs.read_text("a") }'],
    ['is a generator', 'fn f() { yield 1 }'],
    ['pipes into a parameter', 'fn f(x, g) { return x |> g }'],
    [
      'calls a suspending method',
      'struct P { x: int }\nimpl P { fn go(self) { sleep(1) } }\nfn f(p) { return p.go() }',
    ],
  ];
  test.each(SUSPENDING)('%s', (_title, text) => {
    expect(suspends(text)).toBe(true);
  });

  test('is a pipeline, the entry main, or a script', () => {
    expect(suspends('pipeline f() { }')).toBe(true);
    expect(suspends('fn main(harness: Harness) { }', 'main')).toBe(true);
    const module = checkText('println(1)');
    expect(module.functions.get(module.module)?.suspends).toBe(true);
  });

  test('imports something that does, through any number of modules', () => {
    const module = checkFiles({
      'main.harn': 'import { b } from "b"\nfn f() { return b() }\nfn g() { return 1 }',
      'b.harn': 'pub import { b } from "c"',
      'c.harn': 'pub fn b() { return deep() }\nfn deep() { sleep(1) }',
    });
    expect(factsOf(module, 'f').suspends).toBe(true);
    expect(factsOf(module, 'g').suspends).toBe(false);
  });
});

describe('suspension points', () => {
  const CASES: readonly [string, string, string[]][] = [
    [
      'calls that wait, and no others',
      'fn f(g) { len(1)\n g(len(2))\n sleep(3) }',
      ['g(len(2))', 'sleep(3)'],
    ],
    ['calls of suspending functions', 'fn f() { g() }\nfn g() { sleep(1) }', ['sleep(1)', 'g()']],
    ['loops that may pull from a stream', 'fn f(xs) { for x in xs { } }', ['for x in xs { }']],
    ['not loops over ranges', 'fn f(n) { for x in 1 to n { } }', []],
    [
      'a pipe, not its placeholder form',
      'fn f(g) { 1 |> g\n 1 |> sleep(_) }',
      ['1 |> g', 'sleep(_)'],
    ],
    ['spawn', 'fn f() { spawn { 1 } }', ['spawn { 1 }']],
  ];
  test.each(CASES)('are %s', (_title, text, expected) => {
    expect(points(text).toSorted()).toEqual(expected.toSorted());
  });

  test('lie only inside suspending functions, and say the same as the calls', () => {
    const module = checkText('fn f() { return g(1) }\nfn g(h) { return h(2) }\nf()');
    const marked = [...module.calls].filter(([, facts]) => facts.suspends).map(([node]) => node);
    expect(new Set<unknown>(marked)).toEqual(new Set(module.suspensionPoints));
    expect(factsOf(module, 'f').suspends).toBe(true);
  });
});

describe('loops that tick', () => {
  test.each([
    ['fn f() { while true { } }', 1],
    ['fn f() { for x in [1] { } }', 0],
    ['fn f() { for x in 1 to 10 { } }', 0],
    ['fn f(n) { for x in 1 to n { } }', 1],
    ['fn f(xs: list) { for x in xs { } }', 1],
    ['fn f(xs) { for x in xs { for y in 1 to 3 { } } }', 1],
  ])('%s: %i', (text, expected) => {
    expect(checkText(text).tickLoops.size).toBe(expected);
  });
});

describe('recursion', () => {
  test('is what can reach itself', () => {
    const module = checkText(
      'fn a(n) { return b(n) }\nfn b(n) { return a(n) }\nfn c(n) { return a(n) }\nfn d() { return 1 }',
    );
    const recursive = ['a', 'b', 'c', 'd'].filter((name) => factsOf(module, name).recursive);
    expect(recursive).toEqual(['a', 'b']);
  });

  const TAILS: readonly [string, string, (string | undefined)[]][] = [
    ['to itself', 'fn f(n) { return f(n - 1) }', ['self']],
    ['by a pipe', 'fn f(n) { return n |> f }', ['self']],
    ['in a branch', 'fn f(n) { if n > 0 { return f(n - 1) }\n return 0 }', ['self']],
    [
      'to another of the group',
      'fn f(n) { return g(n) }\nfn g(n) { return f(n) }',
      ['cycle', 'cycle'],
    ],
    ['not out of the group', 'fn f(n) { return g(n) }\nfn g(n) { return n }', [undefined]],
    ['not inside try', 'fn f(n) { try { return f(n) } catch (e) { } }', [undefined]],
    ['not with a defer', 'fn f(n) { defer { println(n) }\n return f(n) }', [undefined, undefined]],
    ['not as an operand', 'fn f(n) { return 1 + f(n) }', [undefined]],
    [
      'not from a closure',
      'fn f(n) { const g = { -> return f(n) }\n g() }',
      [undefined, undefined],
    ],
  ];
  test.each(TAILS)('tail calls: %s', (_title, text, expected) => {
    const module = checkText(text);
    expect([...module.calls.values()].map((call) => call.tail)).toEqual(expected);
    expect(factsOf(module, 'f').selfTailCalls).toBe(expected.includes('self'));
    expect(factsOf(module, 'f').cycleTailCalls).toBe(expected.includes('cycle'));
  });
});

test('colours equal what reachability says, for any call graph', () => {
  const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });
  fc.assert(
    fc.property(edges, fc.uniqueArray(fc.nat(7), { maxLength: 3 }), (calls, sleepers) => {
      const bodies = Array.from({ length: 8 }, (_, i) => {
        const own = calls.filter(([from]) => from === i).map(([, to]) => `f${to}()`);
        return `fn f${i}() { ${[...own, ...(sleepers.includes(i) ? ['sleep(1)'] : [])].join('\n')} }`;
      });
      const module = checkText(bodies.join('\n'));
      const reaches = (from: number): Set<number> => {
        const found = new Set<number>();
        const next = (at: number) => calls.filter(([a]) => a === at).map(([, b]) => b);
        const queue = next(from);
        for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
          if (found.has(at)) continue;
          found.add(at);
          queue.push(...next(at));
        }
        return found;
      };
      for (let i = 0; i < 8; i += 1) {
        const below = [i, ...reaches(i)];
        const isRecursive = (at: number) => reaches(at).has(at);
        expect(factsOf(module, `f${i}`).recursive).toBe(isRecursive(i));
        expect(factsOf(module, `f${i}`).suspends).toBe(
          below.some((at) => sleepers.includes(at) || isRecursive(at)),
        );
      }
    }),
  );
});

describe('cost', () => {
  test('grows with the program, not with its square', () => {
    const program = (size: number) => {
      const lines: string[] = [];
      for (let i = 0; i < size; i += 1) {
        lines.push(`fn f${i}(xs: list) { let t = 0\n for x in xs { t = t + x.a }`);
        lines.push(`return t + f${i + 1}(xs) + [1].map({ n -> n + t }).len() }`);
        lines.push(`const v${i} = v${Math.max(0, i - 1)}`);
        lines.push(`struct S${i} { x: int }\nimpl S${i} { fn go(self) { return self.go() } }`);
      }
      lines.push(`fn f${size}(xs) { return 0 }`);
      return lines.join('\n');
    };
    const cost = (size: number) => {
      const text = program(size);
      const start = performance.now();
      checkText(text);
      return performance.now() - start;
    };
    cost(500);
    const small = Math.min(cost(500), cost(500), cost(500));
    const large = Math.min(cost(4000), cost(4000));
    expect(large / small).toBeLessThan(24);
  });
});
