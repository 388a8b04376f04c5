// Pipelines of TypeScript as what an MCP server serves: every call is a run of the runtime that they belong to.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Pipeline, RunHandle, Runtime } from '../../runtime/harness/index.ts';
import { mcpCalls } from '../../runtime/mcp/index.ts';
import type {
  McpProvider,
  ServedAsk,
  ServedOutcome,
  ServedPrompt,
  ServedResource,
  ServedTemplate,
  ServedTool,
} from './provider.ts';

/** A pipeline that answers a call. Its input are the arguments of the call. */
type Answering = Pipeline<never, unknown>;

/** What is served, and by which runtime. The pipelines must be among those of the runtime. */
export interface PipelineSurface {
  readonly runtime: Runtime;
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly card?: JsonObject;
  /** Tools; the name of the pipeline where none is given. */
  readonly tools?: readonly (Omit<ServedTool, 'name' | 'inputSchema'> & {
    readonly pipeline: Answering;
    readonly name?: string;
    /** A JSON Schema of type object; one that takes anything by default. */
    readonly inputSchema?: JsonObject;
  })[];
  readonly resources?: readonly ServedResource[];
  /** The pipeline gets the parts of the address and gives the text. */
  readonly templates?: readonly (ServedTemplate & { readonly pipeline: Answering })[];
  /** The pipeline gets the arguments and gives a text, or a list of `{role, content}`. */
  readonly prompts?: readonly (ServedPrompt & { readonly pipeline: Answering })[];
}

/**
 * Pipelines as a provider for `serveMcpStdio` and `serveMcpHttp`.
 *
 * @example
 * const provider = serveMcpPipelines({ runtime, name: 'desk', version: '1', tools: [{ pipeline: triage, inputSchema }] });
 * await serveMcpStdio(provider, { input: process.stdin, output: process.stdout });
 */
export function serveMcpPipelines(surface: PipelineSurface): McpProvider {
  const { runtime, tools = [], resources = [], templates = [], prompts = [], ...about } = surface;
  const named = tools.map(({ pipeline, name = pipeline.name, inputSchema, ...facts }) => ({
    tool: { ...facts, name, inputSchema: inputSchema ?? { type: 'object' } },
    pipeline,
  }));
  const pipelineOf = ({ kind, name }: ServedAsk): Answering => {
    const found =
      kind === 'tool'
        ? named.find(({ tool }) => tool.name === name)
        : kind === 'prompt'
          ? prompts.find((one) => one.name === name)
          : templates.find((one) => one.uriTemplate === name);
    return (found as { readonly pipeline: Answering }).pipeline;
  };
  return {
    ...about,
    tools: named.map(({ tool }) => tool),
    resources,
    templates: templates.map(({ pipeline: _, ...facts }) => facts),
    prompts: prompts.map(({ pipeline: _, ...facts }) => facts),
    start(ask, onProgress) {
      const handle = runtime.start(pipelineOf(ask) as Pipeline<JsonObject, Json>, ask.arguments);
      handle.keep();
      handle.listen((event) => {
        const progress = mcpCalls.progressOf(event);
        if (progress !== undefined) onProgress(progress);
      });
      return {
        runId: handle.id,
        done: outcomeOf(handle),
        cancel: (reason) => handle.cancel(reason),
        park: (reason) => void handle.park(reason).catch(() => undefined),
      };
    },
  };
}

async function outcomeOf(handle: RunHandle<Json>): Promise<ServedOutcome> {
  try {
    const result = await handle.done;
    if (result.status === 'settled') return { status: 'done', value: result.returned ?? null };
    if (result.status === 'failed') return { status: 'failed', message: result.error.message };
    return { status: 'parked', message: `run ${handle.id} waits; it is kept and can be resumed` };
  } catch (error) {
    return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
