import { describe, expect, it } from 'vitest';
import { output, runSource } from './run-source.fixture.ts';

interface Case {
  readonly title: string;
  readonly source: string;
  readonly prints: readonly string[];
}

const BRANCHES: readonly Case[] = [
  {
    title: 'if, match, try and blocks are expressions',
    source: `
let a = if false { 1 }
let b = if true { let z = 2
  z * 2 } else { 0 }
let c = match b { 4 -> { "four" } _ -> { "other" } }
let d = try { throw "t" } catch (e) { e + "!" }
println([a, b, c, d, true ? 1 : 2])`,
    prints: ['[nil, 4, four, t!, 1]'],
  },
  {
    title: 'return leaves the function from inside an expression',
    source: `
fn pick(n) {
  let x = 1 + (if n > 1 { return "early" } else { n })
  return "late \${x}"
}
println(pick(1))
println(pick(2))`,
    prints: ['late 2', 'early'],
  },
  {
    title: 'break and continue work from inside expressions and nested blocks',
    source: `
var k = 0
while true {
  k = k + 1
  let z = match k { 2 -> { continue } 4 -> { break } _ -> { k } }
  for j in [1, 2, 3] { if j == 2 { continue }
    println("\${z}\${j}") }
}`,
    prints: ['11', '13', '31', '33'],
  },
  {
    title: 'a loop walks what it started with, with fresh variables',
    source: `
var xs = [1, 2]
for x in xs { xs = xs.push(x * 10)
  x = x + 100
  println(x) }
println(xs)
for {key, value} in {b: 2, a: 1} { println("\${key}\${value}") }
for (k, v) in {a: 1}.iter() { println("\${k}=\${v}") }
for c in "text" { println(c) }
for i in 3 to 1 { println(i) }
for i in 0 to 2 exclusive { println(i) }`,
    prints: ['101', '102', '[1, 2, 10, 20]', 'a1', 'b2', 'a=1', '0', '1'],
  },
];

const MATCHES: readonly Case[] = [
  {
    title: 'every kind of pattern',
    source: `
enum Shape { Circle(r: float), Rect(w, h), Dot }
fn name(v) {
  return match v {
    1 | 2 -> { "small" }
    "a" -> { "text" }
    1.5 -> { "float" }
    [] -> { "empty" }
    [x, y] -> { "pair \${x} \${y}" }
    [x, ...rest] -> { "list \${x} \${rest}" }
    {kind: "k", v} -> { "dict \${v}" }
    Shape.Circle(r) if r > 1 -> { "big \${r}" }
    Shape.Circle(_) -> { "circle" }
    Shape.Rect(w, h) -> { "rect \${w}x\${h}" }
    Shape.Dot -> { "dot" }
    nil -> { "nil" }
    other -> { "other \${other}" }
  }
}
let values = [1, 2.0, "a", 1.5, [], [1, 2], [1, 2, 3], {kind: "k", v: 9}, {kind: "x"},
  Shape.Circle(2), Shape.Circle(1), Shape.Rect(2, 3), Shape.Dot, nil, true]
for v in values { println(name(v)) }`,
    prints: [
      ...['small', 'small', 'text', 'float', 'empty', 'pair 1 2', 'list 1 [2, 3]', 'dict 9'],
      ...['other {kind: x}', 'big 2', 'circle', 'rect 2x3', 'dot', 'nil', 'other true'],
    ],
  },
  {
    title: 'a value without arm is an error',
    source: 'println(try { match 3 { 1 -> { "one" } } } catch (e) { e })',
    prints: ['No match arm matched the value'],
  },
  {
    title: 'patterns of let take values apart, with defaults for nil and a rest',
    source: `
let {a, b: other = 5, ...rest} = {a: 1, c: 3, d: nil}
let [x, _, y = 9, ...more] = [1, 2, nil, 4, 5]
println("\${a} \${other} \${rest} \${x} \${y} \${more}")
println(try { let [p] = 5
  p } catch (e) { e })
println(try { let {p} = [1]
  p } catch (e) { e })`,
    prints: [
      '1 5 {c: 3, d: nil} 1 9 [4, 5]',
      'Type error: cannot destructure int with [...] pattern',
      'Type error: cannot destructure list with {...} pattern',
    ],
  },
];

const ERRORS: readonly Case[] = [
  {
    title: 'finally runs once on every way out',
    source: `
fn out(how) {
  for i in [1] {
    try {
      if how == "return" { return "returned" }
      if how == "break" { break }
      if how == "throw" { throw "thrown" }
      println("end")
    } catch (e) { println("caught \${e}") } finally { println("finally \${how}") }
  }
  return "after"
}
for how in ["none", "return", "break", "throw"] { println(out(how)) }`,
    prints: [
      ...['end', 'finally none', 'after', 'finally return', 'returned'],
      ...['finally break', 'after', 'caught thrown', 'finally throw', 'after'],
    ],
  },
  {
    title: 'defers run last first, even when one throws, and see the variables of their block',
    source: `
fn work() {
  let name = "w"
  defer { println("last \${name} \${late()}") }
  defer { throw "in defer" }
  let more = 2
  fn late() { return more }
  println("body")
  return "value"
}
println(try { work() } catch (e) { e })
for i in 1 to 2 { defer { println("d\${i}") }
  println("b\${i}") }`,
    prints: ['body', 'last w 2', 'in defer', 'b1', 'd1', 'b2', 'd2'],
  },
  {
    title: 'a typed catch takes its enum or struct only',
    source: `
enum Wrong { Input(text), Other }
struct Problem { text: string }
fn sort_out(f) {
  return try {
    try { f() } catch (e: Wrong) { "wrong \${e}" }
  } catch (e: Problem) { "problem \${e.text}" }
}
println(sort_out({ -> throw Wrong.Input("i") }))
println(sort_out({ -> throw Problem { text: "p" } }))
println(try { sort_out({ -> throw "plain" }) } catch (e) { "on: \${e}" })`,
    prints: ['wrong Wrong.Input(i)', 'problem p', 'on: plain'],
  },
  {
    title: 'a bare try gives a Result, and ? hands an error on',
    source: `
fn half(n) { if n % 2 == 1 { return Err("odd \${n}") }
  return Ok(n / 2) }
fn quarter(n) { let h = half(n)?
  return Ok(half(h)?) }
println(quarter(8))
println(quarter(6))
println(try { 1 / 0 })
println(try { half(4) })
fn bad() { let x = 5
  return x? }
println(try { bad() } catch (e) { e })`,
    prints: [
      'Result.Ok(2)',
      'Result.Err(odd 3)',
      'Result.Err(Division by zero)',
      'Result.Ok(2)',
      'Type error: ? operator requires a Result value, got int',
    ],
  },
  {
    title: 'retry tries again and throws the last error',
    source: `
let tries = 0
retry 3 { tries = tries + 1
  if tries < 3 { throw "no" }
  println("try \${tries}") }
println(try { retry 2 { throw "never" } } catch (e) { e })
fn leave() { retry 3 { return "left" } }
println(leave())
println(retry 1 { 5 })`,
    prints: ['try 3', 'never', 'left', 'nil'],
  },
  {
    title: 'require and guard check conditions',
    source: `
fn check(n) {
  guard n > 0 else { return "not positive" }
  require n < 10, "too big"
  return "ok"
}
println(check(0))
println(check(5))
println(try { check(50) } catch (e) { e })
println(try { require false } catch (e) { e })
fn again() { return try* check(99) }
println(try { again() } catch (e) { e })`,
    prints: ['not positive', 'ok', 'too big', 'require condition failed', 'too big'],
  },
];

const CASES = [...BRANCHES, ...MATCHES, ...ERRORS];

describe('control flow in emitted code', () => {
  it.each(CASES)('$title', ({ source, prints }) => {
    expect(output(source)).toEqual(prints);
  });
});

describe('generators and streams', () => {
  it('run when pulled, end for good, and give errors to whoever pulls', () => {
    const source = `
fn numbers(n) { println("start")
  yield 1
  for i in 2 to n { yield i }
  throw "empty" }
let g = numbers(2)
println("made")
println(g.next())
println(g.next())
println(try { g.next() } catch (e) { e })
println(g.next())
gen fn evens(n) { var i = 0
  while i < n { emit i
    i = i + 2 } }
for e in evens(5) { println(e) }
println(evens(5).map({ x -> x + 1 }).to_list())`;
    expect(output(source)).toEqual([
      ...['made', 'start', '{done: false, value: 1}', '{done: false, value: 2}', 'empty'],
      ...['{done: true, value: nil}', '0', '2', '4', '[1, 3, 5]'],
    ]);
  });

  it('call themselves for their parts', () => {
    const source = `
fn walk(tree) { if tree == nil { return nil }
  for x in walk(tree.left) { yield x }
  yield tree.value
  for x in walk(tree.right) { yield x } }
fn node(left, value, right) { return {left: left, value: value, right: right} }
for x in walk(node(node(nil, 1, nil), 2, node(nil, 3, nil))) { println(x) }`;
    expect(output(source)).toEqual(['1', '2', '3']);
  });

  it('may wait inside, and are left in the middle without running on', () => {
    const source = `
gen fn slow() { for i in 1 to 3 { emit pause(i)
  println("after \${i}") } }
for x in slow() { println(x)
  if x == 2 { break } }
println("end")`;
    expect(output(source)).toEqual(['1', 'after 1', '2', 'end']);
  });
});

describe('ticks', () => {
  const loop = (n: number) => `fn f() { var t = 0
while t < ${n} { t = t + 1
  if t % 2 == 0 { continue } }
return t }
println(f())`;

  it('come after every 1024 rounds, continue or not, and always at the same points', () => {
    expect(runSource(loop(1023)).ticks).toBe(0);
    expect(runSource(loop(1024)).ticks).toBe(1);
    expect(runSource(loop(10_240)).ticks).toBe(10);
    expect(runSource('fn c(n) { if n == 0 { return 0 }\nreturn c(n - 1) }\nc(10240)').ticks).toBe(
      10,
    );
  });

  it('can interrupt a loop, whose finally then runs', () => {
    const source = `try { while true { } } catch (e) { println("caught \${e}") } finally { println("left") }`;
    const interrupt = (count: number) => {
      if (count === 3) throw new RangeError('Maximum call stack size exceeded');
    };
    expect(output(source, { onTick: interrupt })).toEqual([
      'caught Runtime error: Stack overflow: too many nested calls',
      'left',
    ]);
  });
});

describe('a deadline body', () => {
  it('gives its value, and return, break and continue leave it for the code around', () => {
    const source = `
fn f() {
  for i in 1 to 6 {
    let v = deadline 1s {
      if i == 2 { continue }
      if i == 4 { return "returned \${i}" }
      deadline 2s { if i == 3 { continue }
        "v\${i}" }
    }
    println(v)
  }
}
println(f())
for i in 1 to 3 { deadline 1s { if i == 2 { break } }
  println(i) }`;
    expect(output(source)).toEqual(['v1', 'returned 4', '1']);
  });
});

describe('constructs of the runtime', () => {
  it('pass their bodies and options to the internal rows', () => {
    const source = `
let base = 10
println(parallel each [1, 2] with { max_concurrent: 2 } { x -> pause(x) + base })
println(parallel 3 { i -> i * i })
let all = parallel settle [1, 0] { x -> 10 / x }
println(all.results)
println("\${all.succeeded} \${all.failed}")
println(spawn { base + 1 })
println(select { a from [] { "a\${a}" } b from [7] { "b\${b}" } })
println(select { a from [] { a } timeout 5s { "time" } })
println(select { a from [] { a } default { "none" } })`;
    expect(output(source)).toEqual([
      ...['[11, 12]', '[0, 1, 4]', '[Result.Ok(10), Result.Err(Division by zero)]', '1 1', '11'],
      ...['b7', 'time', 'none'],
    ]);
  });

  it('give a mutex back however its block is left', () => {
    const source = `
fn f(how) { mutex("key") { if how == 1 { return "returned" }
  if how == 2 { throw "thrown" }
  println("inside") } }
f(0)
println(f(1))
println(try { f(2) } catch (e) { e })`;
    expect(output(source)).toEqual([
      ...['acquire key', 'inside', 'release key', 'acquire key', 'release key', 'returned'],
      ...['acquire key', 'release key', 'thrown'],
    ]);
  });

  it('make registries of tools and skills, with types as schemas', () => {
    const source = `
tool add(a: int, b: "x" | "y" = "x") -> string { description "Adds"
  "\${a}\${b}" }
println(add.spec.name)
println(add.spec.parameters)
println(add.handler(1))
skill review { description "Reads"
  paths ["a"] }
println(review)`;
    expect(output(source)).toEqual([
      'add',
      '[{name: a, required: true, type: {type: integer}}, {default: x, name: b, required: false, type: {enum: [x, y], type: string}}]',
      '1x',
      '{fields: {description: Reads, paths: [a]}, name: review}',
    ]);
  });
});
