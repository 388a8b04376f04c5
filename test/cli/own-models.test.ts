// What harn.toml says of models holds for every command that asks models or tells of them.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type ModelServer,
  modelServer,
  openAiText,
  streams,
} from '../../src/runtime/llm/providers/model-server.fixture.ts';
import { Cli, type Project } from './cli.ts';

let cli: Cli;
let server: ModelServer;
beforeAll(async () => {
  cli = await Cli.build();
  server = await modelServer();
}, 120_000);
afterAll(async () => {
  await server.close();
  cli.remove();
});
beforeEach(() => server.answers(streams(openAiText('from the proxy'))));

const manifest = () => `
[llm]
default_provider = "my_proxy"

[llm.providers.my_proxy]
base_url = "${server.origin}"
auth_style = "none"
default_model = "vendor/fast"

[llm.aliases]
quick = { id = "vendor/fast", provider = "my_proxy" }

[llm.models."vendor/fast"]
provider = "my_proxy"
tier = "mid"
input_per_mtok = 2
output_per_mtok = 4
`;

const TESTS = `
pipeline test_prices(task) {
  assert_eq(llm_cost("vendor/fast", 1000000, 0), 2.0)
  assert_eq(llm_resolve_model("quick").provider, "my_proxy")
}
`;

function project(): Project {
  return cli.project({ 'harn.toml': manifest(), 'prices_test.harn': TESTS });
}

it('harn models lists them, harn test and harn repl know them', async () => {
  const here = project();
  expect(here.harn('models').stdout).toMatch(/vendor\/fast +my_proxy +mid .* 2 +4 /);
  expect(here.harn('test', 'prices_test.harn')).toMatchObject({ status: 0 });
  const live = here.start('repl');
  live.type('llm_resolve_model("quick").provider\n');
  live.endInput();
  expect((await live.done).stdout).toContain('my_proxy');
}, 120_000);

it('harn chat asks the provider that is the default of the project', async () => {
  const live = project().start('chat');
  live.type('hello\n');
  live.endInput();
  const { status, stdout } = await live.done;
  expect(stdout).toContain('from the proxy');
  expect(stdout).not.toContain('mock');
  expect(status).toBe(0);
  expect(server.seen.at(-1)?.body).toMatchObject({ model: 'vendor/fast' });
}, 120_000);
