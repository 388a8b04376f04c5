// People in TypeScript: `harness.interaction`, what the language calls, spelled in camelCase.
import type { Json, JsonObject } from '../../base/index.ts';
import { type Plan, planFrom, planWithApproval } from '../agent/index.ts';
import {
  type ApprovalOptions,
  type ApprovalRecord,
  type AskOptions,
  askUser,
  dualControl,
  type EscalationHandle,
  escalateTo,
  hitlPending,
  type PendingFilters,
  requestApproval,
} from '../human/index.ts';
import { callHandler, type RunContext, type Suspending } from '../run/index.ts';
import { need } from './arguments.ts';
import { notData } from './family.ts';
import type { LaneFn } from './tasks.ts';
import type { Harness } from './tree.ts';

/** Asking people. */
export interface InteractionHandle {
  /**
   * Asks a person and waits for the answer, durably: a run that is parked, killed or resumed elsewhere meanwhile goes
   * on with it. Rejects with `HARN-HIL-004` when nobody answers in time and there is no default.
   *
   * @example
   * const size = await harness.interaction.askUser('How many?', { default: 1, timeout: '2h' });
   */
  askUser<T extends Json = Json>(prompt: string, options?: AskOptions): Promise<T>;
  /** Asks with a hint about the sort of answer for whoever shows the question. */
  ask(question: string, kind?: string): Promise<Json>;
  /**
   * Waits until enough people approve an action, durably. Rejects with `HARN-HIL-007` when one of them denies it, and with
   * `HARN-HIL-004` when the deadline (a day) is over.
   *
   * @example
   * const { reviewers } = await harness.interaction.requestApproval('deploy', { quorum: 2 });
   */
  requestApproval(action: string, options?: ApprovalOptions): Promise<ApprovalRecord>;
  /**
   * Asks people to approve a plan and gives it with their approval; rejects as `requestApproval` does.
   *
   * @example
   * const { approval } = await harness.interaction.requestPlanApproval({ summary: 'Move it', steps: [] });
   */
  requestPlanApproval(plan: JsonObject, options?: ApprovalOptions): Promise<Plan>;
  /** Calls `act` only after `n` of `m` people have approved it; `name` tells them what it is. */
  dualControl<R>(
    n: number,
    m: number,
    act: LaneFn<[], R>,
    options?: { readonly name?: string; readonly approvers?: readonly string[] },
  ): Promise<R>;
  /** Waits, without a limit, until somebody of a role takes over. Rejects with `HARN-HIL-007` when they refuse. */
  escalateTo(role: string, reason: string): Promise<EscalationHandle>;
  /** What people have been asked and not answered yet, of all runs of the store, newest first. */
  hitlPending(filters?: PendingFilters): Promise<readonly Json[]>;
}

/** The interaction handle of a context. */
export function interactionHandle(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): InteractionHandle {
  const lane = (body: Parameters<typeof ctx.runFromLane>[1]) =>
    ctx.runFromLane(ctx.task.nextGroup('ask'), body) as Promise<never>;
  return notData('harness.interaction', {
    askUser: async (prompt: string, options?: AskOptions) => {
      need('harness.interaction.askUser', 'the question', 'a text', prompt);
      return lane((inner) => askUser(inner, prompt, options));
    },
    ask: async (question: string, kind?: string) => {
      need('harness.interaction.ask', 'the question', 'a text', question);
      const details = kind === undefined ? null : { answer_kind: kind };
      return lane((inner) => askUser(inner, question, {}, details));
    },
    requestApproval: (action: string, options?: ApprovalOptions) =>
      lane((inner) => requestApproval(inner, action, options)),
    requestPlanApproval: (given: JsonObject, options?: ApprovalOptions) =>
      lane(function* (inner) {
        const plan = planFrom(given);
        const words = plan.title || plan.summary || 'a plan';
        const asked = { args: plan as unknown as Json, ...options };
        const record = yield* requestApproval(inner, words, asked);
        return planWithApproval(given, record as unknown as Json);
      }),
    dualControl: <R>(
      n: number,
      m: number,
      act: LaneFn<[], R>,
      options: { readonly name?: string; readonly approvers?: readonly string[] } = {},
    ) => {
      const { name = act.name === '' ? 'an action' : act.name, approvers } = options;
      const run = (inner: RunContext) => act(harnessFor(inner));
      const handler = { kind: 'async', name, run } as const;
      const call = (inner: RunContext) => callHandler(inner, handler, []) as Suspending<R>;
      return lane((inner) => dualControl(inner, { n, m, name, approvers, act: call }));
    },
    escalateTo: (role: string, reason: string) => lane((inner) => escalateTo(inner, role, reason)),
    hitlPending: (filters?: PendingFilters) =>
      lane((inner) => hitlPending(inner, (filters ?? null) as Json)),
  });
}
