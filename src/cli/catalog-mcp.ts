// Commands about the Model Context Protocol, as data. Part of catalog.ts.
import type { OptionSpec } from './arguments.ts';
import { EDITION, HELP } from './catalog-options.ts';
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
  {
    name: 'durability',
    value: 'LEVEL',
    choices: ['power', 'process'],
    help: 'what survives what: power (default) or process, which is faster',
  },
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
];
