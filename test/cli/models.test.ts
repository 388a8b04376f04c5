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
  expect(here.harn('models').stdout).toMatch(/openai +gpt-4o-mini +mid +128k +0\.15 +0\.6 /);
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
  expect(shown).toContain('1 call(s) (gpt-4o-mini)');
  expect(shown).toContain('1000 in, 500 out');
  expect(shown).toContain('$0.00045');
}, 120_000);
