// MCP servers from TypeScript: real processes and a real HTTP server, through the official protocol.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/base/index.ts';
import type { Harness } from '../../src/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createRuntime } from '../../src/runtime/index.ts';
import { serveMcpHttp, serveMcpPipelines } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import { codeOf, ran as ranOn } from './ran.ts';
import { newScene, type Scene, serveHttp } from './scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = newScene();
});
afterEach(() => scene.dispose());

const ran = (body: (harness: Harness) => Promise<Json>) => ranOn(scene.host, body);

describe('a server that is a process', () => {
  it('is connected, listed and called', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      const info = await client.info();
      const tools = await client.listTools();
      return {
        info: [info.name, info.version, info.connected, info.instructions ?? null],
        capabilities: info.capabilities ?? null,
        first: [tools[0]?.['name'] ?? null, tools[0]?.['_mcp_server'] ?? null],
        echo: await client.call('echo', { message: 'hello' }),
        add: await client.call('add', { a: 3, b: 7 }),
        both: await client.call('both'),
        nothing: await client.call('nothing'),
        noted: await client.call('note', { line: 'x' }),
        key: await client.call<string>('key').then((key) => key.startsWith(harness.runId)),
      } as Json;
    });
    expect(seen).toEqual({
      info: ['fixture', '1.2.3', true, 'Be kind.'],
      capabilities: ['prompts', 'resources', 'tools'],
      first: ['echo', 'fixture'],
      echo: 'hello',
      add: '10',
      both: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      nothing: null,
      noted: 'noted x',
      key: true,
    });
    expect(scene.done()).toEqual(['x']);
  });

  it('has resources and prompts', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      return {
        resources: await client.listResources(),
        templates: await client.listResourceTemplates(),
        text: await client.readResource('docs://readme'),
        prompts: await client.listPrompts(),
        prompt: await client.getPrompt('review', { code: 'f()' }),
      } as Json;
    });
    expect(seen).toEqual({
      resources: [{ uri: 'docs://readme', name: 'README', mimeType: 'text/plain' }],
      templates: [{ uriTemplate: 'docs://{page}', name: 'Pages' }],
      text: 'about docs://readme',
      prompts: [{ name: 'review', arguments: [{ name: 'code', required: true }] }],
      prompt: { messages: [{ role: 'user', content: { type: 'text', text: 'Review f()' } }] },
    });
  });

  it('rejects with what a tool reports, and with a code for what it refuses', async () => {
    const codes = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      const failed = await client.call('fail').catch((error: Error) => error.message);
      const unknown = await codeOf(client.call('no such tool'));
      client.disconnect();
      return [failed, unknown, await codeOf(client.call('echo', { message: 'x' }))];
    });
    expect(codes).toEqual(['it went wrong', 'HARN-MCP-007', 'HARN-MCP-005']);
  });

  it('is refused by name when it cannot be started or does not speak MCP', async () => {
    const codes = await ran(async (harness) => [
      await codeOf(harness.mcp.connect({ command: 'no-such-program-anywhere' })),
      await codeOf(harness.mcp.connect({ command: ['sh', '-c', 'exit 1'] })),
      await codeOf(harness.mcp.connect({ url: 'nowhere' })),
      await codeOf(harness.without('process').mcp.connect(scene.stdio)),
      await codeOf(harness.without('tools').mcp.connect(scene.stdio)),
    ]);
    expect(codes).toEqual([
      'HARN-MCP-002',
      'HARN-MCP-003',
      'HARN-MCP-001',
      'HARN-CAP-201',
      'HARN-CAP-201',
    ]);
  });
});

describe('a server that asks its client', () => {
  it('is offered nothing, and refused what it asks all the same', async () => {
    const script = fileURLToPath(new URL('asking-server.mjs', import.meta.url));
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect({ command: [process.execPath, script] });
      return client.call<string>('ask');
    });
    expect(String(seen).split('\n')).toEqual([
      '{}',
      ...['sampling/createMessage', 'elicitation/create', 'roots/list'].map((m) => `${m}: -32601`),
    ]);
  });
});

describe('a connection that is lost', () => {
  it('is made again for a tool that only looks', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      return client.call('look_and_die');
    });
    expect(seen).toBe('looked');
    expect(scene.starts()).toBe(2);
  });

  it('leaves a call that may have changed something unknown, and the client usable', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      const code = await codeOf(client.call('note_and_die', { line: 'once' }));
      return [code, await client.call('note', { line: 'later' })];
    });
    expect(seen).toEqual(['HARN-JRN-003', 'noted later']);
    expect(scene.done()).toEqual(['once', 'later']);
  });

  it('repeats a call that is harmless to repeat, by the tool or by the caller', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(scene.stdio);
      return client.call('set_and_die', { line: 'a' });
    });
    expect(seen).toBe('set a');
    expect(scene.done()).toEqual(['a', 'a']);
  });
});

describe('a server at an address', () => {
  it('is called, and connected again when it was restarted', async () => {
    const first = await serveHttp(scene);
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect({ url: first.url });
      const before = await client.call('note', { line: 'one' });
      await first.stop();
      const gone = await codeOf(client.call('note', { line: 'lost' }));
      const second = await serveHttp(scene, { MCP_PORT: first.port });
      const after = await client.call('note', { line: 'two' });
      await second.stop();
      return [before, gone, after];
    });
    expect(seen).toEqual(['noted one', 'HARN-MCP-003', 'noted two']);
    expect(scene.done()).toEqual(['one', 'two']);
  });

  it('is sent a call again that met a session which the server has forgotten: nothing was done', async () => {
    const calls: string[] = [];
    const keep = pipeline('keep', async (_harness, { line }: { line: string }) => {
      calls.push(line);
      return `kept ${line}`;
    });
    await using desk = await openStore('memory:');
    const runtime = createRuntime({ store: desk, pipelines: [keep], host: scene.host });
    const tools = [{ pipeline: keep }];
    const provider = serveMcpPipelines({ runtime, name: 'desk', version: '1', tools });
    const server = await serveMcpHttp(provider);
    let session = '';
    const { http } = scene.host;
    const open: typeof http.open = async (request) => {
      const answer = await http.open(request);
      session = answer.headers['mcp-session-id'] ?? session;
      return answer;
    };
    scene = { ...scene, host: { ...scene.host, http: { ...http, open } } };
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect({ url: server.url });
      const before = await client.call('keep', { line: 'one' });
      const headers = { 'mcp-session-id': session };
      expect((await fetch(server.url, { method: 'DELETE', headers })).status).toBe(200);
      return [before, await client.call('keep', { line: 'two' })];
    });
    await server.close();
    expect(seen).toEqual(['kept one', 'kept two']);
    expect(calls).toEqual(['one', 'two']);
  });

  it('is told the token of the environment or of the declaration, which nobody else sees', async () => {
    const server = await serveHttp(scene, { MCP_TOKEN: 'sesame-4711' });
    const store = await openStore(path.join(scene.dir, 'store.sqlite'));
    const work = pipeline('work', async (harness) => {
      const refused = await codeOf(harness.mcp.connect({ name: 'x', url: server.url }));
      const client = await harness.mcp.connect({ url: server.url, auth_token: 'sesame-4711' });
      const bad = await codeOf(
        harness.mcp.connect({ url: server.url, auth_token_env: 'HARN_NO_SUCH_TOKEN' }),
      );
      return [
        refused,
        await client.call('add', { a: 1, b: 1 }),
        bad,
        JSON.stringify([client.name]),
      ];
    });
    const runtime = createRuntime({ store, pipelines: [work], host: scene.host });
    const result = await runtime.start(work, null).done;
    await server.stop();
    await store.close();
    if (result.status !== 'settled') throw new Error('it did not return');
    expect(result.returned).toEqual(['HARN-MCP-009', '2', 'HARN-MCP-012', expect.any(String)]);
    const files = readdirSync(scene.dir).map((name) => readFileSync(path.join(scene.dir, name)));
    expect(files.length).toBeGreaterThan(0);
    expect(files.join()).not.toContain('sesame');
    expect(JSON.stringify(result.record)).not.toContain('sesame');
  });
});
