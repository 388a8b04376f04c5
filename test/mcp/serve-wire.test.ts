// What reaches an MCP server over HTTP: sessions of clients that cancel or leave, and requests that nobody should send.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pipeline, type Runtime } from '../../src/runtime/harness/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listRuns } from '../../src/runtime/run/index.ts';
import { type McpHttpServer, serveMcpHttp, serveMcpPipelines } from '../../src/serve/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

const wait = pipeline('wait', async (harness) => {
  harness.mcp.reportProgress(1);
  await harness.clock.sleepMs(600_000);
  return 'late';
});
const echo = pipeline('echo', async (_harness, input: { readonly value?: never }) => input);

let store: Store;
let runtime: Runtime;
let server: McpHttpServer;
beforeEach(async () => {
  store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  runtime = createRuntime({ store, pipelines: [wait, echo], host: createMockHost() });
  const tools = [{ pipeline: wait }, { pipeline: echo }];
  server = await serveMcpHttp(serveMcpPipelines({ runtime, name: 'desk', version: '1', tools }));
});
afterEach(async () => {
  await server.close();
  await store.close();
});

const statuses = async () => (await listRuns(store, { limit: 10 })).map(({ status }) => status);

async function connected(pin?: string) {
  const transport = new StreamableHTTPClientTransport(new URL(server.url));
  const options = pin === undefined ? {} : { versionNegotiation: { mode: { pin } } };
  const client = new Client({ name: 'test', version: '1' }, options);
  await client.connect(transport);
  return { client, transport };
}

/** Calls `wait` and resolves when its run has begun. */
async function waiting(client: Client, signal?: AbortSignal) {
  let began: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const call = client.callTool(
    { name: 'wait' },
    { onprogress: () => began(), ...(signal === undefined ? {} : { signal }) },
  );
  const ended = call.then(
    () => 'answered',
    () => 'gone',
  );
  await begun;
  return ended;
}

describe('a client of a server at an address', () => {
  for (const revision of [undefined, '2026-07-28']) {
    it(`cancels its run in ${revision ?? 'the revisions of 2025'}`, async () => {
      const { client } = await connected(revision);
      const wish = new AbortController();
      const ended = waiting(client, wish.signal);
      await expect.poll(statuses, { timeout: 8_000 }).toEqual(['running']);
      wish.abort('enough');
      expect(await ended).toBe('gone');
      await expect.poll(statuses, { timeout: 8_000 }).toEqual(['cancelled']);
      await client.close();
    });
  }

  it('leaves its run parked when it goes without a word', async () => {
    const { client } = await connected();
    const ended = waiting(client);
    await expect.poll(statuses, { timeout: 8_000 }).toEqual(['running']);
    await client.close();
    expect(await ended).toBe('gone');
    await expect.poll(statuses, { timeout: 8_000 }).toEqual(['parked']);
  });

  it('leaves its run parked when the server stops', async () => {
    const { client } = await connected();
    void waiting(client);
    await expect.poll(statuses, { timeout: 8_000 }).toEqual(['running']);
    await server.close();
    expect(await statuses()).toEqual(['parked']);
    await client.close().catch(() => undefined);
  });

  it('is told to begin again when its session is over', async () => {
    const { client, transport } = await connected();
    const id = transport.sessionId ?? '';
    expect(id).not.toBe('');
    await transport.terminateSession();
    const again = await post('{"jsonrpc":"2.0","id":9,"method":"ping"}', { 'mcp-session-id': id });
    expect(again.status).toBe(404);
    await client.close();
  });
});

const JSON_TYPES = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

function post(body: string, headers: { readonly [name: string]: string } = {}) {
  return fetch(server.url, { method: 'POST', headers: { ...JSON_TYPES, ...headers }, body });
}

const calling = (value: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"value":${value}}}}`;

describe('a server at an address that strangers talk to', () => {
  afterEach(async () => {
    // Whatever was sent, the next client is served.
    const { client } = await connected();
    expect((await client.callTool({ name: 'echo', arguments: {} })).isError).not.toBe(true);
    await client.close();
  });

  it('refuses what is no message of the protocol', async () => {
    const answers = await Promise.all([
      post('{'),
      post('"text"'),
      post('{"jsonrpc":"2.0","id":1,"method":7}'),
      post(calling('1'), { 'content-type': 'text/plain' }),
      post(calling('1'), { accept: 'text/html' }),
      fetch(server.url),
      fetch(server.url, { method: 'DELETE' }),
      fetch(server.url, { method: 'PUT', body: 'x' }),
      fetch(server.url.replace('/mcp', '/else')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      ...[400, 400, 400, 415, 406, 405, 405, 405, 404],
    ]);
    expect(await statuses()).toEqual([]);
  });

  it('takes no more than it can hold', async () => {
    const huge = calling(`"${'x'.repeat(17 * 1024 * 1024)}"`);
    const answer = await post(huge).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(answer);
    expect(await statuses()).toEqual([]);
  });

  it('survives what is nested deeper than anything can follow', async () => {
    const depth = 200_000;
    const answer = await post(calling(`${'['.repeat(depth)}${']'.repeat(depth)}`));
    await answer.text();
    expect(answer.status).toBeLessThan(600);
  });

  it('refuses pages and names of other machines', async () => {
    const hosts = [
      await post(calling('1'), { origin: 'https://evil.example' }),
      await post(calling('1'), { origin: 'null' }),
      await post(calling('1'), { origin: 'http://127.0.0.1.evil.example' }),
    ];
    expect(hosts.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await post(calling('1'), { origin: 'http://localhost:3000' })).status).toBe(200);
  });
});
