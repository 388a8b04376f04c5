// `npm test`: installs and builds what is missing, then runs every check: types, lint, room rules, tests.
// A failed check does not hide the next one. The counts are left in node_modules/.cache/harn/tests.json.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt, ensureInstalled, ensureMcpServers, root, run, runTool } from './setup.mjs';

ensureInstalled();

const cache = path.join(root, 'node_modules', '.cache', 'harn');
const vitestFile = path.join(cache, 'vitest.json');
const summaryFile = path.join(cache, 'tests.json');
mkdirSync(cache, { recursive: true });
rmSync(vitestFile, { force: true });
rmSync(summaryFile, { force: true });

const checks = [
  ['MCP servers for tests', () => ensureMcpServers()],
  ['build', () => ensureBuilt()],
  ['types', () => runTool('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit'])],
  ['lint', () => runTool('@biomejs/biome/bin/biome', ['check', '.', '--error-on-warnings'])],
  ['rooms', () => run(process.execPath, ['scripts/check-architecture.mjs'])],
  [
    'tests',
    () =>
      runTool('vitest/vitest.mjs', [
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${vitestFile}`,
        ...process.argv.slice(2),
      ]),
  ],
];

const failedChecks = [];
for (const [name, check] of checks) {
  process.stdout.write(`\n== ${name}\n`);
  if (check() !== 0) failedChecks.push(name);
}

const counts = countTests();
writeFileSync(summaryFile, `${JSON.stringify({ ...counts, failedChecks })}\n`);
process.stdout.write(
  failedChecks.length === 0
    ? `\nAll checks passed; ${counts.passed} tests ran, ${counts.skipped} reported themselves skipped.\n`
    : `\nFailed: ${failedChecks.join(', ')} (${counts.failed} of ${counts.passed + counts.failed} tests).\n`,
);
process.exit(failedChecks.length === 0 ? 0 : 1);

function countTests() {
  if (!existsSync(vitestFile)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(vitestFile, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
