// What harn.toml says of models holds for every command that asks models or tells of them.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type ModelServer,
  modelServer,
  openAiText,
  says,
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

const TALK = `
pipeline default(task) {
  println(llm_call("first question").text)
  println(try { llm_call("second question").text } catch (e) { "refused: " + to_string(e) })
}
`;

it('harn run --llm-mock answers for models, and refuses a call that nothing fits', () => {
  const here = cli.project({
    'harn.toml': manifest(),
    'talk.harn': TALK,
    'answers.jsonl': '{"text": "once"}\n\n{"match": "*first*", "text": "matched"}\n',
  });
  const { status, stdout } = here.harn('run', 'talk.harn', '--llm-mock', 'answers.jsonl');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^(?:once|matched)\n/);
  expect(server.seen).toEqual([]);
  expect(stdout).toContain('refused: ');
  expect(stdout).toContain('second question');
}, 120_000);

const completion = (content: string) =>
  says(200, {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'vendor/fast',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });

it('what --llm-mock-record kept is what --llm-mock answers', async () => {
  const here = cli.project({ 'harn.toml': manifest(), 'talk.harn': TALK });
  server.answers(completion('one'), completion('two'));
  const recording = here.start('run', 'talk.harn', '--llm-mock-record', 'tape.jsonl');
  expect((await recording.done).stdout).toBe('one\ntwo\n');
  const asked = server.seen.length;
  expect(here.harn('run', 'talk.harn', '--llm-mock', 'tape.jsonl').stdout).toBe('one\ntwo\n');
  expect(server.seen.length).toBe(asked);
}, 120_000);

it.each([
  [['--llm-mock', 'none.jsonl'], 'there is no file of answers at none.jsonl'],
  [['--llm-mock', 'broken.jsonl'], 'line 1 of broken.jsonl is not JSON'],
  [
    ['--llm-mock', 'wrong.jsonl'],
    'line 2 of wrong.jsonl: "text" of a mock answer must be a string',
  ],
  [['--llm-mock', 'a', '--llm-mock-record', 'b'], '`--llm-mock` and `--llm-mock-record` do not go'],
])(
  'harn run %j is refused before anything runs',
  (options, message) => {
    const here = cli.project({
      'talk.harn': TALK,
      'broken.jsonl': '{',
      'wrong.jsonl': '{}\n{"text": 1}\n',
    });
    const { status, stdout, stderr } = here.harn('run', 'talk.harn', ...options);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  },
  120_000,
);
