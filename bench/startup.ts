// How long a user waits for `harn run hello.harn`, next to Node alone: cold (no cache of any kind) and warm, in
// interleaved rounds so that a busy machine slows all of them alike. The ratios are what to compare between runs.
// Usage: npm run bench -- startup [rounds]. Build first: it measures dist/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const rounds = Number(process.argv[2] ?? '21');
const launcher = path.resolve('bin/harn.cjs');
const hello = path.resolve('examples/hello.harn');
const scratch = mkdtempSync(path.join(tmpdir(), 'harn-startup-'));
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
  { name: `harn ${program[0]}, warm`, args: [launcher, ...program], cold: false },
];

/** One start in a folder of its own, so that neither caches nor state of one subject help another. */
function start(subject: Subject): number {
  const home = path.join(scratch, subject.name.replace(/\W+/g, '-'));
  if (subject.cold) rmSync(home, { recursive: true, force: true });
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CACHE_HOME: path.join(home, 'cache'),
    HARN_STATE_DIR: path.join(home, 'state'),
  };
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, subject.args, { env, cwd: scratch });
  const tookMs = performance.now() - startMs;
  if (status !== 0) throw new Error(`${subject.name} failed: ${String(stderr)}`);
  return tookMs;
}

/** The value that a share of all values is below: 0.5 is the median. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

try {
  for (const subject of SUBJECTS) start(subject);
  const times = SUBJECTS.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, subject] of SUBJECTS.entries()) times[i]?.push(start(subject));
  }
  console.log(`${rounds} interleaved rounds, Node ${process.version}: median, and lower quartile`);
  for (const [i, subject] of SUBJECTS.entries()) {
    // The lower quartile is nearer to an idle machine when others work on this one too.
    const columns = [0.5, 0.25].map((share) => {
      const ms = quantile(times[i] ?? [], share);
      const ratio = (ms / quantile(times[0] ?? [], share)).toFixed(2);
      return `${ms.toFixed(1).padStart(7)} ms  ${ratio} × node`;
    });
    console.log(`${subject.name.padEnd(24)} ${columns.join('   ')}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
