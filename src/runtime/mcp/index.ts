// Front door of mcp: servers of the Model Context Protocol as runs reach them.
export { type McpCallOptions, type McpServerInfo, mcpCalls } from './calls.ts';
export { McpClient } from './client.ts';
export type { ServerStatus } from './connections.ts';
export { mcpEffects } from './effects.ts';
export { mcpErrors } from './errors.ts';
export { type LoginAsk, type LoginFacts, listLogins, logIn, logOut } from './login.ts';
export { loginAddress } from './login-store.ts';
export { manifestServers } from './manifest.ts';
export type { McpServerConfig } from './server-config.ts';
