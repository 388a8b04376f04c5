// MCP servers from Harn: the builtins, the servers of harn.toml, and tools of servers in agent loops.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../agents/program.ts';
import { newScene, type Scene, SERVER } from './scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = newScene();
});
afterEach(() => scene.dispose());

/** The lines of a pipeline that has a connected `client`. */
function lines(body: string): Promise<string[]> {
  const node = JSON.stringify(process.execPath);
  const server = JSON.stringify(SERVER);
  const source = `pipeline main() {\nlet client = mcp_connect(${node}, [${server}])\n${body}\n}`;
  return printed(source, { host: scene.host });
}

/** Without what loops say about tools that do not tell what they may do. */
const unwarned = (seen: readonly string[]) =>
  seen.filter((line) => !line.startsWith('[agent_loop] '));

/** Declares the fixture server as `fixture`. */
function declare(more = ''): void {
  const { command, args, env } = scene.stdio;
  const toml = `[[mcp]]\nname = "fixture"\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}\nenv = { MCP_LOG = ${JSON.stringify(env?.['MCP_LOG'])} }\n${more}`;
  writeFileSync(path.join(scene.dir, 'harn.toml'), toml);
}

describe('the builtins of MCP', () => {
  it('connect, list, call, and throw what a tool reports', async () => {
    const seen = await lines(`
      println(type_of(client))
      println(mcp_server_info(client).name)
      let tools = mcp_list_tools(client)
      println(tools[0].name + " " + tools[0].inputSchema.required[0])
      println(mcp_call(client, "echo", {message: "hello"}))
      println(mcp_call(client, "add", {a: 1, b: 2}))
      println(len(mcp_call(client, "both")))
      println(mcp_call(client, "nothing"))
      try { mcp_call(client, "fail") } catch (e) { println(e) }
      println(harness.tools.mcp_call(client, "echo", {message: "later"}))
      mcp_disconnect(client)
      try { mcp_call(client, "echo", {message: "x"}) } catch (e) { println(contains(to_string(e), "disconnected")) }
    `);
    expect(seen).toEqual([
      ...['mcp_client', 'fixture', 'echo message', 'hello', '3', '2', 'nil'],
      ...['it went wrong', 'later', 'true'],
    ]);
  });

  it('read resources and prompts', async () => {
    const seen = await lines(`
      println(mcp_list_resources(client)[0].uri)
      println(mcp_list_resource_templates(client)[0].uriTemplate)
      println(mcp_read_resource(client, "docs://a"))
      println(mcp_list_prompts(client)[0].name)
      println(mcp_get_prompt(client, "review", {code: "f"}).messages[0].content.text)
    `);
    expect(seen).toEqual([
      'docs://readme',
      'docs://{page}',
      'about docs://a',
      'review',
      'Review f',
    ]);
  });

  it('say what is wrong with their arguments and with a program that cannot be started', async () => {
    const seen = await printed(
      `pipeline main() {
        for call in [{ -> mcp_connect("no-such-program-anywhere") }, { -> mcp_call(7, "x") }, { -> mcp_connect("sh", "x") }] {
          try { call() } catch (e) { println(to_string(e)) }
        }
      }`,
      { host: scene.host },
    );
    expect(seen[0]).toContain('mcp_connect: failed to spawn');
    expect(seen[1]).toContain('mcp_client');
    expect(seen[2]).toContain('args must be a list');
  });
});

describe('servers of harn.toml', () => {
  it('are clients by their name, connected when they are first used', async () => {
    declare('lazy = true\n');
    const seen = await printed(
      `pipeline main() {
        println(mcp_registry_status()[0].active)
        println(mcp_call(mcp.fixture, "echo", {message: "hi"}))
        println(mcp_call("fixture", "note", {line: "n"}))
        let held = mcp_ensure_active("fixture")
        println(mcp_call(held, "add", {a: 2, b: 2}))
        let status = mcp_registry_status()[0]
        println(status.name + " " + to_string(status.active) + " " + to_string(status.ref_count))
        mcp_release("fixture")
        println(mcp_registry_status()[0].ref_count)
        try { mcp_call(mcp.nobody, "x") } catch (e) { println(contains(to_string(e), "nobody")) }
      }`,
      { host: scene.host },
    );
    expect(seen).toEqual(['false', 'hi', 'noted n', '4', 'fixture true 1', '0', 'true']);
    expect(scene.starts()).toBe(1);
  });
});

describe('tools of servers in an agent loop', () => {
  const asked = (name: string, line: string) =>
    `llm_mock({tool_calls: [{id: "c_${line}", name: "${name}", arguments: {line: "${line}"}}]})`;
  const DONE = 'llm_mock({text: "##DONE##"})';

  it('are those of `mcp_servers`, named with their server', async () => {
    declare();
    const seen = await printed(
      `pipeline main() {
        ${asked('fixture__note', 'a')}
        ${DONE}
        let result = agent_loop("note", nil, {provider: "mock", mcp_servers: ["fixture"]})
        println(result.tools.successful[0])
      }`,
      { host: scene.host },
    );
    expect(unwarned(seen)).toEqual(['fixture__note']);
    expect(scene.done()).toEqual(['a']);
  });

  it('are those of the servers that a skill needs, while it is in force', async () => {
    declare();
    const skill = `
      skill notes {
        description "Notes things"
        requires_mcp ["fixture"]
        allowed_tools ["note"]
      }`;
    const seen = await printed(
      `${skill}
      fn names(at) { return llm_mock_calls()[at].tools.map({ t -> t.function.name }).filter({ n -> n.starts_with("fixture") }) }
      pipeline main() {
        ${asked('fixture__note', 'a')}
        ${DONE}
        let result = agent_loop("note that", nil, {provider: "mock", skills: notes, session_id: "s"})
        println(result.tools.successful[0])
        println(names(0))
        println(mcp_registry_status()[0].ref_count)
        println(transcript_events(result.transcript).map({ e -> e.kind }).filter({ k -> k.contains("mcp") }))
      }`,
      { host: scene.host },
    );
    expect(seen).toEqual(['fixture__note', '[fixture__note]', '0', '[skill_mcp_bound]']);
    expect(scene.done()).toEqual(['a']);
    expect(scene.starts()).toBe(1);
  });

  it('are missed out loud where no such server is declared, and the loop goes on', async () => {
    declare();
    const seen = await printed(
      `pipeline main() {
        ${DONE}
        let triage = skill_define(skill_registry(), "triage", {description: "Triages issues", requires_mcp: ["github"]})
        let result = agent_loop("triage the issues", nil, {provider: "mock", skills: triage})
        println(result.status)
        println(llm_mock_calls()[0].system)
        println(transcript_events(result.transcript).filter({ e -> e.kind == "skill_mcp_bind_failed" })[0].metadata.server)
      }`,
      { host: scene.host },
    );
    expect(seen[0]).toContain('the skill triage needs the MCP server github');
    expect(seen).toContain('done');
    expect(seen.join(' ')).toContain('Not available: the MCP server github (');
    expect(seen.at(-1)).toBe('github');
  });

  it('are listed once, by servers that harn.toml declares and by others', async () => {
    declare();
    const { command, args, env } = scene.stdio;
    const given = JSON.stringify({ name: 'own', command, args, env });
    for (const [server, name] of [
      ['"fixture"', 'fixture__note'],
      [given, 'own__note'],
    ] as const) {
      const before = scene.lists();
      await printed(
        `pipeline main() {
          ${asked(name, 'a')}
          ${DONE}
          println(agent_loop("note", nil, {provider: "mock", mcp_servers: [${server}]}).status)
        }`,
        { host: scene.host },
      );
      expect([name, scene.lists() - before]).toEqual([name, 1]);
    }
    expect(scene.done()).toEqual(['a', 'a']);
  });

  it('are those that a server lists, and those that are declared with their server', async () => {
    declare();
    const seen = await printed(
      `pipeline main() {
        ${asked('note', 'listed')}
        ${DONE}
        println(agent_loop("note", nil, {provider: "mock", tools: mcp_list_tools(mcp.fixture)}).tools.successful[0])
        ${asked('write_down', 'declared')}
        ${DONE}
        let tools = tool_define(tool_registry(), "write_down", "Notes a line", {
          parameters: {line: "string"}, executor: "mcp_server", mcp_server: "fixture", mcp_tool: "note"
        })
        println(agent_loop("note", nil, {provider: "mock", tools: tools}).tools.successful[0])
      }`,
      { host: scene.host },
    );
    expect(unwarned(seen)).toEqual(['note', 'write_down']);
    expect(scene.done()).toEqual(['listed', 'declared']);
  });

  it('keep no secrets: a token in the options of a loop is refused', async () => {
    const seen = await printed(
      `pipeline main() {
        try {
          agent_loop("x", nil, {provider: "mock", mcp_servers: [{url: "http://127.0.0.1:1/", auth_token: "t"}]})
        } catch (e) { println(contains(to_string(e), "auth_token_env")) }
      }`,
      { host: scene.host },
    );
    expect(seen).toEqual(['true']);
  });
});
