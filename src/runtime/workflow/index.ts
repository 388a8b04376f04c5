// Front door of workflow: graphs as data, their validation and editing, and their execution.
// Running

// Errors
export { workflowErrors } from './errors.ts';
export { type WorkflowResult, workflowExecute } from './execute.ts';
export type { ExecuteCode } from './execution.ts';
// Graphs
export {
  type WorkflowEdge,
  type WorkflowGraph,
  type WorkflowNode,
  workflowDiff,
  workflowEdits,
  workflowGraph,
} from './graph.ts';
// Messages
export { workflowMessages, workflowTarget, workflowUpdate } from './messages.ts';
export type { StageCode } from './stage.ts';
export { inspectWorkflow, policyReport, type Validation, validateWorkflow } from './validate.ts';
// Workers
export { WORKFLOW_KINDS } from './worker-kinds.ts';
