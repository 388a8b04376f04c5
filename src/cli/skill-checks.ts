// What `harn doctor` says of skills: how many there are, which are hidden, what their authors should know.
import { HarnError } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { type FoundSkill, findSkills, skillId } from '../runtime/skills/index.ts';

/** One thing that was looked at. */
export interface Check {
  readonly id: string;
  readonly label: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  readonly fix: string | null;
}

/** The skills that a program here would see. */
export async function skillChecks(host: Host): Promise<readonly Check[]> {
  const label = 'skills';
  try {
    const found = await findSkills(host, { from: host.system.cwd(), dirs: [] });
    const warn = (id: string, detail: string, fix: string | null): Check => ({
      id,
      label: id,
      status: 'warn',
      detail,
      fix,
    });
    return [
      { id: 'skills', label, status: 'ok', detail: countText(found.skills), fix: null },
      ...found.shadowed.map(({ card, layer, folder }) => {
        const winner = found.skills.find((one) => skillId(one.card) === skillId(card));
        const detail = `that of the layer ${winner?.layer ?? ''} hides ${folder} (${layer})`;
        return warn(`skill:${skillId(card)}`, detail, null);
      }),
      ...found.skills.flatMap(({ card, problems }) =>
        problems.map((problem) => warn(`skill:${skillId(card)}`, problem, null)),
      ),
      ...found.broken.map(({ path, reason }) =>
        warn('skill', `${path} is no skill: ${reason}`, null),
      ),
      ...found.disabled.map((layer): Check => {
        const id = `skills-layer:${layer}`;
        const detail = 'taken out by [skills] disable of harn.toml';
        return { id, label: id, status: 'skip', detail, fix: null };
      }),
    ];
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    return [
      { id: 'skills', label, status: 'fail', detail: error.message, fix: error.hint ?? null },
    ];
  }
}

function countText(skills: readonly FoundSkill[]): string {
  if (skills.length === 0) return 'none found from here';
  const layers = new Map<string, number>();
  for (const { layer } of skills) layers.set(layer, (layers.get(layer) ?? 0) + 1);
  const parts = [...layers].map(([layer, count]) => `${count} ${layer}`);
  return `${skills.length} found (${parts.join(', ')})`;
}
