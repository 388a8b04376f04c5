// The tokens that one execution may use, shared by the stages that run beside each other: a stage that says how much it
// may use has that much put aside while it runs, so that together they cannot go beyond the whole.
import type { WorkflowNode } from './graph.ts';
import type { StageUsage } from './stage.ts';

/** Kinds that may ask a model. */
const ASKING: ReadonlySet<string> = new Set(['stage', 'verify', 'map', 'subagent']);

export class TokenBudget {
  readonly #limit: number | undefined;
  #spent = 0;
  #reserved = 0;

  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  /** What the record says of it. */
  get facts(): { readonly limit: number; readonly spent: number } | null {
    return this.#limit === undefined ? null : { limit: this.#limit, spent: this.#spent };
  }

  /** Whether a stage may begin beside those that run. */
  fits(node: WorkflowNode): boolean {
    if (this.#limit === undefined || !ASKING.has(node.kind)) return true;
    const left = this.#limit - this.#spent - this.#reserved;
    return left > 0 && wantedBy(node) <= left;
  }

  reserve(node: WorkflowNode): void {
    this.#reserved += wantedBy(node);
  }

  /** A stage has ended: what it used is spent, the rest of what was put aside is free again. */
  settle(node: WorkflowNode, usage: StageUsage | null): void {
    this.#reserved -= wantedBy(node);
    this.#spent += usage === null ? 0 : usage.input_tokens + usage.output_tokens;
  }
}

function wantedBy({ kind, model_policy: policy }: WorkflowNode): number {
  const wanted = policy['token_budget'];
  return ASKING.has(kind) && typeof wanted === 'number' && wanted > 0 ? wanted : 0;
}
