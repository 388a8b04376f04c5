// Front door of mcp: servers of the Model Context Protocol as runs reach them.
export { type McpCallOptions, type McpServerInfo, mcpCalls } from './calls.ts';
export { McpClient } from './client.ts';
export type { ServerStatus } from './connections.ts';
export { mcpEffects } from './effects.ts';
export { mcpErrors } from './errors.ts';
export type { McpServerConfig } from './server-config.ts';
