// Question: what do the usual small loops cost beside plain JavaScript and CPython?
// Eleven loops, each written three times; Harn and JavaScript run warm and interleaved in this process, Python in one of
// its own, over the same number of iterations. Processor time counts, so that a busy machine stretches nothing; medians.
// Aims: geometric mean <= 3.2x of JavaScript and none above 20x; >= 8x faster than CPython; growing lists and dicts
// costs the same per item however long they are.
// Usage: npm run bench -- loops
import { spawnSync } from 'node:child_process';
import { createRegistry } from '../src/builtins/index.ts';
import { bindBuiltins } from '../src/engine/bind.ts';
import { compileProgram } from '../src/engine/compile.ts';
import { link } from '../src/engine/link.ts';
import { type CallContext, callSync, type Value } from '../src/values/index.ts';

const ROUNDS = 7;
const N = 300_000;

interface Loop {
  readonly name: string;
  /** The bodies of a function of `n`, in three languages. */
  readonly harn: string;
  readonly js: string;
  readonly python: string;
}

const each = 'for i in 0 to n exclusive';
const eachJs = 'for (let i = 0; i < n; i += 1)';

const LOOPS: readonly Loop[] = [
  {
    name: 'arithmetic_loop',
    harn: `var t = 1\n${each} { t = (t * 3 + i - 7) % 1000 }\nreturn t`,
    js: `let t = 1; ${eachJs} t = (t * 3 + i - 7) % 1000; return t`,
    python: 't = 1\nfor i in range(n): t = (t * 3 + i - 7) % 1000\nreturn t',
  },
  {
    name: 'comparison_loop',
    harn: `var t = 0\n${each} { if i > 50 && i <= 900 || i == 7 { t = t + 1 } }\nreturn t`,
    js: `let t = 0; ${eachJs} if ((i > 50 && i <= 900) || i === 7) t += 1; return t`,
    python: 't = 0\nfor i in range(n):\n  if i > 50 and i <= 900 or i == 7: t = t + 1\nreturn t',
  },
  {
    name: 'dict_property_read',
    harn: `let d = {left: 2, right: 5}\nvar t = 0\n${each} { t = t + d.left - d.right }\nreturn t`,
    js: `const d = {left: 2, right: 5}; let t = 0; ${eachJs} t = t + d.left - d.right; return t`,
    python: `d = {"left": 2, "right": 5}\nt = 0\nfor i in range(n): t = t + d["left"] - d["right"]\nreturn t`,
  },
  {
    name: 'function_call_loop',
    harn: `var t = 0\n${each} { t = mix(t, i) }\nreturn t`,
    js: `let t = 0; ${eachJs} t = mix(t, i); return t`,
    python: 't = 0\nfor i in range(n): t = mix(t, i)\nreturn t',
  },
  {
    name: 'list_iteration',
    harn: 'let xs = range(100).to_list()\nvar t = 0\nfor i in 0 to n / 100 exclusive { for x in xs { t = t + x } }\nreturn t',
    js: 'const xs = Array.from({length: 100}, (_, i) => i); let t = 0; for (let i = 0; i < n / 100; i += 1) for (const x of xs) t += x; return t',
    python:
      'xs = list(range(100))\nt = 0\nfor i in range(n // 100):\n  for x in xs: t = t + x\nreturn t',
  },
  {
    name: 'list_map_filter',
    harn: 'let xs = range(100).to_list()\nvar t = 0\nfor i in 0 to n / 100 exclusive { t = t + len(xs.map({ x -> x + i }).filter({ x -> x % 2 == 0 })) }\nreturn t',
    js: 'const xs = Array.from({length: 100}, (_, i) => i); let t = 0; for (let i = 0; i < n / 100; i += 1) t += xs.map((x) => x + i).filter((x) => x % 2 === 0).length; return t',
    python:
      'xs = list(range(100))\nt = 0\nfor i in range(n // 100): t = t + len([y for y in [x + i for x in xs] if y % 2 == 0])\nreturn t',
  },
  {
    name: 'local_variable_lookup',
    harn: `let a = 1\nlet b = 2\nlet c = 3\nvar t = 0\n${each} { let d = a + b\n t = t + d - c + i }\nreturn t`,
    js: `const a = 1, b = 2, c = 3; let t = 0; ${eachJs} { const d = a + b; t = t + d - c + i } return t`,
    python:
      'a = 1\nb = 2\nc = 3\nt = 0\nfor i in range(n):\n  d = a + b\n  t = t + d - c + i\nreturn t',
  },
  {
    name: 'method_call_dispatch',
    harn: `let xs = [2, 4, 6, 8]\nvar t = 0\n${each} { if xs.contains(i % 10) { t = t + 1 } }\nreturn t`,
    js: `const xs = [2, 4, 6, 8]; let t = 0; ${eachJs} if (xs.includes(i % 10)) t += 1; return t`,
    python:
      'xs = [2, 4, 6, 8]\nt = 0\nfor i in range(n):\n  if xs.__contains__(i % 10): t = t + 1\nreturn t',
  },
  {
    name: 'recursive_countdown',
    harn: 'var t = 0\nfor i in 0 to n / 50 exclusive { t = t + down(50, i) }\nreturn t',
    js: 'let t = 0; for (let i = 0; i < n / 50; i += 1) t += down(50, i); return t',
    python: 't = 0\nfor i in range(n // 50): t = t + down(50, i)\nreturn t',
  },
  {
    name: 'string_interpolation_loop',
    harn: `var t = 0\n${each} { if "job \${i} of \${n}" == "job 7 of 9" { t = t + 1 } }\nreturn t`,
    js: `let t = 0; ${eachJs} if (\`job \${i} of \${n}\` === 'job 7 of 9') t += 1; return t`,
    python:
      't = 0\nfor i in range(n):\n  if f"job {i} of {n}" == "job 7 of 9": t = t + 1\nreturn t',
  },
  {
    name: 'struct_field_read',
    harn: `let p = Box { w: 3, h: 4 }\nvar t = 0\n${each} { t = t + p.w - p.h }\nreturn t`,
    js: `const p = new Box(3, 4); let t = 0; ${eachJs} t = t + p.w - p.h; return t`,
    python: 'p = Box(3, 4)\nt = 0\nfor i in range(n): t = t + p.w - p.h\nreturn t',
  },
];

const HARN = `struct Box { w: int, h: int }
fn mix(a, b) { return (a + b) % 97 }
fn down(n, t) { if n <= 0 { return t }
  return down(n - 1, t + 1) }
fn grow_list(n) {
  var xs = []
  for i in 0 to n exclusive { xs = xs + [i] }
  return len(xs)
}
fn grow_dict(n) {
  var d = {}
  for i in 0 to n exclusive { d["k" + to_string(i)] = i }
  return len(d)
}`;

const JS = `class Box { constructor(w, h) { this.w = w; this.h = h } }
const mix = (a, b) => (a + b) % 97;
const down = (n, t) => n <= 0 ? t : down(n - 1, t + 1);`;

const PYTHON = `import sys, time
class Box:
  def __init__(self, w, h):
    self.w = w
    self.h = h
def mix(a, b): return (a + b) % 97
def down(n, t): return t if n <= 0 else down(n - 1, t + 1)`;

class Context implements CallContext {
  depth = 0;
  calls = 0;
  at = -1;
  tick(): undefined {
    return undefined;
  }
}

function compiled(body: string): (n: number) => Value {
  const registry = createRegistry();
  const entry = { id: 'bench.harn', text: `${HARN}\npub fn run(n) {\n${body}\n}` };
  const loader = { load: () => undefined };
  const { program } = compileProgram(entry, { loader, builtins: registry.specs() });
  if (program === undefined) throw new Error(`${entry.text} does not compile`);
  const run = link(program, { builtins: bindBuiltins(registry) }).exported('run') ?? null;
  return (n) => callSync(run, new Context(), [n]);
}

function script(body: string): (n: number) => unknown {
  return new Function(`${JS}\nreturn (n) => { ${body} }`)() as (n: number) => unknown;
}

/** Nanoseconds of processor time per iteration. */
function time(run: () => unknown, count: number): number {
  const before = process.cpuUsage();
  run();
  return (process.cpuUsage(before).user * 1000) / count;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Undefined without a Python. */
function python(body: string): number | undefined {
  const text = `${PYTHON}
def run(n):
  ${body.replaceAll('\n', '\n  ')}
times = []
for r in range(3):
  before = time.process_time()
  run(${N})
  times.append(time.process_time() - before)
print(sorted(times)[1] * 1e9 / ${N})`;
  const { status, stdout } = spawnSync('python3', ['-c', text]);
  return status === 0 ? Number(String(stdout)) : undefined;
}

function mean(values: readonly number[]): string {
  const product = values.reduce((sum, value) => sum + Math.log(value), 0);
  return Math.exp(product / values.length).toFixed(2);
}

function shown(value: number | undefined): string {
  return (value === undefined ? '-' : value.toFixed(1)).padStart(9);
}

console.log(`${'ns per iteration'.padEnd(28)}     harn        js    python   harn/js  py/harn`);
const toJs: number[] = [];
const toPython: number[] = [];
for (const loop of LOOPS) {
  const [own, plain] = [compiled(loop.harn), script(loop.js)];
  if (own(1000) !== plain(1000)) throw new Error(`${loop.name} is not the same in both languages`);
  const [harn, js]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    harn.push(time(() => own(N), N));
    js.push(time(() => plain(N), N));
  }
  const theirs = python(loop.python);
  const ratio = median(harn) / median(js);
  toJs.push(ratio);
  const gain = theirs === undefined ? undefined : theirs / median(harn);
  if (gain !== undefined) toPython.push(gain);
  const cells = [median(harn), median(js), theirs, ratio, gain].map(shown);
  console.log(`${loop.name.padEnd(28)}${cells.join(' ')}`);
}
console.log(
  `geometric means: ${mean(toJs)}x of JavaScript, ${mean(toPython)}x faster than CPython`,
);

for (const name of ['grow_list', 'grow_dict']) {
  const grow = compiled(`return ${name}(n)`);
  const per = [25_000, 50_000, 100_000].map((count) =>
    median(Array.from({ length: 5 }, () => time(() => grow(count), count))).toFixed(0),
  );
  console.log(`${name}: ${per.join(', ')} ns per item at 25,000, 50,000 and 100,000 items`);
}
