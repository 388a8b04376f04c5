// How fast a program is checked, cold: generated code of many small declarations, one process per measurement, in
// interleaved rounds. Processor time counts, because a busy machine stretches the clock (it includes V8's own compiling and
// collecting beside the main thread; the clock is printed too); the ratios to reading the same text in the same round are
// what to compare between runs. Then the same lines as a project of many files that import one:
// all of them, and again after one file has changed, as `harn check --watch` and editors do. The peer is TypeScript's own
// compiler: the same program in TypeScript, over a library of the few declarations that it uses.
// Usage: npm run bench -- check [lines] [rounds]. Build first: it measures dist/.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const lines = Number(process.argv[2] ?? '100000');
const rounds = Number(process.argv[3] ?? '5');

/** One screenful with structs, narrowing, generics, closures and a match; `n` makes its names its own. */
function block(n: number): string {
  return `struct Point${n} { x: int, y: int, label?: string }
fn area${n}(p: Point${n}, scale: float) -> float {
  const w = p.x * 2 + p.y
  if p.label != nil {
    return w * scale
  }
  return 0.0 + w
}
fn pick${n}<T>(items: list<T>, at: int) -> T {
  return items[at]
}
fn walk${n}(items: list<int>, name: string | nil) -> string {
  const total = items.filter({ n -> n > ${n} }).map({ n -> n * 2 })
  for item in total {
    println("item " + to_string(item))
  }
  guard name != nil else { return "none" }
  const record = {id: pick${n}(items, 0), name: name, tags: ["a", "b"], nested: {deep: true}}
  match record.id {
    1 -> { return "one" }
    2 | 3 -> { return "few" }
    _ -> { return name + record.name }
  }
}
fn main${n}() {
  const p = Point${n} { x: ${n}, y: 2 }
  println("\${area${n}(p, 1.5)} \${walk${n}([1, 2, 3], "n")}")
}
`;
}

/** The same screenful in TypeScript. */
function peerBlock(n: number): string {
  return `interface Point${n} { x: number, y: number, label?: string }
function area${n}(p: Point${n}, scale: number): number {
  const w = p.x * 2 + p.y
  if (p.label != null) {
    return w * scale
  }
  return 0.0 + w
}
function pick${n}<T>(items: T[], at: number): T {
  return items[at]
}
function walk${n}(items: number[], name: string | null): string {
  const total = items.filter((n) => n > ${n}).map((n) => n * 2)
  for (const item of total) {
    println("item " + String(item))
  }
  if (name == null) { return "none" }
  const record = {id: pick${n}(items, 0), name: name, tags: ["a", "b"], nested: {deep: true}}
  switch (record.id) {
    case 1: return "one"
    case 2: case 3: return "few"
    default: return name + record.name
  }
}
function main${n}() {
  const p: Point${n} = { x: ${n}, y: 2 }
  println(\`\${area${n}(p, 1.5)} \${walk${n}([1, 2, 3], "n")}\`)
}
`;
}

/** What the peer's program needs of a library; the whole one would only make the peer slower. */
const PEER_LIBRARY = `
interface Array<T> {
  filter(keep: (item: T) => boolean): T[]; map<U>(make: (item: T) => U): U[];
  [index: number]: T; length: number; [Symbol.iterator](): any;
}
interface Boolean {} interface CallableFunction {} interface Function {} interface IArguments {} interface Object {}
interface NewableFunction {} interface Number {} interface RegExp {} interface String {}
interface StringConstructor { (value: any): string }
declare var String: StringConstructor; declare var Symbol: any; declare function println(text: string): void;
`;

/** What a child runs: TypeScript reads and checks; prints the milliseconds that took, as ours does. */
const PEER_CHILD = `
  import ts from 'typescript';
  const text = await new Response(process.stdin).text();
  const [before, begin] = [process.cpuUsage(), performance.now()];
  const files = { 'library.d.ts': ${JSON.stringify(PEER_LIBRARY)}, 'bench.ts': text };
  const host = {
    ...ts.createCompilerHost({}),
    getCurrentDirectory: () => '/',
    fileExists: (file) => file in files,
    getSourceFile: (file) => ts.createSourceFile(file, files[file] ?? '', ts.ScriptTarget.ESNext),
  };
  const options = { noLib: true, strict: true, target: ts.ScriptTarget.ESNext, types: [] };
  const program = ts.createProgram(Object.keys(files), options, host);
  for (const { messageText } of ts.getPreEmitDiagnostics(program)) throw new Error(JSON.stringify(messageText));
  const end = performance.now();
  console.log(process.cpuUsage(before).user / 1000);
  console.log(end - begin);
`;

/** How many of the files of a project one has: about 200 lines each. */
const BLOCKS_PER_FILE = 7;

/** What a child runs for a project: all files, then again with one of them changed; prints both times. */
const PROJECT_CHILD = `
  import { createChecker } from ${JSON.stringify(path.resolve('dist/engine/checker-load.js'))};
  const texts = JSON.parse(await new Response(process.stdin).text());
  const fs = {
    kind: (file) => (file.slice(1) in texts ? 'file' : undefined),
    read: (file) => new TextEncoder().encode(texts[file.slice(1)]),
    realPath: (file) => file,
  };
  const checker = await createChecker({ cwd: '/', fs });
  for (const change of [undefined, '// changed\\n']) {
    checker.refresh();
    if (change !== undefined) texts['file7.harn'] += change;
    const before = process.cpuUsage();
    for (const file of Object.keys(texts)) {
      const { diagnostics, latent } = await checker.check(file);
      for (const { message } of [...diagnostics, ...latent]) throw new Error(message);
    }
    console.log(process.cpuUsage(before).user / 1000);
  }
`;

/** What a child runs: reads, or checks, and prints the milliseconds that took, of processor time and by the clock. */
const CHILD = `
  import { parse, check, memoryLoader } from ${JSON.stringify(path.resolve('dist/lang/index.js'))};
  import { createRegistry, EFFECT_GROUPS } from ${JSON.stringify(path.resolve('dist/builtins/index.js'))};
  const [mode, code] = [process.argv[1], await new Response(process.stdin).text()];
  const source = { id: 'bench.harn', text: code };
  const builtins = createRegistry(EFFECT_GROUPS).specs();
  const [before, begin] = [process.cpuUsage(), performance.now()];
  if (mode === 'read') parse(source);
  else {
    const program = check(source, { builtins, loader: memoryLoader({}), types: mode === 'types' });
    if (program.diagnostics.length > 0) throw new Error(program.diagnostics[0].message);
  }
  const end = performance.now();
  console.log(process.cpuUsage(before).user / 1000);
  console.log(end - begin);
`;

function run(child: string, input: string, ...words: readonly string[]): number[] {
  const args = ['--input-type=module', '-e', child, ...words];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { input });
  if (status !== 0) throw new Error(String(stderr));
  return String(stdout).trim().split('\n').map(Number);
}

function measure(child: string, code: string, ...words: readonly string[]) {
  const [cpu = Number.NaN, clock = Number.NaN] = run(child, code, ...words);
  return { cpu, clock };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const blocks = Math.ceil(lines / (block(0).split('\n').length - 1));
const code = Array.from({ length: blocks }, (_, n) => block(n)).join('');
const count = code.split('\n').length - 1;
const project: { [file: string]: string } = {
  'shared.harn': 'pub fn shared(n: int) -> int {\n  return n + 1\n}\n',
};
for (let n = 0; n < blocks; n += BLOCKS_PER_FILE) {
  const texts = Array.from({ length: BLOCKS_PER_FILE }, (_, i) => block(n + i));
  const use = `println(to_string(shared(${n})))\n`;
  project[`file${n}.harn`] = `import { shared } from "./shared"\n${texts.join('')}${use}`;
}
const times = { read: [] as number[], names: [] as number[], types: [] as number[] };
const clocks: number[] = [];
const peers = { cpu: [] as number[], clock: [] as number[] };
const peerCode = Array.from({ length: blocks }, (_, n) => peerBlock(n)).join('');
const projects = { all: [] as number[], again: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  for (const mode of ['read', 'names', 'types'] as const) {
    const { cpu, clock } = measure(CHILD, code, mode);
    times[mode].push(cpu);
    if (mode === 'types') clocks.push(clock);
  }
  const peer = measure(PEER_CHILD, peerCode);
  peers.cpu.push(peer.cpu);
  peers.clock.push(peer.clock);
  const [all = Number.NaN, again = Number.NaN] = run(PROJECT_CHILD, JSON.stringify(project));
  projects.all.push(all);
  projects.again.push(again);
}

const read = median(times.read);
const names = median(times.names) - read;
const types = median(times.types) - median(times.names);
const perSecond = (ms: number) => `${Math.round(count / ms)} thousand lines per second`;
console.log(`${count} lines, ${rounds} rounds, Node ${process.version}: medians of processor time`);
for (const [what, ms] of [
  ['lexing and parsing', read],
  ['names and colours', names],
  ['types', types],
] as const)
  console.log(
    `${what}: ${ms.toFixed(0)} ms, ${perSecond(ms)}, ${(ms / read).toFixed(2)} of reading`,
  );
const [cpu, clock] = [median(times.types), median(clocks)];
console.log(
  `all three: ${cpu.toFixed(0)} ms, ${perSecond(cpu)}; by the clock ${clock.toFixed(0)} ms, ${perSecond(clock)}`,
);
const [peerCpu, peerClock] = [median(peers.cpu), median(peers.clock)];
console.log(
  `TypeScript, ${peerCode.split('\n').length - 1} lines: ${peerCpu.toFixed(0)} ms, by the clock ${peerClock.toFixed(0)} ms; ours takes ${(cpu / peerCpu).toFixed(2)} and ${(clock / peerClock).toFixed(2)} of that`,
);
const all = median(projects.all);
const again = median(projects.again);
console.log(
  `${Object.keys(project).length} files: ${all.toFixed(0)} ms; again with one changed: ${again.toFixed(0)} ms, ${(again / all).toFixed(3)} of all`,
);
