// `harn models`, and what `harn runs show` says of models.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

const ASK = `
pipeline default(task) {
  llm_mock({text: "yes", model: "gpt-4o-mini", input_tokens: 1000, output_tokens: 500})
  write_file("kept.txt", "a run that changed nothing leaves no record")
  println(llm_call("q", nil, {provider: "mock", model: "mid"}).text)
}
`;

it('the models are listed with their prices, and a run says what its models have cost', () => {
  const here = cli.project({ 'ask.harn': ASK });
  expect(here.harn('models').stdout).toMatch(/gpt-4o-mini +openai +mid +128k +0\.15 +0\.6 /);
  const { data } = JSON.parse(here.harn('models', '--json').stdout) as {
    data: { models: readonly { model: string; input_per_mtok: number }[] };
  };
  expect(data.models.find(({ model }) => model === 'gpt-4o')).toMatchObject({
    input_per_mtok: 2.5,
    tier: 'frontier',
  });
  expect(here.harn('run', 'ask.harn')).toMatchObject({ status: 0, stdout: 'yes\n' });
  const [row] = here.data<{ runs: readonly { run_id: string }[] }>('runs', 'ls').runs;
  const id = row?.run_id ?? '';
  const shown = here.harn('runs', 'show', id).stdout;
  expect(shown).toContain('1 call (gpt-4o-mini)');
  expect(shown).toContain('1,000 in, 500 out');
  expect(shown).toContain('$0.00045');
}, 120_000);

it('one model is told with all that is known of it, and never its key', () => {
  const secret = 'sk-never-shown';
  const here = cli
    .project({
      'harn.toml': `
[llm.aliases]
fast = { id = "gpt-4o-mini", provider = "openai" }

[llm.fallbacks]
openai = ["anthropic"]
`,
    })
    .with({ OPENAI_API_KEY: secret });
  const { stdout, stderr } = here.harn('models', 'fast');
  expect(stdout).toContain('fast → gpt-4o-mini');
  expect(stdout).toMatch(/provider +openai \(its key is set\)/);
  expect(stdout).toMatch(/also +mid/);
  expect(stdout).toMatch(/context +128,000 tokens/);
  expect(stdout).toMatch(/price +\$0\.15 in, \$0\.6 out per million tokens/);
  expect(stdout).toMatch(/fallbacks +anthropic/);
  expect(stdout + stderr).not.toContain(secret);
  expect(here.data('models', 'anthropic:claude-9')).toMatchObject({
    provider: 'anthropic',
    model: 'claude-9',
    known: false,
    key: 'missing',
    key_env: ['ANTHROPIC_API_KEY'],
    context: null,
  });
  const all = here.harn('models');
  expect(all.stdout).toContain('key set: openai');
  expect(all.stdout).toContain('anthropic (ANTHROPIC_API_KEY)');
  expect(all.stdout).not.toContain(secret);
  expect(here.data('models')).toMatchObject({
    aliases: expect.arrayContaining([{ alias: 'fast', provider: 'openai', model: 'gpt-4o-mini' }]),
    providers: expect.arrayContaining([
      expect.objectContaining({ provider: 'openai', key: 'set' }),
    ]),
  });
}, 120_000);

it('a misspelt name gets a suggestion, and a model that may be new a remark', () => {
  const here = cli.project().with({ OPENAI_API_KEY: 'k' });
  const refused = { status: 1, stdout: '' };
  for (const [typed, meant] of [
    ['fronteir', 'frontier'],
    ['opnai:gpt-4o', 'openai'],
    ['anthropc', 'anthropic'],
  ] as const) {
    const done = here.harn('models', typed);
    expect(done).toMatchObject(refused);
    expect(done.stderr).toContain(`did you mean "${meant}"`);
  }
  const newer = here.harn('models', 'gpt-6');
  expect(newer.status).toBe(0);
  expect(newer.stderr).toContain('did you mean gpt-5?');
  // A name of a model that runs at home looks like a provider and a model, too.
  expect(here.harn('models', 'llama3.2:3b').stdout).toContain('ollama');
}, 120_000);
