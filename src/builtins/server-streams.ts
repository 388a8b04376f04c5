// What servers send and accept: streams of events from the side that sends, and WebSockets that come in.
import {
  type SocketRouteOptions,
  type SocketServerOptions,
  socketServerEffects,
  sseServerEffects,
} from '../runtime/io/index.ts';
import { asDouble, dictGet, display, isDict, type List, type Value } from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';

/** The id in a dict, or the text itself. */
export function handleId(value: Value | undefined): string {
  return display((isDict(value ?? null) ? dictGet(value as never, 'id') : value) ?? null);
}

const idOnly = ([id]: List): [string] => [handleId(id)];
const textOrNull = (value: Value | undefined) =>
  value === undefined || value === null ? null : display(value);
const msOf = (value: Value | undefined) =>
  value === undefined || value === null ? null : (asDouble(value) ?? null);

export function serverStreamRows(): readonly BuiltinRow[] {
  return [...sseRows(), ...sseStateRows(), ...socketServerRows()];
}

function sseRows(): readonly BuiltinRow[] {
  const effects = sseServerEffects;
  return [
    effectRow('net.sse_server_response(options: dict?) -> dict', effects.sse_server_response, {
      doc: 'An answer that is a stream of events: `{id, type, status, headers, streaming}`. Options: `status`, `headers`, `max_event_bytes`, `max_buffered_events`.',
      aliases: ['sse_server_response'],
      args: ([given]) => [optionsOf(given)],
    }),
    effectRow(
      'net.sse_server_send(stream: any, event: any, options: dict?) -> bool',
      effects.sse_server_send,
      {
        doc: 'Sends an event: text, or `{event, id, retry_ms, data}`; false when the stream has ended.',
        aliases: ['sse_server_send'],
        args: ([id, event, given]) => [handleId(id), toData(event), toData(given)],
      },
    ),
    effectRow(
      'net.sse_server_heartbeat(stream: any, comment: string?) -> bool',
      effects.sse_server_heartbeat,
      {
        doc: 'Sends a comment, so that nobody in between takes the connection for dead.',
        aliases: ['sse_server_heartbeat'],
        args: ([id, comment]) => [handleId(id), textOrNull(comment)],
      },
    ),
    effectRow('net.sse_server_flush(stream: any) -> bool', effects.sse_server_flush, {
      doc: 'Marks what was sent as handed over; false when the stream has ended.',
      aliases: ['sse_server_flush'],
      args: idOnly,
    }),
    effectRow(
      'net.sse_server_cancel(stream: any, reason: string?) -> bool',
      effects.sse_server_cancel,
      {
        doc: 'Ends a stream before its time; false when it had ended.',
        aliases: ['sse_server_cancel'],
        args: ([id, reason]) => [handleId(id), textOrNull(reason)],
      },
    ),
    effectRow('net.sse_server_close(stream: any) -> bool', effects.sse_server_close, {
      doc: 'Ends a stream; false when it had ended.',
      aliases: ['sse_server_close'],
      args: idOnly,
    }),
  ];
}

function sseStateRows(): readonly BuiltinRow[] {
  const effects = sseServerEffects;
  return [
    effectRow('net.sse_server_status(stream: any) -> dict', effects.sse_server_status, {
      doc: '`{buffered_events, sent_events, flushed_events, closed, cancelled, cancel_reason, disconnected}`.',
      aliases: ['sse_server_status'],
      args: idOnly,
    }),
    effectRow('net.sse_server_disconnected(stream: any) -> bool', effects.sse_server_disconnected, {
      doc: 'Whether the reader went away.',
      aliases: ['sse_server_disconnected'],
      args: idOnly,
    }),
    effectRow('net.sse_server_cancelled(stream: any) -> bool', effects.sse_server_cancelled, {
      doc: 'Whether the stream was cancelled.',
      aliases: ['sse_server_cancelled'],
      args: idOnly,
    }),
    effectRow('net.sse_server_mock_receive(stream: any) -> dict', effects.sse_server_mock_receive, {
      doc: 'For tests: the next frame as its reader has it, `{type: "event" | "comment" | "timeout" | "close", ...}`.',
      aliases: ['sse_server_mock_receive'],
      args: idOnly,
    }),
    effectRow(
      'net.sse_server_mock_disconnect(stream: any) -> bool',
      effects.sse_server_mock_disconnect,
      {
        doc: 'For tests: the reader goes away.',
        aliases: ['sse_server_mock_disconnect'],
        args: idOnly,
      },
    ),
  ];
}

function socketServerRows(): readonly BuiltinRow[] {
  const effects = socketServerEffects;
  return [
    effectRow(
      'net.websocket_server(bind: string?, options: dict?) -> dict',
      effects.websocket_server,
      {
        doc: 'Listens for WebSockets at `host:port` and gives `{id, addr, url}`; at the loopback and a free port when nothing is said. Options: `tls`, what one of `http_server_tls_*` gave. A resumed run listens there again when it next accepts.',
        aliases: ['websocket_server'],
        args: ([bind, given]) => [
          textOrNull(bind),
          ...(isDict(given ?? null) ? [optionsOf<SocketServerOptions>(given)] : []),
        ],
      },
    ),
    effectRow(
      'net.websocket_route(server: any, path: string, options: dict?) -> bool',
      effects.websocket_route,
      {
        doc: 'Lets in clients at a path; others are refused with 404. Options: `auth: {bearer}` (401 for others), `max_messages`, `max_message_bytes`, `send_buffer_messages`, `idle_timeout_ms`.',
        aliases: ['websocket_route'],
        args: ([id, path, given]) => [
          handleId(id),
          display(path ?? null),
          optionsOf<SocketRouteOptions>(given),
        ],
      },
    ),
    effectRow(
      'net.websocket_accept(server: any, timeout_ms: int?) -> any',
      effects.websocket_accept,
      {
        doc: 'The next client that was let in: `{id, type: "connection", path, query, headers, peer}`, to be handed to `websocket_receive` and the others; `{type: "timeout"}` when none came in time, nil when the server is closed.',
        aliases: ['websocket_accept'],
        args: ([id, limit]) => [handleId(id), msOf(limit)],
      },
    ),
    effectRow('net.websocket_server_close(server: any) -> bool', effects.websocket_server_close, {
      doc: 'Stops listening and ends what is connected; false when it was closed before.',
      aliases: ['websocket_server_close'],
      args: idOnly,
    }),
  ];
}
