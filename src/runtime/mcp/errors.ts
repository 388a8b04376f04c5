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
    hint: ({ server }) =>
      `log in with \`harn mcp login ${server}\`, or give a token: auth_token_env in the declaration, or the variable HARN_MCP_TOKEN_<NAME>`,
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
  needsScope: row<{ server: string; scope: string }>({
    number: 14,
    message: ({ server }) => `${server}: the server wants more scopes than the login has`,
    hint: ({ server, scope }) => `allow them with \`harn mcp login ${server} --scope "${scope}"\``,
  }),
  noAuthorization: row<{ url: string }>({
    number: 15,
    message: ({ url }) => `${url} publishes no authorization server`,
    hint: 'a server without OAuth needs no login; give it a token with auth_token_env',
  }),
  needsClient: row<{ url: string }>({
    number: 16,
    message: ({ url }) => `the authorization server of ${url} registers no clients by itself`,
    hint: 'register one there, and give it as client_id in harn.toml or with --client-id',
  }),
  loginFailed: row<{ url: string; reason: string }>({
    number: 17,
    message: ({ url, reason }) => `cannot log in at ${url}: ${reason}`,
  }),
  openLogin: row<{ path: string }>({
    number: 18,
    message: ({ path }) => `others may read the login in ${path}`,
    hint: 'take that from them (chmod 600), or log in again, since somebody may have read it',
  }),
  badLogin: row<{ path: string }>({
    number: 19,
    message: ({ path }) => `${path} is no login`,
    hint: 'delete it and log in again with `harn mcp login`',
  }),
  loginBusy: row<{ url: string; lock: string }>({
    number: 20,
    message: ({ url }) => `another process has been changing the login at ${url} for too long`,
    hint: ({ lock }) => `if there is none, delete ${lock}`,
  }),
  notRenewed: row<{ server: string; reason: string }>({
    number: 21,
    message: ({ server, reason }) => `${server}: no new token was had: ${reason}`,
    retry: {},
  }),
  foreignIssuer: row<{ server: string; issuer: string }>({
    number: 22,
    message: ({ server, issuer }) => `${server}: the server wants the secret to go to ${issuer}`,
    hint: 'if that is right, name it as issuer in the declaration',
  }),
});
