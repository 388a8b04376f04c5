// Identical calls in a row: same tool, same arguments, same result. Who repeats itself is first told so, then no longer
// shown the result, then not let call. A tool whose results change is being watched, not repeated.
import { canonicalJson, sha256 } from '../../base/index.ts';
import type { LlmToolCall } from '../llm/index.ts';
import type { ToolOutcome } from './tool-run.ts';

/** From which call in a row on something happens. Infinity: never. */
export interface StreakLimits {
  readonly warn: number;
  readonly block: number;
  readonly skip: number;
}

/** The last call and how often it was made in a row. */
export type Streak = { readonly key: string; readonly result: string; readonly count: number };

type Call = Pick<LlmToolCall, 'name' | 'arguments'>;

export class CallStreak {
  readonly #limits: StreakLimits;
  #last: Streak | null;

  constructor(limits: StreakLimits, before: Streak | null) {
    this.#limits = limits;
    this.#last = before;
  }

  get state(): Streak | null {
    return this.#last;
  }

  /** What a call comes to that is not made any more; undefined: it is to be made. */
  refuse(call: Call): ToolOutcome | undefined {
    const last = this.#last;
    if (last === null || last.count + 1 < this.#limits.skip) return undefined;
    if (last.key !== keyOf(call)) return undefined;
    this.#last = { ...last, count: last.count + 1 };
    const message = `${call.name} was not called: the same call came ${this.#last.count} times in a row. Change the arguments, use another tool, or say what keeps you from going on`;
    const result = { error: 'rejected_loop', tool: call.name, message };
    return {
      status: 'error',
      result,
      text: JSON.stringify(result),
      category: 'rejected_loop',
      message,
    };
  }

  /** Takes note of a call that was made; its outcome as the model is to read it. */
  note(call: Call, outcome: ToolOutcome): ToolOutcome {
    const key = keyOf(call);
    const result = sha256(outcome.text);
    const isSame = this.#last?.key === key && this.#last.result === result;
    const count = isSame ? (this.#last?.count ?? 0) + 1 : 1;
    this.#last = { key, result, count };
    if (count >= this.#limits.block) {
      const text = `The same call of ${call.name} came ${count} times in a row and gave the same result, which you have. Do something else now.`;
      return { ...outcome, text };
    }
    if (count < this.#limits.warn) return outcome;
    const hint = `[This call and its result are the same as before, ${count} times in a row. Change the arguments or do something else.]`;
    return { ...outcome, text: `${outcome.text}\n${hint}` };
  }

  /** What is worth a warning to whoever watches the loop. */
  warning(call: Call): string | undefined {
    const count = this.#last?.count ?? 0;
    if (count < this.#limits.block) return undefined;
    return `${call.name} was asked for ${count} times in a row with the same arguments and result`;
  }
}

function keyOf({ name, arguments: args }: Call): string {
  return `${name} ${sha256(canonicalJson(args))}`;
}
