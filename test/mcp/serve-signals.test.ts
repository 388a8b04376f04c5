// `harn mcp serve` as a process that is stopped: by signals and by the end of its input. It ends in order, and every call
// under way is a run that anybody can go on with.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listRuns } from '../../src/runtime/run/index.ts';
import { type ServedOutcome, serveMcpStdio } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import { sharedHarn } from '../cli/shared-build.ts';
import { startServer } from './serve-http.ts';

let harn: string;
beforeAll(async () => {
  harn = await sharedHarn();
}, 120_000);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'harn-mcp-stop-'));
  writeFileSync(path.join(dir, 'desk.harn'), DESK);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const DESK = `
pub fn work(name: string) {
  append_file(name + ".log", "first ")
  write_file(name + ".began", "x")
  while !file_exists("go") { sleep(50ms) }
  append_file(name + ".log", "second")
  return name
}
`;

const NAMES = ['one', 'two', 'three'];

/** A served program over stdio that has calls of these names under way. */
async function working(): Promise<{
  readonly child: ChildProcess;
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  said(): string;
}> {
  const child = spawn(process.execPath, [harn, 'mcp', 'serve', 'desk.harn'], { cwd: dir });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  child.stdout.resume();
  for (const message of [HELLO, ...NAMES.map(callOf)])
    child.stdin.write(`${JSON.stringify(message)}\n`);
  await begun();
  return { child, ended, said: () => said };
}

const HELLO = {
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

function callOf(name: string) {
  const params = { name: 'work', arguments: { name } };
  return { jsonrpc: '2.0', id: name, method: 'tools/call', params };
}

/** Resolves when all calls are in the middle of their work. */
async function begun(): Promise<void> {
  const all = () => NAMES.every((name) => existsSync(path.join(dir, `${name}.began`)));
  await expect.poll(all, { timeout: 20_000 }).toBe(true);
}

async function rows() {
  const url = `sqlite:${path.join(dir, '.harn', 'harn.sqlite')}`;
  await using store = await openStore({ url, projections: RUNTIME_PROJECTIONS });
  return await listRuns(store, { limit: 100 });
}

/** All three are parked; each goes on elsewhere and does the rest, and nothing twice. */
async function allGoOn(): Promise<void> {
  const left = await rows();
  expect(left.map(({ status }) => status)).toEqual(['parked', 'parked', 'parked']);
  writeFileSync(path.join(dir, 'go'), '');
  for (const { run_id: run } of left) {
    const resumed = spawnSync(process.execPath, [harn, 'resume', run], { cwd: dir });
    expect([resumed.status, resumed.stderr.toString()]).toEqual([0, '']);
  }
  for (const name of NAMES)
    expect(readFileSync(path.join(dir, `${name}.log`), 'utf8')).toBe('first second');
  expect((await rows()).map(({ status }) => status)).toEqual(NAMES.map(() => 'completed'));
}

describe('a served program with calls under way', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends in order at %s and loses no run',
    async (signal) => {
      const { child, ended, said } = await working();
      child.kill(signal);
      expect([await ended, said()]).toEqual([[0, null], '']);
      await allGoOn();
    },
    60_000,
  );

  it('ends in order when its input ends and loses no run', async () => {
    const { child, ended, said } = await working();
    child.stdin?.end();
    expect([await ended, said()]).toEqual([[0, null], '']);
    await allGoOn();
  }, 60_000);

  it('ends in order at an address and loses no run', async () => {
    const server = await startServer(harn, dir, 'desk.harn');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    const calls = NAMES.map((name) =>
      client.callTool({ name: 'work', arguments: { name } }).catch(() => 'gone'),
    );
    await begun();
    expect(await server.stop()).toBe(0);
    await Promise.race([Promise.all(calls), client.close()]);
    await allGoOn();
  }, 60_000);
});

describe('a server that stops serving', () => {
  it('parks a call that comes while others come to rest, and waits for it', async () => {
    const parked: string[] = [];
    const ends: (() => void)[] = [];
    const started = new Map<string, () => void>();
    const starts = (name: string) => new Promise<void>((resolve) => started.set(name, resolve));
    const input = new PassThrough();
    const server = await serveMcpStdio(
      {
        name: 'slow',
        version: '1',
        tools: [{ name: 'work', inputSchema: { type: 'object' } }],
        resources: [],
        templates: [],
        prompts: [],
        start: ({ arguments: { name } }) => {
          let end = (_: ServedOutcome) => {};
          const done = new Promise<ServedOutcome>((resolve) => {
            end = resolve;
          });
          const park = () => {
            parked.push(String(name));
            ends.push(() => end({ status: 'parked', message: 'left' }));
          };
          started.get(String(name))?.();
          return { runId: String(name), done, cancel: () => undefined, park };
        },
      },
      { input, output: new PassThrough() },
    );
    const send = (message: object) => input.write(`${JSON.stringify(message)}\n`);
    const [first, second] = [starts('first'), starts('second')];
    send(HELLO);
    send(callOf('first'));
    await first;
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    send(callOf('second'));
    await second;
    await expect.poll(() => parked).toEqual(['first', 'second']);
    ends[0]?.();
    expect(isClosed).toBe(false);
    ends[1]?.();
    await closing;
  });
});
