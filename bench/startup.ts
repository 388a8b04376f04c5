// How long a user waits for `harn run hello.harn`, next to Node alone, in interleaved rounds so that a busy machine slows
// all of them alike. Processor time and the ratios are what to compare between runs. Cold is a user without caches; a
// build has V8's code cache for the Node that built it, so cold is measured with it and, in a copy, without it (what
// another version of Node has). Both compile the program, which warm does not.
// Usage: npm run bench -- startup [rounds]. Build first: it measures dist/.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const rounds = Number(process.argv[2] ?? '21');
const launcher = path.resolve('bin/harn.cjs');
const hello = path.resolve('examples/hello.harn');
const scratch = mkdtempSync(path.join(tmpdir(), 'harn-startup-'));
const bare = path.join(scratch, 'without-code', 'bin', 'harn.cjs');
const program = existsSync(hello) ? ['run', hello] : ['--version'];

interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether every round starts without caches. */
  readonly cold: boolean;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'node -e 0', args: ['-e', '0'], cold: false },
  { name: 'harn --version, warm', args: [launcher, '--version'], cold: false },
  { name: `harn ${program[0]}, cold`, args: [launcher, ...program], cold: true },
  { name: `the same, no code cache`, args: [bare, ...program], cold: true },
  { name: `harn ${program[0]}, warm`, args: [launcher, ...program], cold: false },
];

/** The command line as it is for another version of Node than the one that built it. */
function copyWithoutCode(): void {
  const to = path.join(scratch, 'without-code');
  const filter = (from: string) => path.basename(from) !== 'code';
  cpSync(path.resolve('dist/cli'), path.join(to, 'dist', 'cli'), { recursive: true, filter });
  cpSync(path.resolve('bin'), path.join(to, 'bin'), { recursive: true });
  cpSync(path.resolve('package.json'), path.join(to, 'package.json'));
  symlinkSync(path.resolve('node_modules'), path.join(to, 'node_modules'), 'junction');
}

/** Processor time of all ended children, in ms; undefined where there is no /proc. */
function processorMs(): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In hundredths of a second; the sum over many rounds is exact enough.
  return 10 * (Number(fields[13]) + Number(fields[14]));
}

/** One start in a folder of its own, so that neither caches nor state of one subject help another. */
function start(subject: Subject): { clockMs: number; usedMs: number } {
  const home = path.join(scratch, subject.name.replace(/\W+/g, '-'));
  if (subject.cold) rmSync(home, { recursive: true, force: true });
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CACHE_HOME: path.join(home, 'cache'),
    HARN_STATE_DIR: path.join(home, 'state'),
  };
  const before = processorMs() ?? Number.NaN;
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, subject.args, { env, cwd: scratch });
  const clockMs = performance.now() - startMs;
  if (status !== 0) throw new Error(`${subject.name} failed: ${String(stderr)}`);
  return { clockMs, usedMs: (processorMs() ?? Number.NaN) - before };
}

/** The value that a share of all values is below: 0.5 is the median. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

try {
  copyWithoutCode();
  for (const subject of SUBJECTS) start(subject);
  const times = SUBJECTS.map((): number[] => []);
  const used = SUBJECTS.map(() => 0);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, subject] of SUBJECTS.entries()) {
      const { clockMs, usedMs } = start(subject);
      times[i]?.push(clockMs);
      used[i] = (used[i] ?? 0) + usedMs;
    }
  }
  console.log(`${rounds} interleaved rounds, Node ${process.version}`);
  console.log(
    `${' '.repeat(24)} processor, mean           clock, median             lower quartile`,
  );
  const column = (ms: number, ofNode: number) =>
    `${ms.toFixed(1).padStart(7)} ms  ${(ms / ofNode).toFixed(2)} × node`;
  for (const [i, subject] of SUBJECTS.entries()) {
    const mean = column((used[i] ?? 0) / rounds, (used[0] ?? 0) / rounds);
    // The lower quartile is nearer to an idle machine when others work on this one too.
    const clock = [0.5, 0.25].map((share) =>
      column(quantile(times[i] ?? [], share), quantile(times[0] ?? [], share)),
    );
    console.log(`${subject.name.padEnd(24)} ${[mean, ...clock].join('   ')}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
