// The host as one plain JavaScript file, for tests that need it in another process.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A file to import the host from, readable by every user. The caller removes it. */
export function bundleHost(): { readonly file: string; readonly remove: () => void } {
  const directory = mkdtempSync(`${tmpdir()}/harn-host-bundle-`);
  chmodSync(directory, 0o755);
  const file = `${directory}/host.mjs`;
  const esbuild = new URL('../../../node_modules/.bin/esbuild', import.meta.url).pathname;
  const entry = new URL('./index.ts', import.meta.url).pathname;
  const flags = ['--bundle', '--platform=node', '--format=esm', `--outfile=${file}`];
  const result = spawnSync(esbuild, [entry, ...flags], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
