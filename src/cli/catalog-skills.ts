// Commands for skills: looking at them, making them, and whom they are trusted from. Part of catalog.ts.
import { HELP, JSON_OPTION, SKILL_DIR } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

/** In the order of the help. */
export const SKILL_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'skills list',
    summary: 'list the skills that programs see here, with the layer each is from',
    positionals: [],
    options: [
      { name: 'all', help: 'also those that a higher layer hides' },
      SKILL_DIR,
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn skills list --all', 'with what is hidden or cannot be read']],
    load: async () => (await import('./commands/skills.ts')).skillsList,
  },
  {
    name: 'skills inspect',
    summary: 'show a skill: its card, the files beside it, its text',
    positionals: [{ name: 'NAME' }],
    options: [SKILL_DIR, JSON_OPTION, HELP],
    examples: [['harn skills inspect deploy', 'or namespace/name']],
    load: async () => (await import('./commands/skills.ts')).skillsInspect,
  },
  {
    name: 'skills match',
    summary: 'say which skills would fit a task, as a loop would',
    positionals: [{ name: 'TASK' }],
    options: [
      { name: 'top-n', value: 'N', help: 'at most so many (default: all)' },
      {
        name: 'working-file',
        value: 'FILE',
        repeat: true,
        help: 'a file that is worked on (repeatable)',
      },
      SKILL_DIR,
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn skills match "deploy the staging service"', 'the best first']],
    load: async () => (await import('./commands/skills.ts')).skillsMatch,
  },
  {
    name: 'skills install',
    summary: 'install skills from a folder or a git repository',
    positionals: [{ name: 'SPEC', optional: true }],
    options: [
      { name: 'tag', value: 'REF', help: 'this branch or tag of the repository' },
      {
        name: 'namespace',
        value: 'NS',
        help: 'shelve it: its skills are called NS/SKILL',
      },
      { name: 'force', help: 'replace what was installed under the same name' },
      { name: 'require-signature', help: 'only what is signed by somebody who is trusted' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'SPEC is a folder, an address (https, ssh, file) or owner/repo of GitHub. It becomes a folder of .harn/skills-cache, which',
      'the package layer looks through; skills.lock there says where it is from. What a skill says is put before models: look at',
      'it first, or ask for a signature. What cannot be installed as a whole is not installed. Without SPEC: the repositories of',
      'harn.toml ([[skill.source]] with type = "git", url, tag, namespace) that are not there yet.',
    ],
    examples: [
      ['harn skills install acme/harn-skills --tag v1.2.0', 'from GitHub'],
      ['harn skills install ../shared/skills/deploy --namespace ops', 'as ops/deploy'],
    ],
    load: async () => (await import('./commands/skills-install.ts')).skillsInstall,
  },
  {
    name: 'skills new',
    summary: 'begin a skill: .harn/skills/NAME/SKILL.md',
    positionals: [{ name: 'NAME' }],
    options: [
      {
        name: 'description',
        value: 'TEXT',
        help: 'what it does and when to use it, in a sentence',
      },
      { name: 'dir', value: 'DIR', help: 'the folder of the skill' },
      { name: 'force', help: 'write over what is there' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn skills new deploy --description "Deploys when asked to"', 'then edit it']],
    load: async () => (await import('./commands/skills.ts')).skillsNew,
  },
  {
    name: 'skill key generate',
    summary: 'make a pair of keys for signing skills',
    positionals: [],
    options: [
      { name: 'out', value: 'FILE', help: 'where the private key goes; the public one beside it' },
      JSON_OPTION,
      HELP,
    ],
    details: ['The public key is written to FILE.pub. Nothing that is there is written over.'],
    examples: [['harn skill key generate --out release.pem', 'prints the fingerprint']],
    load: async () => (await import('./commands/skill-signing.ts')).skillKeyGenerate,
  },
  {
    name: 'skill sign',
    summary: 'sign a SKILL.md',
    positionals: [{ name: 'FILE' }],
    options: [{ name: 'key', value: 'FILE', help: 'the private key' }, JSON_OPTION, HELP],
    examples: [['harn skill sign .harn/skills/deploy/SKILL.md --key release.pem', 'SKILL.md.sig']],
    load: async () => (await import('./commands/skill-signing.ts')).skillSign,
  },
  {
    name: 'skill verify',
    summary: 'say whether a SKILL.md is as it was signed, by somebody who is trusted',
    positionals: [{ name: 'FILE' }],
    options: [JSON_OPTION, HELP],
    examples: [['harn skill verify .harn/skills/deploy/SKILL.md', 'exit code 1 when not']],
    load: async () => (await import('./commands/skill-signing.ts')).skillVerify,
  },
  {
    name: 'skill trust add',
    summary: 'trust skills that are signed with a key',
    positionals: [],
    options: [
      { name: 'from', value: 'FILE', help: 'the public key: a file or an address' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn skill trust add --from release.pem.pub', 'in ~/.harn/trusted-signers']],
    load: async () => (await import('./commands/skill-signing.ts')).skillTrustAdd,
  },
  {
    name: 'skill trust list',
    summary: 'list the signers that you trust',
    positionals: [],
    options: [JSON_OPTION, HELP],
    examples: [['harn skill trust list', 'their fingerprints']],
    load: async () => (await import('./commands/skill-signing.ts')).skillTrustList,
  },
];
