import { describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { output, runSource } from './run-source.fixture.ts';

interface Case {
  readonly title: string;
  readonly source: string;
  readonly prints: readonly string[];
}

const CALLS: readonly Case[] = [
  {
    title: 'missing arguments take their default, else nil; extra ones are ignored',
    source: `
fn show(a, b = "B", c = b + "!") { return "\${a} \${b} \${c}" }
println(show())
println(show(1, 2, 3, 4))
println(show(1, nil, 3))
println(show("x"))`,
    prints: ['nil B B!', '1 2 3', '1 nil 3', 'x B B!'],
  },
  {
    title: 'a rest parameter takes the remaining arguments, spread lists among them',
    source: `
fn join_all(first, ...others) { return "\${first}:\${others}" }
println(join_all(1))
println(join_all(1, 2, 3))
println(join_all(...[1, 2], 3, ...[]))
let f = { ...xs -> len(xs) }
println(f(...[7, 8], 9))`,
    prints: ['1:[]', '1:[2, 3]', '1:[2, 3]', '3'],
  },
  {
    title: 'a named function gives nil without return, a closure its last value',
    source: `
fn named(x) { x * 2 }
let braces = { x -> x * 2 }
let written = fn(x) { x * 2 }
println(named(2))
println(braces(2))
println(written(2))`,
    prints: ['nil', '4', '4'],
  },
  {
    title: 'closures share the variables around them, one per activation and per iteration',
    source: `
fn counter() {
  let n = 0
  return { -> n = n + 1
    n }
}
let a = counter()
let b = counter()
a()
println("\${a()} \${b()}")
let late = []
for i in 1 to 3 {
  let double = i * 2
  late = late.push({ -> double = double + 1
    double })
}
for f in late { println(f()) }
println(late[0]())`,
    prints: ['2 1', '3', '5', '7', '4'],
  },
  {
    title: 'functions of a block see each other and what is declared before they run',
    source: `
fn outer(n) {
  let limit = 3
  fn up(i) { if i >= limit { return "end \${i}" }
    return over(i) }
  fn over(i) { return up(i + 1) }
  return up(n)
}
println(outer(0))`,
    prints: ['end 3'],
  },
  {
    title: 'pipes pass the value on, with or without a placeholder',
    source: `
fn double(x) { return x * 2 }
println(4 |> double |> { x -> x + 1 })
println([3, 1, 2] |> _.sort() |> len(_))
println("a-b" |> split(_, "-"))`,
    prints: ['9', '3', '[a, b]'],
  },
  {
    title: 'methods of a struct are found wherever its values go',
    source: `
struct Point { x: int, y: int, label?: string }
impl Point {
  fn sum(self) { return self.x + self.y }
  fn moved(self, by) { return Point { y: self.y, x: self.x + by } }
}
fn total(points) { return points.map({ p -> p.sum() }) }
println(total([Point { x: 1, y: 2 }, Point { y: 5, x: 5 }.moved(10)]))
println(Point { x: 1, y: 2 }.label)
println([{x: 1, y: 1}].map(Point)[0])
println(Point({x: 2, y: 3}).sum())`,
    prints: ['[3, 20]', 'nil', 'Point {x: 1, y: 1}', '5'],
  },
  {
    title: 'names that mean something in JavaScript are ordinary names',
    source: `
let class = 1
let arguments = 2
let ctx = 3
let t = 4
let imports = 5
fn eval(await1, k) { let s = await1 + k
  for t in [1] { s = s + t }
  return s }
println([class, arguments, ctx, t, imports, eval(10, 20)])`,
    prints: ['[1, 2, 3, 4, 5, 31]'],
  },
];

describe('functions in emitted code', () => {
  it.each(CALLS)('$title', ({ source, prints }) => {
    expect(output(source)).toEqual(prints);
  });
});

const DEEP = 100_000;

const TAILS: readonly Case[] = [
  {
    title: 'to itself',
    source: `
fn count(n, acc) { if n == 0 { return acc }
  return count(n - 1, acc + 1) }
println(count(${DEEP}, 0))`,
    prints: [`${DEEP}`],
  },
  {
    title: 'to itself through a pipe',
    source: `
fn down(n) { if n == 0 { return "done" }
  return n - 1 |> down }
println(down(${DEEP}))`,
    prints: ['done'],
  },
  {
    title: 'to itself in a function that may wait',
    source: `
fn wait_down(n) { if n == 0 { return pause("done") }
  return wait_down(n - 1) }
println(wait_down(${DEEP}))`,
    prints: ['done'],
  },
  {
    title: 'around a cycle of functions',
    source: `
fn even(n) { if n == 0 { return true }
  return odd(n - 1) }
fn odd(n) { if n == 0 { return false }
  return even(n - 1) }
println(even(${DEEP}))`,
    prints: ['true'],
  },
  {
    title: 'around a cycle of functions that may wait',
    source: `
fn ping(n) { if n == 0 { return pause("ping") }
  return pong(n - 1) }
fn pong(n) { if n == 0 { return "pong" }
  return ping(n - 1) }
println(ping(${DEEP}))
println(pong(${DEEP}))`,
    prints: ['ping', 'pong'],
  },
  {
    title: 'with closures that keep the parameters of their own round',
    source: `
fn collect(n, fs) { if n == 0 { return fs }
  return collect(n - 1, fs.push({ -> n })) }
println(collect(3, []).map({ f -> f() }))`,
    prints: ['[3, 2, 1]'],
  },
  {
    title: 'with defaults and spread arguments',
    source: `
fn walk(n, step = 1, ...others) { if n <= 0 { return "\${step} \${others}" }
  return n > 2 ? walk(n - step) : walk(...[n - step, 2, "x"]) }
fn rest(n, ...xs) { if n == 0 { return xs }
  return rest(n - 1, ...xs, n) }
println(walk(3))
println(rest(3))`,
    prints: ['2 [x]', '[3, 2, 1]'],
  },
];

describe('tail calls run in constant space', () => {
  it.each(TAILS)('$title', ({ source, prints }) => {
    expect(output(source)).toEqual(prints);
  });
});

describe('recursion', () => {
  const sum = `
fn sum(n) { if n == 0 { return 0 }
  return n + sum(n - 1) }`;

  it('goes 500 deep', () => {
    expect(output(`${sum}\nprintln(sum(500))`)).toEqual(['125250']);
  });

  it('is stopped before the stack of JavaScript is, and the depth is right again afterwards', () => {
    const source = `${sum}
println(try { sum(100000) } catch (e) { e })
println(sum(500))`;
    expect(output(source)).toEqual([
      'Runtime error: Stack overflow: too many nested calls',
      '125250',
    ]);
  });

  it('is stopped in the same way when it waits, and when it goes through function values', () => {
    const source = `
fn slow(n) { pause(1)
  return 1 + slow(n + 1) }
let again = nil
again = { n -> 1 + again(n + 1) }
println(try { slow(0) } catch (e) { "slow: \${e}" })
println(try { again(0) } catch (e) { "again: \${e}" })`;
    const text = 'Runtime error: Stack overflow: too many nested calls';
    expect(output(source)).toEqual([`slow: ${text}`, `again: ${text}`]);
  });
});

describe('annotated parameters', () => {
  const source = `
type Id = string | int
fn age(n: int) { return n }
fn user(u: {name: string, age?: int}) { return u.name }
fn id(x: Id) { return x }
fn all(xs: list<int>) { return len(xs) }
fn maybe(x: string?) { return x }
fn later(x: int = nil) { return x }
fn said(f) { return try { f() } catch (e) { e } }
fn loose(x) { return x }
println(said({ -> age(loose("old")) }))
println(said({ -> user(loose({age: 3})) }))
println(said({ -> user({name: "A", more: 1}) }))
println(said({ -> id(loose(true)) }))
println(said({ -> all(loose([1, "x"])) }))
println(said({ -> maybe(nil) }))
println(said({ -> age(loose(1.5)) }))
println(said({ -> later() }))`;

  it('are checked when a value is given', () => {
    expect(output(source)).toEqual([
      "Runtime error: TypeError: parameter 'n' expected int, got string (old)",
      "Type error: parameter 'u': missing field 'name' (string)",
      'A',
      "Type error: parameter 'x': expected string|int, got bool",
      "Type error: parameter 'xs': [1]: expected type 'int', got 'string'",
      'nil',
      '1.5',
      'nil',
    ]);
  });
});

describe('mistakes that only a run finds', () => {
  const raised = (source: string) => {
    try {
      runSource(source);
    } catch (error) {
      return HarnError.is(error) ? error.code : error;
    }
    return undefined;
  };

  it('are errors at their place, after what comes before', () => {
    const source = `
println("before")
println(try { unknown_name } catch (e) { "undefined" })
const fixed = 1
println(try { fixed = 2 } catch (e) { "fixed" })
println("after \${fixed}")`;
    expect(output(source)).toEqual(['before', 'undefined', 'fixed', 'after 1']);
  });

  it('include reading a variable of the module before it has a value', () => {
    const source = `
fn read() { return offset + 1 }
let first = try { read() } catch (e) { e }
let offset = nil
println(first)
println(try { read() } catch (e) { "nil" })
offset = 1
println(read())`;
    expect(output(source)).toEqual(['Undefined variable: offset', 'nil', '2']);
  });

  it('have codes', () => {
    expect(raised('const c = 1\nc = 2')).toBe('HARN-VAL-012');
    expect(raised('println(nowhere)')).toBe('HARN-VAL-011');
    expect(raised('fn f() { let g = { -> late }\nlet r = g()\nlet late = 1\nreturn r }\nf()')).toBe(
      'HARN-VAL-011',
    );
  });
});
