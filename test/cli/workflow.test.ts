// Workflows through the built command: branches side by side, replayed as a run and as a record.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const FLOW = `pipeline main(harness: Harness) {
  let model = {mode: "llm", model_policy: {provider: "mock"}}
  let graph = {
    id: "flow",
    entry: "fan",
    nodes: {
      fan: {kind: "fork"},
      slow: {kind: "stage", handler: { stage -> harness.clock.sleep_ms(60000); "slow" }},
      quick: {kind: "stage", handler: { stage -> harness.fs.append("out.txt", "quick"); "quick" }},
      one: {kind: "join", join_policy: {strategy: "first"}},
      help: model.merge({kind: "subagent"}),
      many: model.merge({kind: "map", map_policy: {items: ["x", "y", "z"]}}),
    },
    edges: [
      {from: "fan", to: "slow"},
      {from: "fan", to: "quick"},
      {from: "slow", to: "one"},
      {from: "quick", to: "one"},
      {from: "one", to: "help"},
      {from: "help", to: "many"},
    ],
  }
  let options = if harness.fs.exists("flow.json") { {replay_path: "flow.json"} } else { {persist_path: "flow.json"} }
  let result = harness.agent.workflow_execute("go", graph, [], options)
  for stage in result.run.stages { println("\${stage.node_id} \${stage.status}") }
}
`;
const PATH = [
  'fan completed',
  'slow cancelled',
  'quick completed',
  'one completed',
  'help completed',
  'many completed',
].join('\n');

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);
afterAll(() => cli.remove());

describe('a workflow', () => {
  it('replays as a run and as a record, and does nothing again', { timeout: 60_000 }, () => {
    const here = cli.project({ 'flow.harn': FLOW });
    const first = here.harn('run', 'flow.harn');
    expect(first).toMatchObject({ status: 0, stdout: `${PATH}\n` });
    const [run] = here.data<{ runs: { run_id: string }[] }>('runs', 'ls').runs;
    const again = here.harn('replay', run?.run_id ?? '', '--output');
    expect(again.stdout.startsWith(`${PATH}\nPASS `)).toBe(true);
    expect(here.harn('run', 'flow.harn')).toMatchObject({ status: 0, stdout: `${PATH}\n` });
    expect(here.read('out.txt')).toBe('quick');
  });
});
