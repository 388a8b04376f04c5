// Front door of skills: folders with a SKILL.md, as runs find and load them.
export { type LoadSkill, skillCalls } from './calls.ts';
export { skillEffects } from './effects.ts';
export { skillErrors } from './errors.ts';
export { type FoundSkill, findSkills, type SkillCatalog, skillId } from './layers.ts';
