// What tests of MCP share: a folder with a log that the fixture server writes, that server over stdio and over HTTP, and the
// real host in that folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeHost, type Host } from '../../src/runtime/host/index.ts';
import type { McpServerConfig } from '../../src/runtime/mcp/index.ts';

export const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

export interface Scene {
  readonly dir: string;
  readonly host: Host;
  /** The fixture server over its standard streams. */
  readonly stdio: McpServerConfig;
  /** What the server did, without its starts and listings. */
  done(): readonly string[];
  starts(): number;
  /** How often the server was asked for its tools. */
  lists(): number;
  dispose(): void;
}

export function newScene(): Scene {
  const dir = mkdtempSync(path.join(tmpdir(), 'harn-mcp-'));
  const log = path.join(dir, 'log');
  const lines = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  return {
    dir,
    host: createNodeHost({ cwd: dir }),
    stdio: {
      name: 'fixture',
      command: process.execPath,
      args: [SERVER],
      env: { MCP_LOG: log },
    },
    done: () => lines().filter((line) => line !== 'start' && line !== 'list'),
    lists: () => lines().filter((line) => line === 'list').length,
    starts: () => lines().filter((line) => line === 'start').length,
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** The fixture server at an address. */
export async function serveHttp(
  { dir }: Scene,
  env: { readonly [name: string]: string } = {},
): Promise<{ readonly url: string; readonly port: string; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [SERVER, 'http'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MCP_LOG: path.join(dir, 'log'), ...env },
  });
  const [bytes] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = bytes.toString().trim();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
