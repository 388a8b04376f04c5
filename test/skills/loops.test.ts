// Skills in loops: which come into force, what they do to prompt and tools, what the history says, and that nothing of it is
// decided anew by a run that is resumed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { readAgentEvents } from '../../src/runtime/agent/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createNodeHost, type Host } from '../../src/runtime/host/index.ts';
import { answerQuestion, listQuestions } from '../../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

let dir: string;
let host: Host;
let store: Store;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'harn-skill-loops-'));
  mkdirSync(path.join(dir, 'home'));
  writeFileSync(path.join(dir, 'harn.toml'), '');
  const base = createNodeHost({ cwd: dir });
  const env = {
    ...base.env,
    get: (name: string) => (name === 'HOME' ? path.join(dir, 'home') : undefined),
  };
  host = { ...base, env };
  store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const PROGRAM = `
skill bake {
  description "Bakes bread and cakes"
  when_to_use "Somebody is hungry"
  prompt "Preheat the oven."
  allowed_tools ["oven", "namespace:look"]
  paths ["recipes/**"]
  on_activate fn() { println("apron on") }
  on_deactivate fn() { println("apron off") }
}
skill sweep {
  description "Cleans the kitchen floor"
  prompt "Corners first."
}
fn both() { return skill_define(bake, "sweep", skill_find(sweep, "sweep")) }
fn kitchen() {
  var tools = tool_registry()
  tools = tool_define(tools, "oven", "Heats", {parameters: {}, handler: { _ -> "hot" }})
  tools = tool_define(tools, "peek", "Looks", {parameters: {}, namespace: "look", handler: { _ -> "seen" }})
  return tool_define(tools, "fridge", "Cools", {parameters: {}, handler: { _ -> "cold" }})
}
fn kinds(result) {
  return transcript_events(result.transcript).filter({ e -> e.kind.starts_with("skill") }).map({ e -> e.kind + " " + (e.metadata?.name ?? "") })
}
fn names(at) { return (llm_mock_calls()[at].tools ?? []).map({ t -> t.function.name }) }
`;

let output = '';

async function start(body: string) {
  output = '';
  const file = path.join(dir, 'main.harn');
  writeFileSync(file, `${PROGRAM}\npipeline main() {\n${body}\n}`);
  const { program, diagnostics } = await loadProgram({ path: file }, { cwd: dir });
  if (program === undefined) throw new Error(diagnostics[0]?.message);
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: {
      write: (_stream: string, text: string) => {
        // Tools of these programs declare nothing about themselves, which loops remark.
        if (!text.startsWith('[agent_loop] TOOL_SURFACE')) output += text;
      },
    },
  });
  return { engine, started: engine.start(program, {}) };
}

async function returned(body: string): Promise<unknown> {
  const result = await (await start(body)).started.done;
  if (result.status !== 'settled') throw new Error(result.status);
  if (!result.main.ok) throw result.main.error;
  return result.record.returned;
}

describe('a skill that fits', () => {
  it('stands in the prompt, narrows the tools of the program, and calls its hook', async () => {
    const found = await returned(`
      llm_mock({tool_calls: [{id: "c1", name: "fridge", arguments: {}}]})
      llm_mock({text: "baked"})
      let r = agent_loop("bake a cake", nil, {provider: "mock", tools: kitchen(), skills: both(), persistent: false})
      return {system: llm_mock_calls()[0].system, names: names(0), kinds: kinds(r), last: json_stringify(llm_mock_calls()[1].messages)}`);
    expect(found).toMatchObject({
      system: expect.stringContaining('Preheat the oven.\nScoped tools: oven, namespace:look'),
      kinds: ['skill_matched ', 'skill.loaded ', 'skill_activated bake', 'skill_scope_tools bake'],
    });
    const { system, names, last } = found as { system: string; names: string[]; last: string };
    expect(system).not.toContain('Corners first');
    expect(names).toEqual(expect.arrayContaining(['oven', 'peek', 'load_skill']));
    expect(names).not.toContain('fridge');
    expect(last).not.toContain('cold');
    expect(output).toBe('apron on\n');
  });

  it('fits by a file that is worked on, and not when it says that nobody but code may', async () => {
    const loop = (options: string) => `
      llm_mock({text: "done"})
      let r = agent_loop("go on", nil, {provider: "mock", working_files: ["./recipes/rye.md"], ${options}})
      return kinds(r)`;
    expect(await returned(loop('skills: both()'))).toContain('skill_activated bake');
    const hidden =
      'skills: skill_define(bake, "bake", {description: "bake", paths: ["recipes/**"], ["disable-model-invocation"]: true})';
    expect(await returned(loop(hidden))).toEqual(['skill_matched ']);
    expect(await returned(loop('skills: both(), skill_match: {strategy: "manual"}'))).toEqual([]);
  });

  it('gives way to another one where it is not sticky', async () => {
    const found = await returned(`
      llm_mock({tool_calls: [{id: "c1", name: "oven", arguments: {}}]})
      llm_mock({text: "done"})
      let r = agent_loop("bake a cake", nil, {
        provider: "mock", tools: kitchen(), skills: both(), skill_match: {sticky: false},
        post_turn_callback: { turn -> if turn.iteration == 0 { return {message: "now sweep the floor"} } else { return nil } },
      })
      return [kinds(r), names(1), llm_mock_calls()[1].system]`);
    const [kinds, names, system] = found as [string[], string[], string];
    expect(kinds.filter((kind) => /activated/.test(kind))).toEqual([
      ...['skill_activated bake', 'skill_deactivated bake', 'skill_activated sweep'],
    ]);
    expect(names).toContain('fridge');
    expect(system).toContain('Corners first.');
    expect(system).not.toContain('oven');
    expect(output).toBe('apron on\napron off\n');
  });

  it('stays in force in its session, and its events are in the store', async () => {
    const found = await returned(`
      llm_mock({text: "baked"})
      llm_mock({text: "and more"})
      agent_loop("bake a cake", nil, {provider: "mock", skills: both(), session_id: "kitchen"})
      let r = agent_loop("go on", nil, {provider: "mock", skills: both(), session_id: "kitchen"})
      return [kinds(r).filter({ k -> k == "skill_activated bake" }), llm_mock_calls()[1].system]`);
    expect(found).toEqual([['skill_activated bake'], expect.stringContaining('Preheat the oven.')]);
    const events = (await readAgentEvents(store, 'kitchen')).map(({ event }) => event);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'skill_activated', skill_name: 'bake', iteration: 1 }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'skill_matched',
        candidates: [expect.objectContaining({ name: 'bake' })],
      }),
    );
  });

  it('is what the host says where the host is asked, and what the cards say where it cannot', async () => {
    const loop = `
      llm_mock({text: "done"})
      let r = agent_loop("bake a cake", nil, {provider: "mock", skills: both(), skill_match: {strategy: "embedding"}})
      return kinds(r)`;
    const mock =
      'host_mock("skill", "match", {matches: [{name: "nobody"}, {name: "sweep", score: 0.9, reason: "meant"}]})';
    expect(await returned(`${mock}\n${loop}`)).toContain('skill_activated sweep');
    expect(await returned(loop)).toContain('skill_activated bake');
    expect(output).toContain('[agent.skill_match]');
  });
});

describe('a skill that the model loads', () => {
  it('is in force from the next turn on, and its load is a fact of the history', async () => {
    const file = path.join(dir, '.harn/skills/ship/SKILL.md');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '---\nshort: Ships\nallowed-tools: [peek]\n---\nthe runbook');
    const found = await returned(`
      llm_mock({tool_calls: [{id: "c1", name: "load_skill", arguments: {name: "ship"}}]})
      llm_mock({text: "done"})
      let r = agent_loop("x", nil, {provider: "mock", tools: kitchen(), skills: skills})
      return [kinds(r), names(0), names(1), json_stringify(llm_mock_calls()[1].messages)]`);
    const [kinds, before, after, messages] = found as [string[], string[], string[], string];
    expect(kinds).toEqual([
      ...['skill_matched ', 'skill.loaded ', 'skill_activated ship', 'skill_scope_tools ship'],
    ]);
    expect(before).toContain('fridge');
    expect(after).not.toContain('fridge');
    expect(after).toContain('peek');
    expect(messages).toContain('the runbook');
  });
});

describe('skills of a loop', () => {
  it('are those of its sub-agents, where they have none of their own', async () => {
    const found = await returned(`
      let tools = tool_define(tool_registry(), "delegate", "Delegates", {parameters: {}, handler: { _ ->
        sub_agent_run("bake rolls", {provider: "mock", tools: kitchen()}) }})
      llm_mock({tool_calls: [{id: "c1", name: "delegate", arguments: {}}]})
      llm_mock({text: "rolls"})
      llm_mock({text: "done"})
      agent_loop("do it", nil, {provider: "mock", tools: tools, skills: both()})
      return [llm_mock_calls()[1].system, names(1)]`);
    const [system, names] = found as [string, string[]];
    expect(system).toContain('Preheat the oven.');
    expect(names).not.toContain('fridge');
  });

  it('are those of the stages of a workflow', async () => {
    const found = await returned(`
      llm_mock({text: "baked"})
      let flow = workflow_graph({entry: "a", nodes: {a: {kind: "stage", mode: "agent", model_policy: {provider: "mock"}, tools: kitchen()}}, edges: []})
      workflow_execute("bake a cake", flow, [], {skills: both(), skill_match: {top_n: 1}})
      return [llm_mock_calls()[0].system, names(0)]`);
    const [system, names] = found as [string, string[]];
    expect(system).toContain('Preheat the oven.');
    expect(names).not.toContain('fridge');
    expect(output).toBe('apron on\n');
  });

  it('are the same in TypeScript', async () => {
    const seen: string[] = [];
    const work = pipeline('work', async (harness) => {
      harness.llm.mockEnqueue({ text: 'baked' });
      const { transcript } = await harness.agent.loop({
        task: 'bake a cake',
        provider: 'mock',
        skills: [
          {
            name: 'bake',
            description: 'Bakes cakes',
            allowedTools: ['oven'],
            prompt: 'Preheat.',
            onActivate: ({ name }) => void seen.push(String(name)),
          },
        ],
        skill_match: { top_n: 2 },
        tools: ['oven', 'fridge'].map((name) => ({
          name,
          description: name,
          handler: () => 'ok',
        })),
      });
      const [call] = harness.llm.mockCalls();
      return [call?.system ?? null, JSON.stringify(call?.tools), JSON.stringify(transcript)];
    });
    const runtime = createRuntime({ store, pipelines: [work], host });
    const result = await runtime.start(work, null).done;
    const [system, tools, transcript] = result.record.returned as string[];
    expect(system).toContain('Preheat.');
    expect(tools).toContain('oven');
    expect(tools).not.toContain('fridge');
    expect(transcript).toContain('skill_activated');
    expect(seen).toEqual(['bake']);
  });
});

describe('a skill that the program puts in force', () => {
  it('is in force from the first turn on, with its arguments, until the session is cleared of it', async () => {
    const found = await returned(`
      let ship = skill_define(both(), "ship", {description: "x", prompt: "Ship $1.", invocation: "explicit", allowed_tools: ["fridge"]})
      llm_mock({text: "shipped"})
      llm_mock({text: "again"})
      llm_mock({text: "free"})
      let all = {provider: "mock", tools: kitchen(), skills: ship, session_id: "s"}
      agent_loop("go", nil, all + {skill_match: {strategy: "manual", active: [{name: "ship", args: ["it"]}]}})
      agent_loop("go on", nil, all + {skill_match: {strategy: "manual"}})
      let cleared = agent_session_clear_skills("s")
      agent_loop("go on", nil, all + {skill_match: {strategy: "manual"}})
      return {systems: llm_mock_calls().map({ c -> c.system ?? "" }), first: names(0), third: names(2), cleared: cleared}`);
    const { systems, first, third, cleared } = found as {
      readonly [part: string]: readonly string[];
    };
    expect(systems?.map((text) => text.includes('Ship it.'))).toEqual([true, true, false]);
    expect(first).toContain('fridge');
    expect(first).not.toContain('oven');
    expect(third).toContain('oven');
    expect(cleared).toEqual(['ship']);
  });

  it('is refused when there is none of that name', async () => {
    const loop =
      'agent_loop("go", nil, {provider: "mock", skills: both(), skill_match: {active: ["bale"]}})';
    await expect(returned(loop)).rejects.toMatchObject({ code: 'HARN-SKL-001' });
  });
});

describe('a loop with skills that is resumed', () => {
  it('neither matches anew nor reads changed files', async () => {
    const file = path.join(dir, '.harn/skills/ship/SKILL.md');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '---\nshort: Ships\n---\nfirst text');
    const { engine, started } = await start(`
      let tools = tool_define(tool_registry(), "ask", "Asks", {parameters: {}, handler: { _ -> ask_user("go on?") }})
      llm_mock({tool_calls: [{id: "c1", name: "ask", arguments: {}}]})
      llm_mock({text: "done"})
      let r = agent_loop("ship it", nil, {provider: "mock", tools: tools, skills: skills})
      return [kinds(r), llm_mock_calls()[1].system]`);
    started.run.parkForPeople();
    expect((await started.done).status).toBe('parked');
    writeFileSync(file, '---\nshort: Bakes\n---\nother text');
    const [asked] = await listQuestions(store, {});
    await answerQuestion(store, asked?.request_id ?? '', {
      answer: 'yes',
      reviewer: 'me',
      reason: null,
      nowMs: host.clock.nowMs(),
    } as never);
    const result = await (await engine.resume(started.run.id)).done;
    expect(result.record.returned).toEqual([
      ['skill_matched ', 'skill.loaded ', 'skill_activated ship'],
      expect.stringContaining('first text'),
    ]);
  });
});
