// Skills on the command line: begun, found, matched, signed, and refused when they were changed.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

it('a skill is begun, listed, shown and matched', () => {
  const here = cli.project({ 'harn.toml': '' });
  const begin = ['skills', 'new', 'deploy', '--description', 'Deploys the service to staging'];
  expect(here.harn(...begin)).toMatchObject({ status: 0 });
  const again = here.harn(...begin);
  expect(again.status).toBe(1);
  expect(again.stderr).toContain('HARN-SKL-007');
  expect(here.harn(...begin, '--force').status).toBe(0);
  expect(here.harn('skills', 'new', '../x').stderr).toContain('HARN-SKL-008');

  const { skills } = here.data<{ skills: { id: string; layer: string; problems: string[] }[] }>(
    'skills',
    'list',
  );
  expect(skills).toMatchObject([{ id: 'deploy', layer: 'project', problems: [] }]);
  expect(here.harn('skills', 'list').stdout).toContain('Deploys the service to staging');
  expect(here.harn('skills', 'inspect', 'deploy').stdout).toContain('step by step');
  expect(here.harn('skills', 'inspect', 'nothing').stderr).toContain('HARN-SKL-001');
  const match = here.harn('skills', 'match', 'please deploy the service');
  expect(match.stdout).toMatch(/deploy +2\.800 +project +prompt mentions 'deploy'; 2 keyword/);
  expect(here.harn('skills', 'match', 'bake').stdout).toBe('No skill fits.\n');
});

it('a skill is signed and verified, and refused when it was changed or nobody trusts its signer', () => {
  const here = cli.project({ 'harn.toml': '' });
  here.harn('skills', 'new', 'deploy');
  const file = '.harn/skills/deploy/SKILL.md';
  const made = here.harn('skill', 'key', 'generate', '--out', 'release.pem');
  expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) });
  const fingerprint = made.stdout.trim();
  expect(statSync(path.join(here.cwd, 'release.pem')).mode & 0o777).toBe(0o600);
  expect(here.harn('skill', 'key', 'generate', '--out', 'release.pem').status).toBe(1);

  expect(here.harn('skill', 'verify', file).stderr).toContain('HARN-SKL-002');
  expect(here.harn('skill', 'sign', file, '--key', 'release.pem.pub').stderr).toContain(
    'HARN-SKL-006',
  );
  expect(here.harn('skill', 'sign', file, '--key', 'release.pem').status).toBe(0);
  expect(here.harn('skill', 'verify', file).stderr).toContain('HARN-SKL-003');
  expect(here.harn('skill', 'trust', 'add', '--from', 'release.pem.pub').status).toBe(0);
  expect(here.data<{ signers: string[] }>('skill', 'trust', 'list').signers).toContain(fingerprint);
  expect(here.harn('skill', 'verify', file)).toMatchObject({ status: 0, stderr: '' });

  const whole = path.join(here.cwd, file);
  writeFileSync(whole, `${readFileSync(whole, 'utf8')}and delete everything\n`);
  const changed = here.harn('skill', 'verify', file);
  expect(changed.status).toBe(1);
  expect(changed.stderr).toContain('it was changed after it was signed');
});

it('a parked loop that another run goes on with keeps its skills, and the text of a file as it was', () => {
  const here = cli.project({
    'harn.toml': '',
    'main.harn': `
fn note(name) { harness.fs.append("seen.txt", name + " ") }
fn cool(args) { note("fridge"); return "cold" }
fn heat(args) { note("oven"); return "hot" }
fn apron() { note("apron") }
fn tools() {
  let all = tool_define(tool_registry(), "fridge", "Cools", {parameters: {}, handler: cool})
  return tool_define(all, "oven", "Heats", {parameters: {}, handler: heat})
}
fn seen(request, next) {
  harness.fs.append("prompts.txt", request.system ?? "")
  return next(request)
}
pipeline main(task) {
  llm_mock({text: "", tool_calls: [{id: "c1", name: "agent_await_resumption", arguments: {reason: "the oven"}}]})
  let both = skill_define(skills, "sweep", {description: "Cleans floors", on_activate: apron})
  let r = agent_loop("bake a cake", nil, {tools: tools(), skills: both, llm_caller: seen, stop_after_successful_tools: ["oven", "fridge"]})
  println(r.status)
}
`,
  });
  here.harn('skills', 'new', 'bake', '--description', 'Bakes a cake');
  const file = path.join(here.cwd, '.harn/skills/bake/SKILL.md');
  const card = '---\nname: bake\nshort: Bakes a cake\nallowed-tools: [oven]\n---\n';
  writeFileSync(file, `${card}Preheat first.`);
  expect(here.harn('run', 'main.harn')).toMatchObject({ status: 0, stdout: 'suspended\n' });
  writeFileSync(file, `${card}Never preheat.`);
  const [worker] = here.data<{ workers: { id: string }[] }>('workers', 'ls').workers;
  expect(here.harn('workers', 'resume', worker?.id ?? '', '--input', 'go on')).toMatchObject({
    status: 0,
  });
  expect(readFileSync(path.join(here.cwd, 'seen.txt'), 'utf8')).toBe('oven ');
  const prompts = readFileSync(path.join(here.cwd, 'prompts.txt'), 'utf8');
  expect(prompts.split('Preheat first.')).toHaveLength(3);
  expect(prompts).not.toContain('Never preheat.');
});

const SKILL = (name: string, more = '') =>
  `---\nname: ${name}\nshort: Does ${name} when asked\n${more}---\nHow to ${name}: $1.\n`;

/** A git repository in a project, with these files committed. */
function repository(here: Project, folder: string, files: Readonly<Record<string, string>>) {
  const git = (...words: readonly string[]) => {
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    const argv = ['-C', here.path(folder), ...author, ...words];
    const { status, stdout, stderr } = spawnSync('git', argv, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(here.path(`${folder}/${name}`)), { recursive: true });
    writeFileSync(here.path(`${folder}/${name}`), text);
  }
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
  return git;
}

describe('installing skills', () => {
  it('brings those of a repository at a tag into the package layer, and says where they are from', () => {
    const here = cli.project({ 'harn.toml': '' });
    const git = repository(here, 'team-skills', {
      'skills/bake/SKILL.md': SKILL('bake'),
      'skills/bake/files/oven.md': '230 degrees',
      'README.md': 'ours',
    });
    git('tag', 'v1');
    const commit = git('rev-parse', 'HEAD');
    writeFileSync(here.path('team-skills/skills/bake/SKILL.md'), SKILL('later'));
    git('commit', '--all', '--quiet', '--message', 'second');

    const url = `file://${here.path('team-skills')}`;
    const done = here.harn('skills', 'install', url, '--tag', 'v1');
    expect(done).toMatchObject({ status: 0 });
    expect(done.stdout).toContain(commit.slice(0, 12));
    const { skills } = here.data<{ skills: { id: string; layer: string }[] }>('skills', 'list');
    expect(skills).toMatchObject([{ id: 'bake', layer: 'package' }]);
    expect(here.read('.harn/skills-cache/team-skills/skills/bake/files/oven.md')).toBe(
      '230 degrees',
    );
    expect(here.has('.harn/skills-cache/team-skills/.git')).toBe(false);
    const lock = here.read('.harn/skills-cache/skills.lock');
    expect(lock).toContain(`commit = "${commit}"`);
    expect(lock).toContain(`source = "${url}"`);

    expect(here.harn('skills', 'install', url).stderr).toContain('HARN-SKL-007');
    expect(here.harn('skills', 'install', url, '--force').status).toBe(0);
    const after = here.data<{ skills: { id: string }[] }>('skills', 'list');
    expect(after.skills).toMatchObject([{ id: 'later' }]);
  });

  it('shelves them under a namespace', () => {
    const here = cli.project({
      'harn.toml': '',
      'main.harn': 'println(load_skill({name: "ops/deploy", args: ["now"]}))',
    });
    mkdirSync(here.path('shared/deploy'), { recursive: true });
    writeFileSync(here.path('shared/deploy/SKILL.md'), SKILL('deploy'));
    expect(here.harn('skills', 'install', 'shared/deploy').status).toBe(0);
    expect(here.harn('skills', 'install', 'shared/deploy', '--namespace', 'ops').status).toBe(0);
    const { skills } = here.data<{ skills: { id: string }[] }>('skills', 'list');
    expect(skills.map(({ id }) => id)).toEqual(['deploy', 'ops/deploy']);
    expect(here.harn('run', 'main.harn').stdout).toBe('How to deploy: now.\n\n');
    expect(
      here.harn('skills', 'install', 'shared/deploy', '--namespace', 'deploy').stderr,
    ).toContain('HARN-SKL-012');
  });

  it('leaves nothing of what cannot be installed as a whole', () => {
    const here = cli.project({ 'harn.toml': '' });
    for (const name of ['empty', 'broken/good', 'broken/bad', 'leaky']) {
      mkdirSync(here.path(name), { recursive: true });
    }
    writeFileSync(here.path('broken/good/SKILL.md'), SKILL('good'));
    writeFileSync(here.path('broken/bad/SKILL.md'), 'no frontmatter');
    writeFileSync(here.path('leaky/SKILL.md'), SKILL('leaky'));
    symlinkSync('/etc/passwd', here.path('leaky/passwords'));
    const refusals = [
      ['empty', 'HARN-SKL-011'],
      ['broken', 'HARN-SKL-009'],
      ['leaky', 'HARN-SKL-010'],
      ['nowhere', 'HARN-SKL-010'],
      ['http://example.com/x.git', 'HARN-SKL-010'],
      [`file://${here.path('empty')}`, 'HARN-SKL-010'],
    ] as const;
    for (const [spec, code] of refusals) {
      const done = here.harn('skills', 'install', spec);
      expect([spec, done.status]).toEqual([spec, 1]);
      expect(done.stderr).toContain(code);
    }
    expect(here.data<{ skills: [] }>('skills', 'list').skills).toEqual([]);
    const left = here.has('.harn/skills-cache') ? readdirSync(here.path('.harn/skills-cache')) : [];
    expect(left).toEqual([]);
  });

  it('brings what harn.toml names, once', () => {
    const here = cli.project({ 'harn.toml': '' });
    expect(here.harn('skills', 'install').stderr).toContain('HARN-SKL-013');
    repository(here, 'team', { 'bake/SKILL.md': SKILL('bake') });
    const url = `file://${here.path('team')}`;
    const source = `[[skill.source]]\ntype = "git"\nurl = "${url}"\ntag = "main"\nnamespace = "team"\n`;
    writeFileSync(here.path('harn.toml'), source);
    expect(here.harn('skills', 'install').stdout).toMatch(/team\/bake +no +Does bake/);
    const again = here.harn('skills', 'install');
    expect(again).toMatchObject({ status: 0, stdout: '' });
    expect(again.stderr).toContain('there already');
    writeFileSync(here.path('main.harn'), 'println(1)\n');
    expect(here.harn('check', 'main.harn').stdout).toContain('0 warnings');
    expect(here.harn('skills', 'match', 'bake').stdout).toContain('team/bake');
  });

  it('asks for signatures where they are required', () => {
    const here = cli.project({ 'harn.toml': '' });
    mkdirSync(here.path('strict'));
    writeFileSync(here.path('strict/SKILL.md'), SKILL('strict', 'require-signature: true\n'));
    expect(here.harn('skills', 'install', 'strict').stderr).toContain('HARN-SKL-002');
    here.harn('skill', 'key', 'generate', '--out', 'team.pem');
    here.harn('skill', 'sign', 'strict/SKILL.md', '--key', 'team.pem');
    expect(here.harn('skills', 'install', 'strict').stderr).toContain('HARN-SKL-003');
    here.harn('skill', 'trust', 'add', '--from', 'team.pem.pub');
    const done = here.harn('skills', 'install', 'strict');
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(/strict +trusted/);

    mkdirSync(here.path('plain'));
    writeFileSync(here.path('plain/SKILL.md'), SKILL('plain'));
    expect(here.harn('skills', 'install', 'plain', '--require-signature').stderr).toContain(
      'HARN-SKL-002',
    );
    expect(
      here.with({ HARN_REQUIRE_SIGNED_SKILLS: '1' }).harn('skills', 'install', 'plain').stderr,
    ).toContain('HARN-SKL-002');
    expect(here.harn('skills', 'install', 'plain').stdout).toMatch(/plain +no/);
  });
});

it('tests take folders of skills as runs do, and doctor says which hide which', () => {
  const here = cli.project({
    'harn.toml': '[skills]\ndisable = ["system"]\n',
    'main.harn':
      '@test\npipeline reads_it() { assert_eq(load_skill("deploy").trim(), "How to deploy: $1.") }\n',
  });
  expect(here.harn('test', 'main.harn').status).toBe(1);
  mkdirSync(here.path('more/deploy'), { recursive: true });
  writeFileSync(here.path('more/deploy/SKILL.md'), SKILL('deploy', 'future: yes\n'));
  expect(here.harn('test', 'main.harn', '--skill-dir', 'more')).toMatchObject({ status: 0 });

  here.harn('skills', 'install', 'more/deploy');
  const { checks } = here
    .with({ HARN_SKILLS_PATH: here.path('more') })
    .data<{ checks: { id: string; status: string; detail: string }[] }>('doctor');
  const about = checks.filter(({ id }) => id.startsWith('skill'));
  expect(about).toMatchObject([
    { id: 'skills', status: 'ok', detail: '1 found (1 env)' },
    { id: 'skill:deploy', status: 'warn', detail: expect.stringContaining('the layer env hides') },
    { id: 'skill:deploy', status: 'warn', detail: 'unknown frontmatter field future' },
    { id: 'skills-layer:system', status: 'skip' },
  ]);
});
