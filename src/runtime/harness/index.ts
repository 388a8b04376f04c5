// Front door of harness: the capability tree in TypeScript, pipelines, and the runtime that runs them.
export {
  type AgentLoopCall,
  type AgentMethods,
  type AgentTool,
  defineTool,
  type NextStep,
  type SchemaTool,
  type ToolCall,
  type ToolHookSpec,
  toolSchema,
} from './agent.ts';
export type { AgentSkill } from './agent-skills.ts';
export { type DurableMethod, type DurableOptions, durable } from './durable.ts';
export { camel, createFamily, type Family, notData } from './family.ts';
export type { CommandPolicyOptions, HostHandle } from './host-calls.ts';
export type { HttpServer, ServerAnswer, ServerRequest } from './http-server.ts';
export type { InteractionHandle } from './interaction.ts';
export type {
  AgentHandle,
  Hook,
  ObsHandle,
  OnFinish,
  RootMethods,
} from './lifecycle.ts';
export type { LlmAskOptions, LlmHandle, LlmStreamHandle } from './llm.ts';
export type { McpConnectionHandle, McpHandle } from './mcp.ts';
export type { MonitorCall, MonitorsHandle } from './monitors.ts';
export type { FrictionOptions, NoteMethods } from './notes.ts';
export type { LogMethods, TermHandle } from './observe.ts';
export type {
  AgentPermissions,
  PermissionAnswer,
  PermissionRequest,
  PermissionRules,
  PermissionTest,
} from './permissions.ts';
export { type Pipeline, type PipelineFn, pipeline } from './pipeline.ts';
export type { PoolHandle, PoolMethods } from './pool.ts';
export { type CallbackFn, type ProgramCode, programCode } from './program-code.ts';
export type { QueueHandle, TriggersHandle } from './queues.ts';
export {
  defaultHost,
  type RecordsOptions,
  type Result,
  type RunHandle,
  type RunScenario,
  Runtime,
  type RuntimeOptions,
  type StartedRun,
  type StartOnceOptions,
  type StartOptions,
  terminalSink,
} from './runtime.ts';
export type { ResumeWorkerOptions, RuntimeWorkers, WokenWorker } from './runtime-workers.ts';
export type { SkillsHandle } from './skills.ts';
export type { StandardSchema } from './standard-schema.ts';
export type {
  AnyChannel,
  HeldLock,
  Sendable,
  SyncAtomic,
  SyncChannel,
  SyncHandle,
  SyncSelected,
} from './sync.ts';
export type {
  CircuitMethods,
  MailboxMethods,
  SharedMethods,
  SyncCell,
  SyncMailbox,
  SyncMap,
  SyncName,
  SyncSnapshot,
} from './sync-shared.ts';
export type { SupervisorMethods, SyncSupervisor } from './sync-supervisors.ts';
export type { LaneFn, ParallelOptions, Settled, Spawned } from './tasks.ts';
export {
  type SynthesizedAgentTool,
  type ToolDescription,
  type ToolSurfaceGiven,
  validateToolSurface,
} from './tool-surface.ts';
export type {
  CommandMethod,
  CommandToolRequest,
  HandleRef,
  InBackground,
  ToolsHandle,
} from './tools.ts';
export type { CompactCall, TranscriptMethods } from './transcripts.ts';
export { createHarness, type Handle, type Harness } from './tree.ts';
export type { WaitpointsHandle } from './waitpoints.ts';
export type {
  Execution,
  SubAgentOptions,
  WorkerBody,
  WorkerConfig,
  WorkerHandle,
  WorkerMethods,
} from './worker.ts';
export type { StageCall, StageFn, WorkflowCall, WorkflowMethods } from './workflow.ts';
