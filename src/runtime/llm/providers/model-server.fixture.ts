// A server of models for tests: it speaks the three wire formats as it is told to, and knows what it was asked and which
// connections closed before their answer was complete.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../../../base/index.ts';

/** One request as the server saw it. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: JsonObject;
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export interface ModelServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Connections that the other side closed while an answer was under way. */
  readonly cut: Promise<void>[];
  /** What the next requests get; the last one for all that follow. */
  answers(...replies: Reply[]): void;
  close(): Promise<void>;
}

export async function modelServer(): Promise<ModelServer> {
  const seen: SeenRequest[] = [];
  const cut: Promise<void>[] = [];
  let replies: Reply[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as JsonObject;
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      cut.push(
        new Promise((ok) => {
          response.on('close', () => {
            if (!response.writableFinished) ok();
          });
        }),
      );
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      reply?.(response, request);
    });
  });
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    cut,
    answers: (...next) => {
      replies = next;
      seen.length = 0;
      cut.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((ok) => server.close(ok));
    },
  };
}

/** Answers with JSON. */
export function says(
  status: number,
  value: Json,
  headers: { readonly [name: string]: string } = {},
): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

/** How a stream of the server ends: well, cut off on the wire, closed as if it were complete, or not at all. */
export type StreamEnd = 'end' | 'cut' | 'hang';

/** Streams events: an object is `data:` (with `event:` when it has a type), a text goes out as it is. */
export function streams(events: readonly (Json | string)[], end: StreamEnd = 'end'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = events.map(eventText).join('');
    response.write(text, () => {
      if (end === 'end') response.end();
      else if (end === 'cut') response.socket?.destroy();
    });
  };
}

function eventText(event: Json | string): string {
  if (typeof event === 'string') return `data: ${event}\n\n`;
  const type = (event as JsonObject)['type'];
  const named = typeof type === 'string' ? `event: ${type}\n` : '';
  return `${named}data: ${JSON.stringify(event)}\n\n`;
}

/** The events of a whole Anthropic answer of one text in two pieces. */
export function anthropicText(first: string, second: string): readonly Json[] {
  return [
    anthropicStart(),
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: first } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: second } },
    { type: 'content_block_stop', index: 0 },
    ...anthropicEnd('end_turn'),
  ];
}

export function anthropicStart(): Json {
  return {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-20250514',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 11, output_tokens: 1 },
    },
  };
}

export function anthropicEnd(reason: string): readonly Json[] {
  return [
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    { type: 'message_stop' },
  ];
}

/** The chunks of a whole answer in the OpenAI format. */
export function openAiText(...pieces: readonly string[]): readonly (Json | string)[] {
  const chunk = (delta: JsonObject, reason: string | null): Json => ({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  return [
    ...pieces.map((content) => chunk({ role: 'assistant', content }, null)),
    chunk({}, 'stop'),
    {
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-4o',
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    },
    '[DONE]',
  ];
}

/** The chunks of a whole answer in Google's format. */
export function googleText(...pieces: readonly string[]): readonly Json[] {
  return pieces.map((text, at) => ({
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts: [{ text }] },
        ...(at === pieces.length - 1 ? { finishReason: 'STOP' } : {}),
      },
    ],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 },
  }));
}
