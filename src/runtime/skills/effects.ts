// What a run asks about skills. All are reads that are recorded: a run that is resumed sees the skills as they were, whatever
// has become of their files, and goes on with those that fitted, whatever has become of the matcher.

import { joinPath } from '../host/index.ts';
import { defineEffect } from '../run/index.ts';
import { skillErrors } from './errors.ts';
import { findSkills, type SkillCatalog, type SkillSearch } from './layers.ts';
import { rankSkills, type SkillMatch, type SkillQuery } from './match.ts';
import { provenanceOf, type SkillProvenance } from './provenance.ts';
import { readSkillFile } from './skill-file.ts';

/** The text of a skill, and what its signature is worth. */
export type LoadedSkill = { readonly body: string; readonly provenance: SkillProvenance };

export const skillEffects = {
  find: defineEffect(
    { name: 'fs.find_skills', class: 'read', access: 'read', identity: () => [] },
    (env, search: SkillSearch): Promise<SkillCatalog> => findSkills(env.host, search),
  ),
  read: defineEffect(
    {
      name: 'fs.read_skill',
      class: 'read',
      access: 'read',
      identity: ([name]: readonly [string, string, string | null]) => [name],
    },
    async (env, name: string, folder: string, signers: string | null): Promise<LoadedSkill> => {
      const { host, signal } = env;
      const path = joinPath(folder, 'SKILL.md');
      const text = await host.fs.readText(path, { signal });
      const file = await readSkillFile(text, folder);
      if (typeof file === 'string') {
        throw skillErrors.unknown({ skill: name, known: `${path}, but ${file}` });
      }
      const bytes = new TextEncoder().encode(text);
      return {
        body: file.body,
        provenance: await provenanceOf(host, path, bytes, signers, signal),
      };
    },
  ),
  match: defineEffect(
    { name: 'skills.match', class: 'read', access: 'read', identity: () => [] },
    (_env, query: SkillQuery): Promise<readonly SkillMatch[]> => Promise.resolve(rankSkills(query)),
  ),
};
