// Commands about the Model Context Protocol, as data. Part of catalog.ts.
import type { OptionSpec } from './arguments.ts';
import { DURABILITY, EDITION, HELP, JSON_OPTION } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

const SERVE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'transport',
    value: 'TRANSPORT',
    choices: ['stdio', 'http'],
    help: 'stdio (default), or http for Streamable HTTP',
  },
  { name: 'bind', value: 'HOST:PORT', help: 'with http: where to listen (127.0.0.1:8765)' },
  { name: 'path', value: 'PATH', help: 'with http: the path that is served (/mcp)' },
  { name: 'name', value: 'NAME', help: 'what the server calls itself; the name of the file' },
  { name: 'card', value: 'FILE|JSON', help: 'a Server Card to publish' },
  DURABILITY,
  {
    name: 'deny',
    value: 'CAPABILITY',
    repeat: true,
    help: 'take a capability away from every call (repeatable)',
  },
  { name: 'token-budget', value: 'N', help: 'tokens that all model calls of one call may take' },
  { name: 'cost-budget', value: 'USD', help: 'dollars that all model calls of one call may cost' },
  EDITION,
  HELP,
];

const SERVE: Omit<CommandSpec, 'name' | 'examples'> = {
  summary: 'serve a program to MCP clients',
  positionals: [{ name: 'FILE' }],
  options: SERVE_OPTIONS,
  details: [
    'A program that calls mcp_tools, mcp_resource, mcp_resource_template or mcp_prompt is served with what it registers;',
    'any other with its public functions, its pipelines and its tools. Every call is a run of its own: it is in the store,',
    'is cancelled when the client cancels, and is parked when the client is gone. What programs print goes to stderr.',
    'With http, HARN_MCP_API_KEYS holds the keys of clients, separated by commas; beyond this machine one is required.',
  ],
  load: async () => (await import('./commands/mcp-serve.ts')).mcpServe,
};

const SERVER = { name: 'SERVER' };
const URL_OPTION: OptionSpec = {
  name: 'url',
  value: 'URL',
  help: 'the address of the server, where harn.toml does not name it',
};

const LOGIN_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'mcp login',
    summary: 'log in at an MCP server with OAuth',
    positionals: [SERVER],
    options: [
      URL_OPTION,
      { name: 'client-id', value: 'ID', help: 'a registered client; registered now otherwise' },
      { name: 'client-secret', value: 'SECRET', help: 'its secret, if it has one' },
      { name: 'scope', value: 'SCOPES', help: 'what to ask for; what the server names otherwise' },
      {
        name: 'redirect-uri',
        value: 'URI',
        help: 'where the browser comes back to, on this machine; with port 0 at any free port',
      },
      { name: 'no-browser', help: 'only print the address' },
      { name: 'timeout', value: 'SECONDS', help: 'how long to wait for the answer (600)' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'SERVER is an address or the name of an [[mcp]] of harn.toml. The login is kept for all projects of this user, in a file',
      'that nobody else may read ($XDG_CONFIG_HOME/harn/mcp-logins), and is renewed by the runs that use it.',
    ],
    examples: [
      ['harn mcp login notion', 'a server of harn.toml'],
      ['harn mcp login https://mcp.example.com/mcp', 'any server'],
      ['harn mcp login notion --scope "read write"', 'with more scopes than before'],
    ],
    load: async () => (await import('./commands/mcp-login.ts')).mcpLogin,
  },
  {
    name: 'mcp logout',
    summary: 'forget the login at an MCP server',
    positionals: [SERVER],
    options: [URL_OPTION, JSON_OPTION, HELP],
    examples: [['harn mcp logout notion', 'also tells the authorization server']],
    load: async () => (await import('./commands/mcp-login.ts')).mcpLogout,
  },
  {
    name: 'mcp status',
    summary: 'the login at an MCP server; exit code 1 without one',
    positionals: [SERVER],
    options: [URL_OPTION, JSON_OPTION, HELP],
    examples: [['harn mcp status notion', 'scopes, and until when']],
    load: async () => (await import('./commands/mcp-login.ts')).mcpStatus,
  },
  {
    name: 'mcp list',
    summary: 'MCP servers at an address, and logins',
    positionals: [],
    options: [JSON_OPTION, HELP],
    examples: [['harn mcp list', 'those of harn.toml, and where somebody has logged in']],
    load: async () => (await import('./commands/mcp-login.ts')).mcpList,
  },
  {
    name: 'mcp redirect-uri',
    summary: 'where the browser comes back to, for clients that are registered by hand',
    positionals: [],
    options: [HELP],
    examples: [['harn mcp redirect-uri', '']],
    load: async () => (await import('./commands/mcp-login.ts')).mcpRedirectUri,
  },
];

/** In the order of the help. */
export const MCP_COMMANDS: readonly CommandSpec[] = [
  {
    ...SERVE,
    name: 'mcp serve',
    examples: [
      ['harn mcp serve tools.harn', 'on stdin and stdout, as clients start it'],
      ['harn mcp serve --transport http tools.harn', 'at an address'],
    ],
  },
  {
    ...SERVE,
    name: 'serve mcp',
    examples: [['harn serve mcp tools.harn', 'the same as harn mcp serve']],
  },
  ...LOGIN_COMMANDS,
];
