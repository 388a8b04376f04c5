// Errors of skills: what cannot be found, read or trusted.
import { defineErrors, row } from '../../base/index.ts';

/** Family SKL. */
export const skillErrors = defineErrors('SKL', {
  unknown: row<{ skill: string; known: string }>({
    number: 1,
    message: ({ skill }) => `skill_not_found: there is no skill "${skill}"`,
    hint: ({ known }) => `there is: ${known}; a skill is a folder with a SKILL.md`,
  }),
  unsigned: row<{ skill: string; reason: string }>({
    number: 2,
    message: ({ skill, reason }) =>
      `UnsignedSkillError: the skill ${skill} must be signed, and is not: ${reason}`,
    hint: 'sign its SKILL.md, or do not ask for a signature',
  }),
  untrusted: row<{ skill: string; signer: string; reason: string }>({
    number: 3,
    message: ({ skill, signer, reason }) =>
      `UntrustedSignerError: the skill ${skill} is signed by ${signer}, ${reason}`,
    hint: 'trusted are the keys in ~/.harn/trusted-signers, and those of signer_registry_url in harn.toml',
  }),
  badManifest: row<{ path: string; reason: string }>({
    number: 4,
    message: ({ path, reason }) => `cannot read the skills of ${path}: ${reason}`,
  }),
  notForModels: row<{ skill: string }>({
    number: 5,
    message: ({ skill }) =>
      `skill_model_invocation_disabled: the skill ${skill} is not for models to load`,
  }),
  badKey: row<{ path: string; reason: string }>({
    number: 6,
    message: ({ path, reason }) => `cannot use the key ${path}: ${reason}`,
    hint: '`harn skill key generate --out FILE` makes a pair of keys',
  }),
  taken: row<{ path: string }>({
    number: 7,
    message: ({ path }) => `${path} is there already`,
    hint: '--force writes over it',
  }),
  badName: row<{ name: string }>({
    number: 8,
    message: ({ name }) => `"${name}" is no name for a skill`,
    hint: 'letters, digits, - and _, a letter first',
  }),
  notRead: row<{ path: string; reason: string }>({
    number: 9,
    message: ({ path, reason }) => `${path} is no skill: ${reason}`,
  }),
  badSource: row<{ source: string; reason: string }>({
    number: 10,
    message: ({ source, reason }) => `cannot install skills from ${source}: ${reason}`,
    hint: 'a folder, an address of a git repository (https, ssh, file), or owner/repo of GitHub',
  }),
  noSkills: row<{ source: string }>({
    number: 11,
    message: ({ source }) => `there is no skill in ${source}`,
    hint: 'a SKILL.md is looked for in the folder itself, in its folders, and in those of skills/',
  }),
  noRepositories: row<Record<string, never>>({
    number: 13,
    message: () => 'harn.toml names no repository of skills',
    hint: 'give a folder or an address, or write [[skill.source]] with type = "git" and a url',
  }),
  inTheWay: row<{ path: string; other: string }>({
    number: 12,
    message: ({ path, other }) => `${path} would mix with ${other}, which is installed`,
    hint: 'choose another --namespace',
  }),
});
