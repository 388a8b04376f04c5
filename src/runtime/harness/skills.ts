// Skills in TypeScript: `harness.skills`. The calls are those of the language.
import type { JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type LoadSkill, renderSkillCatalog, skillCalls, skillEntries } from '../skills/index.ts';
import { notData } from './family.ts';

/** Skills of files. Reading them is part of the capability `fs`. */
export interface SkillsHandle {
  /**
   * The cards of all skills that are found from the folder of the run, once in a run: `{name, short, source, ...}`. `dirs` are
   * folders before all others; the first call decides.
   */
  find(options?: { readonly dirs?: readonly string[] }): Promise<readonly JsonObject[]>;
  /** Cards as a part of a system prompt, as many as fit into the budget of characters (4,000). */
  catalog(cards: readonly JsonObject[], budget?: number): string;
  /**
   * The text of a skill with its arguments put in. Rejects with `HARN-SKL-001` when there is none, with `HARN-SKL-002` or
   * `003` when a signature is required and is not there or not trusted. Recorded: a resumed run gets the same text.
   */
  load(name: string, options?: Omit<LoadSkill, 'name' | 'byModel'>): Promise<string>;
}

/** The handle of a context. */
export function skillsHandle(ctx: RunContext): SkillsHandle {
  const lane = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('skills'), body);
  const { cwd } = ctx.run.start;
  return notData('harness.skills', {
    catalog: (cards, budget = 4000) => renderSkillCatalog(skillEntries(cards), budget),
    find: ({ dirs = [] } = {}) =>
      lane(function* (inner) {
        yield* skillCalls.prepare(inner, cwd, dirs);
        return skillCalls.cards(inner);
      }),
    load: (name, options = {}) =>
      lane(function* (inner) {
        yield* skillCalls.prepare(inner, cwd);
        return yield* skillCalls.load(inner, skillCalls.cards(inner), { ...options, name });
      }),
  } satisfies SkillsHandle);
}
