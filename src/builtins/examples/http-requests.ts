// Examples of builtins: http-requests.
import type { Examples } from './example.ts';

export const HTTP_REQUESTS_EXAMPLES: Examples = {
  'net.post': {
    source:
      'http_mock("POST", "https://a.b/orders", {status: 201, body: "made"})\nconst answer = http_post("https://a.b/orders", {item: "tea"})\nprintln("${answer.status} ${answer.body}, sent ${http_mock_calls()[0].body}")',
    prints: '201 made, sent {"item":"tea"}',
  },
  'net.put': {
    source:
      'http_mock("PUT", "https://a.b/notes/7", {status: 204})\nhttp_put("https://a.b/notes/7", "buy milk", {headers: {["X-Tag"]: "home"}})\nprintln(http_mock_calls()[0].body)',
    prints: 'buy milk',
  },
  'net.request': {
    source:
      'http_mock("DELETE", "https://a.b/notes/7", {status: 204})\nprintln(http_request("DELETE", "https://a.b/notes/7", {headers: {["X-Why"]: "old"}}).status)',
    prints: '204',
  },
  'net.session_open': {
    source:
      'http_mock("GET", "https://a.b/me?lang=en", {body: "Hello"})\nconst s = http_session({query: {lang: "en"}})\nprintln(http_get("https://a.b/me", {session: s}).body)',
    prints: 'Hello',
  },
  'net.stream_open': {
    source:
      'http_mock("GET", "https://a.b/log", {body: "one two"})\nconst s = http_stream_open("https://a.b/log")\nprintln(bytes_to_string(http_stream_read(s, 3)))',
    prints: 'one',
  },
  'net.stream_info': {
    source:
      'http_mock("GET", "https://a.b/gone", {status: 410, body: "gone"})\nconst info = http_stream_info(http_stream_open("https://a.b/gone"))\nprintln([info.status, info.ok])',
    prints: '[410, false]',
  },
  'net.stream_close': {
    source:
      'http_mock("GET", "https://a.b/c", {body: "hello"})\nconst s = http_stream_open("https://a.b/c")\nprintln([http_stream_close(s), http_stream_close(s)])',
    prints: '[true, false]',
  },
};
