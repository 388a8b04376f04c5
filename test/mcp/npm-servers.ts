// MCP servers of the official collection, from npm: installed on first need in a folder of their own, started as people
// start them. What cannot be installed fails the tests that want it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { ensureMcpServers, mcpServers } from '../../scripts/setup.mjs';
import type { Host } from '../../src/runtime/host/index.ts';
import type { McpServerConfig } from '../../src/runtime/mcp/index.ts';

const script = (name: string) =>
  path.join(mcpServers, 'node_modules/@modelcontextprotocol', name, 'dist/index.js');

export function installServers(): void {
  const status = ensureMcpServers({ stdio: 'ignore' });
  if (status === 0) return;
  const again = 'npm ci --ignore-scripts, in test/mcp/npm-servers, says why';
  throw new Error(
    `the MCP servers for tests cannot be installed (npm ended with ${status}): ${again}`,
  );
}

export const everything: McpServerConfig = {
  name: 'everything',
  command: [process.execPath, script('server-everything'), 'stdio'],
};

/** The file server, which may touch this folder and nothing else. */
export function filesIn(dir: string): McpServerConfig {
  return { name: 'files', command: [process.execPath, script('server-filesystem'), dir] };
}

/** The memory server, which keeps its graph in this file. */
export function memoryAt(file: string): McpServerConfig {
  const command = [process.execPath, script('server-memory')];
  return { name: 'memory', command, env: { MEMORY_FILE_PATH: file } };
}

/** server-everything at an address. It takes its port as a number beforehand. */
export async function everythingAt(
  given?: number,
): Promise<{ readonly url: string; readonly port: number; stop(): Promise<void> }> {
  const port = given ?? (await freePort());
  const child: ChildProcess = spawn(
    process.execPath,
    [script('server-everything'), 'streamableHttp'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PORT: String(port) } },
  );
  const gone = once(child, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('listening')) resolve();
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A host that tells which processes it has opened and what was written to them. */
export function watched(host: Host): {
  readonly host: Host;
  readonly pids: readonly number[];
  readonly sent: readonly { readonly method?: string }[];
  /** Resolves when a message of this method is written. */
  sends(method: string): Promise<void>;
} {
  const pids: number[] = [];
  const sent: { readonly method?: string }[] = [];
  const waiting = new Map<string, () => void>();
  const open: Host['process']['open'] = async (request) => {
    const live = await host.process.open(request);
    pids.push(live.pid);
    const write = async (text: string) => {
      await live.write(text);
      const message = JSON.parse(text) as { readonly method?: string };
      sent.push(message);
      waiting.get(message.method ?? '')?.();
    };
    return { ...live, write };
  };
  return {
    host: { ...host, process: { ...host.process, open } },
    pids,
    sent,
    sends: (method) => new Promise((resolve) => waiting.set(method, resolve)),
  };
}
