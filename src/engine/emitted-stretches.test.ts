// Loops that are emitted in stretches between two ticks (3-emit/loop.ts): what a variable holds survives every suspension,
// whatever it holds, and ticks come after the same rounds however a loop is left.
import { describe, expect, it } from 'vitest';
import { runSource } from './run-source.fixture.ts';

const SUM_OF = (n: number) => (n * (n - 1)) / 2;

/** A function that suspends, because nobody knows how long `n` is. */
function run(body: string, call = 'go(5000)', onTick: (count: number) => unknown = () => 'turn') {
  return runSource(`fn go(n) {\n${body}\n}\nprintln(${call})`, { onTick });
}

const CASES: readonly (readonly [title: string, body: string, prints: string])[] = [
  [
    'ints, floats, text, lists and dicts',
    `var i = 0
  var f = 0.5
  var s = ""
  var xs = []
  var d = {}
  for k in 0 to n exclusive {
    i = i + k
    f = f + 0.5
    if k % 1000 == 999 { s = s + to_string(k) + ","
      xs = xs + [k]
      d[to_string(k)] = k }
  }
  return "\${i} \${f} \${s} \${xs} \${d}"`,
    `${SUM_OF(5000)} 2500.5 999,1999,2999,3999,4999, [999, 1999, 2999, 3999, 4999] {1999: 1999, 2999: 2999, 3999: 3999, 4999: 4999, 999: 999}`,
  ],
  [
    'a variable that changes its kind on the way',
    `var v = 0
  for k in 0 to n exclusive {
    if k == 1500 { v = "text" } else if k == 3000 { v = nil } else if k == 4500 { v = 7 } else if k < 1500 { v = v + 1 }
  }
  return v`,
    '7',
  ],
  [
    'ints beyond what a number holds, and floats that are whole',
    `var big = 9007199254740000
  var whole = 1.0
  var least = -0.0
  for k in 0 to n exclusive {
    big = big + 1
    whole = whole + 1.0
    least = least * 1.0
  }
  return "\${big} \${whole} \${1.0 / least}"`,
    '9007199254745000 5001.0 -inf',
  ],
  [
    'break, continue and return from the third stretch',
    `var seen = 0
  for k in 0 to n exclusive {
    if k % 2 == 0 { continue }
    seen = seen + 1
    if k > 2500 { break }
  }
  var w = 0
  while true {
    w = w + 1
    if w < 3000 { continue }
    for k in 0 to n exclusive { if k == 2100 { return "\${seen} \${w} \${k}" } }
  }`,
    '1251 3000 2100',
  ],
  [
    'loops in loops, with lists, sources and conditions that need statements',
    `var t = 0
  var outer = 0
  while (if outer < 3 { true } else { false }) {
    for x in range(1500).to_list() { t = t + x }
    for (k, v) in {a: 1, b: 2}.iter() { t = t + v }
    for k in 0 to n exclusive { t = t + 1 }
    outer = outer + 1
  }
  return t`,
    String(3 * (SUM_OF(1500) + 3 + 5000)),
  ],
  [
    'the variables that closures made in it share, and those of each round',
    `var made = []
  var t = 0
  for k in 0 to n exclusive {
    t = t + 1
    if k % 2000 == 1999 { made = made.push({ -> "\${t} \${k}" }) }
  }
  return made.map({ f -> f() })`,
    '[5000 1999, 5000 3999]',
  ],
];

describe('a loop of a function that suspends only at its ticks', () => {
  for (const [title, body, prints] of CASES) {
    it(`keeps ${title}`, () => {
      const { lines, ticks } = run(body);
      expect(lines).toEqual([prints]);
      expect(ticks).toBeGreaterThan(2);
    });
  }

  it('ticks after every 1024 rounds of all its loops together', () => {
    const body = 'for a in 0 to n exclusive { for b in 0 to n exclusive { } }\nreturn nil';
    // The inner rounds count, and the rounds around them.
    expect(run(body, 'go(100)').ticks).toBe(Math.floor((100 * 100 + 100) / 1024));
    expect(run('for a in 0 to n exclusive { }\nreturn nil', 'go(1023)').ticks).toBe(0);
    expect(run('for a in 0 to n exclusive { }\nreturn nil', 'go(1024)').ticks).toBe(1);
    expect(run('var t = 0\nwhile t < n { t = t + 1 }\nreturn nil', 'go(2048)').ticks).toBe(2);
  });

  it('is interrupted by what a tick throws, and runs its finally', () => {
    const onTick = (count: number) => {
      if (count === 3) throw new Error('enough');
    };
    const body =
      'var t = 0\ntry { for k in 0 to n exclusive { t = t + 1 } } finally { println(t) }\nreturn t';
    expect(() => run(body, 'go(5000)', onTick)).toThrow('enough');
  });
});

describe('a dict or struct of a literal', () => {
  it('is read like any other, also where it has no such field', () => {
    const body = `let d = {left: 2, none: nil, length: 3}
  let p = Box { w: 3 }
  var t = 0
  for k in 0 to n exclusive { t = t + d.left + p.w + d.length }
  return [t, d.missing, d.none, d?.none?.deep, p.h, d.toString, d.keys()]`;
    const source = `struct Box { w: int, h?: int }\nfn go(n) {\n${body}\n}\nprintln(go(2000))`;
    expect(runSource(source, { onTick: () => 'turn' }).lines).toEqual([
      '[16000, nil, nil, nil, nil, nil, [left, length, none]]',
    ]);
  });

  it('says what is wrong with a field that a struct has not', () => {
    const source =
      'struct Box { w: int }\nlet p = Box { w: 3 }\nfn go() { let q = Box { w: 4 }\nlet r = try { q.nothing } catch (e) { "refused" }\nreturn r }\nprintln(go())';
    const dynamic =
      'struct Box { w: int }\nfn go(q) { let r = try { q.nothing } catch (e) { "refused" }\nreturn r }\nprintln(go(Box { w: 4 }))';
    expect(runSource(source).lines).toEqual(runSource(dynamic).lines);
  });
});
