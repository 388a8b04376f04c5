// Examples of builtins: parts of JSON, tables of CSV, and responses as data.
import type { Examples } from './example.ts';

export const JSON_EXAMPLES: Examples = {
  csv_parse: {
    source: 'println(csv_parse("name,age\\nAda,36", {headers: true}))',
    prints: '[{age: 36, name: Ada}]',
  },
  csv_stringify: {
    source: 'println(csv_stringify([["name", "motto"], ["Ada", "think, then do"]]))',
    prints: 'name,motto\nAda,"think, then do"',
  },
  json_extract: {
    source:
      'let answer = "Sure! {\\"verdict\\": \\"pass\\"} Anything else?"\nprintln(json_extract(answer, "verdict"))',
    prints: 'pass',
  },
  json_pointer: {
    source: 'println(json_pointer({users: [{name: "Ada"}]}, "/users/0/name"))',
    prints: 'Ada',
  },
  json_pointer_set: {
    source: 'println(json_pointer_set({tags: ["a"]}, "/tags/-", "b"))',
    prints: '{tags: [a, b]}',
  },
  json_pointer_delete: {
    source: 'println(json_pointer_delete({a: {b: 1, c: 2}}, "/a/b"))',
    prints: '{a: {c: 2}}',
  },
  json_validate: {
    source:
      'let schema = {type: "dict", properties: {age: {type: "int"}}}\nprintln(json_validate({age: 36}, schema))\nprintln(is_err(try { json_validate({age: "old"}, schema) }))',
    prints: 'true\ntrue',
  },
  http_response: {
    source: 'println(http_response(204, nil, {["X-Id"]: "7"}))',
    prints: '{body: nil, headers: {x-id: 7}, status: 204}',
  },
  http_response_bytes: {
    source:
      'let reply = http_response_bytes(bytes_from_hex("00ff"), {status: 206})\nprintln([reply.status, bytes_len(reply.body)])',
    prints: '[206, 2]',
  },
  http_response_text: {
    source:
      'let reply = http_response_text("gone", {status: 410})\nprintln([reply.status, reply.body, http_header(reply, "content-type")])',
    prints: '[410, gone, text/plain; charset=utf-8]',
  },
  'net.http_server_security_headers': {
    source: 'println(http_server_security_headers(http_server_tls_plain()))',
    prints: '{}',
  },
};
