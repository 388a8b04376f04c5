// A server in this process that asks its client in the middle of its calls, for mock hosts, as the program `curious`.
import { PassThrough } from 'node:stream';
import {
  type CallToolResult,
  inputRequired,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { completion } from '../../src/runtime/llm/llm-run.fixture.ts';

const NAME_FORM = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
};

const hint = { idempotentHint: true };

/** What a tool may change is in its name; the rest may be called again. */
const TOOLS = [
  { name: 'summarise', annotations: hint },
  { name: 'twice', annotations: hint },
  { name: 'greet', annotations: hint },
  { name: 'rename' },
  { name: 'rounds', annotations: hint },
].map((tool) => ({ ...tool, inputSchema: { type: 'object' as const } }));

export interface Curious {
  readonly host: MockHost;
  /** What the server did, and what it was told. */
  readonly log: string[];
  /** Questions to the model, as its provider gets them. */
  readonly asked: unknown[];
}

/** A mock host with the server, and with a provider that answers `answer 1`, `answer 2`. */
export function curious(): Curious {
  const log: string[] = [];
  const asked: unknown[] = [];
  const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
  host.onRequest('POST', 'https://api.openai.com/*', ({ body }) => {
    asked.push(
      JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)),
    );
    return { json: completion(`answer ${asked.length}`) };
  });
  host.processes.onOpen('curious', () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const transport = new StdioServerTransport(input, output);
    const handle = serveStdio(() => makeServer(log), { transport });
    return {
      pid: 4711,
      chunks: output,
      lastWords: () => '',
      write: async (text) => void input.write(text),
      close: async () => {
        await handle.close();
        output.end();
      },
    };
  });
  return { host, log, asked };
}

function makeServer(log: string[]): Server {
  const server = new Server({ name: 'curious', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => {
    log.push(`offered ${JSON.stringify(server.getClientCapabilities() ?? {})}`);
    return { tools: TOOLS };
  });
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    log.push(params.name);
    if (params.name === 'rounds') return rounds(ctx) as CallToolResult;
    try {
      return said(await worked(params.name, ctx));
    } catch (error) {
      const { code, message } = error as { readonly code?: number; readonly message: string };
      return said(`refused ${code}: ${message}`);
    }
  });
  return server;
}

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

async function worked(tool: string, ctx: ServerContext): Promise<string> {
  switch (tool) {
    case 'summarise':
      return sampled(ctx, 'sum it up');
    case 'twice':
      return `${await sampled(ctx, 'again')}, ${await sampled(ctx, 'again')}`;
    case 'greet': {
      const words = await sampled(ctx, 'greet');
      return `${words}, ${await named(ctx)}`;
    }
    default:
      return named(ctx);
  }
}

async function sampled({ mcpReq }: ServerContext, text: string): Promise<string> {
  const result = await mcpReq.requestSampling({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    systemPrompt: 'be short',
    maxTokens: 50,
  });
  return 'text' in result.content ? String(result.content.text) : 'no text';
}

async function named({ mcpReq }: ServerContext): Promise<string> {
  const { action, content } = await mcpReq.elicitInput({
    mode: 'form',
    message: 'Who?',
    requestedSchema: NAME_FORM,
  });
  return action === 'accept' ? String(content?.['name']) : action;
}

/** The same in the revision in which a call ends with what it needs, and is made again with it. */
function rounds({ mcpReq }: ServerContext): unknown {
  const { inputResponses: given } = mcpReq as {
    readonly inputResponses?: { readonly who?: { readonly content?: { readonly name?: string } } };
  };
  if (given?.who !== undefined) return said(`hello ${given.who.content?.name}`);
  return inputRequired({
    inputRequests: {
      who: inputRequired.elicit({ message: 'Who?', requestedSchema: NAME_FORM }),
    },
  });
}
