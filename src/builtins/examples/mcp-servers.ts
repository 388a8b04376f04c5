// Examples of builtins: MCP servers that are connected. `mcp-demo` is a server of the tests with one of each thing.
import type { Examples } from './example.ts';

const CONNECT = 'let demo = mcp_connect("mcp-demo")\n';

export const MCP_SERVER_EXAMPLES: Examples = {
  'tools.mcp_call': {
    source: `${CONNECT}println(mcp_call(demo, "add", {a: 1, b: 2}))`,
    prints: '3',
  },
  'tools.mcp_disconnect': {
    source: `${CONNECT}mcp_disconnect(demo)\nprintln(is_err(try { mcp_call(demo, "add", {a: 1, b: 2}) }))`,
    prints: 'true',
  },
  'tools.mcp_get_prompt': {
    source: `${CONNECT}println(mcp_get_prompt(demo, "review", {code: "f()"}).messages[0].content.text)`,
    prints: 'review: f()',
  },
  'tools.mcp_list_prompts': {
    source: `${CONNECT}println(mcp_list_prompts(demo)[0].name)`,
    prints: 'review',
  },
  'tools.mcp_list_resource_templates': {
    source: `${CONNECT}println(mcp_list_resource_templates(demo)[0].uriTemplate)`,
    prints: 'docs://{page}',
  },
  'tools.mcp_list_resources': {
    source: `${CONNECT}println(mcp_list_resources(demo)[0].uri)`,
    prints: 'docs://readme',
  },
  'tools.mcp_list_tools': {
    source: `${CONNECT}for one in mcp_list_tools(demo) { println(one.name + ": " + one.description) }`,
    prints: 'add: Adds two numbers',
  },
  'tools.mcp_read_resource': {
    source: `${CONNECT}println(mcp_read_resource(demo, "docs://readme"))`,
    prints: 'about us',
  },
  'tools.mcp_server_info': {
    source: `${CONNECT}let info = mcp_server_info(demo)\nprintln([info.name, info.version, info.connected])`,
    prints: '[demo, 1.0.0, true]',
  },
};
