// `harn skills install`: skills of a folder or a repository, or of all repositories that harn.toml names.
import { findProjectDir, type Host } from '../../runtime/host/index.ts';
import {
  type InstallAsk,
  type Installed,
  installedFrom,
  installSkills,
  type SkillProvenance,
  skillErrors,
  skillId,
  skillRepositories,
} from '../../runtime/skills/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { foundSkills } from '../skill-dirs.ts';

export const skillsInstall: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const asks = await asksOf(host, args);
    const isJson = args.has('json');
    const done: Installed[] = [];
    for (const ask of asks) {
      const isNamed = args.positionals.length > 0 || args.has('force');
      const there = isNamed ? undefined : await installedFrom(host, ask);
      if (there === undefined) done.push(await installSkills(host, ask));
      else if (!isJson) output.remark(`there already: ${there.source} in ${there.path}`);
    }
    const hidden = await hiddenBelow(host, args);
    if (isJson) output.json({ installed: done.map((one) => jsonOf(one, hidden)) });
    else for (const one of done) print(output, one, hidden);
    return 0;
  },
};

/** What is asked for: what was typed, else what the project says. */
async function asksOf(host: Host, args: Arguments): Promise<readonly InstallAsk[]> {
  const cwd = host.system.cwd();
  const found = await findProjectDir(host, cwd);
  const { signers } = await foundSkills(host, args);
  const common = {
    force: args.has('force'),
    requireSignature: args.has('require-signature'),
    project: found ?? cwd,
    cwd,
    signers,
  };
  const [spec] = args.positionals;
  if (spec !== undefined) {
    const [tag, namespace] = [args.value('tag'), args.value('namespace')];
    return [{ ...common, spec, tag, namespace }];
  }
  for (const option of ['tag', 'namespace']) {
    if (args.has(option)) {
      throw usageErrors.missingArgument({ argument: 'SPEC', command: 'skills install' });
    }
  }
  const named = await skillRepositories(host, found);
  if (named.length === 0) throw skillErrors.noRepositories({});
  return named.map(({ url, tag, namespace }) => ({ ...common, spec: url, tag, namespace }));
}

/** The folders of skills that a higher layer hides. */
async function hiddenBelow(host: Host, args: Arguments): Promise<ReadonlySet<string>> {
  const { shadowed } = await foundSkills(host, args);
  return new Set(shadowed.map(({ card, layer }) => (layer === 'package' ? skillId(card) : '')));
}

function jsonOf({ entry, folder, skills }: Installed, hidden: ReadonlySet<string>) {
  const rows = skills.map((one) => ({
    ...one,
    problems: [...one.problems],
    shadowed: hidden.has(one.id),
  }));
  return { ...entry, layer: 'package', skill_dir: folder, skills: rows };
}

function print(
  output: Output,
  { entry, folder, skills }: Installed,
  hidden: ReadonlySet<string>,
): void {
  const at = entry.commit === null ? '' : ` at ${entry.commit.slice(0, 12)}`;
  output.line(`${output.style('dim', 'installed')} ${folder}`);
  output.line(`${output.style('dim', 'from     ')} ${entry.source}${at}`);
  output.table(
    ['SKILL', 'SIGNED', 'WHAT IT DOES'],
    skills.map(({ id, short, provenance }) => [id, signedText(provenance), oneLine(short)]),
  );
  for (const { id, problems } of skills) {
    for (const problem of problems) output.remark(`${id}: ${problem}`);
    if (hidden.has(id)) {
      output.remark(`${id}: a higher layer hides it, see harn skills list --all`);
    }
  }
}

function signedText({ signed, trusted }: SkillProvenance): string {
  if (trusted) return 'trusted';
  return signed ? 'by a stranger' : 'no';
}
