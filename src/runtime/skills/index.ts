// Front door of skills: folders with a SKILL.md, as runs find and load them, and which of them fit a task.
export { assertTrusted, type LoadSkill, type SkillLoaded, skillCalls } from './calls.ts';
export {
  renderSkillCatalog,
  type SkillEntry,
  skillEntries,
  withoutSkillCatalog,
} from './catalog.ts';
export { skillEffects } from './effects.ts';
export { skillErrors } from './errors.ts';
export { hostFailure } from './host-skills.ts';
export {
  type InstallAsk,
  type Installed,
  type InstalledSkill,
  installedFrom,
  installSkills,
} from './install.ts';
export {
  type FoundSkill,
  findSkills,
  type SkillCatalog,
  type SkillRepository,
  skillRepositories,
} from './layers.ts';
export {
  candidateOf,
  isMatchable,
  rankSkills,
  type SkillCandidate,
  type SkillMatch,
  type SkillQuery,
} from './match.ts';
export { provenanceOf, type SkillProvenance } from './provenance.ts';
export { fingerprintOf, type SignerKeys, signerKeys, signSkill } from './sign.ts';
export { findSkill, meansTool, type Skill, skillId, skillsOf, toolsOf } from './skill.ts';
export { readSkillFile, type SkillFile } from './skill-file.ts';
