// What a loop may use: turns (a number, or one that grows while the work gets on), tokens, and time. Looked at before
// every turn; dollars are looked at with the price of the next call, by whoever makes it.
import { clockEffects } from '../io/index.ts';
import { accountOf, type RunContext, type Suspending } from '../run/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import { type IterationBudget, IterationLimit } from './iteration-budget.ts';

type Exhausted = 'iterations' | 'tokens' | 'cost' | 'wall_clock';

interface Limited {
  readonly ctx: RunContext;
  readonly plan: { readonly iterations: IterationBudget; readonly maxDurationMs: number };
  readonly emit: (event: AgentEventBody) => Suspending<void>;
}

export class LoopLimits {
  readonly #of: Limited;
  readonly #turns: IterationLimit;
  /** When the loop began; looked at only where it may not take for ever. */
  #startMs = 0;

  constructor(of: Limited) {
    this.#of = of;
    this.#turns = new IterationLimit(of.plan.iterations);
  }

  /** Something was achieved. */
  noteProgress(): void {
    this.#turns.noteProgress();
  }

  /** Whether no turn comes after this one, whatever happens. */
  isLast(iteration: number): boolean {
    return iteration >= this.#turns.limit && this.#of.plan.iterations.extendBy === 0;
  }

  /** Whether this turn may not begin; said as an event. */
  *isOver(iteration: number): Suspending<boolean> {
    let kind: Exhausted | undefined;
    if (iteration > this.#turns.limit && !(yield* this.#extended(iteration))) kind = 'iterations';
    // What its tools asked counts, and so does what is left above.
    else if (accountOf(this.#of.ctx).view.exceeded) kind = 'tokens';
    else if (this.#isLate(iteration)) kind = 'wall_clock';
    if (kind === undefined) return false;
    yield* this.exhausted(kind);
    return true;
  }

  *exhausted(kind: Exhausted): Suspending<void> {
    const late = kind === 'wall_clock' ? { wall_clock_ms: this.#of.plan.maxDurationMs } : {};
    const max_iterations = this.#turns.limit;
    yield* this.#of.emit({ type: 'budget_exhausted', max_iterations, kind, ...late });
  }

  /** The limit grows while the work gets on. */
  *#extended(iteration: number): Suspending<boolean> {
    const decision = this.#turns.decide();
    if (decision === undefined) return false;
    const { action, oldLimit: old_limit, newLimit: new_limit, reason } = decision;
    yield* this.#of.emit({
      type: 'loop_control_decision',
      iteration,
      action: 'extend_iterations',
      old_limit,
      new_limit,
      reason,
      status: action === 'extend' ? 'applied' : 'declined',
    });
    return action === 'extend';
  }

  #isLate(iteration: number): boolean {
    const { ctx, plan } = this.#of;
    if (!Number.isFinite(plan.maxDurationMs)) return false;
    const nowMs = ctx.sync(clockEffects.monotonic_ms, []);
    if (iteration === 1) this.#startMs = nowMs;
    return nowMs - this.#startMs >= plan.maxDurationMs;
  }
}
