// Examples of builtins: formats, keys, texts.
import type { Examples } from './example.ts';

export const FORMAT_EXAMPLES: Examples = {
  Ok: { source: 'println(Ok(1))', prints: 'Result.Ok(1)' },
  blake3: {
    source: 'println(blake3("hello"))',
    prints: 'ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f',
  },
  brotli_decode: {
    source: 'println(len(brotli_decode(brotli_encode(bytes_from_hex("00ff")))))',
    prints: '2',
  },
  brotli_encode: {
    source: 'println(bytes_to_string(brotli_decode(brotli_encode("abc"))))',
    prints: 'abc',
  },
  date_parse: { source: 'println(date_parse("1970-01-02"))', prints: '86400' },
  deflate_decode: {
    source: 'println(len(deflate_decode(deflate_encode(bytes_from_hex("00ff")))))',
    prints: '2',
  },
  deflate_encode: {
    source: 'println(bytes_to_string(deflate_decode(deflate_encode("abc"))))',
    prints: 'abc',
  },
  ed25519_sign: { source: 'println(len(ed25519_sign("00".repeat(32), "hello")))', prints: '128' },
  ed25519_verify: {
    source:
      'let pair = ed25519_keypair()\nprintln(ed25519_verify(pair.public, "hi", ed25519_sign(pair.private, "hi")))',
    prints: 'true',
  },
  error_category: { source: 'println(error_category("Deadline exceeded"))', prints: 'timeout' },
  format: { source: 'println(format("{} and {}", 1, 2))', prints: '1 and 2' },
  'fs.render_template': {
    source: 'println(render_string("{{ n | upper }}", {n: "a"}))',
    prints: 'A',
  },
  'fs.write_bytes': {
    source:
      'const f = path_join(mkdtemp(), "a.bin")\nwrite_file_bytes(f, bytes_from_hex("00ff"))\nprintln(bytes_to_hex(read_file_bytes(f)))',
    prints: '00ff',
  },
  gzip_decode: {
    source: 'println(len(gzip_decode(gzip_encode(bytes_from_hex("00ff")))))',
    prints: '2',
  },
  gzip_encode: {
    source: 'println(bytes_to_string(gzip_decode(gzip_encode("abc"))))',
    prints: 'abc',
  },
  jq: {
    source: 'println(jq([{n: 1}, {n: 2}, {n: 3}], ".[] | select(.n > 1) | .n"))',
    prints: '[2, 3]',
  },
  jq_first: {
    source: 'println(jq_first({users: [{name: "Ada"}]}, ".users[0].name"))',
    prints: 'Ada',
  },
  json_merge_diff: {
    source: 'println(json_merge_diff({a: 1, b: 2}, {b: 3}))',
    prints: '{a: nil, b: 3}',
  },
  json_merge_patch: {
    source: 'println(json_merge_patch({a: 1, b: {c: 2}}, {a: nil, b: {d: 3}}))',
    prints: '{b: {c: 2, d: 3}}',
  },
  json_parse: { source: 'println(json_parse("[1, 2.0]"))', prints: '[1, 2.0]' },
  json_patch: {
    source:
      'println(json_patch({a: [1, 3]}, [{op: "add", path: "/a/1", value: 2}, {op: "move", from: "/a", path: "/b"}]))',
    prints: '{b: [1, 2, 3]}',
  },
  json_stringify: {
    source: 'println(json_stringify({b: 1, a: [nil]}))',
    prints: '{"a":[null],"b":1}',
  },
  jwt_sign: { source: 'println(is_err(try { jwt_sign("none", {}, "") }))', prints: 'true' },
  jwt_verify: {
    source: 'println(jwt_verify("ES256", "a.b.c", ""))',
    prints: 'Result.Err(malformed)',
  },
  len: { source: 'println(len("añb"))', prints: '3' },
  parse_junit_xml: {
    source:
      'let xml = "<testsuite><testcase name=\'adds\'><failure message=\'no\'/></testcase></testsuite>"\nlet [first] = parse_junit_xml(xml)\nprintln("${first.name} ${first.status}: ${first.message}")',
    prints: 'adds failed: no',
  },
  'project.catalog': {
    source: 'println(harness.project.catalog()[0].default_test_cmd)',
    prints: 'cargo test',
  },
  'project.scan': {
    source:
      'const dir = mkdtemp()\nwrite_file(path_join(dir, "go.mod"), "module example.com/a")\nprintln(harness.project.scan(dir).languages)',
    prints: '[go]',
  },
  range: { source: 'println(range(3).to_list())', prints: '[0, 1, 2]' },
  regex_match: { source: 'println(regex_match("[0-9]+", "a 12 b 3"))', prints: '[12, 3]' },
  rng_seed: { source: 'println(random(rng_seed(1)) == random(rng_seed(1)))', prints: 'true' },
  schema_of: {
    source: 'type Verdict = "pass" | "fail"\nprintln(schema_of(Verdict))',
    prints: '{enum: [pass, fail], type: string}',
  },
  secret_scan: {
    source:
      'println(secret_scan("id = \\"AKIA" + "ABCDEFGHIJKLMNOP\\"").map({ f -> [f.detector, f.line, f.redacted] }))',
    prints: '[[aws-access-key, 1, AKIA…[20 characters]]]',
  },
  set: { source: 'println(set(1, 2, 1))', prints: 'set(1, 2)' },
  stream: {
    source: 'println(stream.collect(stream.take(stream.map([1, 2, 3], { x -> x * x }), 2)))',
    prints: '[1, 4]',
  },
  substring: { source: 'println(substring("hello world", 6, 3))', prints: 'wor' },
  tar_create: {
    source: 'println(len(tar_create([{path: "a.txt", content: "alpha"}])))',
    prints: '2048',
  },
  tar_extract: {
    source:
      'println(tar_extract(tar_create([{path: "a.txt", content: "alpha"}])).map({ e -> e.path }))',
    prints: '[a.txt]',
  },
  'term.color': { source: 'set_color_mode("never")\nprintln(color("hi", "red"))', prints: 'hi' },
  'testing.stdin_set': { source: 'mock_stdin("a\\nb")\nprintln(read_line())', prints: 'a' },
  to_int: { source: 'println(to_int("42"))', prints: '42' },
  toml_parse: {
    source: 'println(toml_parse("title = \\"x\\"\\n[owner]\\nage = 3"))',
    prints: '{owner: {age: 3}, title: x}',
  },
  toml_stringify: {
    source: 'println(toml_stringify({name: "Ada", scores: [1, 2]}))',
    prints: 'name = "Ada"\nscores = [ 1, 2 ]\n',
  },
  type_of: { source: 'println(type_of(1.0))', prints: 'float' },
  x25519_agree: {
    source:
      'let [a, b] = [x25519_keypair(), x25519_keypair()]\nprintln(x25519_agree(a.private, b.public) == x25519_agree(b.private, a.public))',
    prints: 'true',
  },
  yaml_parse: {
    source: 'println(yaml_parse("name: Ada\\ntags: [a, b]\\nscore: 1.0"))',
    prints: '{name: Ada, score: 1.0, tags: [a, b]}',
  },
  yaml_stringify: {
    source: 'println(yaml_stringify({b: [1, 2.0], a: "yes"}))',
    prints: 'a: "yes"\nb:\n  - 1\n  - 2.0\n',
  },
  zip_create: {
    source:
      'let files = [{path: "a.txt", content: "alpha"}]\nprintln(zip_create(files) == zip_create(files))',
    prints: 'true',
  },
  zip_extract: {
    source:
      'println(bytes_to_string(zip_extract(zip_create([{path: "a", content: "alpha"}]))[0].content))',
    prints: 'alpha',
  },
  zstd_decode: {
    source: 'println(len(zstd_decode(zstd_encode(bytes_from_hex("00ff")))))',
    prints: '2',
  },
  zstd_encode: {
    source: 'println(bytes_to_string(zstd_decode(zstd_encode("abc"))))',
    prints: 'abc',
  },
};
