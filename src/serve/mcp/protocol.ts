// The protocol side of an MCP server: what is listed, what is called, and how an outcome looks to a client. Built on the
// official server package, which is loaded when somebody serves.
import type { CallToolResult, Server, ServerContext } from '@modelcontextprotocol/server';
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type {
  McpProvider,
  ServedAsk,
  ServedCall,
  ServedOutcome,
  ServedProgress,
  ServedTemplate,
} from './provider.ts';

/** The official packages, as far as they are needed here. */
export interface McpServerSdk {
  readonly server: typeof import('@modelcontextprotocol/server');
  readonly validator: import('@modelcontextprotocol/server/validators/ajv').AjvJsonSchemaValidator;
}

export async function loadServerSdk(): Promise<McpServerSdk> {
  const [server, { AjvJsonSchemaValidator }] = await Promise.all([
    import('@modelcontextprotocol/server'),
    import('@modelcontextprotocol/server/validators/ajv'),
  ]);
  return { server, validator: new AjvJsonSchemaValidator() };
}

/** Calls that are under way, so that who stops serving can park them; those that still come are parked at once. */
export class OpenCalls {
  readonly #calls = new Set<ServedCall>();
  #over: string | undefined;

  async during<T>(call: ServedCall, body: () => Promise<T>): Promise<T> {
    this.#calls.add(call);
    if (this.#over !== undefined) call.park(this.#over);
    try {
      return await body();
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Parks every call; resolves when all have come to rest. */
  async park(reason: string): Promise<void> {
    this.#over = reason;
    for (const call of this.#calls) call.park(reason);
    while (this.#calls.size > 0) {
      await Promise.all([...this.#calls].map((call) => call.done.catch(() => undefined)));
      // Whoever awaits a call takes it off the list in the same round of micro-tasks.
      await Promise.resolve();
    }
  }
}

/** What clients may ask for that this server does not do; said in the words of the protocol. */
const UNSUPPORTED = [
  ...['completion/complete', 'resources/subscribe', 'resources/unsubscribe', 'roots/list'],
  ...['sampling/createMessage', 'elicitation/create'],
  ...['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'],
];

const CARD_URI = 'well-known://mcp-card';

/** A server of one connection. */
export function makeServer(sdk: McpServerSdk, provider: McpProvider, open: OpenCalls): Server {
  return new ServerParts(sdk, provider, open).server();
}

class ServerParts {
  readonly #sdk: McpServerSdk;
  readonly #provider: McpProvider;
  readonly #open: OpenCalls;

  constructor(sdk: McpServerSdk, provider: McpProvider, open: OpenCalls) {
    this.#sdk = sdk;
    this.#provider = provider;
    this.#open = open;
  }

  server(): Server {
    const { name, version, title, instructions, tools, prompts, card } = this.#provider;
    const hasResources =
      this.#provider.resources.length + this.#provider.templates.length > 0 || card !== undefined;
    const info = {
      name,
      version,
      ...(title === undefined ? {} : { title }),
      ...(card === undefined ? {} : { card }),
    };
    const server = new this.#sdk.server.Server(info, {
      capabilities: {
        logging: {},
        ...(tools.length > 0 ? { tools: {} } : {}),
        ...(hasResources ? { resources: {} } : {}),
        ...(prompts.length > 0 ? { prompts: {} } : {}),
      },
      ...(instructions === undefined ? {} : { instructions }),
    });
    if (tools.length > 0) this.#serveTools(server);
    if (hasResources) this.#serveResources(server);
    if (prompts.length > 0) this.#servePrompts(server);
    server.fallbackRequestHandler = async ({ method }) => {
      const { ProtocolError, ProtocolErrorCode } = this.#sdk.server;
      const data = UNSUPPORTED.includes(method) ? { type: 'mcp.unsupportedFeature' } : undefined;
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${method} is not served`, data);
    };
    return server;
  }

  #serveTools(server: Server): void {
    const { tools } = this.#provider;
    server.setRequestHandler('tools/list', () => ({
      tools: tools.map(({ outputSchema, ...tool }) => ({
        ...defined(tool),
        ...(isObjectSchema(outputSchema) ? { outputSchema } : {}),
      })) as never,
    }));
    server.setRequestHandler('tools/call', async ({ params }, ctx): Promise<CallToolResult> => {
      const tool = tools.find(({ name }) => name === params.name);
      if (tool === undefined) throw this.#badParams(`there is no tool ${params.name}`);
      const args = (params.arguments ?? {}) as JsonObject;
      const fits = this.#sdk.validator.getValidator(tool.inputSchema as never)(args);
      if (!fits.valid)
        return failed(`the arguments of ${tool.name} do not fit: ${fits.errorMessage}`);
      const outcome = await this.#call({ kind: 'tool', name: tool.name, arguments: args }, ctx);
      return outcome.status === 'done'
        ? toolResult(outcome.value, isObjectSchema(tool.outputSchema))
        : failed(outcome.message);
    });
  }

  #serveResources(server: Server): void {
    const { resources, templates, card } = this.#provider;
    const cards =
      card === undefined
        ? []
        : [{ uri: CARD_URI, name: 'Server Card', mimeType: 'application/json' }];
    server.setRequestHandler('resources/list', () => ({
      resources: [...resources.map(({ text: _, ...facts }) => defined(facts)), ...cards] as never,
    }));
    server.setRequestHandler('resources/templates/list', () => ({
      resourceTemplates: templates.map(defined) as never,
    }));
    server.setRequestHandler('resources/read', async ({ params: { uri } }, ctx) => {
      if (card !== undefined && uri === CARD_URI) {
        const text = JSON.stringify(card);
        return { contents: [{ uri, mimeType: 'application/json', text }] };
      }
      const found = resources.find((one) => one.uri === uri);
      if (found !== undefined) {
        const { mimeType, text } = found;
        return { contents: [{ uri, ...defined({ mimeType }), text }] };
      }
      const { template, values } = this.#templateOf(uri);
      const ask: ServedAsk = { kind: 'resource', name: template.uriTemplate, arguments: values };
      const value = this.#valueOf(await this.#call(ask, ctx));
      const { mimeType } = template;
      return { contents: [{ uri, ...defined({ mimeType }), text: textOf(value) }] };
    });
  }

  #templateOf(uri: string): { readonly template: ServedTemplate; readonly values: JsonObject } {
    const { UriTemplate } = this.#sdk.server;
    for (const template of this.#provider.templates) {
      const values = new UriTemplate(template.uriTemplate).match(uri);
      if (values !== null) return { template, values: { ...values } };
    }
    throw new this.#sdk.server.ResourceNotFoundError(uri);
  }

  #servePrompts(server: Server): void {
    const { prompts } = this.#provider;
    server.setRequestHandler('prompts/list', () => ({ prompts: prompts.map(defined) as never }));
    server.setRequestHandler('prompts/get', async ({ params }, ctx) => {
      const prompt = prompts.find(({ name }) => name === params.name);
      if (prompt === undefined) throw this.#badParams(`there is no prompt ${params.name}`);
      const args = params.arguments ?? {};
      const missing = prompt.arguments?.find(
        ({ name, required }) => required === true && args[name] === undefined,
      );
      if (missing !== undefined) throw this.#badParams(`${prompt.name} needs ${missing.name}`);
      const ask: ServedAsk = { kind: 'prompt', name: prompt.name, arguments: args };
      const messages = messagesOf(this.#valueOf(await this.#call(ask, ctx)));
      const { description } = prompt;
      return { ...defined({ description }), messages: messages as never };
    });
  }

  /** Runs a call. It ends with the wish for it; where only the connection is gone, it is left for somebody to go on with. */
  async #call(ask: ServedAsk, ctx: ServerContext): Promise<ServedOutcome> {
    const { signal } = ctx.mcpReq;
    const call = this.#provider.start(ask, progressOf(ctx));
    const stop = () => {
      const { reason } = signal as { readonly reason: unknown };
      const isLost = reason instanceof this.#sdk.server.SdkError && !hasCancelled(ctx);
      if (isLost) call.park('its MCP client is gone');
      else call.cancel(typeof reason === 'string' ? reason : 'cancelled by its MCP client');
    };
    const leave = () => call.park('its MCP client is gone');
    const connection = streamOf(ctx);
    if (signal.aborted) stop();
    else if (connection?.aborted) leave();
    signal.addEventListener('abort', stop, { once: true });
    connection?.addEventListener('abort', leave, { once: true });
    try {
      return await this.#open.during(call, () => call.done);
    } finally {
      signal.removeEventListener('abort', stop);
      connection?.removeEventListener('abort', leave);
    }
  }

  #valueOf(outcome: ServedOutcome): Json {
    if (outcome.status === 'done') return outcome.value;
    const { ProtocolError, ProtocolErrorCode } = this.#sdk.server;
    throw new ProtocolError(ProtocolErrorCode.InternalError, outcome.message);
  }

  #badParams(message: string): Error {
    const { ProtocolError, ProtocolErrorCode } = this.#sdk.server;
    return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
}

/** Whether a call came over HTTP in a revision whose clients cancel by closing the stream of the call. */
function endsWithStream({ http }: ServerContext): boolean {
  return (http?.req?.headers.get('mcp-protocol-version') ?? '') >= '2026';
}

function hasCancelled(ctx: ServerContext): boolean {
  return endsWithStream(ctx) && ctx.http?.req?.signal.aborted === true;
}

/** The connection of a call of an earlier revision: when it ends, the call was not cancelled, only left. */
function streamOf(ctx: ServerContext): AbortSignal | undefined {
  return endsWithStream(ctx) ? undefined : ctx.http?.req?.signal;
}

/** Sends progress to a client that has asked for it. The protocol wants it to grow; what does not is not sent. */
function progressOf(ctx: ServerContext): (progress: ServedProgress) => void {
  const token = ctx.mcpReq._meta?.progressToken;
  if (token === undefined) return () => undefined;
  let last = Number.NEGATIVE_INFINITY;
  return (given) => {
    if (given.progress <= last) return;
    last = given.progress;
    const params = { progressToken: token, ...given };
    // A client that cannot be told is told nothing; its call goes on.
    ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

function isObjectSchema(schema: JsonObject | undefined): boolean {
  return schema?.['type'] === 'object';
}

function failed(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true };
}

function toolResult(value: Json, isData: boolean): CallToolResult {
  const content = value === null ? [] : [{ type: 'text' as const, text: textOf(value) }];
  return isData && isJsonObject(value) ? { content, structuredContent: { ...value } } : { content };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text is what the user says; a list is messages, whose contents may be texts. */
function messagesOf(value: Json): readonly JsonObject[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.map((one) => {
    const { role, content } = isJsonObject(one) ? one : { role: 'user', content: one };
    const isBlock = isJsonObject(content ?? null);
    return {
      role: role === 'assistant' ? 'assistant' : 'user',
      content: isBlock ? (content as Json) : { type: 'text', text: textOf(content ?? '') },
    };
  });
}

/** Without what is undefined: nothing on the wire is better than null. */
function defined<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
