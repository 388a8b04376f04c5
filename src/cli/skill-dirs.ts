// `--skill-dir`: folders of skills that come before all others, for every command that runs, talks or looks.
import { type Host, resolvePath } from '../runtime/host/index.ts';
import type { SkillCatalog } from '../runtime/skills/index.ts';
import type { Arguments } from './arguments.ts';

/** As absolute paths: a run may go on from another folder. Undefined when none is given. */
export function skillDirsOf(host: Host, args: Arguments): readonly string[] | undefined {
  const dirs = args.list('skill-dir');
  if (dirs.length === 0) return undefined;
  const cwd = host.system.cwd();
  return dirs.map((dir) => resolvePath(cwd, dir));
}

/** The skills that a program in this folder would see. */
export async function foundSkills(host: Host, args: Arguments): Promise<SkillCatalog> {
  const { findSkills } = await import('../runtime/skills/index.ts');
  return await findSkills(host, { from: host.system.cwd(), dirs: skillDirsOf(host, args) ?? [] });
}
