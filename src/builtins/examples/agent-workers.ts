// Examples of builtins: agent workers.
import type { Examples } from './example.ts';

export const AGENT_WORKER_EXAMPLES: Examples = {
  'agent.worker_spawn': {
    source: `let worker = spawn_agent({name: "adder", task: "40 and 2", body: { task -> "got \${task}" }})
println(worker_result(wait_agent(worker)))`,
    prints: 'got 40 and 2',
  },
  'agent.worker_wait': {
    source: `let worker = spawn_agent({name: "adder", task: "add", body: { task -> 40 + 2 }})
let ended = wait_agent(worker)
say([ended.status, worker_result(ended)])`,
    prints: 'completed 42',
  },
  'agent.worker_list': {
    source: `wait_agent(spawn_agent({name: "first", task: "t", body: { task -> 1 }}))
wait_agent(spawn_agent({name: "second", task: "t", body: { task -> 2 }}))
println(list_agents().map({ w -> [w.name, w.status] }))`,
    prints: '[[first, completed], [second, completed]]',
  },
  'agent.worker_close': {
    source: `let never = channel("never")
let worker = spawn_agent({name: "idle", task: "wait", body: { task -> receive(never) }})
println(close_agent(worker).status)`,
    prints: 'cancelled',
  },
  'agent.worker_stop': {
    source: `let never = channel("never")
let worker = spawn_agent({name: "idle", task: "wait", body: { task -> receive(never) }})
println(agent_stop(worker).status)`,
    prints: 'cancelled',
  },
  'agent.worker_send_input': {
    source: `let worker = spawn_agent({name: "echo", task: "one", body: { task -> "did \${task}" }})
wait_agent(worker)
println(worker_result(wait_agent(send_input(worker, "two"))))`,
    prints: 'did two',
  },
  'agent.worker_trigger': {
    source: `let worker = spawn_agent({name: "echo", task: "one", carry: {retriggerable: true}, body: { task -> println("did \${task}") }})
wait_agent(spawn_agent({name: "other", task: "t", body: { task -> 1 }}))
println(list_agents()[0].status)
println(worker_trigger(worker, "two").status)
wait_agent(spawn_agent({name: "another", task: "t", body: { task -> 1 }}))
close_agent(worker)`,
    prints: `did one
awaiting
running
did two`,
  },
  'agent.worker_checkpoint': {
    source: `let gate = channel("gate")
let worker = spawn_agent({name: "w", task: "t", body: { task ->
  receive(gate)
  worker_checkpoint()?.input
}})
suspend_agent(worker, "overnight")
send(gate, 1)
wait_agent(worker)
println(worker_result(wait_agent(resume_agent(worker, "go on"))))`,
    prints: 'go on',
  },
  'agent.worker_suspend': {
    source: `let gate = channel("gate")
let worker = spawn_agent({name: "w", task: "t", body: { task ->
  receive(gate)
  worker_checkpoint()
}})
suspend_agent(worker, "overnight")
send(gate, 1)
println(wait_agent(worker).status)
close_agent(worker)`,
    prints: 'suspended',
  },
  'agent.worker_resume': {
    source: `let gate = channel("gate")
let worker = spawn_agent({name: "w", task: "t", body: { task ->
  receive(gate)
  worker_checkpoint()
}})
suspend_agent(worker, "overnight")
send(gate, 1)
wait_agent(worker)
println(wait_agent(resume_agent(worker, "go on")).status)`,
    prints: 'completed',
  },
  'agent.parse_resume_conditions': {
    source: `println(parse_resume_conditions({timeout: {duration_minutes: 5}}))
println(parse_resume_conditions(nil))`,
    prints: `{timeout: {duration_minutes: 5, on_timeout: resume_with_summary}}
nil`,
  },
  'agent.pool_create': {
    source: `let pool = pool_create({name: "work", max_concurrent: 2})
say([pool.name, pool.max_concurrent])`,
    prints: 'work 2',
  },
  'agent.pool_get': {
    source: `pool_create({name: "work"})
say([pool_get("work").name, pool_get("none")])`,
    prints: 'work nil',
  },
  'agent.pool_list': {
    source: `pool_create({name: "first"})
pool_create({name: "second", max_concurrent: 4})
println(pool_list().map({ pool -> [pool.name, pool.max_concurrent] }))`,
    prints: '[[first, 1], [second, 4]]',
  },
  'agent.pool_wait': {
    source: `let pool = pool_create({max_concurrent: 2})
let tasks = [1, 2, 3].map({ n -> pool.submit({ -> n * n }) })
println(pool_wait(tasks).map({ done -> done.result }))`,
    prints: '[1, 4, 9]',
  },
  'agent.lifecycle_receipt_record_suspension': {
    source: `let receipt = lifecycle_receipt_record_suspension({handle: "worker-1", initiator: "parent", reason: "overnight"})
println(verify_lifecycle_receipt_signature("suspension_receipt", receipt))`,
    prints: 'true',
  },
  'agent.lifecycle_receipt_record_resumption': {
    source: `let receipt = lifecycle_receipt_record_resumption({handle: "worker-1", initiator: "parent", input: "go on"})
println(receipt.input_hash == lifecycle_resume_input_hash("go on"))`,
    prints: 'true',
  },
  'agent.lifecycle_receipt_record_drain_decision': {
    source: `let receipt = lifecycle_receipt_record_drain_decision({item: {id: "worker-1"}, action: "cancel", decided_by: "policy", prompt: "What now?"})
say([receipt.action, receipt.prompt_hash == lifecycle_drain_decision_prompt_hash("What now?")])`,
    prints: 'cancel true',
  },
  'agent.lifecycle_receipts_snapshot': {
    source: `lifecycle_receipt_record_suspension({handle: "worker-1", initiator: "parent"})
lifecycle_receipt_record_resumption({handle: "worker-1", initiator: "operator"})
println(lifecycle_receipts_snapshot().map({ r -> [r.seq, r.kind, r.payload.initiator] }))`,
    prints: '[[1, suspension_receipt, parent], [2, resumption_receipt, operator]]',
  },
  'agent.daemon_spawn': {
    source: `let daemon = daemon_spawn({task: "Watch the build", persist_path: "/work/watcher", provider: "mock"})
println(daemon.status)
daemon_stop(daemon)`,
    prints: 'running',
  },
  'agent.daemon_stop': {
    source: `let daemon = daemon_spawn({task: "Watch the build", persist_path: "/work/watcher", provider: "mock"})
println(daemon_stop(daemon).status)`,
    prints: 'stopped',
  },
  'agent.daemon_resume': {
    source: `daemon_stop(daemon_spawn({task: "Watch the build", persist_path: "/work/watcher", provider: "mock"}))
let daemon = daemon_resume("/work/watcher")
println(daemon.status)
daemon_stop(daemon)`,
    prints: 'running',
  },
  'agent.daemon_snapshot': {
    source: `let daemon = daemon_spawn({task: "Watch the build", persist_path: "/work/watcher", provider: "mock"})
println(daemon_snapshot(daemon).pending_event_count)
daemon_stop(daemon)`,
    prints: '0',
  },
  'agent.daemon_trigger': {
    source: `let daemon = daemon_spawn({task: "Watch", persist_path: "/work/watcher", provider: "mock", max_iterations: 2})
daemon_trigger(daemon, {build: 7})
println(contains(json_stringify(daemon_wait(daemon).transcript.messages), "build"))`,
    prints: 'true',
  },
  'agent.daemon_wait': {
    source: `let daemon = daemon_spawn({task: "Watch the build", persist_path: "/work/watcher", provider: "mock", max_iterations: 2})
llm_mock({text: "The build is green."})
daemon_trigger(daemon, {build: 7})
println(daemon_wait(daemon).text)`,
    prints: `Mock response to 3-word prompt: Watch the build
The build is green.`,
  },
};
