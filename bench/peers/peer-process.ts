// Peers as processes: installed when they are first asked for, started, and read.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

export const folder = path.resolve('bench/peers');

/** Installs a peer once; why not, when it cannot be. */
export function install(name: string): string | undefined {
  const cwd = path.join(folder, name);
  if (existsSync(path.join(cwd, 'node_modules'))) return undefined;
  process.stdout.write(`installing ${name} ...\n`);
  const args = ['install', '--no-package-lock', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  const done = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: 600_000 });
  if (done.status === 0) return undefined;
  rmSync(path.join(cwd, 'node_modules'), { recursive: true, force: true });
  return `npm install failed: ${done.stderr.split('\n').slice(0, 2).join(' ')}`;
}

/** The packages of a peer, for the report. */
export function versionsOf(name: string): string {
  const { dependencies } = JSON.parse(
    readFileSync(path.join(folder, name, 'package.json'), 'utf8'),
  ) as { readonly dependencies: { readonly [name: string]: string } };
  return Object.entries(dependencies)
    .map(([dependency, version]) => `${dependency} ${version}`)
    .join(', ');
}

/** Runs a subject and reads what it told on its `@result` line. */
export function resultOf<T>(name: string, [command = '', ...args]: readonly string[]): T {
  const child = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  const line = child.stdout.split('\n').findLast((text) => text.startsWith('@result '));
  if (line === undefined) throw new Error(`${name}: ${child.stderr.slice(0, 600)}`);
  return JSON.parse(line.slice('@result '.length)) as T;
}
