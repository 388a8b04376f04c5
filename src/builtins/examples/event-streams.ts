// Examples of builtins: event-streams.
import type { Examples } from './example.ts';

export const EVENT_STREAMS_EXAMPLES: Examples = {
  'net.sse_connect': {
    source:
      'sse_mock("https://a.b/news", [{event: "update", id: "7", data: "rain"}])\nconst s = sse_connect("GET", "https://a.b/news")\nsse_receive(s)\nconst news = sse_receive(s)\nprintln("${news.event} ${news.id}: ${news.data}")',
    prints: 'update 7: rain',
  },
  'net.sse_close': {
    source:
      'sse_mock("https://a.b/news", ["hi"])\nconst s = sse_connect("GET", "https://a.b/news")\nprintln([sse_close(s), sse_close(s)])',
    prints: '[true, false]',
  },
  'net.sse_server_send': {
    source:
      'const s = sse_server_response()\nsse_server_send(s, {event: "tick", id: "1", data: {n: 3}})\nconst frame = sse_server_mock_receive(s)\nprintln("${frame.event} ${frame.id} ${frame.data}")',
    prints: 'tick 1 {"n":3}',
  },
  'net.sse_server_heartbeat': {
    source:
      'const s = sse_server_response()\nsse_server_heartbeat(s, "still here")\nprintln(sse_server_mock_receive(s))',
    prints: '{comment: still here, type: comment}',
  },
  'net.sse_server_flush': {
    source:
      'const s = sse_server_response()\nsse_server_send(s, "a")\nsse_server_flush(s)\nprintln(sse_server_status(s).flushed_events)',
    prints: '1',
  },
  'net.sse_server_status': {
    source:
      'const s = sse_server_response()\nsse_server_send(s, "a")\nsse_server_send(s, "b")\nconst status = sse_server_status(s)\nprintln([status.sent_events, status.flushed_events, status.closed])',
    prints: '[2, 0, false]',
  },
  'net.sse_server_close': {
    source:
      'const s = sse_server_response()\nprintln([sse_server_close(s), sse_server_close(s), sse_server_send(s, "late")])',
    prints: '[true, false, false]',
  },
  'net.sse_server_cancel': {
    source:
      'const s = sse_server_response()\nsse_server_cancel(s, "shutting down")\nprintln(sse_server_status(s).cancel_reason)',
    prints: 'shutting down',
  },
  'net.sse_server_cancelled': {
    source:
      'const s = sse_server_response()\nprintln(sse_server_cancelled(s))\nsse_server_cancel(s)\nprintln(sse_server_cancelled(s))',
    prints: 'false\ntrue',
  },
  'net.sse_server_disconnected': {
    source:
      'const s = sse_server_response()\nprintln(sse_server_disconnected(s))\nsse_server_mock_disconnect(s)\nprintln(sse_server_disconnected(s))',
    prints: 'false\ntrue',
  },
  'net.sse_server_mock_disconnect': {
    source:
      'const s = sse_server_response()\nsse_server_mock_disconnect(s)\nprintln(sse_server_send(s, "nobody reads this"))',
    prints: 'false',
  },
  'net.sse_server_mock_receive': {
    source:
      'const s = sse_server_response()\nsse_server_send(s, "hi")\nsse_server_close(s)\nprintln([sse_server_mock_receive(s).data, sse_server_mock_receive(s).type])',
    prints: '[hi, close]',
  },
};
