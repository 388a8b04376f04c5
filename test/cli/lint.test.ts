// `harn lint` as its user meets it: what is shown, what is mended, what the exit code says.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli, type Project } from './cli.ts';

const HABITS = 'const used = 1\nlet same = used\nlet spare = 2\nprintln(same)\n';

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

function project(): Project {
  return cli.project({ 'habits.harn': HABITS, 'broken.harn': 'let = 1\n' });
}

it('shows findings with their lines and exits 0, or 1 with --strict', () => {
  const here = project();
  const { status, stdout, stderr } = here.harn('lint', 'habits.harn');
  expect(status).toBe(0);
  expect(stderr).toContain('warning[HARN-LNT-014]: variable `spare` is never used');
  expect(stderr).toContain('--> habits.harn:3:5');
  expect(stderr).toContain('warning[HARN-LNT-053]');
  expect(stdout).toBe('1 file: 0 errors, 4 warnings, 2 can be fixed with --fix\n');
  expect(here.harn('lint', '--strict', 'habits.harn').status).toBe(1);
});

it('mends what is safe with --fix and says what is left', () => {
  const here = project();
  const { stdout } = here.harn('lint', '--fix', 'habits.harn');
  expect(here.read('habits.harn')).toBe(HABITS.replaceAll('let', 'const'));
  expect(stdout).toBe('1 file: 0 errors, 2 warnings, 2 fixed\n');
});

it('does not judge a file that is broken, and exits 1', () => {
  const { status, stderr } = project().harn('lint', '.');
  expect(status).toBe(1);
  expect(stderr).toContain('HARN-PAR-001');
});

it('listens to harn.toml, and knows its own rules', () => {
  const here = project();
  writeFileSync(
    here.path('harn.toml'),
    '[lint]\ndisabled = ["unused-variable", "ambient-stdio"]\n',
  );
  expect(here.harn('lint', 'habits.harn').stderr).not.toContain('LNT-014');
  writeFileSync(here.path('harn.toml'), '[lint]\ndisabled = ["unused-variabel"]\n');
  const wrong = here.harn('lint', 'habits.harn');
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain('did you mean `unused-variable`?');
});

it('answers with one document of JSON, and every code is explained', () => {
  const here = project();
  const data = here.data<{ diagnostics: { code: string; data: { rule: string } }[] }>(
    'lint',
    'habits.harn',
  );
  expect(data.diagnostics.map(({ code, data: { rule } }) => [code, rule])).toContainEqual([
    'HARN-LNT-014',
    'unused-variable',
  ]);
  for (const { code } of data.diagnostics) expect(here.harn('explain', code).status).toBe(0);
});

it('reads prompt templates too: blocks that do not end, filters that nobody has', () => {
  const here = cli.project({
    'open.harn.prompt': 'Hi\n{{ if name }}\n{{ name }}',
    'filters.prompt':
      '{{ a | uper }} | uper {{# | uper #}}\n{{ for x in b | trim | sorted }}{{ x }}{{ end }}',
    'fine.prompt': '{{ if a }}{{ a | upper }}{{ else }}-{{ end }} {{ include "x" with { b: a } }}',
  });
  const { status, stdout, stderr } = here.harn('lint', '.');
  expect(status).toBe(1);
  expect(stderr).toContain('error[HARN-LNT-040]: this prompt template cannot be rendered');
  expect(stderr).toContain('--> open.harn.prompt:2:3');
  expect(stderr).toContain('error[HARN-LNT-068]: there is no template filter `uper`');
  expect(stderr).toContain('--> filters.prompt:1:8');
  expect(stderr).toContain('there is no template filter `sorted`');
  expect(stderr).toContain('--> filters.prompt:2:24');
  expect(stdout).toBe('3 files: 3 errors, 0 warnings\n');
  expect(here.harn('lint', 'fine.prompt').status).toBe(0);
});

it('compares templates with what they are given, and reads their habits', () => {
  const here = cli.project({
    'main.harn':
      'fn main(harness: Harness) {\n  const text = harness.fs.render_prompt("hi.prompt", {nme: 1})\n  harness.stdio.println(text)\n}\n',
    'hi.prompt': 'Hi {{ name }}{{ if llm.provider == "openai" }}!{{ end }}',
  });
  const { status, stderr } = here.harn('lint', '.');
  expect(status).toBe(0);
  expect(stderr).toContain('warning[HARN-TPL-001]: the template "hi.prompt" takes `name`');
  expect(stderr).toContain('warning[HARN-TPL-002]: the template "hi.prompt" never looks at `nme`');
  expect(stderr).toContain('warning[HARN-LNT-046]');
  expect(stderr).toContain('--> hi.prompt:1:17');
});
