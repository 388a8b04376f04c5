// The tokens that one execution may use, shared by the stages that run beside each other: a stage that says how much it
// may use has that much put aside while it runs, so that together they cannot go beyond the whole.
import { accountOf, type RunContext, SpendAccount } from '../run/index.ts';
import type { WorkflowNode } from './graph.ts';

/** Kinds that may ask a model. */
const ASKING: ReadonlySet<string> = new Set(['stage', 'verify', 'map', 'subagent']);

export class TokenBudget {
  readonly #account: SpendAccount;

  constructor(ctx: RunContext, limit: number | undefined) {
    this.#account = new SpendAccount(accountOf(ctx), limit, { isCap: true });
  }

  /** What the record says of it. */
  get facts(): { readonly limit: number; readonly spent: number } | null {
    const { limit, spent } = this.#account;
    return limit === undefined ? null : { limit, spent };
  }

  /** Whether a stage may begin beside those that run. */
  fits(node: WorkflowNode): boolean {
    const { left } = this.#account;
    if (left === undefined || !ASKING.has(node.kind)) return true;
    return left > 0 && (wantedBy(node) ?? 0) <= left;
  }

  /** What pays for a stage; close it when the stage has ended. */
  open(node: WorkflowNode): SpendAccount {
    return new SpendAccount(this.#account, wantedBy(node));
  }

  close(): void {
    this.#account.close();
  }
}

function wantedBy({ kind, model_policy: policy }: WorkflowNode): number | undefined {
  const wanted = policy['token_budget'];
  return ASKING.has(kind) && typeof wanted === 'number' && wanted > 0 ? wanted : undefined;
}
