// The agreement test for a long time: `npx esbuild test/oracle/soak.ts --bundle --platform=node --format=esm
// --outfile=soak.mjs && node soak.mjs [runs] [seed]`. Prints the smallest program that differs, if there is one.
import process, { argv, stdout } from 'node:process';
import fc from 'fast-check';
import { compare } from './agree.ts';
import { programs } from './generate.ts';

const numRuns = Number(argv[2] ?? 10_000);
const seed = Number(argv[3] ?? 1);

const outcome = fc.check(
  fc.property(programs, (text) => {
    const result = compare(text);
    fc.pre(result.status !== 'too long');
    if (result.status === 'differs') throw new Error(result.report);
  }),
  { numRuns, seed, maxSkipsPerRun: 1000 },
);

if (outcome.failed) {
  const [program] = outcome.counterexample ?? [''];
  const { errorInstance } = outcome;
  const report = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  stdout.write(`${program}\n${report}\nseed ${seed}, path ${outcome.counterexamplePath}\n`);
  process.exitCode = 1;
} else stdout.write(`${outcome.numRuns} programs agree, ${outcome.numSkips} were too long\n`);
