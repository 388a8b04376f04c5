// The end of a run in TypeScript: the root methods of the harness, on_finish and hooks. All of it is what the language
// calls, spelled in camelCase.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type AuditEntry,
  type FinishCallback,
  lifecycleAgent,
  lifecycleRoot,
} from '../lifecycle/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import {
  type ReceiptEntry,
  type ReceiptKind,
  receiptsSnapshot,
  verifyReceipt,
} from '../work/index.ts';
import { type AgentMethods, agentMethods } from './agent.ts';
import { keptCallback, need } from './arguments.ts';
import { type NoteMethods, noteMethods } from './notes.ts';
import { type LogMethods, logMethods } from './observe.ts';
import { type PoolMethods, poolMethods } from './pool.ts';
import { type SynthesisMethods, synthesisMethods } from './tool-surface.ts';
import { type TranscriptMethods, transcriptMethods } from './transcripts.ts';
import type { Harness } from './tree.ts';
import { type WorkerMethods, workerMethods } from './worker.ts';
import { type WorkflowMethods, workflowMethods } from './workflow.ts';

/** An on_finish callback: its result replaces the value of the run. */
export type OnFinish =
  | FinishCallback
  | ((harness: Harness, value: Json) => Promise<unknown> | unknown);

/**
 * A hook: `nil`, a bool or a control dict (`{block: true, reason}`, `{modify: payload}`) decides. What it does goes
 * through the harness it is handed; the one of the body may have returned by then.
 */
export type Hook = (event: JsonObject, harness: Harness) => Promise<unknown> | unknown;

/** What a run can see and settle of its own open work. */
export interface RootMethods {
  unsettledState(): Promise<JsonObject>;
  isEmpty(state?: Json): Promise<boolean>;
  counts(state?: Json): Promise<JsonObject>;
  summary(state?: Json): Promise<string>;
  currentPipelineId(): string | null;
  resumeSubagent(handle: Json, input?: Json): Promise<Json>;
  cancelSubagent(handle: Json, reason?: string): Promise<Json>;
  /** Queues work for another pipeline, durably; it is delivered as a run of its own. */
  handoffTo(target: string, payload?: Json): Promise<JsonObject>;
  acknowledgeHandoff(id: string, decision?: Json): Promise<JsonObject>;
  acknowledgeTrigger(id: string): Promise<JsonObject>;
  deferTrigger(id: string, target?: string): Promise<JsonObject>;
  /** Waits until nothing is open, nothing can move by itself, or `max` (ms or `"30s"`) has passed. */
  waitForAnySettlement(max?: number | string): Promise<JsonObject>;
  emitAudit(kind: string, payload?: Json): Promise<JsonObject>;
  finalize(disposition?: Json): Promise<JsonObject>;
  spawnSettlementAgent(unsettled?: Json, returnValue?: Json, options?: Json): Promise<JsonObject>;
}

type Root = typeof lifecycleRoot;

/** The root methods of a context. */
export function rootMethods(ctx: RunContext): RootMethods {
  const run =
    (method: keyof Root) =>
    (...args: readonly (Json | undefined)[]) =>
      ctx.runFromLane(ctx.task.nextGroup('call'), (inner) =>
        (
          lifecycleRoot[method] as unknown as (
            c: RunContext,
            ...a: readonly Json[]
          ) => Suspending<Json>
        )(inner, ...args.filter((arg) => arg !== undefined)),
      ) as never;
  return {
    unsettledState: run('unsettled_state'),
    isEmpty: run('is_empty'),
    counts: run('counts'),
    summary: run('summary'),
    currentPipelineId: () => lifecycleRoot.current_pipeline_id(ctx),
    resumeSubagent: run('resume_subagent'),
    cancelSubagent: run('cancel_subagent'),
    handoffTo: run('handoff_to'),
    acknowledgeHandoff: run('acknowledge_handoff'),
    acknowledgeTrigger: run('acknowledge_trigger'),
    deferTrigger: run('defer_trigger'),
    waitForAnySettlement: run('wait_for_any_settlement'),
    emitAudit: run('emit_audit'),
    finalize: run('finalize'),
    spawnSettlementAgent: run('spawn_settlement_agent'),
  };
}

/** What is registered for the rest of a run. */
export interface AgentHandle
  extends AgentMethods,
    SynthesisMethods,
    PoolMethods,
    TranscriptMethods,
    WorkerMethods,
    WorkflowMethods {
  /** The last registration counts. Use a preset (`onFinishDrain`, ...) or a function of your own. */
  pipelineOnFinish(callback: OnFinish): void;
  registerSessionHook(event: string, hook: Hook, pattern?: string): void;
  clearSessionHooks(): void;
}

/** The agent handle of a context. */
export function agentHandle(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): AgentHandle {
  return {
    ...poolMethods(ctx, harnessFor),
    ...workerMethods(ctx, harnessFor),
    ...workflowMethods(ctx, harnessFor),
    ...agentMethods(ctx, harnessFor),
    ...synthesisMethods(ctx),
    ...transcriptMethods(ctx),
    pipelineOnFinish: (callback) => {
      lifecycleAgent.pipeline_on_finish(ctx, finishHandler(callback, harnessFor));
    },
    registerSessionHook: (event, hook, pattern) => {
      need('registerSessionHook', 'the hook', 'a function', hook);
      const handler: Handler = {
        kind: 'async',
        name: hook.name,
        run: async (lane, [payload]) => hook(payload as JsonObject, harnessFor(lane)),
      };
      lifecycleAgent.register_session_hook(ctx, event, pattern, handler);
    },
    clearSessionHooks: () => {
      lifecycleAgent.clear_session_hooks(ctx);
    },
  };
}

function finishHandler(given: OnFinish, harnessFor: (ctx: RunContext) => Harness): Handler {
  if (typeof given === 'object' && given !== null && typeof given.run === 'function') return given;
  return keptCallback('pipelineOnFinish', given as Exclude<OnFinish, FinishCallback>, harnessFor);
}

/** What a run observes about itself. */
export interface ObsHandle extends LogMethods, NoteMethods {
  /** The lifecycle audits so far. */
  pipelineLifecycleAuditLogSnapshot(): readonly AuditEntry[];
  /** The same, removed from the log of this run. */
  pipelineLifecycleAuditLogTake(): readonly AuditEntry[];
  /** The signed receipts of this run so far: suspensions, resumptions, decisions of its settlement. */
  lifecycleReceiptsSnapshot(): readonly ReceiptEntry[];
  /** Throws HARN-SUS-013 when a receipt (the `payload` of an entry) is not what was signed. */
  verifyLifecycleReceiptSignature(kind: ReceiptKind, receipt: Json): void;
}

/** The obs handle of a context. */
export function obsHandle(ctx: RunContext): ObsHandle {
  return {
    ...logMethods(ctx),
    ...noteMethods(ctx),
    pipelineLifecycleAuditLogSnapshot: () =>
      lifecycleAgent.pipeline_lifecycle_audit_log_snapshot(ctx),
    pipelineLifecycleAuditLogTake: () => lifecycleAgent.pipeline_lifecycle_audit_log_take(ctx),
    lifecycleReceiptsSnapshot: () => receiptsSnapshot(ctx),
    verifyLifecycleReceiptSignature: (kind, receipt) => verifyReceipt(ctx, kind, receipt),
  };
}
