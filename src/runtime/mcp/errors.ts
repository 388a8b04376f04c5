// Errors of the MCP client: servers that cannot be reached, calls that came to nothing, and what a server answers.
import { defineErrors, row } from '../../base/index.ts';

/** Family MCP. */
export const mcpErrors = defineErrors('MCP', {
  badConfig: row<{ option: string; expected: string }>({
    number: 1,
    message: ({ option, expected }) => `mcp server: ${option} must be ${expected}`,
  }),
  spawnFailed: row<{ server: string; reason: string }>({
    number: 2,
    message: ({ reason }) => `mcp_connect: failed to spawn: ${reason}`,
    hint: 'check the command and whether it is installed',
  }),
  connectFailed: row<{ server: string; reason: string }>({
    number: 3,
    message: ({ server, reason }) => `mcp_connect: ${server}: ${reason}`,
    hint: 'the server must speak MCP on its standard streams, or at its address',
  }),
  unknownServer: row<{ server: string; known: string }>({
    number: 4,
    message: ({ server, known }) => `there is no MCP server "${server}"; there is: ${known}`,
    hint: 'declare it in harn.toml as [[mcp]], or connect to it with mcp_connect',
  }),
  closed: row<{ server: string }>({
    number: 5,
    message: ({ server }) => `the MCP client of ${server} was disconnected`,
    hint: 'connect again with mcp_connect',
  }),
  toolFailed: row<{ server: string; tool: string; text: string }>({
    number: 6,
    message: ({ text }) => text,
  }),
  refused: row<{ server: string; method: string; reason: string; rpc: number | undefined }>({
    number: 7,
    message: ({ server, method, reason }) => `${server}: ${method}: ${reason}`,
  }),
  lost: row<{ server: string; method: string; reason: string }>({
    number: 8,
    message: ({ server, method, reason }) => `${server}: ${method}: no answer came: ${reason}`,
    retry: {},
  }),
  unauthorized: row<{ server: string }>({
    number: 9,
    message: ({ server }) => `${server}: the server wants other credentials`,
    hint: 'give a token: auth_token_env in the declaration, or the variable HARN_MCP_TOKEN_<NAME>',
  }),
  underCommandPolicy: row<{ server: string }>({
    number: 10,
    message: ({ server }) =>
      `${server}: a command policy is in force, and an MCP server is a command`,
    hint: 'connect before the policy is set; servers at an address are not commands',
  }),
  badManifest: row<{ path: string; reason: string }>({
    number: 11,
    message: ({ path, reason }) => `cannot read the MCP servers of ${path}: ${reason}`,
  }),
  noToken: row<{ server: string; variable: string }>({
    number: 12,
    message: ({ server, variable }) => `${server}: the environment has no ${variable}`,
    hint: 'auth_token_env names the variable that holds the token',
  }),
  badCard: row<{ source: string; reason: string }>({
    number: 13,
    message: ({ source, reason }) => `mcp_server_card: ${source}: ${reason}`,
  }),
});
