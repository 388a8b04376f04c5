// Pipelines of TypeScript as an MCP server, in one process with the official client.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentTool, pipeline, type Runtime } from '../../src/runtime/harness/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listRuns } from '../../src/runtime/run/index.ts';
import {
  type McpHttpServer,
  servedTool,
  serveMcpHttp,
  serveMcpPipelines,
} from '../../src/serve/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

const greet = pipeline('greet', async (harness, { name }: { name: string }) => {
  harness.mcp.reportProgress(1, 2, 'greeting');
  if (name === 'nobody') throw new Error('there is nobody');
  return { text: `Hello, ${name}` };
});
const about = pipeline('about', async (_harness, { page }: { page: string }) => `about ${page}`);
const review = pipeline('review', async (_harness, { code }: { code: string }) => `See ${code}`);

let store: Store;
let runtime: Runtime;
let server: McpHttpServer;
let client: Client;
beforeEach(async () => {
  store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  runtime = createRuntime({ store, pipelines: [greet, about, review], host: createMockHost() });
  const provider = serveMcpPipelines({
    runtime,
    name: 'desk',
    version: '3',
    instructions: 'Be kind.',
    tools: [
      {
        pipeline: greet,
        description: 'Greets somebody',
        inputSchema: {
          type: 'object',
          properties: { name: { type: 'string' } },
          required: ['name'],
        },
        outputSchema: { type: 'object', properties: { text: { type: 'string' } } },
      },
    ],
    templates: [{ pipeline: about, uriTemplate: 'docs://{page}', name: 'Pages' }],
    prompts: [{ pipeline: review, name: 'review', arguments: [{ name: 'code', required: true }] }],
  });
  server = await serveMcpHttp(provider);
  client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
});
afterEach(async () => {
  await client.close();
  await server.close();
  await store.close();
});

describe('pipelines as an MCP server', () => {
  it('are tools, resources and prompts, and every call is a run in the store', async () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'desk', version: '3' });
    const called = await client.callTool({ name: 'greet', arguments: { name: 'Ann' } });
    expect(called.structuredContent).toEqual({ text: 'Hello, Ann' });
    const read = await client.readResource({ uri: 'docs://start' });
    expect(read.contents).toEqual([{ uri: 'docs://start', text: 'about start' }]);
    const prompt = await client.getPrompt({ name: 'review', arguments: { code: 'f()' } });
    expect(prompt.messages[0]?.content).toEqual({ type: 'text', text: 'See f()' });
    const rows = await listRuns(store, { limit: 10 });
    expect(rows.map((row) => [row.pipeline, row.status]).sort()).toEqual([
      ['about', 'completed'],
      ['greet', 'completed'],
      ['review', 'completed'],
    ]);
  });

  it('refuse arguments that do not fit before anything runs, and say what failed', async () => {
    const refused = await client.callTool({ name: 'greet', arguments: { name: 7 } });
    expect(refused.isError).toBe(true);
    expect(await listRuns(store, { limit: 10 })).toEqual([]);
    const failed = await client.callTool({ name: 'greet', arguments: { name: 'nobody' } });
    expect(failed).toMatchObject({ isError: true, content: [{ type: 'text' }] });
    expect(JSON.stringify(failed.content)).toContain('there is nobody');
  });

  it('say how far they are', async () => {
    const seen: unknown[] = [];
    await client.callTool(
      { name: 'greet', arguments: { name: 'Ann' } },
      { onprogress: (progress) => seen.push(progress) },
    );
    expect(seen).toEqual([{ progress: 1, total: 2, message: 'greeting' }]);
  });
});

describe('tools of agents as an MCP server', () => {
  const keys: string[] = [];
  const look: AgentTool = {
    name: 'look',
    description: 'Looks something up',
    parameters: { what: 'string', limit: { type: 'integer', default: 3 } },
    mutates: false,
    handler: ({ what, limit }) => `${limit} of ${what}`,
  };
  const refund: AgentTool = {
    name: 'refund',
    description: 'Pays back',
    parameters: { order: 'string' },
    annotations: { destructiveHint: true },
    handler: ({ order }, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (order === 'none') throw new Error('there is no such order');
      return { refunded: order ?? null };
    },
  };

  it('are listed with their schemas and hints, and called as runs behind an intent', async () => {
    const tools = [look, refund].map(servedTool);
    const own = createRuntime({
      store,
      pipelines: tools.map((tool) => tool.pipeline),
      host: createMockHost(),
    });
    const desk = await serveMcpHttp(
      serveMcpPipelines({ runtime: own, name: 'desk', version: '1', tools }),
    );
    const other = new Client({ name: 'test', version: '1' });
    await other.connect(new StreamableHTTPClientTransport(new URL(desk.url)));
    const { tools: listed } = await other.listTools();
    expect(listed).toMatchObject([
      { name: 'look', annotations: { readOnlyHint: true }, inputSchema: { required: ['what'] } },
      { name: 'refund', annotations: { destructiveHint: true } },
    ]);
    const textOf = async (name: string, args: Record<string, unknown>) => {
      const { content, isError } = await other.callTool({ name, arguments: args });
      return [isError === true, (content as { text: string }[])[0]?.text];
    };
    expect(await textOf('look', { what: 'files' })).toEqual([false, '3 of files']);
    expect(await textOf('refund', { order: 'A-1' })).toEqual([false, '{"refunded":"A-1"}']);
    expect((await textOf('refund', { order: 'none' }))[0]).toBe(true);
    expect((await textOf('refund', {}))[0]).toBe(true);
    const rows = await listRuns(store, { limit: 10 });
    expect(rows.map((row) => [row.pipeline, row.status]).sort()).toEqual([
      ['look', 'completed'],
      ['refund', 'completed'],
      ['refund', 'failed'],
    ]);
    expect(keys.length).toBe(2);
    for (const key of keys) expect(rows.some((row) => key.startsWith(row.run_id))).toBe(true);
    await other.close();
    await desk.close();
  });
});
