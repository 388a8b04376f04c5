// The names that spans carry. OpenTelemetry's GenAI conventions where one exists, `harn.*` for what is ours. Names are
// a contract with whoever looks at traces: add, never rename.

/** Attributes of generative AI calls, as OpenTelemetry names them. */
export const GEN_AI = {
  system: 'gen_ai.system',
  providerName: 'gen_ai.provider.name',
  operationName: 'gen_ai.operation.name',
  conversationId: 'gen_ai.conversation.id',
  outputType: 'gen_ai.output.type',
  requestModel: 'gen_ai.request.model',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  requestTemperature: 'gen_ai.request.temperature',
  requestTopP: 'gen_ai.request.top_p',
  requestSeed: 'gen_ai.request.seed',
  requestStopSequences: 'gen_ai.request.stop_sequences',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  responseFinishReasons: 'gen_ai.response.finish_reasons',
  usageInputTokens: 'gen_ai.usage.input_tokens',
  usageOutputTokens: 'gen_ai.usage.output_tokens',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  toolType: 'gen_ai.tool.type',
} as const;

/** Attributes of our own. Never the content of inputs, conditions or transcripts. */
export const HARN = {
  kind: 'harn.kind',
  name: 'harn.name',
  linkKind: 'harn.link.kind',
  runId: 'harn.run.id',
  taskId: 'harn.task.id',
  ordinal: 'harn.effect.ordinal',
  effect: 'harn.effect.name',
  effectClass: 'harn.effect.class',
  replayed: 'harn.replayed',
  errorCode: 'harn.error.code',
} as const;

/** What a span is about: the value of `harn.kind`. */
export type SpanKind =
  | 'pipeline'
  | 'fn_call'
  | 'llm_call'
  | 'tool_call'
  | 'mcp_call'
  | 'import'
  | 'parallel'
  | 'spawn'
  | 'step'
  | 'vm_setup'
  | 'suspension'
  | 'resume'
  | 'drain'
  | 'drain_decision'
  | 'pool_submit'
  | 'pool_dequeue'
  | 'channel_emit'
  | 'channel_match'
  | 'user_timing';

/** Why one span points to another: the value of `harn.link.kind` on a link. */
export type LinkKind = 'causal' | 'pipeline' | 'suspension' | 'drain' | 'pool_submit';

/** Metadata keys of lifecycle and pool spans, as they stand in records. */
export const SPAN_METADATA = {
  action: 'action',
  blocked: 'blocked',
  continueTranscript: 'continue_transcript',
  error: 'error',
  hadResumeInput: 'had_resume_input',
  handle: 'handle',
  hasConditions: 'has_conditions',
  idempotencyKey: 'idempotency_key',
  initiator: 'initiator',
  itemId: 'item_id',
  iterations: 'iterations',
  key: 'key',
  linkedSuspensionCount: 'linked_suspension_count',
  parentWorkerId: 'parent_worker_id',
  pipelineId: 'pipeline_id',
  pipelineSpanId: 'pipeline_span_id',
  pool: 'pool',
  poolId: 'pool_id',
  priority: 'priority',
  queuedForMs: 'queued_for_ms',
  reason: 'reason',
  slotIndex: 'slot_index',
  status: 'status',
  taskId: 'task_id',
  workerId: 'worker_id',
} as const;
