// Cards of skills as models see them all the time: a line each in a system prompt, as many as there is room for.
import type { Json, JsonObject } from '../../base/index.ts';
import { skillId } from './skill.ts';

/** A card without what only matchers and loaders need. */
export type SkillEntry = {
  readonly name: string;
  readonly description: string;
  readonly when_to_use: string;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** The entries of cards, in the order of their ids. */
export function skillEntries(cards: readonly JsonObject[]): readonly SkillEntry[] {
  return cards
    .map((card) => ({
      name: skillId(card),
      description: textOf(card['short']) || textOf(card['description']),
      when_to_use: textOf(card['when_to_use']),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const HEAD =
  '## Available skills\n\nThese skills are available. Call `load_skill({ name: "<skill-id>" })` to load the full body of a skill when it becomes relevant.\n';

/** A system prompt as it was before a catalog was put at its end. */
export function withoutSkillCatalog(prompt: string): string {
  const at = prompt.indexOf(`\n\n${HEAD}`);
  return at === -1 ? prompt : prompt.slice(0, at);
}

/** Entries as a part of a system prompt, as many as a budget of characters has room for. */
export function renderSkillCatalog(entries: readonly JsonObject[], budget: number): string {
  let text = HEAD;
  let left = entries.length;
  for (const { name, description, when_to_use: when } of entries) {
    const line = `\n- \`${textOf(name)}\`: ${textOf(description)}`;
    const more = textOf(when) === '' ? '' : `\n  when: ${textOf(when)}`;
    if (text.length + line.length + more.length > budget) break;
    text += line + more;
    left -= 1;
  }
  return left === 0 ? text : `${text}\n- ${left} more omitted to stay within budget`;
}
