// The tool `load_skill`, by which a model gets the text of a skill, and what a turn notes of such a call: the text is the
// result of the call, whose it is goes into the history, and a skill that was loaded is in force from the next turn on.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Suspending } from '../run/index.ts';
import { type SkillLoaded, skillCalls } from '../skills/index.ts';
import type { Emitter } from './emitter.ts';
import { toolErrors } from './errors.ts';
import type { SkillPlan } from './skill-options.ts';
import type { ToolOutcome } from './tool-run.ts';
import { type Tool, toTool } from './tools.ts';
import type { TranscriptEvent } from './transcript.ts';

export const LOAD_SKILL = 'load_skill';

const DECLARED: JsonObject = {
  name: LOAD_SKILL,
  description: 'Loads the full text of a skill by its name.',
  parameters: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      args: { type: 'array', items: { type: 'string' } },
      require_signature: { type: 'boolean' },
    },
    required: ['name'],
  },
  annotations: { readOnlyHint: true },
};

/** The tools of a loop with the one that loads its skills; one of the same name is the program's own. */
export function withSkillTool(
  tools: readonly Tool[],
  plan: SkillPlan | undefined,
): readonly Tool[] {
  if (plan === undefined || tools.some(({ name }) => name === LOAD_SKILL)) return tools;
  return [...tools, skillTool(plan)];
}

function skillTool({ skills, loads }: SkillPlan): Tool {
  const cards = skills.map(({ card }) => card);
  return toTool(DECLARED, {
    kind: 'program',
    run: (ctx, { name, args, require_signature }, { sessionId, callId }) => {
      if (typeof name !== 'string' || name === '') {
        throw toolErrors.badOption({ tool: LOAD_SKILL, option: 'name', expected: 'a text' });
      }
      const given = Array.isArray(args) ? args.map(textOf) : [];
      const requireSignature = require_signature === true;
      const asked = { name, args: given, requireSignature, byModel: true, sessionId };
      return skillCalls.load(ctx, cards, asked, (loaded) => loads.set(callId, loaded));
    },
  });
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A call with what it says about a skill: a fact of the history, and the skill, where its text was given. */
export function* withLoadedSkill(
  outcome: ToolOutcome,
  callId: string,
  plan: SkillPlan | undefined,
  emitter: Emitter,
): Suspending<ToolOutcome> {
  const loaded = plan?.loads.get(callId);
  if (loaded === undefined) return outcome;
  plan?.loads.delete(callId);
  yield* emitter.emit({ type: 'skill.loaded', ...loaded });
  const events = [...(outcome.events ?? []), loadedEvent(loaded)];
  return {
    ...outcome,
    events,
    ...(outcome.status === 'ok' ? { skill: loaded.skill_id } : {}),
  };
}

/** Whose text was put before a model, as a fact of the history. */
export function loadedEvent(loaded: SkillLoaded): TranscriptEvent {
  return skillEvent('skill.loaded', loaded);
}

/** A fact about a skill. */
export function skillEvent(kind: string, metadata: JsonObject): TranscriptEvent {
  return { kind, role: 'system', visibility: 'internal', metadata };
}

/** Skills that are in force, as a transcript keeps them. */
export type ActiveSkill = {
  readonly id: string;
  readonly by: 'match' | 'load' | 'code';
  readonly reason: string;
  /** What stands in the prompt; null: its text is among the messages. */
  readonly prompt: string | null;
  /** Servers that it needs and that could not be had, with why. */
  readonly missing: readonly string[];
};

/** The skills in force, as the transcript of a session says. */
export function activeSkills(metadata: JsonObject): readonly ActiveSkill[] {
  const kept = metadata['active_skills'];
  if (!Array.isArray(kept)) return [];
  return kept.filter(isJsonObject).map(({ id, by, reason, prompt, missing }) => ({
    id: String(id),
    by: by === 'load' || by === 'code' ? by : 'match',
    reason: typeof reason === 'string' ? reason : '',
    prompt: typeof prompt === 'string' ? prompt : null,
    missing: Array.isArray(missing) ? missing.map(String) : [],
  }));
}
