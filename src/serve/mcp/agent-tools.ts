// Tools of agents as what an MCP server serves: each becomes a pipeline of one call, so that the call is a run like others.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type AgentTool,
  type Pipeline,
  pipeline,
  toolSchema,
} from '../../runtime/harness/index.ts';

/** A tool for the `tools` of `serveMcpPipelines`; its pipeline belongs to the runtime too. */
export interface ServedAgentTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly annotations: JsonObject;
  readonly pipeline: Pipeline<JsonObject, Json>;
}

const HINTS = ['title', 'readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'];

/**
 * A tool with the schema of its arguments, and a pipeline of its name that calls it. Clients are told `readOnlyHint` where
 * `mutates` is false, and `idempotentHint` where `onUnknown` is `retry`; hints in its annotations count more.
 *
 * @example
 * const tools = [search, refund].map(servedTool);
 * const runtime = createRuntime({ store, pipelines: tools.map((tool) => tool.pipeline) });
 * const provider = serveMcpPipelines({ runtime, name: 'desk', version: '1', tools });
 */
export function servedTool(tool: AgentTool): ServedAgentTool {
  const { name, description, mutates, onUnknown, annotations = {} } = tool;
  const given = HINTS.flatMap((key) => {
    const value = annotations[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    name,
    description,
    inputSchema: toolSchema(tool),
    annotations: {
      ...(mutates === false ? { readOnlyHint: true } : {}),
      ...(onUnknown === 'retry' ? { idempotentHint: true } : {}),
      ...Object.fromEntries(given),
    },
    pipeline: pipeline(name, (harness, args: JsonObject) => harness.agent.callTool(tool, args)),
  };
}
