// Front door of agent: sessions and their transcripts, tools, and the loop that drives a model with them.

// Plans
export {
  type ActionBatch,
  type ActionPhase,
  type ActionPlan,
  actionGraph,
  actionGraphBatches,
  actionGraphFlow,
  actionGraphRender,
  type PlannedAction,
  type ToolClass,
} from './action-graph.ts';
// Events
export {
  type AgentEvent,
  type AgentEventBody,
  type AgentEventOf,
  agentEventsTopic,
  type FsWatchEvent,
  type ReplayEvent,
  readAgentEvents,
  type ToolCallStatus,
  type ToolErrorCategory,
} from './agent-events.ts';
// Approvals
export { withApprovals } from './approvals.ts';
// Artifacts
export {
  type Artifact,
  type ArtifactOrigin,
  artifactJson,
  artifactOrigin,
  deriveArtifact,
  readArtifact,
  readArtifacts,
} from './artifact.ts';
export {
  type ContextChunk,
  defaultScores,
  packContext,
  prepareContext,
  readAssembleOptions,
  readScores,
  renderPacked,
} from './artifact-assemble.ts';
export { artifactBuilders } from './artifact-build.ts';
export { artifactErrors } from './artifact-errors.ts';
export { handoffArtifact, handoffContext, readHandoff } from './artifact-handoff.ts';
export {
  bodyOf,
  type ContextPolicy,
  microcompact,
  readContextPolicy,
  renderArtifacts,
  selectAdaptive,
  selectArtifacts,
} from './artifact-select.ts';
// Workers
export { loopAttachmentKeeper } from './attachments.ts';
// Model calls that know their conversation
export {
  type LlmCallOptions,
  type LlmCallResult,
  llmCallSafeWithTranscript,
  llmCallWithTranscript,
} from './call-transcript.ts';
// Code around the calls of a loop
export type { NextCall } from './callers.ts';
// Transcripts
export type { CompactParts } from './compact-options.ts';
// Daemons
export { daemonEventsSection } from './daemon-section.ts';
export { daemonCalls } from './daemons.ts';
// Errors
export {
  handleErrors,
  loopErrors,
  sessionErrors,
  synthesisErrors,
  toolErrors,
  transcriptErrors,
} from './errors.ts';
// Events as files
export { type LoggedAgentEvent, parseAgentEventLog } from './event-sidecar.ts';
// Long-running tools
export { handleUnsettledSource } from './handle-unsettled.ts';
export type { HandleResult, ToolHandle } from './handles.ts';
// What is said to sessions from outside
export {
  type HostMessage,
  type MessageMode,
  type MessageToSend,
  messagesOf,
  sendSessionMessage,
} from './host-messages.ts';
// Model calls heard while they arrive
export { type LlmStream, type LlmStreamEnd, startLlmStream } from './llm-stream.ts';
// Long-running tools: the tools
export { isLongRunning, longRunning, ownTools } from './long-running.ts';
// Loops
export { agentLoop } from './loop.ts';
export {
  type GateDecision,
  type GateMark,
  type LoopGate,
  openGate,
  type ParkAnswer,
  type ParkWish,
} from './loop-gate.ts';
export { type LoopOptions, type LoopParts, loopOptionNames } from './loop-options.ts';
export type { AgentLoopResult, LoopStatus } from './loop-result.ts';
// Tools of MCP servers
export { declaredMcpHandler } from './mcp-tools.ts';
// What agents may call
export { CODE_PLACE } from './permissions.ts';
export {
  type Plan,
  type PlanApproval,
  type PlanStep,
  type PlanStepStatus,
  planEntries,
  planFrom,
  planRender,
  planWithApproval,
} from './plan.ts';
// Sessions
export { currentSessionId, newSession, Session, SessionRegistry, sessionsKey } from './session.ts';
export { sessionCalls } from './session-calls.ts';
export { readSession, sessionTopic } from './session-facts.ts';
export { sessionKeeper } from './session-keeper.ts';
// Skills of loops
export { inheritedSkills } from './skill-options.ts';
export {
  type ForkStored,
  forkStoredSession,
  listSessions,
  loadStoredSession,
  type SessionQuery,
  type SessionRow,
  type StoredSession,
  storedSessionIds,
} from './stored-sessions.ts';
// Workers
export { subAgentKind, topLevelKind } from './sub-agent.ts';
export { lifecycleTools } from './subagent-tools.ts';
// Tools
export { toolBindingEffects } from './tool-binding.ts';
export { clearToolHooks, registerToolHook, type ToolHookCode } from './tool-hooks.ts';
export { asJsonSchema } from './tool-json-schema.ts';
export { callTool } from './tool-run.ts';
export {
  type SurfaceDiagnostic,
  type SurfaceReport,
  toolSurface,
} from './tool-surface.ts';
export { type SynthesizedTool, toolSynthesis } from './tool-synthesis.ts';
export { formatToolResult, parseToolCalls, type TextCall, toolPrompt } from './tool-text.ts';
export {
  executorOf,
  parameterSchema,
  type Tool,
  type ToolCallSite,
  type ToolExecutor,
  type ToolHandler,
  toTool,
} from './tools.ts';
export { suspendTopLevel } from './top-level.ts';
export {
  isMessage,
  Transcript,
  type TranscriptEvent,
  type TranscriptMessage,
  type TranscriptState,
  textOfContent,
} from './transcript.ts';
export { transcriptCalls, transcripts } from './transcript-calls.ts';
export { readMessages, readTranscript } from './transcript-read.ts';
export type { TranscriptStats } from './transcript-view.ts';
