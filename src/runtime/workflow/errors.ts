// Errors of the workflow room (WFL).
import { defineErrors, row } from '../../base/index.ts';

/** Family WFL: graphs, their execution, messages between workflows. */
export const workflowErrors = defineErrors('WFL', {
  notGraph: row<{ fn: string }>({
    number: 1,
    message: ({ fn }) => `${fn}: a workflow dict is required`,
    hint: 'workflow_graph({entry: "act", nodes: {act: {kind: "stage"}}, edges: []})',
  }),
  wrongField: row<{ where: string; field: string; expected: string }>({
    number: 2,
    message: ({ where, field, expected }) => `workflow ${where}: ${field} must be ${expected}`,
  }),
  unknownNode: row<{ fn: string; node: string }>({
    number: 3,
    message: ({ fn, node }) => `${fn}: there is no node "${node}"`,
  }),
  nodeExists: row<{ node: string }>({
    number: 4,
    message: ({ node }) => `workflow_insert_node: there is a node "${node}" already`,
    hint: 'workflow_replace_node changes one that is there',
  }),
  noNodeId: row<Record<never, never>>({
    number: 5,
    message: () => 'workflow_insert_node: the node needs an id',
  }),
  invalid: row<{ fn: string; reasons: string }>({
    number: 6,
    message: ({ fn, reasons }) => `${fn}: the workflow is not valid: ${reasons}`,
    hint: 'workflow_validate(graph) lists every reason',
  }),
  badOption: row<{ option: string; expected: string }>({
    number: 7,
    message: ({ option, expected }) => `workflow_execute: \`${option}\` must be ${expected}`,
  }),
  replayMode: row<Record<never, never>>({
    number: 9,
    message: () => 'replay_mode requires replay_run or replay_path',
  }),
  replayExhausted: row<{ node: string }>({
    number: 10,
    message: ({ node }) => `workflow replay exhausted before node ${node}`,
  }),
  replayMismatch: row<{ node: string; recorded: string }>({
    number: 11,
    message: ({ node, recorded }) =>
      `workflow replay mismatch: expected node ${node}, next replay stage is ${recorded}`,
  }),
  otherWorkflow: row<{ run: string; recorded: string; given: string }>({
    number: 12,
    message: ({ run, recorded, given }) =>
      `run ${run} is of workflow "${recorded}" and cannot go on as "${given}"`,
  }),
  inputContract: row<{ node: string; problem: string }>({
    number: 13,
    message: ({ node, problem }) => `stage ${node}: its input contract is not met: ${problem}`,
  }),
  outputContract: row<{ node: string; problem: string }>({
    number: 14,
    message: ({ node, problem }) => `stage ${node}: its output contract is not met: ${problem}`,
  }),
  badContract: row<{ path: string }>({
    number: 15,
    message: ({ path }) => `the verification contract ${path} is not a JSON object`,
  }),
  noTarget: row<Record<never, never>>({
    number: 16,
    message: () => 'workflow messages need a workflow id, or a dict with workflow_id',
  }),
  updateTimeout: row<{ workflow: string; name: string; ms: number }>({
    number: 17,
    message: ({ workflow, name, ms }) =>
      `workflow ${workflow} did not answer the update "${name}" within ${ms} ms`,
  }),
  unknownRequest: row<{ workflow: string; request: string }>({
    number: 18,
    message: ({ workflow, request }) =>
      `workflow ${workflow} has no open update request "${request}"`,
  }),
  stageFailed: row<{ node: string; error: string }>({
    number: 19,
    message: ({ node, error }) => `stage ${node} failed: ${error}`,
  }),
  otherGraph: row<{ run: string; reasons: string }>({
    number: 20,
    message: ({ run, reasons }) => `run ${run} cannot go on with this graph: ${reasons}`,
    hint: 'edit the graph that the run was started with; nodes that are pending have to stay',
  }),
});
