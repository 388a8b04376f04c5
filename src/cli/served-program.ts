// A Harn program as what an MCP server serves. A program that registers tools, resources or prompts is served with those;
// any other with its public functions, its pipelines and its tools. Every call is a run of its own, in the store.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { SURFACE_ROWS } from '../builtins/index.ts';
import {
  type CompiledProgram,
  checkProgram,
  type Engine,
  isErrData,
  type ProgramRun,
  type ServedRequest,
  type StartOptions,
} from '../engine/index.ts';
import { type Edition, type Exposed, loadLangTools } from '../lang/index.ts';
import { mcpCalls } from '../runtime/mcp/index.ts';
import type { RunResult } from '../runtime/run/index.ts';
import type {
  McpProvider,
  ServedAsk,
  ServedCall,
  ServedOutcome,
  ServedProgress,
} from '../serve/index.ts';
import { display, HarnThrow } from '../values/index.ts';
import { cliErrors } from './errors.ts';

/** What is served, and how its runs start. */
export interface ServedProgramOptions {
  readonly engine: Engine;
  readonly program: CompiledProgram;
  readonly file: string;
  readonly cwd: string;
  readonly edition: Edition | undefined;
  /** What clients see of the server itself. */
  readonly about: Pick<McpProvider, 'name' | 'version' | 'card'>;
  readonly start: Pick<StartOptions, 'durability' | 'deny' | 'tokenBudget' | 'costBudgetUsd'>;
}

type Surface = Pick<McpProvider, 'tools' | 'resources' | 'templates' | 'prompts'> & {
  readonly requestOf: (ask: ServedAsk) => ServedRequest;
};

/** The program as a provider. Its registrations are made once here, to be listed, and again by every call. */
export async function servedProgram(options: ServedProgramOptions): Promise<McpProvider> {
  const surface = registers(options.program)
    ? await registeredSurface(options)
    : await exposedSurface(options);
  const { tools, resources, templates, prompts, requestOf } = surface;
  if (tools.length + resources.length + templates.length + prompts.length === 0)
    throw cliErrors.nothingToServe({ path: options.file });
  return {
    ...options.about,
    tools,
    resources,
    templates,
    prompts,
    start: (ask, onProgress) => startCall(options, requestOf(ask), onProgress),
  };
}

function registers({ modules }: CompiledProgram): boolean {
  return modules.some(({ requires }) => requires.some((name) => SURFACE_ROWS.includes(name)));
}

async function exposedSurface({ file, cwd, edition }: ServedProgramOptions): Promise<Surface> {
  const [checked, { exposedIn }] = await Promise.all([
    checkProgram(file, { cwd, edition }),
    loadLangTools(),
  ]);
  const byName = new Map(exposedIn(checked).map((one) => [one.name, one]));
  const tools = [...byName.values()].map(({ name, description, parameters, returns }) => ({
    name,
    description,
    inputSchema: parameters,
    outputSchema: returns,
  }));
  const requestOf = (ask: ServedAsk) => requestFor(byName.get(ask.name) as Exposed, ask.arguments);
  return { tools, resources: [], templates: [], prompts: [], requestOf };
}

function requestFor({ kind, name, inputs }: Exposed, args: JsonObject): ServedRequest {
  if (kind === 'tool') return { kind: 'declared_tool', name, arguments: args };
  return { kind, name, inputs, arguments: args };
}

async function registeredSurface({
  engine,
  program,
  start,
}: ServedProgramOptions): Promise<Surface> {
  const started = engine.start(program, { ...start, served: { kind: 'surface' } });
  const outcome = outcomeOf(started, await started.done);
  if (outcome.status !== 'done') throw cliErrors.noSurface({ reason: outcome.message });
  const listed = outcome.value as { readonly [part: string]: readonly JsonObject[] };
  const part = (name: string) => (listed[name] ?? []).map(named);
  return {
    tools: part('tools') as unknown as Surface['tools'],
    resources: part('resources') as unknown as Surface['resources'],
    templates: part('templates') as unknown as Surface['templates'],
    prompts: part('prompts') as unknown as Surface['prompts'],
    requestOf: ({ kind, name, arguments: args }) => ({ kind, name, arguments: args }),
  };
}

/** Names as the protocol has them. */
function named({ mime_type, uri_template, ...facts }: JsonObject): JsonObject {
  return {
    ...facts,
    ...(mime_type === undefined ? {} : { mimeType: mime_type }),
    ...(uri_template === undefined ? {} : { uriTemplate: uri_template }),
  };
}

function startCall(
  { engine, program, file, start }: ServedProgramOptions,
  served: ServedRequest,
  onProgress: (progress: ServedProgress) => void,
): ServedCall {
  const started = engine.start(program, { ...start, origin: file, served });
  const { run } = started;
  run.listen((event) => {
    const progress = mcpCalls.progressOf(event);
    if (progress !== undefined) onProgress(progress);
  });
  run.parkForPeople();
  return {
    runId: run.id,
    done: started.done.then((result) => outcomeOf(started, result)),
    cancel: (reason) => run.cancel(reason),
    park: (reason) => void run.park(reason),
  };
}

/** What a client may know of how a run ended: its value, or the text of its error without places and traces. */
function outcomeOf(started: ProgramRun, result: RunResult): ServedOutcome {
  if (result.status === 'parked') {
    const { id } = started.run;
    return {
      status: 'parked',
      message: `run ${id} waits for a person; it goes on with: harn resume ${id}`,
    };
  }
  if (result.status === 'broken') return { status: 'failed', message: messageOf(result.error) };
  const { main, final } = result;
  if (!main.ok) return { status: 'failed', message: messageOf(main.error) };
  if (!final.ok) return { status: 'failed', message: messageOf(final.error) };
  const value = started.value(result);
  if (!isErrData(value)) return { status: 'done', value };
  const [payload = null] = (value as { readonly fields?: readonly Json[] }).fields ?? [];
  return { status: 'failed', message: textOf(payload) };
}

function messageOf(error: unknown): string {
  if (HarnThrow.is(error)) return display(error.value);
  return error instanceof Error || HarnError.is(error) ? error.message : String(error);
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  const message = isJsonObject(value) ? value['message'] : undefined;
  return typeof message === 'string' ? message : JSON.stringify(value);
}
