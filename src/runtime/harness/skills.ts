// Skills in TypeScript: `harness.skills`. The calls are those of the language.
import type { JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type LoadSkill, skillCalls } from '../skills/index.ts';
import { notData } from './family.ts';

/** Skills of files. Reading them is part of the capability `fs`. */
export interface SkillsHandle {
  /** The cards of all skills that are found from the folder of the run, once in a run: `{name, short, source, ...}`. */
  find(): Promise<readonly JsonObject[]>;
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
    find: () =>
      lane(function* (inner) {
        yield* skillCalls.prepare(inner, cwd);
        return skillCalls.cards(inner);
      }),
    load: (name, options = {}) =>
      lane(function* (inner) {
        yield* skillCalls.prepare(inner, cwd);
        return yield* skillCalls.load(inner, skillCalls.cards(inner), { ...options, name });
      }),
  } satisfies SkillsHandle);
}
