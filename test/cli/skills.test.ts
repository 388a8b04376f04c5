// Skills on the command line: begun, found, matched, signed, and refused when they were changed.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

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
