// Skills ranked by the host (`skill.match`): by meaning, say, or by another model. Its word is advice: names it makes up are
// passed over, and without an answer the cards decide.
import { isJsonObject, type Json } from '../../base/index.ts';
import { hostCalls } from '../boundary/index.ts';
import { stdioEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  hostFailure,
  type SkillCandidate,
  type SkillMatch,
  type SkillQuery,
} from '../skills/index.ts';

/** The host's own order of skills; undefined: it has none, or could not say. */
export function* askHost(
  ctx: RunContext,
  { prompt, files, candidates }: SkillQuery,
): Suspending<readonly SkillMatch[] | undefined> {
  const warn = (why: string) =>
    ctx.perform(stdioEffects.eprintln, [
      `[agent.skill_match] ${why}; skills are matched by their cards`,
    ]);
  if (!hostCalls.has(ctx, 'skill', 'match')) {
    yield* warn('the host offers no skill.match');
    return undefined;
  }
  try {
    const asked = { strategy: 'host', prompt, working_files: files, candidates };
    return readMatches(yield* hostCalls.call(ctx, 'skill.match', asked), candidates);
  } catch (error) {
    const reason = hostFailure(error);
    if (reason === undefined) throw error;
    yield* warn(`skill.match failed: ${reason}`);
    return undefined;
  }
}

/** A list of `{name, score?, reason?}`, alone or as `matches` or `skills`, also inside of `result`. */
function readMatches(
  answer: Json,
  candidates: readonly SkillCandidate[],
): readonly SkillMatch[] | undefined {
  if (isJsonObject(answer)) {
    const inner = answer['matches'] ?? answer['skills'] ?? answer['result'];
    return inner === undefined ? undefined : readMatches(inner, candidates);
  }
  if (!Array.isArray(answer)) return undefined;
  const seen = new Set<string>();
  const matches: SkillMatch[] = [];
  for (const one of answer as readonly Json[]) {
    if (!isJsonObject(one)) continue;
    const { name, score, reason } = one;
    const isKnown = candidates.some((candidate) => candidate.name === name);
    if (typeof name !== 'string' || !isKnown || seen.has(name)) continue;
    seen.add(name);
    matches.push({
      name,
      score: typeof score === 'number' && score >= 0 ? score : 1,
      reason: typeof reason === 'string' && reason !== '' ? reason : 'host match',
    });
  }
  return matches.sort((a, b) => b.score - a.score);
}
