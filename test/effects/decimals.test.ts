// Decimals in programs whose process is killed after any of its commits: what is held, sent, kept, given and returned is a
// decimal again afterwards, with the digits it had, and never its text or what the journal has of it.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/index.ts';
import { printed, survivesKills } from './scene.ts';

/** `show` fails where a decimal became something else; what was shown is printed at the end. `look` is written to the journal. */
const SHOW = `var shown = []
fn show(label, value) {
  if type_of(value) != "decimal" { throw "\${label} is \${type_of(value)}: \${json_stringify(value)}" }
  shown = shown.push("\${label} \${value}")
}
fn note(text) { shown = shown.push(text) }
fn look() {
  store_set("looked", decimal("1.00"))
  return store_get("looked")
}`;

const newHost = () => createMockHost({ files: { '/work/harn.toml': '' } });

/** Each program with what it needs before its pipeline. */
const PROGRAMS: readonly (readonly [title: string, body: string, before?: string])[] = [
  [
    'tasks, channels, cells, locks and limits',
    `  const net = decimal("19.90")
  const ch = harness.runtime.channel("prices", 1)
  const sender = spawn {
    look()
    harness.runtime.send(ch, net)
    look()
    harness.runtime.send(ch, {lines: [net + 1]})
    net * decimal("2.0")
  }
  show("received", harness.runtime.receive(ch))
  show("inside", harness.runtime.receive(ch).lines[0])
  show("joined", await(sender))
  const cell = shared_cell({key: "sum", initial: decimal("0.00")})
  const all = parallel each [net, decimal("0.10")] { x ->
    look()
    mutex("sum") { shared_set(cell, shared_get(cell) + x) }
    x
  }
  show("first of all", all[0])
  show("cell", shared_get(cell))
  show("in time", deadline 10s { look(); net })
  var tries = 0
  var tried = net
  retry 3 {
    tries = tries + 1
    look()
    if tries < 2 { throw {owed: net} }
    tried = net + tries
  }
  show("retried", tried)
  const jobs = mailbox_open("jobs")
  mailbox_send("jobs", net)
  show("mail", mailbox_receive(jobs))
  try { throw {owed: net} } catch (e) { show("thrown", e.owed) }`,
  ],
  [
    'values that are kept, waitpoints and memories',
    `  const net = decimal("19.90")
  store_set("price", {net: net, lines: [decimal("1.00")]})
  checkpoint("at", {sum: net})
  metadata_set(".", "money", {budget: net})
  memory_store("team", "tea", {text: "tea costs", price: net})
  look()
  show("stored", store_get("price").net)
  show("line", store_get("price").lines[0])
  show("checkpoint", checkpoint_get("at").sum)
  show("fact", metadata_get(".", "money")?.budget)
  show("memory", memory_recall("team", "tea")[0].value.price)
  waitpoint_create("w")
  waitpoint_complete("w", {sum: net})
  show("waitpoint", waitpoint_wait("w").waitpoints[0].value.sum)`,
    'import "std/memory"',
  ],
  [
    'workers, their results and what they are resumed with',
    `  const net = decimal("19.90")
  const done = wait_agent(spawn_agent({name: "clerk", task: "19.90", body: clerk}))
  show("result", worker_result(done).sum)
  show("line", worker_result(done).lines[0])
  const slow = spawn_agent({name: "slow", task: "wait", body: waits})
  suspend_agent(slow, "not yet")
  look()
  resume_agent(slow, {price: net})
  show("told", wait_agent(slow).result.told)
  const pool = harness.agent.pool_create({name: "work", max_concurrent: 1})
  const one = pool.submit({ -> { look(); {net: net} } })
  const two = pool.submit({ -> net + 1 })
  show("pooled", harness.agent.pool_wait(one).result.net)
  show("pooled too", harness.agent.pool_wait([two])[0].result)`,
    `fn clerk(task, worker) {
  look()
  return {sum: decimal(task) + 1, lines: [decimal("1.00")]}
}
fn waits(task, worker) {
  let told = worker_checkpoint({so_far: decimal("1.50")})
  while told == nil {
    look()
    told = worker_checkpoint({so_far: decimal("1.50")})
  }
  return {told: told.input.price}
}`,
  ],
  [
    'stages of a workflow',
    `  const nodes = {
    price: {kind: "stage", handler: price},
    add: {kind: "stage", handler: add},
  }
  const flow = workflow_execute("cart", {entry: "price", nodes: nodes, edges: [{from: "price", to: "add"}]})
  note(flow.status)`,
    `fn price(input) {
  look()
  return {net: decimal("19.90")}
}
fn add(input) {
  note("\${json_stringify(input).contains("$decimal")} \${input.artifacts[0].text} \${type_of(input.artifacts[0].data.net)}")
  return "added"
}`,
  ],
  [
    'supervised tasks',
    `  mock_time(0)
  const done = channel("done")
  const net = decimal("0.10")
  const sup = supervisor_start({name: "sup", children: [{
    name: "adds", restart: {backoff_ms: 2, factor: 1},
    task: { about ->
      look()
      if about.attempt < 2 { throw {owed: net} }
      send(done, net * about.attempt)
      net
    },
  }]})
  show("done", receive(done))
  note(supervisor_state(sup).children[0].restart_count)
  note(supervisor_stop("sup", 1s).status)`,
  ],
  [
    'tools of an agent loop',
    `  llm_mock({tool_calls: [{id: "c1", name: "gross", arguments: {net: "19.90", lines: [{price: "0.10"}]}}]})
  llm_mock({text: "done"})
  const r = agent_loop("go", nil, {provider: "mock", tools: tools})
  note(r.text)
  note(llm_mock_calls()[1].messages.filter({ m -> m.role == "tool" || to_string(m).contains("23.68") }).count > 0)`,
    `const tools = tool_define(tool_registry(), "gross", "Adds the tax", {
  parameters: {
    net: {type: "decimal"},
    lines: {type: "list", items: {type: "dict", properties: {price: {type: "decimal"}}}},
  },
  handler: { args ->
    look()
    show("net", args.net)
    show("price", args.lines[0].price)
    args.net * decimal("1.19")
  },
})`,
  ],
  [
    'results of pipelines and work handed over',
    `  const sum = priced(harness, {net: decimal("19.90")})
  show("result", sum.net)
  harness.handoff_to("elsewhere", {net: decimal("0.50")})
  harness.agent.pipeline_on_finish({ h, value ->
    show("finishing", value.sum)
    note(len(h.unsettled_state().pipeline_handoffs))
    println(shown)
    value
  })
  {sum: sum.net}`,
    `pipeline priced(harness: Harness, given) {
  show("given", given.net)
  look()
  return {net: given.net + 1}
}`,
  ],
];

describe('a program with decimals that is killed anywhere', () => {
  it.each(PROGRAMS)(
    'has them again: %s',
    { timeout: 40_000 },
    async (_title, body = '', before = '') => {
      const imports = before.startsWith('import') ? before : '';
      const functions = imports === '' ? before : '';
      const text = `${imports}\n${SHOW}\n${functions}\npipeline default(harness: Harness) {\n${body.replace(/(\n {2}\{.*\})?$/, '\n  println(shown)$1')}\n}`;
      const kills = await survivesKills({ text }, newHost, async () => null);
      expect(kills).toBeGreaterThan(1);
    },
  );
});

/** What is not a program knows no marks: it reads digits. */
describe('a decimal that others are told of', () => {
  it('is its digits in what a stage hands to the next, for the program and for a model', async () => {
    const lines = await printed(`
fn price(input) { return {net: decimal("19.90")} }
fn rate(input) { return decimal("0.190") }
fn add(input) {
  println(input.artifacts.map({ a -> a.text }))
  println(input.artifacts.map({ a -> type_of(a.data) }))
  println(input.prompt.contains("$decimal"))
  throw {owed: decimal("1.50")}
}
pipeline main(harness: Harness) {
  const flow = workflow_execute("cart", {entry: "price", nodes: {
    price: {kind: "stage", handler: price, output_contract: {schema: {
      type: "object", properties: {net: {type: "string", pattern: "^[0-9.]+$"}},
    }}},
    rate: {kind: "stage", handler: rate},
    add: {kind: "stage", handler: add},
  }, edges: [{from: "price", to: "rate"}, {from: "rate", to: "add"}]})
  println(flow.run.stages.map({ s -> s.status }))
  println(json_stringify(flow).contains("1.50"))
  println(json_stringify(flow).contains("$decimal"))
}`);
    expect(lines).toEqual([
      '[0.190, {"net":"19.90"}]',
      '[decimal, dict]',
      'false',
      '[completed, completed, failed]',
      'true',
      'false',
    ]);
  });

  it('is its digits in the failure of a tool and in the task a worker is resumed with', async () => {
    const lines = await printed(`
fn waits(task, worker) {
  while worker_checkpoint() == nil { store_get("k") }
  return "done"
}
pipeline main(harness: Harness) {
  llm_mock({tool_calls: [{id: "c1", name: "pay", arguments: {}}]})
  llm_mock({text: "done"})
  const tools = tool_define(tool_registry(), "pay", "Pays", {
    parameters: {}, handler: { args -> throw {owed: decimal("1.50")} },
  })
  agent_loop("go", nil, {provider: "mock", tools: tools})
  const said = json_stringify(llm_mock_calls()[1].messages)
  println([said.contains("1.50"), said.contains("$decimal")])
  const slow = spawn_agent({name: "slow", task: "wait", body: waits})
  suspend_agent(slow, "not yet")
  store_set("k", 1)
  resume_agent(slow, {price: decimal("0.10")})
  println(wait_agent(slow).history)
}`);
    expect(lines).toEqual(['[true, false]', '[wait, {"price":"0.10"}]']);
  });
});
