// Servers that others made, as they are published: over stdio and over HTTP, from TypeScript and from Harn.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import type { McpServerConfig } from '../../src/runtime/mcp/index.ts';
import { Cli, type Project } from '../cli/cli.ts';
import { sharedHarn } from '../cli/shared-build.ts';
import {
  everything,
  everythingAt,
  filesIn,
  installServers,
  memoryAt,
  watched,
} from './npm-servers.ts';
import { codeOf, ran } from './ran.ts';
import { newScene, type Scene } from './scene.ts';

let cli: Cli;
beforeAll(async () => {
  installServers();
  cli = await Cli.build();
}, 300_000);
afterAll(() => cli.remove());

let scene: Scene;
beforeEach(() => {
  scene = newScene();
});
afterEach(() => scene.dispose());

const names = (list: readonly JsonObject[]) => list.map(({ name }) => String(name));
const LONG = 'trigger-long-running-operation';

async function lookedAt(host: Scene['host'], server: McpServerConfig) {
  return ran(host, async (harness) => {
    const client = await harness.mcp.connect(server);
    const info = await client.info();
    const tools = await client.listTools();
    const prompt = await client.getPrompt('args-prompt', { city: 'Oslo' });
    return {
      name: info.name,
      capabilities: info.capabilities ?? null,
      tools: names(tools).filter((name) => name === 'echo' || name.startsWith('trigger-')),
      echo: await client.call('echo', { message: 'hi' }),
      sum: await client.call('get-sum', { a: 2, b: 3 }),
      structured: await client.call('get-structured-content', { location: 'Chicago' }),
      badArgs: await codeOf(client.call('get-sum', { a: 'x' })),
      noTool: await codeOf(client.call('no-such-tool')),
      resource: names(await client.listResources())[0] ?? null,
      templates: names(await client.listResourceTemplates()),
      text: await client.readResource('demo://resource/dynamic/text/7').then(String),
      noResource: await codeOf(client.readResource('demo://resource/dynamic/text/x')),
      prompts: names(await client.listPrompts()),
      prompt: prompt['messages'] ?? null,
      noPrompt: await codeOf(client.getPrompt('no-such-prompt')),
    } satisfies JsonObject;
  });
}

const LOOKED = {
  name: 'mcp-servers/everything',
  capabilities: ['completions', 'logging', 'prompts', 'resources', 'tasks', 'tools'],
  // Those that sample or ask people are only listed for clients that offer that.
  tools: ['echo', LONG],
  echo: 'Echo: hi',
  sum: 'The sum of 2 and 3 is 5.',
  structured: '{"temperature":36,"conditions":"Light rain / drizzle","humidity":82}',
  badArgs: 'HARN-MCP-006',
  noTool: 'HARN-MCP-006',
  resource: 'architecture.md',
  templates: ['Dynamic Text Resource', 'Dynamic Blob Resource'],
  text: expect.stringContaining('Resource 7: '),
  noResource: 'HARN-MCP-007',
  prompts: ['simple-prompt', 'args-prompt', 'completable-prompt', 'resource-prompt'],
  prompt: [{ role: 'user', content: { type: 'text', text: "What's weather in Oslo?" } }],
  noPrompt: 'HARN-MCP-007',
};

describe('server-everything', () => {
  it('is looked at and called over stdio', async () => {
    expect(await lookedAt(scene.host, everything)).toEqual(LOOKED);
  });

  it('is looked at and called over HTTP', async () => {
    const server = await everythingAt();
    try {
      expect(await lookedAt(scene.host, { url: server.url })).toEqual(LOOKED);
    } finally {
      await server.stop();
    }
  });

  it('is told when a long call is given up, by its deadline or with its task, and answers the next', async () => {
    const { host, sent, sends } = watched(scene.host);
    const seen = await ran(host, async (harness) => {
      const client = await harness.mcp.connect(everything);
      const late = await codeOf(client.call(LONG, { duration: 30, steps: 1 }, { timeout_ms: 50 }));
      const called = sends('tools/call');
      const task = harness.spawn((inner) =>
        inner.mcp.server('everything').call(LONG, { duration: 30, steps: 1 }),
      );
      await called;
      task.cancel();
      return [late, await client.call('echo', { message: 'next' })];
    });
    expect(seen).toEqual(['HARN-MCP-008', 'Echo: next']);
    expect(sent.filter(({ method }) => method === 'notifications/cancelled')).toHaveLength(2);
  });

  it('is started again when its process is killed under a call that only looks', async () => {
    const { host, pids, sends } = watched(scene.host);
    const called = sends('tools/call');
    const seen = await ran(host, async (harness) => {
      const client = await harness.mcp.connect(everything);
      void called.then(() => process.kill(-(pids[0] as number), 'SIGKILL'));
      return client.call(LONG, { duration: 0.4, steps: 2 });
    });
    expect(seen).toContain('Long running operation completed');
    expect(pids).toHaveLength(2);
  });

  it('is reached again at its address when it was restarted between two calls', async () => {
    const first = await everythingAt();
    const seen = await ran(scene.host, async (harness) => {
      const client = await harness.mcp.connect({ url: first.url });
      const before = await client.call('echo', { message: 'one' });
      await first.stop();
      const gone = await codeOf(client.call('echo', { message: 'lost' }));
      const second = await everythingAt(first.port);
      const after = await client.call('echo', { message: 'two' });
      await second.stop();
      return [before, gone, after];
    });
    expect(seen).toEqual(['Echo: one', 'HARN-MCP-003', 'Echo: two']);
  });
});

describe('server-filesystem', () => {
  it('writes and reads in its folder and refuses every other', async () => {
    const own = path.join(scene.dir, 'own');
    mkdirSync(own);
    writeFileSync(path.join(scene.dir, 'secret.txt'), 'secret');
    const seen = await ran(scene.host, async (harness) => {
      const client = await harness.mcp.connect(filesIn(own));
      await client.call('write_file', { path: path.join(own, 'a.txt'), content: 'one\n' });
      const outside = (file: string) =>
        client.call('read_text_file', { path: file }).catch((error: Error) => error.message);
      return {
        text: await client.call('read_text_file', { path: path.join(own, 'a.txt') }),
        outside: await outside(path.join(scene.dir, 'secret.txt')),
        above: await outside(path.join(own, '..', 'secret.txt')),
        written: await codeOf(
          client.call('write_file', { path: path.join(scene.dir, 'b.txt'), content: '' }),
        ),
        allowed: await client.call('list_allowed_directories'),
      } as { [key: string]: Json };
    });
    expect(seen).toEqual({
      text: 'one\n',
      outside: expect.stringContaining('Access denied'),
      above: expect.stringContaining('Access denied'),
      written: 'HARN-MCP-006',
      allowed: expect.stringContaining(own),
    });
    expect(readFileSync(path.join(own, 'a.txt'), 'utf8')).toBe('one\n');
  });

  it('is started again for the next call when it was killed between two', async () => {
    const { host, pids } = watched(scene.host);
    const file = path.join(scene.dir, 'a.txt');
    const seen = await ran(host, async (harness) => {
      const client = await harness.mcp.connect(filesIn(scene.dir));
      await client.call('write_file', { path: file, content: 'kept' });
      process.kill(-(pids[0] as number), 'SIGKILL');
      return client.call('read_text_file', { path: file });
    });
    expect(seen).toBe('kept');
    expect(pids).toHaveLength(2);
  });
});

describe('programs in Harn', () => {
  it('use the servers of their harn.toml as processes of the command line', async () => {
    const servers = [filesIn(scene.dir), memoryAt(path.join(scene.dir, 'graph.jsonl')), everything];
    const toml = servers.map(({ name, command, env = {} }) => {
      const variables = Object.entries(env ?? {}).map(
        ([key, value]) => `${key} = ${JSON.stringify(value)}`,
      );
      return `[[mcp]]\nname = "${name}"\ncommand = ${JSON.stringify(command)}\nenv = { ${variables.join(', ')} }\n`;
    });
    writeFileSync(path.join(scene.dir, 'harn.toml'), toml.join('\n'));
    writeFileSync(
      path.join(scene.dir, 'main.harn'),
      `pipeline main() {
        mcp_call(mcp.files, "write_file", {path: path_join(cwd(), "a.txt"), content: "from Harn"})
        println(mcp_call(mcp.files, "read_text_file", {path: path_join(cwd(), "a.txt")}))
        try { mcp_call(mcp.files, "read_text_file", {path: "/etc/hosts"}) } catch (e) { println(contains(to_string(e), "Access denied")) }
        mcp_call(mcp.memory, "create_entities", {entities: [{name: "Ann", entityType: "person", observations: ["likes tea"]}]})
        println(contains(to_string(mcp_call(mcp.memory, "search_nodes", {query: "tea"})), "Ann"))
        println(mcp_call(mcp.everything, "get-sum", {a: 1, b: 2}))
        println(contains(mcp_read_resource(mcp.everything, "demo://resource/dynamic/text/3"), "Resource 3"))
        println(mcp_get_prompt(mcp.everything, "simple-prompt").messages[0].content.text)
        try { mcp_call(mcp.everything, "${LONG}", {duration: 30, steps: 1}, {timeout_ms: 50}) } catch (e) { println("late") }
      }`,
    );
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [await sharedHarn(), 'run', 'main.harn'],
      { cwd: scene.dir, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      ...['from Harn', 'true', 'true', 'The sum of 1 and 2 is 3.', 'true'],
      ...['This is a simple prompt without arguments.', 'late'],
    ]);
    expect(status).toBe(0);
  }, 120_000);
});

const ASKED = `
pipeline main() {
  llm_mock({text: "from the model"})
  println(contains(to_string(mcp_call(mcp.everything, "trigger-sampling-request", {prompt: "hi"})), "from the model"))
  println(contains(to_string(mcp_call(mcp.everything, "trigger-elicitation-request")), "Ann"))
}
`;

function project(): Project {
  return cli.project({
    'main.harn': ASKED,
    'harn.toml': `
[[mcp]]
name = "everything"
command = ${JSON.stringify(everything.command)}
sampling = { provider = "mock" }
elicitation = "ask"
on_unknown = "retry"
`,
  });
}

interface Question {
  readonly request_id: string;
  readonly run_id: string;
  readonly prompt: string;
}

function questions(here: Project, ...more: readonly string[]): readonly Question[] {
  return here.data<{ questions: readonly Question[] }>('hitl', 'ls', ...more).questions;
}

/** Answers the one question there is; gives its run. */
function answered(here: Project): string {
  const [question] = questions(here);
  const id = question?.request_id ?? '';
  expect(question?.prompt).toContain('everything (trigger-elicitation-request) asks: ');
  expect(here.harn('hitl', 'answer', id, '--json', '{"name": "Ann"}').status).toBe(0);
  return question?.run_id ?? '';
}

describe('a server that samples and asks people, in runs of the command line', () => {
  it('parks while only people can go on, and calls the tool again with the answer', () => {
    const here = project();
    const first = here.harn('run', 'main.harn');
    expect(first).toMatchObject({ status: 124, stdout: 'true\n' });
    expect(first.stderr).toContain('harn hitl answer');
    expect(here.harn('resume', answered(here))).toMatchObject({ status: 0, stdout: 'true\n' });
    expect(questions(here, '--all')).toHaveLength(1);
  }, 120_000);

  it('asks nobody twice when its process is killed', async () => {
    const here = project();
    const live = here.start('run', '--wait', 'main.harn');
    await expect.poll(() => questions(here).length, { timeout: 60_000, interval: 300 }).toBe(1);
    live.signal('SIGKILL');
    await live.done;
    const resumed = here.harn('resume', answered(here));
    expect(resumed.stderr).toBe('');
    expect(resumed.status).toBe(0);
    expect(resumed.stdout).toMatch(/true\n$/);
    expect(questions(here, '--all')).toHaveLength(1);
  }, 120_000);
});
