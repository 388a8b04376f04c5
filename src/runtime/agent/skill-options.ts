// The options of a loop that concern skills, read once: which skills there are, how those that fit are found, and the files
// that are worked on.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext } from '../run/index.ts';
import {
  findSkill,
  type Skill,
  type SkillLoaded,
  skillErrors,
  skillId,
  skillsOf,
} from '../skills/index.ts';
import { isParkCall } from './loop-park.ts';
import {
  badOption,
  fieldsOption,
  flagOption,
  type Given,
  intOption,
  oneOf,
} from './option-readers.ts';
import { currentSessionId, sessionsKey } from './session.ts';
import { isSubagentCall } from './subagent-tools.ts';
import type { Tool } from './tools.ts';

/** A skill that is put in force by its id. */
export interface ActiveAsk {
  readonly id: string;
  /** What stands for `$1`, `$2` and `$ARGUMENTS`. */
  readonly args: readonly string[];
  /** False: only its tools; its text is told in another way. */
  readonly hasText: boolean;
}

/** Skills of a loop. */
export interface SkillPlan {
  readonly skills: readonly Skill[];
  readonly strategy: 'metadata' | 'host' | 'manual';
  /** How many that fit are in force at a time. */
  readonly topN: number;
  /** What fitted once stays; else it is looked anew before every turn. */
  readonly sticky: boolean;
  readonly files: readonly string[];
  /** Those that the program puts in force itself, before the first turn. */
  readonly active: readonly ActiveAsk[];
  /** The tools that skills can take away: those of the program. */
  readonly narrowed: ReadonlySet<string>;
  /** What calls of `load_skill` came to, by their ids, until their turn takes them. */
  readonly loads: Map<string, SkillLoaded>;
  /** The options as they were given, for sub-agents that have the same skills. */
  readonly given: JsonObject;
}

export const SKILL_OPTIONS: readonly string[] = ['skills', 'skill_match', 'working_files'];

/** Reads the options. Undefined: the loop has no skills. */
export function parseSkills(
  given: Given,
  parts: { readonly skills?: readonly Skill[] | undefined; readonly tools?: readonly Tool[] },
): SkillPlan | undefined {
  const { skill_match: match, working_files: files } = given;
  const matching = fieldsOption('skill_match', match ?? {}, [
    'strategy',
    'top_n',
    'sticky',
    'active',
  ]);
  const strategy = oneOf(matching, 'strategy', ['metadata', 'host', 'embedding', 'manual']);
  const topN = intOption(matching, 'top_n', 1) ?? 1;
  const sticky = flagOption(matching, 'sticky') ?? true;
  const worked = filesOf(files);
  const skills = parts.skills ?? declaredSkills(given['skills']);
  if (skills === undefined) return undefined;
  const own = (parts.tools ?? []).filter((tool) => !isParkCall(tool) && !isSubagentCall(tool));
  return {
    skills,
    strategy: strategy === 'embedding' ? 'host' : (strategy ?? 'metadata'),
    topN,
    sticky,
    files: worked,
    active: activeOf(matching['active'], skills),
    narrowed: new Set(own.map(({ name }) => name)),
    loads: new Map(),
    given: {
      ...(match === undefined ? {} : { skill_match: match }),
      ...(files === undefined ? {} : { working_files: files }),
    },
  };
}

function declaredSkills(value: Json | undefined): readonly Skill[] | undefined {
  if (value === undefined) return undefined;
  const skills = skillsOf(value);
  if (skills === undefined) throw badOption('skills', 'a skill registry, or a list of skills');
  return skills;
}

function activeOf(value: Json | undefined, skills: readonly Skill[]): readonly ActiveAsk[] {
  if (value === undefined) return [];
  const bad = () => badOption('active', 'a list of names, or of {name, args, prompt}');
  if (!Array.isArray(value)) throw bad();
  return (value as readonly Json[]).map((one) => {
    const { name, args = [], prompt = true } = isJsonObject(one) ? one : { name: one };
    const isWhole = typeof name === 'string' && typeof prompt === 'boolean';
    if (!isWhole || !Array.isArray(args)) throw bad();
    const skill = findSkill(skills, name);
    if (skill !== undefined) {
      return { id: skillId(skill.card), args: args.map(String), hasText: prompt };
    }
    const known = skills.map(({ card }) => skillId(card)).join(', ');
    throw skillErrors.unknown({ skill: name, known: known === '' ? 'none' : known });
  });
}

function filesOf(value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((file: Json) => typeof file === 'string')) {
    return value as readonly string[];
  }
  throw badOption('working_files', 'a path, or a list of paths');
}

/** The skills of the loop that the caller works for, and how it finds those that fit: for the sub-agents it starts. */
export function inheritedSkills(
  ctx: RunContext,
  own: Json,
): { readonly skills: readonly Skill[]; readonly options: JsonObject } | undefined {
  if (isJsonObject(own) && own['skills'] !== undefined) return undefined;
  const id = currentSessionId(ctx);
  const plan = id === null ? undefined : ctx.get(sessionsKey).find(id)?.skills;
  if (plan === undefined) return undefined;
  const said = isJsonObject(own) ? own : {};
  return { skills: plan.skills, options: { ...plan.given, ...said } };
}
