// What a secret of the environment goes through: a program reads it, prints it, fails with it; and nothing that is
// written or shown for others has it in clear.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

const SECRET = 'hunter2-hunter2';
const CUSTOMER = 'customer-4711';
const PROGRAM = `let secret = harness.env.get("APP_PASSWORD")
harness.fs.write_text("out.txt", "got \${secret}")
println("got \${secret}")
let again = harness.fs.read_text("out.txt")
return {said: again, token: "t0", customer: harness.env.get("CUSTOMER")}
`;
const MANIFEST = `[package]
name = "redacting"

[redaction]
env = ["CUSTOMER"]
pointers = ["/metadata/**/note", "/**/said"]
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

function project(): Project {
  const files = { 'p.harn': PROGRAM, 'harn.toml': MANIFEST };
  return cli.project(files).with({ APP_PASSWORD: SECRET, CUSTOMER });
}

const clear = (text: string) => [SECRET, CUSTOMER].filter((secret) => text.includes(secret));

it('keeps secrets out of the stream, the record, the fixture and everything that shows a run', () => {
  const here = project();
  const run = here.harn('run', '--json', 'p.harn');
  expect(run.status).toBe(0);
  expect(clear(run.stdout)).toEqual([]);
  expect(run.stdout).toContain('got [redacted env APP_PASSWORD]');
  // The program itself had it.
  expect(readFileSync(path.join(here.cwd, 'out.txt'), 'utf8')).toBe(`got ${SECRET}`);
  const id = here.harn('runs', 'ls', '--json').stdout.match(/[0-9a-f]{8}-[0-9a-f-]{27}/)?.[0] ?? '';
  const record = readFileSync(path.join(here.cwd, '.harn-runs', `${id}.json`), 'utf8');
  expect(clear(record)).toEqual([]);
  const { returned } = JSON.parse(record) as { returned: unknown };
  expect(returned).toEqual({
    customer: { $harn_redacted: 'env CUSTOMER' },
    said: { $harn_redacted: 'pointer' },
    token: { $harn_redacted: 'name' },
  });
  for (const args of [
    ['runs', 'show', id],
    ['runs', 'show', id, '--json'],
    ['runs', 'show', id, '--graph'],
    ['runs', 'events', id],
    ['runs', 'events', id, '--json'],
  ]) {
    const shown = here.harn(...args);
    expect([args, shown.status, clear(shown.stdout)]).toEqual([args, 0, []]);
  }
  for (const redact of [[], ['--redact']]) {
    const made = here.harn('fixture', id, '-o', 'f.json', ...redact);
    const fixture = readFileSync(path.join(here.cwd, 'f.json'), 'utf8');
    expect(clear(fixture)).toEqual([]);
    // What was read is not what it was: the command says whether the rest still comes to the same.
    expect([0, 1]).toContain(made.status);
  }
});

it('makes no pack of a program with a secret in its text', () => {
  const here = cli.project({ 'p.harn': `let k = 1\nprintln("${SECRET}")\n` });
  const refused = here.with({ APP_PASSWORD: SECRET }).harn('pack', 'p.harn');
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toContain('p.harn:2 contains a secret in clear (env APP_PASSWORD)');
  expect(here.has('p.harnpack')).toBe(false);
  expect(here.harn('pack', 'p.harn').status).toBe(0);
});

it('refuses a policy it does not understand, before the program runs', () => {
  const files = { 'p.harn': PROGRAM, 'harn.toml': '[redaction]\nvalues = ["in clear"]\n' };
  const here = cli.project(files);
  const { status, stdout } = here.harn('run', '--json', 'p.harn');
  expect(status).not.toBe(0);
  expect(stdout).toContain('[redaction] has no \\"values\\"');
  expect(here.has('out.txt')).toBe(false);
});
