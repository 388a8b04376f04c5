// Examples of builtins: requests that go out, and routes for those that come in.
import type { Examples } from './example.ts';

export const REQUEST_EXAMPLES: Examples = {
  'net.delete': {
    source:
      'http_mock("DELETE", "https://a.b/items/7", {status: 204})\nprintln(http_delete("https://a.b/items/7").status)',
    prints: '204',
  },
  'net.download': {
    source:
      'http_mock("GET", "https://a.b/report.csv", {body: "a,b\\n1,2\\n"})\nprintln(http_download("https://a.b/report.csv", "report.csv").bytes_written)\nprintln(read_lines("report.csv"))',
    prints: '8\n[a,b, 1,2]',
  },
  'net.get': {
    source:
      'http_mock("GET", "https://a.b/items?page=2", {body: "[1, 2]"})\nlet answer = http_get("https://a.b/items", {query: {page: 2}})\nprintln([answer.ok, answer.status, json_parse(answer.body)])',
    prints: '[true, 200, [1, 2]]',
  },
  'net.head': {
    source:
      'http_mock("HEAD", "https://a.b/big.zip", {status: 200, headers: {["content-length"]: "1024"}})\nprintln(harness.net.head("https://a.b/big.zip").headers["content-length"])',
    prints: '1024',
  },
  'net.http_server_after': {
    source:
      'const s = http_server()\nhttp_server_route(s, "GET", "/", { _ -> http_response_text("hi") })\nhttp_server_after(s, { response, request -> response + {status: 202} })\nprintln(http_server_test(s, {path: "/"}).status)',
    prints: '202',
  },
  'net.http_server_before': {
    source:
      'const s = http_server()\nhttp_server_route(s, "GET", "/", { _ -> http_response_text("welcome") })\nhttp_server_before(s, { req -> if http_header(req, "x-key") == "7" { req } else { {status: 401} } })\nprintln([http_server_test(s, {path: "/"}).status, http_server_test(s, {path: "/", headers: {["x-key"]: "7"}}).status])',
    prints: '[401, 200]',
  },
  'net.http_server_on_shutdown': {
    source:
      'const s = http_server()\nhttp_server_on_shutdown(s, { _ -> println("closing the books") })\nhttp_server_shutdown(s)',
    prints: 'closing the books',
  },
  'net.http_server_readiness': {
    source:
      'const s = http_server()\nconst warm = atomic(0)\nhttp_server_readiness(s, { _ -> atomic_get(warm) == 1 })\nprintln(http_server_ready(s))\natomic_set(warm, 1)\nprintln(http_server_ready(s))',
    prints: 'false\ntrue',
  },
  'net.http_server_route': {
    source:
      'const s = http_server()\nhttp_server_route(s, "POST", "/users/{id}", { req -> {id: req.path_params.id, verbose: req.query.verbose} })\nprintln(http_server_test(s, {method: "POST", path: "/users/7?verbose=1"}).body)',
    prints: '{"id":"7","verbose":"1"}',
  },
  'net.http_server_set_ready': {
    source:
      'const s = http_server()\nhttp_server_route(s, "GET", "/", { _ -> http_response_text("hi") })\nhttp_server_set_ready(s, false)\nprintln(http_server_test(s, {path: "/"}).status)\nhttp_server_set_ready(s, true)\nprintln(http_server_test(s, {path: "/"}).status)',
    prints: '503\n200',
  },
  'net.http_server_shutdown': {
    source:
      'const s = http_server()\nprintln([http_server_shutdown(s), http_server_shutdown(s)])\nprintln(http_server_test(s, {path: "/"}).status)',
    prints: '[true, false]\n503',
  },
  'net.http_server_tls_self_signed_dev': {
    source:
      'const dev = http_server_tls_self_signed_dev("localhost")\nprintln([dev.hosts, dev.terminate_tls, contains(dev.cert_pem, "BEGIN CERTIFICATE")])\nconst server = websocket_server(nil, {tls: dev})\nprintln(starts_with(server.url, "wss://"))',
    prints: '[[localhost], true, true]\ntrue',
  },
  'net.http_server_tls_pem': {
    source:
      'write_file("cert.pem", "...")\nwrite_file("key.pem", "...")\nprintln(http_server_tls_pem("cert.pem", "key.pem").scheme)\nprintln(is_err(try { http_server_tls_pem("cert.pem", "missing.pem") }))',
    prints: 'https\ntrue',
  },
  'net.patch': {
    source:
      'http_mock("PATCH", "https://a.b/items/7", {body: "saved"})\nprintln(http_patch("https://a.b/items/7", {name: "Ada"}).body)\nprintln(http_mock_calls()[0].body)',
    prints: 'saved\n{"name":"Ada"}',
  },
};
