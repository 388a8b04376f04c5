// Examples of builtins: HTTP, cookies, streams.
import type { Examples } from './example.ts';

export const HTTP_EXAMPLES: Examples = {
  cookie_delete: {
    source: 'println(starts_with(cookie_delete("sid"), "sid=; Path=/; Max-Age=0"))',
    prints: 'true',
  },
  cookie_parse: {
    source: 'println(cookie_parse("sid=abc; theme=light").cookies)',
    prints: '{sid: abc, theme: light}',
  },
  cookie_round_trip: {
    source: 'println(cookie_round_trip("a=1; b=2", ["a=3; Path=/"]).cookie_header)',
    prints: 'a=3; b=2',
  },
  cookie_serialize: {
    source: 'println(cookie_serialize("theme", "dark", {path: "/", http_only: true}))',
    prints: 'theme=dark; Path=/; HttpOnly',
  },
  cookie_sign: {
    source: 'println(cookie_verify(cookie_sign("42", "key"), "key").value)',
    prints: '42',
  },
  cookie_verify: {
    source: 'println(cookie_verify("42.forged", "key").error)',
    prints: 'invalid_signature',
  },
  http_header: { source: 'println(http_header({headers: {["X-Id"]: "7"}}, "x-id"))', prints: '7' },
  http_response_json: {
    source: 'println(http_response_json({a: 1}, {status: 201}))',
    prints: '{body: {"a":1}, headers: {content-type: application/json}, status: 201}',
  },
  multipart_field_bytes: {
    source:
      'let form = multipart_form_data([{name: "title", content: "Report"}])\nlet fields = multipart_parse(form.body, form.content_type).fields\nprintln(len(multipart_field_bytes(fields[0])))',
    prints: '6',
  },
  multipart_field_text: {
    source:
      'let form = multipart_form_data([{name: "title", content: "Report"}])\nlet fields = multipart_parse(form.body, form.content_type).fields\nprintln(multipart_field_text(fields[0]))',
    prints: 'Report',
  },
  multipart_form_data: {
    source:
      'let form = multipart_form_data([{name: "title", content: "Report"}])\nprintln(starts_with(form.content_type, "multipart/form-data; boundary="))',
    prints: 'true',
  },
  multipart_parse: {
    source:
      'let form = multipart_form_data([{name: "title", content: "Report"}])\nlet fields = multipart_parse(form.body, form.content_type).fields\nprintln(fields[0].text)',
    prints: 'Report',
  },
  'net.egress_policy': {
    source:
      'egress_policy({deny: ["*.evil.test"]})\nprintln(unwrap_err(try { http_get("https://a.evil.test/") }).type)',
    prints: 'EgressBlocked',
  },
  'net.http_server': {
    source:
      'const s = http_server()\nhttp_server_route(s, "GET", "/hi/{name}", { req -> http_response_text("hi " + req.params.name) })\nprintln(http_server_test(s, {path: "/hi/ann"}).body)',
    prints: 'hi ann',
  },
  'net.http_server_ready': {
    source: 'println(http_server_ready(http_server({ready: false})))',
    prints: 'false',
  },
  'net.http_server_request': {
    source: 'println(http_server_request(http_server(), {path: "/none"}).status)',
    prints: '404',
  },
  'net.http_server_test': {
    source: 'println(http_server_test(http_server(), {path: "/none"}).status)',
    prints: '404',
  },
  'net.http_server_tls_edge': {
    source:
      'println(http_server_security_headers(http_server_tls_edge({hsts_max_age_seconds: 60})))',
    prints: '{strict-transport-security: max-age=60}',
  },
  'net.http_server_tls_plain': {
    source: 'println(http_server_tls_plain().scheme)',
    prints: 'http',
  },
  'net.session_close': {
    source: 'const s = http_session()\nprintln([http_session_close(s), http_session_close(s)])',
    prints: '[true, false]',
  },
  'net.session_request': {
    source:
      'http_mock("GET", "https://a.b/c?k=1", {body: "hi"})\nconst s = http_session({query: {k: 1}})\nprintln(http_session_request(s, "GET", "https://a.b/c").body)',
    prints: 'hi',
  },
  'net.sse_receive': {
    source:
      'sse_mock("https://a.b/e", ["hi"])\nconst s = sse_connect("GET", "https://a.b/e")\nprintln([sse_receive(s).type, sse_receive(s).data, sse_receive(s)])',
    prints: '[open, hi, nil]',
  },
  'net.sse_server_response': {
    source:
      'const s = sse_server_response()\nsse_server_send(s, {event: "tick", data: "1"})\nprintln(sse_server_mock_receive(s).data)',
    prints: '1',
  },
  'net.stream_read': {
    source:
      'http_mock("GET", "https://a.b/c", {body: "hello"})\nconst s = http_stream_open("https://a.b/c")\nprintln([bytes_to_string(http_stream_read(s, 2)), bytes_to_string(http_stream_read(s)), http_stream_read(s)])',
    prints: '[he, llo, nil]',
  },
  'net.websocket_receive': {
    source:
      'websocket_mock("wss://a.b/", {messages: ["hi"], echo: true})\nconst s = websocket_connect("wss://a.b/")\nprintln(websocket_receive(s).data)\nwebsocket_send(s, "there")\nprintln(websocket_receive(s).data)',
    prints: 'hi\nthere',
  },
  session_cookie: {
    source: 'println(starts_with(session_cookie("sid", {user: "ada"}, "key"), "sid=v1."))',
    prints: 'true',
  },
  session_from_cookies: {
    source: 'println(session_from_cookies("a=1", "sid", "key").error)',
    prints: 'missing',
  },
  session_sign: {
    source: 'println(session_verify(session_sign({user: "ada"}, "key"), "key").payload)',
    prints: '{user: ada}',
  },
  session_verify: {
    source: 'println(session_verify(session_sign(1, "key"), "other").error)',
    prints: 'invalid_signature',
  },
  signed_url: {
    source:
      'let link = signed_url("/files/1", {user: "ada"}, "key", 100)\nprintln(starts_with(link, "/files/1?exp=100&user=ada&sig="))',
    prints: 'true',
  },
  sse_event: {
    source: 'println(trim(sse_event({event: "done", data: "a\\nb"})))',
    prints: 'event: done\ndata: a\ndata: b',
  },
  'testing.http_mock': {
    source:
      'http_mock("GET", "https://a.b/*", {body: "hi"})\nprintln(http_get("https://a.b/c").body)',
    prints: 'hi',
  },
  verify_signed_url: {
    source:
      'let link = signed_url("/files/1", {user: "ada"}, "key", 100)\nprintln(verify_signed_url(link, "key", 90).claims)\nprintln(verify_signed_url(link, "key", 101).reason)',
    prints: '{user: ada}\nexpired',
  },
};
