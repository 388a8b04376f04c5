// Front door of llm: asking models, the calls in flight, mocks and tapes, tokens in the record.
// Calls

export {
  type LlmCallEnvelope,
  type LlmParts,
  llmCall,
  llmCallEffect,
  llmCallSafe,
  requestLlmCall,
} from './call.ts';
export { callBudget } from './call-budget.ts';
// Calls in flight
export { LlmCallRegistry, llmCallsKey, type OpenLlmCall } from './call-registry.ts';
export {
  llmCallStructuredResult,
  type StructuredResult,
  type StructuredResultOptions,
} from './call-result.ts';
export {
  llmCallStructured,
  llmCallStructuredSafe,
  type StructuredEnvelope,
  type StructuredOptions,
} from './call-structured.ts';
// The catalog
export type { ModelCapabilities } from './catalog/capabilities.ts';
export { Catalog, catalogKey } from './catalog/catalog.ts';
export {
  contextWindow,
  listModels,
  llmCatalogEffects,
  type ModelRow,
} from './catalog/catalog-effects.ts';
export {
  describeModel,
  likelyModel,
  listProviders,
  type ModelDetails,
  type ProviderSummary,
  refusePrefix,
} from './catalog/describe.ts';
export { loadLlmTables } from './catalog/load-tables.ts';
export type { ModelTier, ResolvedModel } from './catalog/models.ts';
export { LLM_TABLES, type LlmFieldKind, type LlmTables, readTables } from './catalog/tables.ts';
export { llmCompletion } from './completion.ts';
// Settings of a run
export { type LlmConfig, llmConfigKey } from './config.ts';
export type { LlmDelta } from './delta.ts';
// Model objects of the AI SDK
export { generateDurably } from './durable-call.ts';
export { assertModel, type DurableModel, type ModelOptions, modelCall } from './durable-model.ts';
export { streamDurably } from './durable-stream.ts';
// Errors
export {
  failureAgain,
  isBudgetSpent,
  isEmptyAnswer,
  type LlmErrorCategory,
  type LlmFailure,
  llmErrors,
} from './errors.ts';
export type { Experiment, ExperimentFacts } from './experiment.ts';
export { llmEffects } from './family.ts';
export type { Health, HealthOptions } from './healthcheck.ts';
// Messages that stay as they are
export { lasting } from './messages.ts';
// Prepared answers
export {
  type LlmMock,
  type LlmMockCall,
  llmMockEffects,
  llmMocksKey,
  parseMock,
} from './mock.ts';
export { type LlmOptions, llmOptionNames } from './options.ts';
export { llmRateEffects, type RateOptions, withRateLimit } from './rate.ts';
export type {
  LlmContentBlock,
  LlmMessage,
  LlmOutput,
  LlmReasoning,
  LlmRequest,
  LlmTool,
  LlmToolCall,
} from './request.ts';
export {
  jsonIn,
  type LlmAnswerBlock,
  type LlmResult,
  type LlmStopReason,
  type LlmUsage,
} from './result.ts';
export { destination as llmDestination } from './route.ts';
// Schemas
export { schemaProblems } from './schema-check.ts';
// Choosing among what can become of open work
export { modelDecider } from './settlement-decider.ts';
// Spending
export { type LlmSessionCost, type LlmSessionUsage, llmSpendEffects } from './spend-effects.ts';
// Tapes
export { tapeKey } from './tape.ts';
// Tools that are kept back
export { parseToolSearch, searchTool, splitTools, type ToolSearch } from './tool-search.ts';
export { type TraceEvent, type TraceSummary, trace } from './trace.ts';
// The record and the end of a run
export { llmUnsettledSource } from './unsettled.ts';
export { type LlmUsageRecord, llmUsageSection } from './usage.ts';
