// The work of a stage: code of the program, one model call, or an agent loop. Which of them a node means is decided
// here and nowhere else.
import { dataText, HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  agentLoop,
  bodyOf,
  type LoopOptions,
  Transcript,
  type TranscriptMessage,
} from '../agent/index.ts';
import { type LlmOptions, llmCall } from '../llm/index.ts';
import {
  callHandler,
  journalErrors,
  type RunContext,
  runErrors,
  type Suspending,
} from '../run/index.ts';
import { toolNames } from './policy.ts';
import type { StageInput, StageUsage } from './stage.ts';
import { stagePrompt } from './stage-prompt.ts';

/** What the work gave. */
export interface WorkResult {
  readonly text: string;
  readonly reasoning: string | null;
  readonly data: Json;
  /** False: the work itself says that it did not succeed. */
  readonly ok: boolean;
  readonly outcome: string | null;
  readonly branch: string | null;
  /** For the next attempt, when this one did not succeed. */
  readonly feedback: string | null;
  readonly artifacts: readonly JsonObject[];
  readonly transcript: Json;
  readonly usage: StageUsage | null;
  readonly said: readonly TranscriptMessage[];
  readonly facts: JsonObject;
}

/** What an attempt knows besides its stage. */
export interface Attempt {
  readonly number: number;
  readonly feedback: string | null;
  /** What earlier attempts said in the session. */
  readonly said: readonly TranscriptMessage[];
  /** One item of a map. */
  readonly item: string | null;
}

const NOTHING = {
  text: '',
  reasoning: null,
  data: null,
  ok: true,
  outcome: null,
  branch: null,
  feedback: null,
  artifacts: [],
  transcript: null,
  usage: null,
  said: [],
  facts: {},
} as const satisfies WorkResult;

/** Whether a node asks anybody anything: a check may be deterministic. */
export function hasWork({ node, code }: StageInput): boolean {
  if (code.handler !== undefined || node.kind !== 'verify') return true;
  if (typeof node.verify?.['command'] === 'string') return false;
  const asks =
    node.mode !== null || node.prompt !== null || Object.keys(node.model_policy).length > 0;
  return asks || node.verify === null || node.verify['assert_text'] === undefined;
}

/** Does the work once. */
export function* doWork(
  ctx: RunContext,
  input: StageInput,
  attempt: Attempt,
): Suspending<WorkResult> {
  const { node, code } = input;
  if (!hasWork(input)) return { ...NOTHING, text: input.selected.map(bodyOf).join('\n') };
  if (code.handler !== undefined) return yield* callCode(ctx, input, attempt);
  const isAgent = node.mode === 'agent' || (node.mode === null && toolNames(node.tools).length > 0);
  return isAgent ? yield* askAgent(ctx, input, attempt) : yield* askModel(ctx, input, attempt);
}

function* callCode(ctx: RunContext, input: StageInput, attempt: Attempt): Suspending<WorkResult> {
  const { node, task, selected, code, stageId } = input;
  const { prompt, context } = stagePrompt(input, attempt.feedback, attempt.item);
  const given = {
    task,
    prompt,
    context,
    node_id: node.id,
    stage_id: stageId,
    attempt: attempt.number,
    feedback: attempt.feedback,
    item: attempt.item,
    artifacts: selected as unknown as Json,
    execution: input.execution,
  };
  const result = (yield* callHandler(ctx, code.handler as never, [given])) as Json | undefined;
  return codeResult(result ?? null);
}

/** A text, a truth value, or `{text, ok, outcome, branch, feedback, artifacts, data}`. */
function codeResult(value: Json): WorkResult {
  if (typeof value === 'string') return { ...NOTHING, text: value };
  if (typeof value === 'boolean')
    return { ...NOTHING, ok: value, data: value, text: String(value) };
  if (!isJsonObject(value)) {
    return { ...NOTHING, data: value, text: value === null ? '' : dataText(value) };
  }
  const text = (field: string) => {
    const found = value[field];
    return typeof found === 'string' ? found : null;
  };
  const artifacts = value['artifacts'];
  const ok = value['ok'] ?? value['success'];
  return {
    ...NOTHING,
    text: text('text') ?? text('visible_text') ?? dataText(value),
    data: value['data'] ?? value,
    ok: ok !== false,
    outcome: text('outcome'),
    branch: text('branch'),
    feedback: text('feedback'),
    artifacts: Array.isArray(artifacts) ? artifacts.filter(isJsonObject) : [],
  };
}

/** Fields of a model policy that are not options of a call. */
const LOOP_ONLY: ReadonlySet<string> = new Set([
  ...['session_id', 'profile', 'persistent', 'max_iterations', 'max_nudges', 'nudge'],
  ...['done_sentinel', 'tool_format', 'native_tool_fallback', 'tool_retries', 'tool_backoff_ms'],
  ...['max_concurrent_tools', 'stop_after_successful_tools', 'require_successful_tools'],
  ...['token_budget', 'max_cost_usd', 'compact_threshold', 'compact_keep_last', 'compaction'],
  ...['compact_keep_first', 'compact_strategy', 'auto_compact', 'tool_output_max_chars'],
  ...['hard_limit_tokens', 'hard_limit_strategy'],
  ...['policy', 'permissions', 'approval_policy', 'skills', 'skill_match', 'working_files'],
]);

function* askModel(ctx: RunContext, input: StageInput, attempt: Attempt): Suspending<WorkResult> {
  const { node, history, sessionId } = input;
  const { prompt, context } = stagePrompt(input, attempt.feedback, attempt.item);
  const asked: TranscriptMessage = { role: 'user', content: prompt };
  const before = attempt.item === null ? [...history, ...attempt.said] : [];
  const policy = Object.entries(node.model_policy).filter(([name]) => !LOOP_ONLY.has(name));
  const schema = node.output_contract['schema'];
  const options = {
    ...Object.fromEntries(policy),
    ...(isJsonObject(schema) ? { schema, output_validation: 'error' } : {}),
    messages: [...before, asked].map(asLlmMessage),
  } as LlmOptions;
  const answer = yield* llmCall(ctx, prompt, node.system, options);
  const replied: TranscriptMessage = { role: 'assistant', content: answer.text };
  const said = [...attempt.said, asked, replied];
  const transcript = transcriptOf(sessionId, [...(attempt.item === null ? history : []), ...said]);
  return {
    ...NOTHING,
    text: answer.visible_text,
    reasoning: answer.thinking,
    data: answer.data,
    transcript,
    said,
    usage: {
      input_tokens: answer.input_tokens,
      output_tokens: answer.output_tokens,
      total_duration_ms: answer.duration_ms,
      call_count: 1,
      total_cost: answer.cost_usd ?? 0,
      models: [answer.model],
    },
    facts: { prompt, system_prompt: node.system, rendered_context: context },
  };
}

function* askAgent(ctx: RunContext, input: StageInput, attempt: Attempt): Suspending<WorkResult> {
  const { node, code, sessionId, effectivePolicy, skills } = input;
  const { prompt, context } = stagePrompt(input, attempt.feedback, attempt.item);
  const allowed = effectivePolicy['tools'];
  const names = Array.isArray(allowed) ? (allowed as readonly Json[]) : [];
  const tools = (code.tools ?? []).filter(({ name }) => names.length === 0 || names.includes(name));
  const sentinel = node.done_sentinel === null ? {} : { done_sentinel: node.done_sentinel };
  const session = attempt.item === null ? { session_id: sessionId } : {};
  const approvals =
    Object.keys(node.approval_policy).length === 0 ? {} : { approval_policy: node.approval_policy };
  const options = {
    ...skills?.options,
    ...node.auto_compact,
    ...node.model_policy,
    ...sentinel,
    ...session,
    ...approvals,
  } as LoopOptions;
  const result = yield* agentLoop(ctx, prompt, node.system, options, {
    tools,
    permissionCode: code.permissionCode ?? [],
    ...(skills?.list === undefined ? {} : { skills: skills.list }),
  });
  const { llm } = result;
  const model = node.model_policy['model'];
  return {
    ...NOTHING,
    text: result.visible_text,
    ok: result.status === 'done' || result.status === 'idle',
    outcome: result.status === 'done' ? null : result.status,
    transcript: result.transcript,
    usage: {
      input_tokens: llm.input_tokens,
      output_tokens: llm.output_tokens,
      total_duration_ms: llm.duration_ms,
      call_count: llm.iterations,
      total_cost: llm.cost_usd,
      models: typeof model === 'string' ? [model] : [],
    },
    facts: {
      prompt,
      system_prompt: node.system,
      rendered_context: context,
      tool_calling_mode: result.tools.mode,
      tools: {
        calls: result.tools.calls,
        successful: result.tools.successful,
        rejected: result.tools.rejected,
      },
    },
  };
}

/** Messages as a transcript document. */
export function transcriptOf(id: string, messages: readonly TranscriptMessage[]): JsonObject {
  return Transcript.empty(id)
    .append(...messages)
    .toJson();
}

function asLlmMessage({ role, content }: TranscriptMessage): JsonObject {
  const known = role === 'assistant' || role === 'system' ? role : 'user';
  return { role: known, content: typeof content === 'string' ? content : JSON.stringify(content) };
}

/** Whether an error ends the task or the program instead of the stage. */
export function endsMore(
  ctx: RunContext,
  error: unknown,
  isAbort: (error: unknown) => boolean,
): boolean {
  if (isAbort(error)) return true;
  if (HarnError.is(error)) {
    if (error.code === journalErrors.$code('outcomeUnknown')) return false;
    if (error.code.startsWith('HARN-JRN-')) return true;
    return (
      error.code === runErrors.$code('cancelled') || error.code === runErrors.$code('deadline')
    );
  }
  return !(error instanceof Error) && ctx.run.codec?.toJson(error) === undefined;
}
