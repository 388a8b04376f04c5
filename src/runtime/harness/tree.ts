// The harness: every effect as a method of one typed tree, handed to a TypeScript pipeline as a parameter. The same
// rows as in the language, spelled in camelCase.
import type { Json } from '../../base/index.ts';
import { commandPolicies, testHostEffects } from '../boundary/index.ts';
import {
  type CommandSpec,
  checkpointEffects,
  clockEffects,
  egressEffects,
  envEffects,
  fsEffects,
  httpSessionEffects,
  httpStreamEffects,
  memoryEffects,
  metadataEffects,
  netEffects,
  ocrEffects,
  placeEffects,
  processEffects,
  projectEffects,
  type RouterOptions,
  randomEffects,
  secretEffects,
  serverTlsEffects,
  socketEffects,
  socketServerEffects,
  sseEffects,
  sseServerEffects,
  stdioEffects,
  storeEffects,
  systemEffects,
  testClockEffects,
  testHttpEffects,
  testStdioEffects,
  testTransportEffects,
} from '../io/index.ts';
import { handedInput } from '../lifecycle/index.ts';
import { recordEffects } from '../records/index.ts';
import type { RunContext } from '../run/index.ts';
import { type EventLogHandle, eventLogHandle } from './event-log.ts';
import { createFamily, type Family, notData } from './family.ts';
import { type HostHandle, hostHandle } from './host-calls.ts';
import { type HttpServer, httpServers } from './http-server.ts';
import { type InteractionHandle, interactionHandle } from './interaction.ts';
import {
  type AgentHandle,
  agentHandle,
  type ObsHandle,
  obsHandle,
  type RootMethods,
  rootMethods,
} from './lifecycle.ts';
import { type LlmHandle, llmHandle } from './llm.ts';
import { type McpHandle, mcpHandle } from './mcp.ts';
import { type MonitorsHandle, monitorsHandle } from './monitors.ts';
import { type TermHandle, termHandle } from './observe.ts';
import { type QueueHandle, queueHandle, type TriggersHandle, triggersHandle } from './queues.ts';
import { type ShellMethods, shellMethods } from './shells.ts';
import { type SkillsHandle, skillsHandle } from './skills.ts';
import { type SyncHandle, syncHandle } from './sync.ts';
import { type TaskMethods, taskMethods } from './tasks.ts';
import { type ToolsHandle, toolsHandle } from './tools.ts';
import { type WaitpointsHandle, waitpointsHandle } from './waitpoints.ts';

const FAMILIES = {
  stdio: stdioEffects,
  clock: clockEffects,
  fs: { ...fsEffects, ...placeEffects, ...recordEffects },
  env: { ...envEffects, ...secretEffects },
  random: randomEffects,
  process: { ...processEffects, ...ocrEffects },
  net: {
    ...netEffects,
    ...httpSessionEffects,
    ...httpStreamEffects,
    ...sseEffects,
    ...socketEffects,
    ...socketServerEffects,
    ...serverTlsEffects,
    ...sseServerEffects,
    ...egressEffects,
  },
  system: systemEffects,
  runtime: { ...storeEffects, ...checkpointEffects },
  project: { ...metadataEffects, ...projectEffects },
  memory: memoryEffects,
  testing: {
    ...testClockEffects,
    ...testStdioEffects,
    ...testHttpEffects,
    ...testTransportEffects,
    ...testHostEffects,
  },
} as const;

type Families = typeof FAMILIES;

/** The handle of one capability, such as `harness.fs`. It gives nothing else. */
export type Handle<K extends keyof Families> = Family<Families[K]>;

/** Authority over a run, as a value. Hand on `harness.fs` rather than the whole where that is enough. */
export interface Harness extends TaskMethods, RootMethods {
  readonly stdio: Handle<'stdio'>;
  readonly clock: Handle<'clock'>;
  readonly fs: Handle<'fs'>;
  readonly env: Handle<'env'>;
  readonly random: Handle<'random'>;
  readonly process: Handle<'process'> & ShellMethods;
  readonly net: Handle<'net'> & {
    /** A router for requests that come in. Part of the capability `net`; its handlers have a harness of their own. */
    httpServer(options?: RouterOptions): HttpServer;
  };
  readonly system: Handle<'system'>;
  /** Values that outlive a run: the store of the project, the checkpoints of the pipeline. */
  readonly runtime: Handle<'runtime'>;
  /** Facts about the directories of the project. */
  readonly project: Handle<'project'>;
  /** Observations that outlive a run, found again by their words. */
  readonly memory: Handle<'memory'>;
  /** Stand-ins for programs under test: virtual time, prepared stdin. */
  readonly testing: Handle<'testing'>;
  readonly term: TermHandle;
  readonly llm: LlmHandle;
  readonly interaction: InteractionHandle;
  /** What the embedding program and this process offer by name. */
  readonly host: HostHandle;
  /** Servers of the Model Context Protocol. */
  readonly mcp: McpHandle;
  readonly skills: SkillsHandle;
  readonly waitpoints: WaitpointsHandle;
  readonly monitors: MonitorsHandle;
  readonly queue: QueueHandle;
  readonly triggers: TriggersHandle;
  /** Named lists of events that any run of the project adds to and follows. */
  readonly eventLog: EventLogHandle;
  /** Commands of the project and looks at its files that may go on beside the caller. */
  readonly tools: ToolsHandle;
  readonly agent: AgentHandle;
  readonly obs: ObsHandle;
  /** Channels, locks and shared values of the lanes of this run. Part of the capability `runtime`. */
  readonly sync: SyncHandle;
  readonly runId: string;
  /** Who handed this run its input (`{run_id, pipeline, handoff_id, ...}`); null when nobody did. */
  readonly origin: Json;
  /** The same harness without some capabilities (`fs`), methods (`fs.write_text`) or accesses (`fs:write`). */
  without(...capabilities: string[]): Harness;
}

/** The harness of a context. Handles are made when first asked for. */
export function createHarness(ctx: RunContext): Harness {
  const handle: { [name: string]: unknown } = {
    runId: ctx.runId,
    origin: handedInput(ctx.run.start)?.origin ?? null,
    without: (...rules: string[]) =>
      createHarness(ctx.withAuthority(ctx.authority.without(rules, 'an attenuated handle'))),
    ...taskMethods(ctx, createHarness),
    ...rootMethods(ctx),
  };
  for (const [name, effects] of Object.entries(FAMILIES)) {
    if (name === 'process' || name === 'net') continue;
    lazily(handle, name, () => createFamily(`harness.${name}`, effects, ctx));
  }
  lazily(handle, 'term', () => termHandle(ctx));
  lazily(handle, 'llm', () => llmHandle(ctx));
  lazily(handle, 'interaction', () => interactionHandle(ctx, createHarness));
  lazily(handle, 'mcp', () => mcpHandle(ctx));
  lazily(handle, 'skills', () => skillsHandle(ctx));
  lazily(handle, 'waitpoints', () => waitpointsHandle(ctx));
  lazily(handle, 'monitors', () => monitorsHandle(ctx, createHarness));
  lazily(handle, 'process', () => processHandle(ctx));
  lazily(handle, 'net', () =>
    notData('harness.net', {
      ...createFamily('harness.net', FAMILIES.net, ctx),
      httpServer: httpServers(ctx, createHarness),
    }),
  );
  lazily(handle, 'host', () => hostHandle(ctx, createHarness));
  lazily(handle, 'queue', () => queueHandle(ctx));
  lazily(handle, 'triggers', () => triggersHandle(ctx));
  lazily(handle, 'tools', () => toolsHandle(ctx));
  lazily(handle, 'eventLog', () => eventLogHandle(ctx));
  lazily(handle, 'agent', () => notData('harness.agent', agentHandle(ctx, createHarness)));
  lazily(handle, 'obs', () => notData('harness.obs', obsHandle(ctx)));
  lazily(handle, 'sync', () => syncHandle(ctx, createHarness));
  return notData('harness', handle) as unknown as Harness;
}

/** Commands go past the policies in force. */
function processHandle(ctx: RunContext): Handle<'process'> & ShellMethods {
  const plain = createFamily('harness.process', FAMILIES.process, ctx);
  return notData('harness.process', {
    run: (spec: CommandSpec) =>
      commandPolicies.areInForce(ctx)
        ? ctx.runFromLane(ctx.task.nextGroup('command'), (inner) =>
            commandPolicies.run(inner, spec),
          )
        : plain.run(spec),
    ocr: plain.ocr,
    ...shellMethods(ctx),
  });
}

/** A field that comes into being when it is first read. */
function lazily(handle: object, name: string, make: () => unknown): void {
  let made: unknown;
  Object.defineProperty(handle, name, {
    enumerable: true,
    get: () => {
      made ??= make();
      return made;
    },
  });
}
