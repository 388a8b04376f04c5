// Front door of serve: things that listen.
export { type ServedAgentTool, servedTool } from './mcp/agent-tools.ts';
export { isLoopback, type McpHttpOptions, type McpHttpServer, serveMcpHttp } from './mcp/http.ts';
export { serveMcpPipelines } from './mcp/pipelines.ts';
export type {
  McpProvider,
  ServedAsk,
  ServedCall,
  ServedOutcome,
  ServedProgress,
  ServedPrompt,
  ServedResource,
  ServedTemplate,
  ServedTool,
} from './mcp/provider.ts';
export { type McpStdioServer, type StdioStreams, serveMcpStdio } from './mcp/stdio.ts';
