// Connections that stay: sessions, answers in pieces, server-sent events, WebSockets; as `harness.net` and the older globals.
import type { Json } from '../base/index.ts';
import {
  type EgressConfig,
  egressEffects,
  type HttpStreamInfo,
  httpSessionEffects,
  httpStreamEffects,
  type OutgoingMessage,
  type SocketOptions,
  type SseOptions,
  socketEffects,
  sseEffects,
  testTransportEffects,
} from '../runtime/io/index.ts';
import {
  asDouble,
  decodeBase64,
  dictGet,
  display,
  encodeBase64,
  fromJson,
  isBytes,
  isDict,
  type List,
  type Value,
} from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';
import { httpOptions } from './net.ts';
import { handleId } from './server-streams.ts';

const text = (value: Value | undefined) => display(value ?? null);

function msOf(value: Value | undefined): number | null {
  return value === undefined || value === null ? null : (asDouble(value) ?? null);
}

const idOnly = ([id]: List): [string] => [text(id)];

export function transportRows(): readonly BuiltinRow[] {
  return [...egressRows(), ...streamRows(), ...sseRows(), ...socketRows(), ...mockRows()];
}

function egressRows(): readonly BuiltinRow[] {
  return [
    effectRow('net.egress_policy(config: dict) -> nil', egressEffects.egress_policy, {
      doc: 'Where this run may connect to: `{allow, deny, default}`. Rules are hosts, `*.domain`, addresses and ranges, each with or without `:port`; deny counts more, and `default: "deny"` lets through only what is allowed. What the environment forbids stays forbidden.',
      aliases: ['egress_policy'],
      args: ([config]) => [optionsOf<EgressConfig>(config)],
    }),
  ];
}

function streamRows(): readonly BuiltinRow[] {
  return [
    effectRow('net.session_open(options: dict?) -> string', httpSessionEffects.session_open, {
      doc: 'A session: options that requests share. Name it as `session` in their options; their own count more.',
      aliases: ['http_session'],
      args: ([given]) => [httpOptions(given)],
    }),
    effectRow('net.session_close(session: string) -> bool', httpSessionEffects.session_close, {
      doc: 'Ends a session; false when it was ended before.',
      aliases: ['http_session_close'],
      args: idOnly,
    }),
    effectRow(
      'net.stream_open(url: string, options: dict?) -> string',
      httpStreamEffects.stream_open,
      {
        doc: 'GETs an address to read the answer piece by piece, and gives its handle. Options are those of requests.',
        aliases: ['http_stream_open'],
        args: ([url, given]) => [text(url), httpOptions(given)],
        result: ({ id }: HttpStreamInfo) => id,
      },
    ),
    effectRow(
      'net.stream_read(stream: string, max_bytes: int?) -> any',
      httpStreamEffects.stream_read,
      {
        doc: 'The next piece of an answer, 64 KiB at most unless said otherwise; nil at its end.',
        aliases: ['http_stream_read'],
        args: ([id, max]) => (msOf(max) === null ? [text(id)] : [text(id), msOf(max) ?? 0]),
        result: (piece: string | null) => (piece === null ? null : (decodeBase64(piece) ?? null)),
      },
    ),
    effectRow('net.stream_info(stream: string) -> dict', httpStreamEffects.stream_info, {
      doc: '`{status, headers, ok}` of an open answer.',
      aliases: ['http_stream_info'],
      args: idOnly,
    }),
    effectRow('net.stream_close(stream: string) -> bool', httpStreamEffects.stream_close, {
      doc: 'Lets go of an answer; false when it was closed before.',
      aliases: ['http_stream_close'],
      args: idOnly,
    }),
  ];
}

function sseRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'net.sse_connect(method: string, url: string, options: dict?) -> string',
      sseEffects.sse_connect,
      {
        doc: 'Connects to a stream of server-sent events and gives its handle. Options: those of requests, `max_events`, `max_message_bytes`. A resumed run connects again and says which event it has.',
        aliases: ['sse_connect'],
        args: ([method, url, given]) => [text(method), text(url), optionsOf<SseOptions>(given)],
      },
    ),
    effectRow('net.sse_receive(stream: string, timeout_ms: int?) -> any', sseEffects.sse_receive, {
      doc: 'The next event: `{type: "open"}` first, then `{type: "event", event, data, id, retry_ms}`; `{type: "timeout"}` when none came in time, nil at the end.',
      aliases: ['sse_receive'],
      args: ([id, limit]) => [text(id), msOf(limit)],
    }),
    effectRow('net.sse_close(stream: string) -> bool', sseEffects.sse_close, {
      doc: 'Lets go of a stream of events; false when it was closed before.',
      aliases: ['sse_close'],
      args: idOnly,
    }),
  ];
}

/** Text, bytes, or what `options.type` says. */
function messageOf([, message = null, given = null]: List): OutgoingMessage {
  const asked = isDict(given) ? dictGet(given, 'type') : undefined;
  if (isDict(message)) return optionsOf<OutgoingMessage>(message);
  const type = typeof asked === 'string' ? asked : isBytes(message) ? 'binary' : 'text';
  if (type === 'text') return { type, data: text(message) };
  if (type === 'close') {
    const { code, reason } = optionsOf<{ code?: number; reason?: string }>(given);
    return { type, ...(code === undefined ? {} : { code }), reason: reason ?? text(message ?? '') };
  }
  const bytes = isBytes(message) ? message : new TextEncoder().encode(text(message ?? ''));
  return { type: type as 'binary', data_base64: encodeBase64(bytes) };
}

function socketRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'net.websocket_connect(url: string, options: dict?) -> string',
      socketEffects.websocket_connect,
      {
        doc: 'Connects to a WebSocket and gives its handle. Options: `headers`, `auth`, `query`, `timeout_ms`, `proxy`, `proxy_auth` and `tls` as of requests, `protocols`, `max_messages`, `max_message_bytes`.',
        aliases: ['websocket_connect'],
        args: ([url, given]) => [text(url), optionsOf<SocketOptions>(given)],
      },
    ),
    effectRow(
      'net.websocket_send(socket: any, message: any, options: dict?) -> bool',
      socketEffects.websocket_send,
      {
        doc: 'Sends text or bytes; with `{type: "ping"}`, `"pong"`, `"binary"` or `"close"` that. False when the connection is closed.',
        aliases: ['websocket_send'],
        args: (given) => [handleId(given[0]), messageOf(given)],
      },
    ),
    effectRow(
      'net.websocket_receive(socket: any, timeout_ms: int?) -> any',
      socketEffects.websocket_receive,
      {
        doc: 'The next message: `{type: "text", data}`, `{type: "binary", data_base64}`, `ping`, `pong`, `{type: "close", code, reason}`; `{type: "timeout"}` when none came in time, nil after the end. A connection that a resumed run had is closed with 1006.',
        aliases: ['websocket_receive'],
        args: ([id, limit]) => [handleId(id), msOf(limit)],
      },
    ),
    effectRow('net.websocket_close(socket: any) -> bool', socketEffects.websocket_close, {
      doc: 'Closes a WebSocket; false when there is none of this handle (any more).',
      aliases: ['websocket_close'],
      args: ([id]) => [handleId(id)],
    }),
  ];
}

/** Prepared messages as data; bytes as binary messages. */
function prepared(given: Value | undefined): Json {
  const one = (item: Value): Json =>
    isBytes(item) ? { type: 'binary', data_base64: encodeBase64(item) } : toData(item);
  if (Array.isArray(given)) return given.map(one);
  if (given === undefined || given === null || !isDict(given)) return [one(given ?? null)];
  const messages = dictGet(given, 'messages');
  const rest = toData(given) as { readonly [key: string]: Json };
  return Array.isArray(messages) ? { ...rest, messages: messages.map(one) } : rest;
}

function mockRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'testing.sse_mock(url_pattern: string, events: any) -> nil',
      testTransportEffects.sse_mock,
      {
        doc: 'Prepares a stream of events: texts or `{event, data, id, retry_ms}`, as a list or as `{events}`.',
        aliases: ['sse_mock'],
        args: ([pattern, events]) => [text(pattern), prepared(events)],
      },
    ),
    effectRow(
      'testing.websocket_mock(url_pattern: string, messages: any) -> nil',
      testTransportEffects.websocket_mock,
      {
        doc: 'Prepares a WebSocket: what it sends, texts, bytes or `{type, data}`, as a list or as `{messages, echo}`. With `echo` it also sends what it gets.',
        aliases: ['websocket_mock'],
        args: ([pattern, messages]) => [text(pattern), prepared(messages)],
      },
    ),
    effectRow('testing.transport_mock_calls() -> list', testTransportEffects.transport_mock_calls, {
      doc: 'What prepared streams and sockets were asked: `{kind, operation, url, data}`.',
      aliases: ['transport_mock_calls'],
      args: () => [],
      result: (calls: readonly Json[]) => fromJson(calls as Json),
    }),
    effectRow('testing.transport_mock_clear() -> nil', testTransportEffects.transport_mock_clear, {
      doc: 'Forgets prepared streams and sockets, and what they were asked.',
      aliases: ['transport_mock_clear'],
      args: () => [],
    }),
  ];
}
