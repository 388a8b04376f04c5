// What a loop gives back, in the published shape: status and text, what the model calls cost, what the tools did, the
// transcript.
import type { JsonObject } from '../../base/index.ts';
import type { GateDecision } from './loop-gate.ts';
import type { LoopPlan } from './loop-options.ts';
import type { Session } from './session.ts';
import { TaskLedger } from './task-ledger.ts';
import type { SurfaceDiagnostic } from './tool-surface.ts';
import type { TurnResult } from './turn.ts';

/** How a loop can end. `idle` and `watchdog` belong to daemons. */
export type LoopStatus =
  | 'done'
  | 'stuck'
  | 'budget_exhausted'
  | 'idle'
  | 'watchdog'
  | 'failed'
  | 'suspended';

export type AgentLoopResult = {
  readonly status: LoopStatus;
  /** Everything the model said, turn by turn. */
  readonly text: string;
  /** What it said last, for people: without tags and calls. */
  readonly visible_text: string;
  readonly llm: {
    readonly iterations: number;
    readonly duration_ms: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cost_usd: number;
  };
  readonly tools: {
    readonly calls: readonly string[];
    readonly successful: readonly string[];
    readonly rejected: readonly string[];
    readonly mode: string;
  };
  readonly session_id: string;
  readonly deferred_user_messages: readonly string[];
  readonly daemon_state: string;
  readonly daemon_snapshot_path: string | null;
  readonly task_ledger: JsonObject;
  readonly trace: JsonObject;
  readonly transcript: JsonObject;
  /** Of a suspended loop. */
  readonly reason?: string;
  readonly initiator?: string;
  readonly conditions?: JsonObject | null;
  readonly iterations_completed?: number;
  readonly final_status?: 'suspended';
  readonly stop_reason?: 'suspended';
  /** The worker to resume; null when it is for whoever stopped the loop to go on with its session. */
  readonly handle?: JsonObject | null;
};

/** What the turns of one loop add up to. */
export class LoopTotals {
  readonly #texts: string[] = [];
  readonly called: string[] = [];
  readonly successful: string[] = [];
  readonly #rejected: string[] = [];
  #visible = '';
  #iterations = 0;
  #durationMs = 0;
  inputTokens = 0;
  outputTokens = 0;
  /** Turns whose price is not known count as nothing. */
  costUsd = 0;
  fallbacks = 0;
  /** What was found about the tools before the first turn. */
  surface: readonly SurfaceDiagnostic[] = [];
  compactions = 0;
  #refusedFallbacks = 0;
  readonly #ledger = new TaskLedger();
  #emptyCompletions = 0;
  /** What was said and is left for who started the loop. */
  deferred: readonly string[] = [];

  get iterations(): number {
    return this.#iterations;
  }

  /** What the model said last, for people. */
  get lastText(): string {
    return this.#visible;
  }

  /** Goes on from what an earlier loop came to. */
  goOnFrom(iterations: number, inputTokens: number, outputTokens: number): void {
    this.#iterations += iterations;
    this.inputTokens += inputTokens;
    this.outputTokens += outputTokens;
  }

  get tokens(): number {
    return this.inputTokens + this.outputTokens;
  }

  add(turn: TurnResult, session: Session, progressTool?: string): void {
    if (progressTool !== undefined) this.#ledger.note(turn, progressTool);
    this.#iterations += 1;
    this.#durationMs += turn.duration_ms;
    this.inputTokens += turn.input_tokens;
    this.outputTokens += turn.output_tokens;
    this.costUsd += turn.cost_usd ?? 0;
    if (turn.text !== '') this.#texts.push(turn.text);
    this.#visible = turn.visible_text;
    this.#emptyCompletions += turn.empty_completions ?? 0;
    for (const { tool_name: name, status } of turn.tools) {
      addOnce(this.called, name);
      if (status === 'ok') addOnce(this.successful, name);
      if (status === 'rejected') addOnce(this.#rejected, name);
    }
    if (turn.fallback === 'none') return;
    this.fallbacks += 1;
    if (turn.fallback === 'rejected') this.#refusedFallbacks += 1;
    const metadata = { accepted: turn.fallback === 'accepted', iteration: this.#iterations };
    const event = {
      kind: 'native_tool_fallback',
      role: 'system',
      visibility: 'internal',
      metadata,
    };
    session.note((transcript) => transcript.withEvent(event));
  }

  result(
    { plan, task }: { readonly plan: LoopPlan; readonly task: string },
    session: Session,
    status: LoopStatus,
    suspension: Extract<GateDecision, { kind: 'suspend' }> | undefined,
  ): AgentLoopResult {
    return {
      status,
      text: this.#texts.join('\n'),
      visible_text: this.#visible,
      llm: {
        iterations: this.#iterations,
        duration_ms: this.#durationMs,
        input_tokens: this.inputTokens,
        output_tokens: this.outputTokens,
        cost_usd: this.costUsd,
      },
      tools: {
        calls: this.called,
        successful: this.successful,
        rejected: this.#rejected,
        mode: plan.tools.size === 0 ? 'none' : plan.toolFormat,
      },
      session_id: session.id,
      deferred_user_messages: this.deferred,
      daemon_state: status,
      daemon_snapshot_path: plan.daemon?.persistPath ?? null,
      task_ledger: this.#ledger.toJson(task),
      trace: {
        native_text_tool_fallbacks: this.fallbacks,
        native_text_tool_fallback_rejections: this.#refusedFallbacks,
        empty_completion_retries: this.#emptyCompletions,
        compactions: this.compactions,
        tool_surface: this.surface,
      },
      transcript: session.transcript.toJson(),
      ...(suspension === undefined
        ? {}
        : {
            reason: suspension.reason,
            initiator: suspension.initiator,
            conditions: suspension.conditions ?? null,
            iterations_completed: this.#iterations,
            final_status: 'suspended',
            stop_reason: 'suspended',
            handle: null,
          }),
    };
  }
}

function addOnce(names: string[], name: string): void {
  if (!names.includes(name)) names.push(name);
}
