// Question: what does a Harn program cost beside the same program written in JavaScript by hand?
// Each program runs warm in both forms, interleaved; medians of several rounds, nanoseconds per iteration.
// Aims: geometric mean <= 4x; appending to a list must not depend on its length.
// Usage: npm run bench -- emitted-code
import { createRegistry } from '../src/builtins/index.ts';
import { bindBuiltins } from '../src/engine/bind.ts';
import { compileProgram } from '../src/engine/compile.ts';
import { link } from '../src/engine/link.ts';
import { type CallContext, callSync, type Value } from '../src/values/index.ts';

const ROUNDS = 9;
const N = 200_000;

interface Program {
  readonly name: string;
  /** The body of `pub fn run(n)`. */
  readonly harn: string;
  readonly js: (n: number) => unknown;
}

const add = (a: number, b: number) => a + b;

function countdown(n: number): number {
  return n === 0 ? 0 : countdown(n - 1);
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'arithmetic',
    harn: 'var t = 0\nfor i in 0 to n exclusive { t = t + i * 2 % 7 }\nreturn t',
    js: (n) => {
      let t = 0;
      for (let i = 0; i < n; i += 1) t = t + ((i * 2) % 7);
      return t;
    },
  },
  {
    name: 'calls',
    harn: 'var t = 0\nfor i in 0 to n exclusive { t = add_two(t, i) }\nreturn t',
    js: (n) => {
      let t = 0;
      for (let i = 0; i < n; i += 1) t = add(t, i);
      return t;
    },
  },
  {
    name: 'dict read',
    harn: 'let d = {a: 1, b: 2}\nvar t = 0\nfor i in 0 to n exclusive { t = t + d.a + d.b }\nreturn t',
    js: (n) => {
      const d = { a: 1, b: 2 };
      let t = 0;
      for (let i = 0; i < n; i += 1) t = t + d.a + d.b;
      return t;
    },
  },
  {
    name: 'append',
    harn: 'var xs = []\nfor i in 0 to n exclusive { xs = xs + [i] }\nreturn len(xs)',
    js: (n) => {
      const xs: number[] = [];
      for (let i = 0; i < n; i += 1) xs.push(i);
      return xs.length;
    },
  },
  {
    name: 'map and filter',
    harn: 'return range(n).to_list().map({ x -> x * 2 }).filter({ x -> x > 10 })',
    js: (n) =>
      Array.from({ length: n }, (_, i) => i)
        .map((x) => x * 2)
        .filter((x) => x > 10),
  },
  {
    name: 'tail calls',
    harn: 'for i in 0 to n / 100 exclusive { down(100) }\nreturn nil',
    js: (n) => {
      for (let i = 0; i < n / 100; i += 1) countdown(100);
    },
  },
  {
    name: 'interpolation',
    harn: 'var s = ""\nfor i in 0 to n exclusive { s = "item ${i}" }\nreturn s',
    js: (n) => {
      let s = '';
      for (let i = 0; i < n; i += 1) s = `item ${i}`;
      return s;
    },
  },
];

const HELPERS = `fn add_two(a, b) { return a + b }
fn down(n) { if n == 0 { return 0 }
  return down(n - 1) }`;

class Context implements CallContext {
  depth = 0;
  calls = 0;
  at = -1;
  tick(): undefined {
    return undefined;
  }
}

function compiled({ harn }: Program): (n: number) => Value {
  const registry = createRegistry();
  const entry = { id: 'bench.harn', text: `${HELPERS}\npub fn run(n) {\n${harn}\n}` };
  const loader = { load: () => undefined };
  const { program } = compileProgram(entry, { loader, builtins: registry.specs() });
  if (program === undefined) throw new Error(`${entry.text} does not compile`);
  const run = link(program, { builtins: bindBuiltins(registry) }).exported('run') ?? null;
  return (n) => callSync(run, new Context(), [n]);
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e6) / N;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

let product = 1;
for (const program of PROGRAMS) {
  const run = compiled(program);
  const harn: number[] = [];
  const js: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    harn.push(time(() => run(N)));
    js.push(time(() => program.js(N)));
  }
  const ratio = median(harn) / median(js);
  product *= ratio;
  const row = [median(harn).toFixed(1), median(js).toFixed(1), `${ratio.toFixed(2)}x`];
  process.stdout.write(
    `${program.name.padEnd(16)}${row.map((cell) => cell.padStart(10)).join('')}\n`,
  );
}
process.stdout.write(`geometric mean ${(product ** (1 / PROGRAMS.length)).toFixed(2)}x\n`);
