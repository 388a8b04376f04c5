// An MCP server on two streams: JSON lines of the protocol, and nothing else, go out; serving ends when no more come in.
import type { Readable, Writable } from 'node:stream';
import { loadServerSdk, makeServer, OpenCalls } from './protocol.ts';
import type { McpProvider } from './provider.ts';

export interface StdioStreams {
  readonly input: Readable;
  readonly output: Writable;
}

/** A server that serves until its client is gone, or until it is closed. */
export interface McpStdioServer {
  /** Resolves when the client is gone and every call has come to rest. */
  readonly done: Promise<void>;
  /** Stops serving; calls under way are parked. */
  close(): Promise<void>;
}

/** Serves on the streams. Both revisions of the protocol are spoken; the client's first message decides. */
export async function serveMcpStdio(
  provider: McpProvider,
  { input, output }: StdioStreams,
): Promise<McpStdioServer> {
  const sdk = await loadServerSdk();
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  const open = new OpenCalls();
  const transport = new StdioServerTransport(input, output);
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
    input.once('error', () => resolve());
    output.once('error', () => resolve());
  });
  const handle = serveStdio(() => makeServer(sdk, provider, open), { transport });
  const stop = async () => {
    await open.park('its MCP client is gone');
    await handle.close();
  };
  const done = ended.then(stop);
  return { done, close: stop };
}
