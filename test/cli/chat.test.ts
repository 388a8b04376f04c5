// `harn chat` through a pipe: what is said is kept as it is said, tools work in the project only, and a kill in the middle
// of a turn costs nothing twice. The model is a server of this process.
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/base/index.ts';
import {
  type ModelServer,
  modelServer,
  openAiText,
  type Reply,
  streams,
} from '../../src/runtime/llm/providers/model-server.fixture.ts';
import { Cli, type Done, eventsOf, type Project } from './cli.ts';

let cli: Cli;
let server: ModelServer;
beforeAll(async () => {
  cli = await Cli.build();
  server = await modelServer();
}, 60_000);
afterAll(async () => {
  await server.close();
  cli.remove();
});
beforeEach(() => server.answers());

/** A project whose model is the server. */
function project(files: Readonly<Record<string, string>> = {}): Project {
  return cli
    .project(files)
    .with({ OPENAI_BASE_URL: server.origin, OPENAI_API_KEY: 'k', USER: 'ada' });
}

/** Says lines to a chat and ends its input. */
function chat(here: Project, lines: string, ...args: readonly string[]): Promise<Done> {
  const live = here.start('chat', ...args);
  live.type(lines);
  live.endInput();
  return live.done;
}

function calls(id: string, name: string, args: Json): Reply {
  const call = {
    index: 0,
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  };
  const [text, end, ...rest] = openAiText('') as readonly [Json, Json, ...Json[]];
  const chunk = text as { readonly choices: readonly object[] };
  const last = end as { readonly choices: readonly object[] };
  return streams([
    { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call] } }] } as Json,
    { ...last, choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] } as Json,
    ...rest,
  ]);
}

interface Asked {
  readonly role: string;
  readonly content: unknown;
}

const asked = (n: number) =>
  (server.seen[n]?.body['messages'] ?? []) as unknown as readonly Asked[];
const roles = (n: number) => asked(n).map(({ role }) => role);

describe('a chat through a pipe', () => {
  it('answers by a mock without a key, and leaves nothing where nothing was said', async () => {
    const here = cli.project();
    expect(await chat(here, '\n/quit\n')).toMatchObject({ status: 0, stdout: '' });
    expect(here.has('.harn')).toBe(false);
    expect(here.harn('chat', '--continue')).toMatchObject({ status: 1 });
    const done = await chat(here, 'hello you\n');
    expect(done).toMatchObject({ status: 0, stderr: expect.stringContaining('a mock answers') });
    expect(done.stdout).toContain('hello you');
    const { sessions } = here.data<{ sessions: readonly object[] }>('sessions', 'ls');
    expect(sessions).toMatchObject([{ messages: 2, title: 'hello you' }]);
  });

  it('refuses names that stand for nothing before anything is said or kept', async () => {
    const here = project();
    for (const [args, meant] of [
      [['--provider', 'opnai'], 'openai'],
      [['--model', 'opnai:gpt-4o'], 'openai'],
    ] as const) {
      const done = await chat(here, 'hello\n', ...args);
      expect(done).toMatchObject({ status: 1, stdout: '' });
      expect(done.stderr).toContain(`did you mean "${meant}"`);
    }
    const alone = await chat(cli.project(), 'hello\n', '--model', 'fronteir');
    expect(alone.stderr).toContain('did you mean "frontier"');
    expect(server.seen).toEqual([]);
    expect(here.has('.harn')).toBe(false);

    server.answers(streams(openAiText('Hi.')));
    const newer = await chat(here, '/model opnai:gpt-4o\nhello\n', '--model', 'gpt-6');
    expect(newer).toMatchObject({ status: 0, stdout: 'Hi.\n' });
    expect(newer.stderr).toContain('did you mean gpt-5?');
    expect(newer.stderr).toContain('there is no provider "opnai"; did you mean "openai"?');
    expect(server.seen[0]?.body['model']).toBe('gpt-6');
  }, 120_000);

  it('shows tools at work and goes on in another process with all that was said', async () => {
    const here = project({ 'notes.txt': 'the code is 4711\n' });
    server.answers(
      calls('c1', 'read_file', { path: 'notes.txt' }),
      streams(openAiText('It is ', '4711.')),
    );
    const first = await chat(here, 'what is the code?\n', '--json', '--system', 'You look.');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const events = eventsOf(first.stdout);
    // How many pieces come at once is up to the network.
    const kinds = events.map(({ event_type }) => event_type);
    expect(kinds.filter((kind, k) => kind !== kinds[k - 1])).toEqual([
      'session',
      'tool_call',
      'tool_result',
      'text',
      'turn',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        event_type: 'tool_result',
        ok: true,
        result: '1\tthe code is 4711',
      }),
    );
    expect(events.at(-1)).toMatchObject({
      state: { last: { status: 'done', text: 'It is 4711.' }, spent: { input_tokens: 24 } },
    });

    server.answers(streams(openAiText('As I said.')));
    const second = await chat(here, 'sure?\n', '--continue');
    expect(second).toMatchObject({ status: 0, stdout: 'As I said.\n' });
    expect(roles(0)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'user']);
    expect(asked(0)[0]?.content).toBe('You look.');
    const [row] = here.data<{ sessions: readonly { id: string }[] }>('sessions', 'ls').sessions;
    expect(row).toMatchObject({ messages: 6, input_tokens: 36 });

    const fork = here.harn('sessions', 'fork', row?.id ?? '', '--at', '4').stdout.trim();
    server.answers(streams(openAiText('Once more.')));
    expect(await chat(here, 'again?\n', '--session', fork)).toMatchObject({
      stdout: 'Once more.\n',
    });
    expect(roles(0)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'user']);
    expect(here.data('sessions', 'show', fork)).toMatchObject({ session: { messages: 6 } });
  });

  it('changes nothing without approval, and nothing outside of the project with it', async () => {
    const here = project({ 'harn.toml': '' });
    const write = (path: string) => calls('c1', 'write_file', { path, content: 'x' });
    server.answers(write('a.txt'), streams(openAiText('Denied.')));
    expect(await chat(here, 'write\n')).toMatchObject({ status: 0, stdout: 'Denied.\n' });
    expect(here.has('a.txt')).toBe(false);
    expect(JSON.stringify(asked(1).at(-1)?.content)).toContain('nobody is there to approve it');

    server.answers(write('a.txt'), write('../b.txt'), streams(openAiText('Done.')));
    expect(await chat(here, 'write\n', '--yes')).toMatchObject({ status: 0, stdout: 'Done.\n' });
    expect(here.read('a.txt')).toBe('x');
    expect(here.has('../b.txt')).toBe(false);
  });

  it('knows the skills of the project: the model loads them, and they are called by name', async () => {
    const here = project({ 'harn.toml': '' });
    mkdirSync(here.path('more/deploy'), { recursive: true });
    const card = 'short: Deploys when asked\nargument-hint: "<env>"\nallowed-tools: [search]';
    writeFileSync(here.path('more/deploy/SKILL.md'), `---\n${card}\n---\nShip to $1 first.\n`);
    mkdirSync(here.path('more/hidden'));
    const hidden = 'short: Is not for people\nuser-invocable: false';
    writeFileSync(here.path('more/hidden/SKILL.md'), `---\n${hidden}\n---\nNothing.\n`);
    server.answers(
      streams(openAiText('Shipped.')),
      calls('c1', 'load_skill', { name: 'deploy', args: ['qa'] }),
      streams(openAiText('Loaded.')),
      streams(openAiText('Free.')),
    );
    const lines = '/skills\n/deploi\n/deploy "the moon" now\nload it\n/etc/hosts is a file\n';
    const done = await chat(here, lines, '--skill-dir', 'more');
    expect(done).toMatchObject({ status: 0, stdout: 'Shipped.\nLoaded.\nFree.\n' });
    expect(done.stderr).toContain('/deploy <env>  Deploys when asked');
    expect(done.stderr).not.toContain('Is not for people');
    expect(done.stderr).toContain('did you mean /deploy?');
    expect(String(asked(0)[0]?.content)).toContain('- `deploy`: Deploys when asked');
    expect(asked(0).at(-1)?.content).toBe('/deploy "the moon" now\n\nShip to the moon first.\n');
    expect(JSON.stringify(asked(2).at(-1))).toContain('Ship to qa first.');
    expect(asked(3).at(-1)?.content).toBe('/etc/hosts is a file');
    const offered = (n: number) =>
      ((server.seen[n]?.body['tools'] ?? []) as { function: { name: string } }[]).map(
        (t) => t.function.name,
      );
    expect(offered(0)).toContain('search');
    expect(offered(0)).not.toContain('write_file');
    expect(offered(1)).toContain('write_file');
    expect(offered(2)).not.toContain('write_file');
    expect(offered(3)).toContain('write_file');

    server.answers(streams(openAiText('Later.')));
    await chat(here, 'and?\n', '--continue', '--skill-dir', 'more');
    expect(String(asked(0)[0]?.content).split('## Available skills')).toHaveLength(2);
  });

  it('killed in the middle of a turn, goes on there: nothing is asked or done twice', async () => {
    const here = project();
    server.answers(
      calls('c1', 'run_command', { command: 'echo once >> log.txt' }),
      streams(openAiText('never '), 'hang'),
    );
    const live = here.start('chat', '--yes', '--json');
    live.type('do it\n');
    await live.says('"never ');
    live.signal('SIGKILL');
    await live.done;
    expect(server.seen).toHaveLength(2);

    server.answers(streams(openAiText('It is done.')), streams(openAiText('Yes.')));
    const again = await chat(here, 'really?\n', '--continue');
    expect(again).toMatchObject({ status: 0, stdout: 'It is done.\nYes.\n' });
    expect(roles(0)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(server.seen).toHaveLength(2);
    expect(here.read('log.txt')).toBe('once\n');
    expect(here.data<{ runs: readonly object[] }>('runs', 'ls').runs).toMatchObject([
      { pipeline: 'harn.chat', status: 'completed' },
    ]);
  }, 60_000);

  it('ends with 1 when its model cannot be asked, and keeps what was said', async () => {
    const here = cli.project().with({ OPENAI_API_KEY: 'k', HARN_LLM_CALLS_DISABLED: '1' });
    const done = await chat(here, 'hello\n');
    expect(done).toMatchObject({ status: 1, stderr: expect.stringContaining('HARN-LLM-') });
    const { sessions } = here.data<{ sessions: readonly object[] }>('sessions', 'ls');
    expect(sessions).toMatchObject([{ messages: 1 }]);
  });
});

describe('the tools of a program', () => {
  const PROGRAM = `
/** Adds two numbers. */
tool add(a: int, b: int) -> int {
  description "Adds"
  println("noise")
  harness.fs.write_text("added.txt", "yes")
  a + b
}
pipeline main() { println("not a tool") }
`;

  it('are offered and called behind approvals, each call as a run of its own', async () => {
    const here = project({ 'tools.harn': PROGRAM });
    server.answers(calls('a', 'add', { a: 40, b: 2 }), streams(openAiText('It is 42.')));
    const said = await chat(here, 'add\n', '--tools', 'tools.harn', '--model', 'gpt-4o', '--yes');
    expect(said).toMatchObject({ status: 0 });
    expect(said.stdout).toContain('It is 42.');
    expect(said.stdout).not.toContain('noise');
    const [first, second] = server.seen.map(({ body }) => JSON.stringify(body));
    expect(first).toContain('"name":"add"');
    expect(first).not.toContain('"name":"main"');
    expect(second).toContain('42');
    expect(here.read('added.txt')).toBe('yes');
    const { runs } = here.data<{ runs: readonly { pipeline: string }[] }>('runs', 'ls');
    expect(runs).toHaveLength(2);
  });

  it('are denied where nobody approves', async () => {
    const here = project({ 'tools.harn': PROGRAM });
    server.answers(calls('a', 'add', { a: 40, b: 2 }), streams(openAiText('I may not.')));
    const said = await chat(here, 'add\n', '--tools', 'tools.harn', '--model', 'gpt-4o');
    expect(said.stdout).toContain('I may not.');
    expect(here.has('added.txt')).toBe(false);
  });
});
