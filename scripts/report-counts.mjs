// Prints "N passed, N failed" for the last `npm test`, alone on a line; argv[2] is the exit code so far.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

const status = Number(process.argv[2] ?? '0');
const counts = readCounts();
const otherFailures = counts.failedChecks.filter(
  (name) => name !== 'tests' || counts.failed === 0,
).length;
let failed = counts.failed + otherFailures;
if (status !== 0 && failed === 0) failed = 1;
process.stdout.write(`${counts.passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && counts.passed > 0 ? 0 : 1;

function readCounts() {
  try {
    const file = path.join(root, 'node_modules', '.cache', 'harn', 'tests.json');
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, failedChecks: ['tests'] };
  }
}
