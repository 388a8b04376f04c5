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
