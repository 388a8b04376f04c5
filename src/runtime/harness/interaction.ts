// People in TypeScript: `harness.interaction`, what the language calls, spelled in camelCase.
import type { Json } from '../../base/index.ts';
import { type AskOptions, askUser, hitlPending, type PendingFilters } from '../human/index.ts';
import type { RunContext } from '../run/index.ts';
import { need } from './arguments.ts';
import { notData } from './family.ts';

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
  /** What people have been asked and not answered yet, of all runs of the store, newest first. */
  hitlPending(filters?: PendingFilters): Promise<readonly Json[]>;
}

/** The interaction handle of a context. */
export function interactionHandle(ctx: RunContext): InteractionHandle {
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
    hitlPending: (filters?: PendingFilters) =>
      lane((inner) => hitlPending(inner, (filters ?? null) as Json)),
  });
}
