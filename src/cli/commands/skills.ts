// `harn skills list | inspect | match | new`: the skills that programs see here, and the beginning of another one.
import type { Json } from '../../base/index.ts';
import { type Host, resolvePath } from '../../runtime/host/index.ts';
import {
  candidateOf,
  type FoundSkill,
  isMatchable,
  rankSkills,
  readSkillFile,
  skillErrors,
  skillId,
} from '../../runtime/skills/index.ts';
import type { Command } from '../command.ts';
import { wholeOption } from '../number-option.ts';
import { oneLine } from '../output.ts';
import { foundSkills } from '../skill-dirs.ts';

function rowOf({ card, layer, folder, problems }: FoundSkill) {
  return {
    id: skillId(card),
    layer,
    short: card.short,
    skill_dir: folder,
    problems: [...problems],
  };
}

export const skillsList: Command = {
  async run(args, { host: getHost, output }) {
    const { skills, shadowed, broken } = await foundSkills(await getHost(), args);
    if (args.has('json')) {
      const files = broken.map((file) => ({ ...file }));
      const hidden = args.has('all') ? { shadowed: shadowed.map(rowOf) } : {};
      output.json({ skills: skills.map(rowOf), ...hidden, broken: files });
      return 0;
    }
    if (skills.length === 0) output.line('No skill is found from here.');
    else {
      const rows = skills.map(rowOf);
      output.table(
        ['SKILL', 'LAYER', 'WHAT IT DOES'],
        rows.map(({ id, layer, short }) => [id, layer, oneLine(short)]),
      );
    }
    if (args.has('all')) {
      for (const { id, layer, skill_dir } of shadowed.map(rowOf)) {
        output.remark(`hidden: ${id} of the layer ${layer} in ${skill_dir}`);
      }
    }
    for (const { path, reason } of broken) output.remark(`no skill: ${path}: ${reason}`);
    return 0;
  },
};

export const skillsInspect: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const { skills } = await foundSkills(host, args);
    const name = args.at(0);
    const found =
      skills.find(({ card }) => skillId(card) === name) ??
      skills.find(({ card }) => card.name === name);
    if (found === undefined) {
      const known = skills.map(({ card }) => skillId(card)).join(', ');
      throw skillErrors.unknown({ skill: name, known: known === '' ? 'none' : known });
    }
    const { card, folder } = found;
    const path = `${folder}/SKILL.md`;
    const file = await readSkillFile(await host.fs.readText(path), folder);
    if (typeof file === 'string') throw skillErrors.notRead({ path, reason: file });
    const files = await filesBelow(host, folder);
    if (args.has('json')) {
      output.json({ ...rowOf(found), card, files, body: file.body });
      return 0;
    }
    const facts = Object.entries(card).filter(([, value]) => value !== null);
    const width = Math.max(...facts.map(([field]) => field.length));
    for (const [field, value] of facts) {
      output.line(`${output.style('dim', field.padEnd(width))}  ${shown(value)}`);
    }
    for (const one of files) output.line(`${output.style('dim', 'file'.padEnd(width))}  ${one}`);
    output.line();
    output.line(file.body.trimEnd());
    for (const problem of found.problems) output.remark(problem);
    return 0;
  },
};

function shown(value: Json): string {
  return typeof value === 'string' ? oneLine(value) : JSON.stringify(value);
}

/** The files beside a SKILL.md. */
async function filesBelow(host: Host, folder: string, below = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, kind } of await host.fs.listDir(`${folder}/${below}`)) {
    const path = `${below}${name}`;
    if (kind === 'directory') found.push(...(await filesBelow(host, folder, `${path}/`)));
    else if (path !== 'SKILL.md') found.push(path);
  }
  return found.sort();
}

export const skillsMatch: Command = {
  async run(args, { host: getHost, output }) {
    const most = wholeOption(args, 'top-n');
    const { skills } = await foundSkills(await getHost(), args);
    const candidates = skills
      .map(({ card }) => card)
      .filter(isMatchable)
      .map(candidateOf);
    const files = args.list('working-file');
    const matches = rankSkills({ prompt: args.at(0), files, candidates }).slice(0, most);
    const rows = matches.map((match) => {
      const found = skills.find(({ card }) => skillId(card) === match.name);
      return { ...match, layer: found?.layer ?? '' };
    });
    if (args.has('json')) output.json({ matches: rows });
    else if (rows.length === 0) output.line('No skill fits.');
    else {
      output.table(
        ['SKILL', 'SCORE', 'LAYER', 'WHY'],
        rows.map(({ name, score, layer, reason }) => [name, score.toFixed(3), layer, reason]),
      );
    }
    return 0;
  },
};

export const skillsNew: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const name = args.at(0);
    if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) throw skillErrors.badName({ name });
    const folder = resolvePath(host.system.cwd(), args.value('dir') ?? `.harn/skills/${name}`);
    const path = `${folder}/SKILL.md`;
    if (!args.has('force') && (await host.fs.exists(path))) throw skillErrors.taken({ path });
    const short = oneLine(
      args.value('description') ?? `Says how ${name} is done, when it is asked for`,
    );
    await host.fs.mkdir(`${folder}/files`);
    await host.fs.writeFile(path, skillText(name, short), { exclusive: !args.has('force') });
    if (args.has('json')) output.json({ name, skill_dir: folder, files: ['SKILL.md'] });
    else {
      output.line(`${output.style('dim', 'wrote')} ${path}`);
      output.remark('Edit it; `harn skills list` shows its card.');
    }
    return 0;
  },
};

function skillText(name: string, short: string): string {
  return `---
name: ${name}
short: ${JSON.stringify(short)}
when-to-use: ""
allowed-tools: []
---
# ${name}

What is to be done, step by step. $ARGUMENTS and \${HARN_SKILL_DIR} are replaced.
`;
}
