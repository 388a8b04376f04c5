// Names that every JavaScript object answers to are ordinary names in Harn: as keys, in formats, as options.
import { describe, expect, it } from 'vitest';
import { printed } from '../agents/program.ts';

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'valueOf',
  'toJSON',
  '__defineGetter__',
];
/** How JavaScript speaks of what went wrong, and what it is made of. */
const JAVASCRIPT =
  /Cannot read|is not a function|is not iterable|undefined|\[object |native code|function |NaN/;

/** Expressions with the name as `n`; each gives a text or an error. */
const USES: readonly (readonly [use: string, source: string])[] = [
  ['no key of an empty dict', '[{}[n], n in {}]'],
  ['kept in JSON', 'json_stringify(json_parse("{\\"${n}\\": {\\"a\\": 1}}"))'],
  ['kept in YAML', 'json_stringify(yaml_parse("${n}: {a: 1}\\n"))'],
  ['merged in YAML', 'json_stringify(yaml_parse("a: &a {${n}: {a: 1}}\\nb:\\n  <<: *a\\n"))'],
  ['written as YAML', 'yaml_stringify({[n]: {a: 1}})'],
  ['kept in TOML', 'json_stringify(toml_parse("[${n}]\\na = 1\\n"))'],
  ['written as TOML', 'toml_stringify({[n]: {a: 1}})'],
  [
    'asked for in a template',
    'render_string("{{ ${n} }}|{{ a.${n} }}|{{ l.${n} }}", {a: {}, l: []})',
  ],
  ['bound in a template', 'render_string("{{ for ${n} in l }}{{ ${n} }}{{ end }}", {l: [1, 2]})'],
  ['a filter', 'render_string("{{ l | ${n} }}", {l: [1]})'],
  ['patched', 'json_stringify(json_patch({a: 1}, [{op: "add", path: "/${n}", value: 1}]))'],
  ['patched below', 'json_stringify(json_patch({a: 1}, [{op: "add", path: "/${n}/a", value: 1}]))'],
  ['merged', 'json_stringify(json_merge_patch({}, {[n]: {a: 1}}))'],
  ['a cookie', 'json_stringify(cookie_parse("${n}=1; ${n}=2"))'],
  ['an option of cookies', 'cookie_serialize("a", "b", {same_site: n})'],
  ['grouped', 'json_stringify([{k: n}].group_by({ x -> x.k }))'],
  ['a type of schemas', 'json_stringify(schema_check({a: 1}, {type: n}))'],
  [
    'a property of schemas',
    'json_stringify(schema_check({}, {type: "dict", properties: {[n]: {type: "int"}}, required: [n]}))',
  ],
  [
    'a reference of schemas',
    'json_stringify(schema_check({a: 1}, {["$ref"]: "#/definitions/${n}", definitions: {}}))',
  ],
  ['a type of JSON schemas', 'json_stringify(schema_to_json_schema({type: n}))'],
  ['a class of characters', 'to_string(regex_match("[[:${n}:]]", "a"))'],
  ['a namespace of UUIDs', 'uuid_v5(n, "a")'],
  [
    'a file of zips',
    'to_string(zip_extract(zip_create([{path: n, content: "x"}])).map({ e -> e.path }))',
  ],
  [
    'a file of tars',
    'to_string(tar_extract(tar_create([{path: n, content: "x"}])).map({ e -> e.path }))',
  ],
  ['a file', 'write_file("/work/${n}", "x") ?? read_file("/work/${n}")'],
  ['a kind of events', 'to_string(event_log.emit("t", n, {[n]: 1}))'],
  ['a topic of events', 'to_string(event_log.emit(n, "k", {}))'],
  ['a session', 'to_string(agent_session_length(n))'],
  [
    'a tool',
    'to_string(tool_define(tool_registry(), n, "d", {parameters: {[n]: "string"}, handler: { a -> 1 }}))',
  ],
  ['a provider', 'llm_call("x", nil, {provider: n, model: n}).text'],
  ['a tier', 'llm_call("x", nil, {model_tier: n}).text'],
  ['a host call', 'to_string(host_call("project.${n}", {}))'],
  [
    'a workflow node',
    'json_stringify(workflow_validate({name: n, nodes: {[n]: {kind: "stage"}, b: {kind: n}}, edges: [{from: n, to: "b", branch: n}], entry: n}))',
  ],
  [
    'inspected in a workflow',
    'json_stringify(workflow_inspect({name: n, nodes: {[n]: {kind: "stage"}, b: {kind: n}}, edges: [{from: n, to: "b", branch: n}], entry: n}))',
  ],
  ['a kind of artifacts', 'json_stringify(artifact({kind: n, text: "x"}))'],
  ['a header', 'to_string(http_mock("GET", "https://a.test/${n}", {headers: {[n]: "1"}}))'],
  ['a header of a request', 'to_string(http_get("https://a.test/${n}", {headers: {[n]: "1"}}))'],
  ['an environment variable', 'to_string(env(n))'],
];

describe('a name of JavaScript is an ordinary name', () => {
  it.each(USES)('%s', async (_, source) => {
    const told = await printed(`pipeline main() {
  for n in ${JSON.stringify(NAMES)} {
    try { println(to_string(${source})) } catch (e) { println("refused: \${e}") }
  }
  println(to_string([({}).a, ({}).polluted]))
}`);
    expect(told.filter((line) => JAVASCRIPT.test(line))).toEqual([]);
    expect(told.at(-1)).toBe('[nil, nil]');
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  it('in structs, enums and what functions are given', async () => {
    const told = await printed(`
struct Point { constructor: int, toString: string, then: int }
enum Odd { constructor, hasOwnProperty(value: int) }
fn toString(constructor: int, valueOf: int = 2) -> int { return constructor + valueOf }
pipeline main() {
  const p = Point { constructor: 1, toString: "s", then: 3 }
  println("\${p.constructor} \${p.toString} \${p.then} \${toString(1)}")
  println(to_string([Odd.constructor, Odd.hasOwnProperty(3), Odd.constructor == Odd.constructor]))
  const later = spawn { {then: { ok -> ok(42) }} }
  println(to_string(await(later).keys()))
  println(to_string(parallel each [1] { x -> {then: x} }))
  fn any(x: any) -> any { return x }
  for thing in [any([1]), any("a"), any(1), any(toString), any({a: 1}), any(p)] {
    for n in ["__proto__", "constructor"] {
      const got = try { any(thing)[n] }
      println(is_ok(got) ? to_string(unwrap(got)) : "refused")
    }
  }
}`);
    expect(told.slice(0, 4)).toEqual([
      '1 s 3 3',
      '[Odd.constructor, Odd.hasOwnProperty(3), true]',
      '[then]',
      '[{then: 1}]',
    ]);
    expect(told.filter((line) => JAVASCRIPT.test(line))).toEqual([]);
  });
});
