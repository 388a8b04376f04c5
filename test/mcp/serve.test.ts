// Programs as MCP servers: `harn mcp serve` as clients start it, spoken to by the official client.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listRuns } from '../../src/runtime/run/index.ts';
import { openStore } from '../../src/store/index.ts';
import { sharedHarn } from '../cli/shared-build.ts';
import { startServer } from './serve-http.ts';

let harnBin: string;
beforeAll(async () => {
  harnBin = await sharedHarn();
}, 120_000);

let dir: string;
const clients: Client[] = [];
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'harn-mcp-serve-'));
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  rmSync(dir, { recursive: true, force: true });
});

const EXPOSED = `
type Level = "low" | "high"

/** Adds two numbers. */
pub fn add(a: int, b: int = 10) -> int {
  println("adding")
  return a + b
}

pub fn describe(item: {name: string, tags?: list<string>}, level: Level) -> {text: string} {
  return {text: item.name + " " + level}
}

pub fn fails(how: string) {
  if how == "throw" { throw "it went wrong" }
  if how == "err" { return Err("no luck") }
  let secret = nil
  return secret.field.more
}

fn private_one() { return 1 }

tool shout(text: string) -> string {
  description "Makes a text louder"
  text.upper()
}

pipeline greet(task) {
  write_file("greeted.txt", task)
  return "hello " + task
}

pub fn slow(steps: int) -> string {
  for i in 1 to steps {
    mcp_report_progress(i, steps, "step " + to_string(i))
    sleep(20ms)
  }
  return "done"
}

pub fn forever() {
  write_file("began.txt", "x")
  sleep(10m)
}

pub fn pausing() {
  append_file("log.txt", "first ")
  write_file("began.txt", "x")
  sleep(1s)
  append_file("log.txt", "second")
}

pub fn asks() { return ask_user("which?") }

pub fn reads() { return read_line() }
`;

const REGISTERING = `
pipeline main() {
  var tools = tool_define(tool_registry(), "greet", "Greets somebody", {
    parameters: {name: "string"},
    annotations: {title: "Greeter", readOnlyHint: true},
    handler: { args -> "Hello, " + args.name }
  })
  mcp_tools(tools)
  mcp_resource({uri: "docs://readme", name: "README", text: "about us", mime_type: "text/markdown"})
  mcp_resource_template({uri_template: "conf://{key}", name: "Settings", handler: { args -> "value of " + args.key }})
  mcp_prompt({
    name: "review",
    description: "Reviews code",
    arguments: [{name: "code", required: true}],
    handler: { args -> "Please review " + args.code }
  })
  mcp_prompt({name: "pair", handler: { args -> [{role: "user", content: "Hi"}, {role: "assistant", content: "Hello"}] }})
}
pub fn not_shown() { return 1 }
`;

function program(text: string): string {
  const file = path.join(dir, 'desk.harn');
  writeFileSync(file, text);
  return file;
}

/** A client of the program, and what its server wrote beside the protocol. */
async function connected(
  text: string,
  args: readonly string[] = [],
  pin?: string,
): Promise<{ client: Client; err: () => string; pid: number }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [harnBin, 'mcp', 'serve', program(text), ...args],
    cwd: dir,
    env: { ...(process.env as Record<string, string>) },
    stderr: 'pipe',
  });
  let err = '';
  transport.stderr?.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  const client = new Client(
    { name: 'test', version: '1' },
    pin === undefined ? {} : { versionNegotiation: { mode: { pin } } },
  );
  await client.connect(transport);
  clients.push(client);
  return { client, err: () => err, pid: transport.pid ?? 0 };
}

async function rows() {
  const url = `sqlite:${path.join(dir, '.harn', 'harn.sqlite')}`;
  await using store = await openStore({ url, projections: RUNTIME_PROJECTIONS });
  return await listRuns(store, { limit: 100 });
}

async function runs() {
  return (await rows()).map(({ pipeline, status }) => [pipeline, status]).sort();
}

/** Resolves when a program has said that it is in the middle of its work. */
async function began(): Promise<void> {
  await expect.poll(() => existsSync(path.join(dir, 'began.txt')), { timeout: 20_000 }).toBe(true);
}

describe('a program without registrations', () => {
  it('is served with its public functions, its pipelines and its tools, with their types', async () => {
    const { client } = await connected(EXPOSED);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      ...[
        'add',
        'describe',
        'fails',
        'shout',
        'greet',
        'slow',
        'forever',
        'pausing',
        'asks',
        'reads',
      ],
    ]);
    const [add, describing, , shout, greet] = tools;
    expect([add?.description, shout?.description]).toEqual([
      'Adds two numbers.',
      'Makes a text louder',
    ]);
    expect(add?.inputSchema).toEqual({
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      required: ['a'],
    });
    expect(describing?.inputSchema.properties).toEqual({
      item: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          tags: { type: 'array', items: { type: 'string' } },
        },
        required: ['name'],
      },
      level: { enum: ['low', 'high'] },
    });
    expect(describing?.outputSchema).toEqual({
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
    });
    expect(greet?.inputSchema.required).toEqual(['task']);
  });

  it('takes and gives structs, whose methods work', async () => {
    const { client } = await connected(`
      struct Point { x: int
        y: int
        label?: string }
      impl Point { fn sum(self) -> int { return self.x + self.y } }
      type Corner = Point
      struct Line { from: Corner
        to: list<Point> }

      pub fn length(line: Line, extra: Point?) -> Point {
        var total = line.from.sum() + (extra?.sum() ?? 0)
        for one in line.to { total = total + one.sum() }
        return Point {x: total, y: 0}
      }
    `);
    const { tools } = await client.listTools();
    const point = {
      type: 'object',
      properties: { x: { type: 'integer' }, y: { type: 'integer' }, label: { type: 'string' } },
      required: ['x', 'y'],
    };
    expect(tools[0]?.inputSchema.properties).toEqual({
      line: {
        type: 'object',
        properties: { from: point, to: { type: 'array', items: point } },
        required: ['from', 'to'],
      },
      extra: { anyOf: [point, { type: 'null' }] },
    });
    expect(tools[0]?.outputSchema).toEqual(point);
    const line = { from: { x: 1, y: 2 }, to: [{ x: 3, y: 4 }] };
    const named = { name: 'length', arguments: { line, extra: { x: 5, y: 5 } } };
    const called = await client.callTool(named);
    expect(called).toMatchObject({ structuredContent: { x: 20, y: 0 } });
    const refused = await client.callTool({ name: 'length', arguments: { line: { from: 1 } } });
    expect(refused.isError).toBe(true);
  });

  it('answers calls, each in a run of its own that is kept', async () => {
    const { client, err } = await connected(EXPOSED);
    const call = (name: string, args: JsonObject) => client.callTool({ name, arguments: args });
    const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
    expect(await call('add', { a: 1 })).toMatchObject(text('11'));
    expect(await call('add', { a: 1, b: 2 })).toMatchObject(text('3'));
    expect(await call('describe', { item: { name: 'x' }, level: 'low' })).toMatchObject({
      ...text('{"text":"x low"}'),
      structuredContent: { text: 'x low' },
    });
    expect(await call('shout', { text: 'hi' })).toMatchObject(text('HI'));
    expect(await call('greet', { task: 'you' })).toMatchObject(text('hello you'));
    expect(err()).toContain('adding');
    await client.close();
    expect(await runs()).toEqual([
      ['add', 'completed'],
      ['add', 'completed'],
      ['describe', 'completed'],
      ['greet', 'completed'],
      ['shout', 'completed'],
    ]);
  });

  it('tells clients what failed, and no more', async () => {
    const { client } = await connected(EXPOSED);
    const failure = async (name: string, args: JsonObject) => {
      const { content, isError } = await client.callTool({ name, arguments: args });
      expect(isError).toBe(true);
      return (content as { text: string }[]).map((one) => one.text).join('\n');
    };
    expect(await failure('fails', { how: 'throw' })).toBe('it went wrong');
    expect(await failure('fails', { how: 'err' })).toBe('no luck');
    const inside = await failure('fails', { how: 'else' });
    expect(inside).not.toMatch(/desk\.harn|\n| at /);
    expect(await failure('add', { a: 'one' })).toContain('the arguments of add do not fit');
    expect(await failure('asks', {})).toContain('harn resume');
    expect(await failure('reads', {})).toContain('stdio.read_line');
    await expect(client.callTool({ name: 'private_one' })).rejects.toMatchObject({ code: -32602 });
    await expect(
      client.complete({
        ref: { type: 'ref/prompt', name: 'x' },
        argument: { name: 'a', value: '' },
      }),
    ).rejects.toThrow();
  });

  it('sends progress to a client that wants it', async () => {
    const { client } = await connected(EXPOSED);
    const seen: unknown[] = [];
    await client.callTool(
      { name: 'slow', arguments: { steps: 2 } },
      { onprogress: (progress) => seen.push(progress) },
    );
    expect(seen).toEqual([
      { progress: 1, total: 2, message: 'step 1' },
      { progress: 2, total: 2, message: 'step 2' },
    ]);
  });

  it('cancels the run of a call that its client cancels, and parks that of a client that is gone', async () => {
    const { client } = await connected(EXPOSED);
    const wish = new AbortController();
    const cancelled = client.callTool({ name: 'forever' }, { signal: wish.signal });
    await began();
    wish.abort('enough');
    await expect(cancelled).rejects.toThrow();
    await expect.poll(runs, { timeout: 20_000 }).toEqual([['forever', 'cancelled']]);
    const left = client.callTool({ name: 'forever' }).catch(() => 'gone');
    await expect.poll(async () => (await runs()).length, { timeout: 20_000 }).toBe(2);
    await client.close();
    expect(await left).toBe('gone');
    await expect.poll(runs, { timeout: 20_000 }).toEqual([
      ['forever', 'cancelled'],
      ['forever', 'parked'],
    ]);
  });
});

describe('a call whose server was killed', () => {
  it('is a run that anybody can go on with, and does nothing twice', async () => {
    const { client, pid } = await connected(EXPOSED);
    const left = client.callTool({ name: 'pausing' }).catch(() => 'gone');
    await began();
    process.kill(pid, 'SIGKILL');
    expect(await left).toBe('gone');
    const [row] = await rows();
    const resumed = spawnSync(process.execPath, [harnBin, 'resume', row?.run_id ?? ''], {
      cwd: dir,
    });
    expect([resumed.status, resumed.stderr.toString()]).toEqual([0, '']);
    expect(readFileSync(path.join(dir, 'log.txt'), 'utf8')).toBe('first second');
    expect(await runs()).toEqual([['pausing', 'completed']]);
  });
});

describe('a program that registers what it serves', () => {
  it('is served with that', async () => {
    const { client } = await connected(REGISTERING);
    const { tools } = await client.listTools();
    expect(tools).toMatchObject([
      { name: 'greet', annotations: { title: 'Greeter', readOnlyHint: true } },
    ]);
    expect(await client.callTool({ name: 'greet', arguments: { name: 'Ann' } })).toMatchObject({
      content: [{ type: 'text', text: 'Hello, Ann' }],
    });
    expect((await client.listResources()).resources).toEqual([
      { uri: 'docs://readme', name: 'README', mimeType: 'text/markdown' },
    ]);
    expect((await client.readResource({ uri: 'docs://readme' })).contents).toEqual([
      { uri: 'docs://readme', mimeType: 'text/markdown', text: 'about us' },
    ]);
    expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([
      { uriTemplate: 'conf://{key}', name: 'Settings' },
    ]);
    expect((await client.readResource({ uri: 'conf://port' })).contents).toMatchObject([
      { uri: 'conf://port', text: 'value of port' },
    ]);
    await expect(client.readResource({ uri: 'else://x' })).rejects.toThrow();
    expect((await client.listPrompts()).prompts).toMatchObject([
      {
        name: 'review',
        description: 'Reviews code',
        arguments: [{ name: 'code', required: true }],
      },
      { name: 'pair' },
    ]);
    const prompt = await client.getPrompt({ name: 'review', arguments: { code: 'f()' } });
    expect(prompt.messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Please review f()' } },
    ]);
    const pair = await client.getPrompt({ name: 'pair' });
    expect(pair.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    await expect(client.getPrompt({ name: 'review' })).rejects.toThrow('needs code');
  });

  it('is served in the newest revision of the protocol, and publishes a card', async () => {
    const card = '{"name": "desk", "description": "A desk"}';
    const { client } = await connected(REGISTERING, ['--card', card], '2026-07-28');
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    const { contents } = await client.readResource({ uri: 'well-known://mcp-card' });
    expect(JSON.parse((contents[0] as { text: string }).text)).toEqual(JSON.parse(card));
    expect(await client.callTool({ name: 'greet', arguments: { name: 'Ann' } })).toMatchObject({
      content: [{ type: 'text', text: 'Hello, Ann' }],
    });
  });
});

describe('a program at an address', () => {
  it('answers clients with a key, and nobody else', async () => {
    const server = await startServer(harnBin, dir, program(EXPOSED), {
      HARN_MCP_API_KEYS: 'k1, k2',
    });
    try {
      const at = (key: string) =>
        new StreamableHTTPClientTransport(new URL(server.url), {
          requestInit: { headers: { authorization: `Bearer ${key}` } },
        });
      for (const pin of [undefined, '2026-07-28']) {
        const client = new Client(
          { name: 'test', version: '1' },
          pin === undefined ? {} : { versionNegotiation: { mode: { pin } } },
        );
        await client.connect(at('k2'));
        expect(await client.callTool({ name: 'add', arguments: { a: 2 } })).toMatchObject({
          content: [{ type: 'text', text: '12' }],
        });
        await client.close();
      }
      const stranger = new Client({ name: 'test', version: '1' });
      await expect(stranger.connect(at('k3'))).rejects.toThrow();
      const headers = { authorization: 'Bearer k1', origin: 'https://elsewhere.example' };
      expect((await fetch(server.url, { method: 'POST', headers })).status).toBe(403);
    } finally {
      await server.stop();
    }
    expect((await runs()).length).toBe(2);
  });
});
