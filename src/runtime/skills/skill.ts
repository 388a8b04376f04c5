// A skill as a loop has it: its card, which is data, and what the program does when it begins and ceases to be in force.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Handler } from '../run/index.ts';

/** A skill with its code. The card is as registries hold it: `{name, description, allowed_tools, paths, prompt, ...}`. */
export interface Skill {
  readonly card: JsonObject;
  readonly onActivate?: Handler | undefined;
  readonly onDeactivate?: Handler | undefined;
}

/** How a skill is asked for: by its name, or `namespace/name`. */
export function skillId({ name, namespace }: JsonObject): string {
  return typeof namespace === 'string' ? `${namespace}/${String(name)}` : String(name);
}

/** Skills without code: a registry, a card, or a list of them. Undefined when it is something else. */
export function skillsOf(value: Json): readonly Skill[] | undefined {
  if (Array.isArray(value)) {
    const all = value.map((one: Json) => skillsOf(one));
    return all.every((some) => some !== undefined) ? all.flat() : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  if (Array.isArray(value['skills'])) return skillsOf(value['skills']);
  return typeof value['name'] === 'string' && value['name'] !== '' ? [{ card: value }] : undefined;
}

/** The skill that is asked for: an id before a bare name. */
export function findSkill(skills: readonly Skill[], id: string): Skill | undefined {
  return (
    skills.find(({ card }) => skillId(card) === id) ??
    skills.find(({ card }) => card['name'] === id)
  );
}

/** The tools that a skill narrows its loop to; undefined: it narrows nothing. */
export function toolsOf({ card }: Skill): readonly string[] | undefined {
  const tools = card['allowed_tools'];
  if (!Array.isArray(tools) || tools.length === 0) return undefined;
  return tools.map((tool: Json) => String(tool));
}

/** Whether an entry of `allowed_tools` means a tool: its name, `namespace:<tag>`, or `*`. */
export function meansTool(
  entry: string,
  tool: { readonly name: string; readonly namespace: string | undefined },
): boolean {
  if (entry === '*' || entry === tool.name) return true;
  return tool.namespace !== undefined && entry === `namespace:${tool.namespace}`;
}
