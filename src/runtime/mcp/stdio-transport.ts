// MCP over the standard streams of a process of the host: one JSON message per line. The transport of the official client
// would start the process itself, past the host.
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { LiveProcess } from '../host/index.ts';

/** The longest line taken before a server counts as broken. */
const MAX_LINE_CHARS = 64 * 1024 * 1024;

/** The two directions of one process, as the official client wants them. */
export function stdioTransport(process: LiveProcess): Transport {
  let isOver = false;
  const transport: Transport = {
    start: async () => {
      void pump();
    },
    send: (message) => process.write(`${JSON.stringify(message)}\n`),
    close: async () => {
      await process.close();
      over();
    },
  };
  const over = () => {
    if (isOver) return;
    isOver = true;
    transport.onclose?.();
  };
  const take = (line: string) => {
    if (line.trim() === '') return;
    let message: JSONRPCMessage;
    try {
      message = JSON.parse(line) as JSONRPCMessage;
    } catch {
      // Servers that also print what is not for us are common, and harmless.
      return;
    }
    transport.onmessage?.(message);
  };
  const pump = async () => {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const bytes of process.chunks) {
        rest += decoder.decode(bytes, { stream: true });
        const lines = rest.split('\n');
        rest = lines.pop() as string;
        for (const line of lines) take(line);
        if (rest.length > MAX_LINE_CHARS) break;
      }
    } catch {
      // Streams that break are streams that end.
    }
    await process.close().catch(() => undefined);
    over();
  };
  return transport;
}
