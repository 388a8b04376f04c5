// A small MCP server for the examples of the table, in this process: what mock hosts open as the program `mcp-demo`.
import { PassThrough } from 'node:stream';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import type { McpProvider, ServedOutcome } from '../../src/serve/index.ts';
import { serveMcpStdio } from '../../src/serve/index.ts';

const PROVIDER: McpProvider = {
  name: 'demo',
  version: '1.0.0',
  tools: [
    {
      name: 'add',
      description: 'Adds two numbers',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      annotations: { readOnlyHint: true },
    },
  ],
  resources: [{ uri: 'docs://readme', name: 'README', text: 'about us' }],
  templates: [{ uriTemplate: 'docs://{page}', name: 'Pages' }],
  prompts: [{ name: 'review', arguments: [{ name: 'code', required: true }] }],
  start: ({ kind, name, arguments: args }) => {
    const value =
      kind === 'tool' ? Number(args['a']) + Number(args['b']) : `${name}: ${args['code'] ?? ''}`;
    const done: Promise<ServedOutcome> = Promise.resolve({ status: 'done', value });
    return { runId: 'demo', done, cancel: () => undefined, park: () => undefined };
  },
};

/** A mock host on which `mcp-demo` is that server. */
export function hostWithDemo(): MockHost {
  const host = createMockHost();
  host.processes.onOpen('mcp-demo', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    await serveMcpStdio(PROVIDER, { input, output });
    return {
      pid: 4711,
      chunks: output,
      lastWords: () => '',
      write: async (text) => void input.write(text),
      close: async () => void input.end(() => output.end()),
    };
  });
  return host;
}
