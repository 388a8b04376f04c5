// Workflows as programs see them: builders over graphs, which are pure and global, and execution, as `harness.agent` and
// the older global. Closures of a program (handlers of nodes and tools) travel beside the graph's data.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  inspectWorkflow,
  policyReport,
  validateWorkflow,
  workflowDiff,
  workflowEdits,
  workflowExecute,
  workflowGraph,
  workflowMessages,
  workflowTarget,
  workflowUpdate,
} from '../runtime/workflow/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  display,
  fromJson,
  isDict,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData, toKept, toMs } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';
import { skillsFrom } from './skills.ts';
import { codeOf, detach, PLACE } from './workflow-code.ts';

export function workflowRows(): readonly BuiltinRow[] {
  return [...reportRows(), ...editRows(), executeRow(), ...messageRows()];
}

/** The value of such data, closures in their places. */
function attach(data: Json, closures: readonly Value[]): Value {
  if (Array.isArray(data)) return data.map((item: Json) => attach(item, closures));
  if (!isJsonObject(data)) return fromJson(data);
  const place = data[PLACE];
  if (typeof place === 'number') return closures[place] ?? null;
  return dictFrom(
    Object.entries(data).map(([key, item]) => [key, attach(item, closures)] as const),
  );
}

/** A pure row over graphs. */
function graphRow(
  signature: string,
  doc: string,
  method: (args: readonly Json[]) => object,
): BuiltinRow {
  return builtin(signature, { doc }, (_: Ctx, ...args: Value[]) => {
    const closures: Value[] = [];
    const data = args.map((arg) => detach(arg, closures));
    return attach(method(data) as Json, closures);
  });
}

const ceilingOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const name = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const maybe = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null;

function reportRows(): readonly BuiltinRow[] {
  return [
    graphRow(
      'workflow_graph(config: any) -> dict',
      'A workflow in normal form: `{name?, entry?, nodes, edges, ...}`, or `{act, verify?, repair?}`.',
      ([config]) => workflowGraph(config),
    ),
    graphRow(
      'workflow_validate(graph: any, ceiling: dict?) -> dict',
      'Whether a workflow can run: `{valid, errors, warnings, reachable_nodes}`.',
      ([graph, ceiling]) => validateWorkflow(graph ?? null, ceilingOf(ceiling)),
    ),
    graphRow(
      'workflow_inspect(graph: any, ceiling: dict?) -> dict',
      'The graph with its validation and what can be counted.',
      ([graph, ceiling]) => inspectWorkflow(graph ?? null, ceilingOf(ceiling)),
    ),
    graphRow(
      'workflow_policy_report(graph: any, ceiling: dict?) -> dict',
      'The policies of a workflow and its nodes beside their ceiling.',
      ([graph, ceiling]) => policyReport(graph ?? null, ceilingOf(ceiling)),
    ),
    graphRow(
      'workflow_diff(left: any, right: any) -> dict',
      'What is different between two workflows.',
      ([left, right]) => workflowDiff(left ?? null, right ?? null),
    ),
  ];
}

function editRows(): readonly BuiltinRow[] {
  const edits = workflowEdits;
  return [
    graphRow(
      'workflow_clone(graph: any) -> dict',
      'The same workflow with a line in its audit log.',
      ([graph]) => edits.clone(graph ?? null),
    ),
    graphRow(
      'workflow_insert_node(graph: any, node: dict, edge: any?) -> dict',
      'The workflow with one more node, and an edge to or from it.',
      ([graph, node, edge]) => edits.insert_node(graph ?? null, node ?? null, edge ?? null),
    ),
    graphRow(
      'workflow_replace_node(graph: any, node_id: string, node: dict) -> dict',
      'The workflow with another node in this place.',
      ([graph, id, node]) => edits.replace_node(graph ?? null, name(id), node ?? null),
    ),
    graphRow(
      'workflow_rewire(graph: any, from_node: string, to_node: string, branch: any?) -> dict',
      'The workflow with an edge that leads elsewhere.',
      ([graph, from, to, branch]) =>
        edits.rewire(graph ?? null, name(from), name(to), maybe(branch)),
    ),
    graphRow(
      'workflow_set_model_policy(graph: any, node_id: string, policy: dict) -> dict',
      'The workflow with another model policy of one node.',
      ([graph, id, policy]) => edits.set_model_policy(graph ?? null, name(id), policy ?? null),
    ),
    graphRow(
      'workflow_set_context_policy(graph: any, node_id: string, policy: dict) -> dict',
      'The workflow with another context policy of one node.',
      ([graph, id, policy]) => edits.set_context_policy(graph ?? null, name(id), policy ?? null),
    ),
    graphRow(
      'workflow_set_auto_compact(graph: any, node_id: string, policy: dict) -> dict',
      'The workflow with another compaction policy of one node.',
      ([graph, id, policy]) => edits.set_auto_compact(graph ?? null, name(id), policy ?? null),
    ),
    graphRow(
      'workflow_set_output_visibility(graph: any, node_id: string, visibility: any?) -> dict',
      'The workflow with another visibility of what one node says.',
      ([graph, id, seen]) => edits.set_output_visibility(graph ?? null, name(id), maybe(seen)),
    ),
    graphRow(
      'workflow_commit(graph: any, reason: any?) -> dict',
      'The workflow, found valid and marked as committed.',
      ([graph, reason]) =>
        edits.commit(graph ?? null, maybe(reason), (whole) => validateWorkflow(whole).errors),
    ),
  ];
}

function executeRow(): BuiltinRow {
  return builtin(
    'agent.workflow_execute(task: any, graph: any, artifacts: any?, options: any?) -> dict',
    {
      doc: 'Runs a workflow and saves its record: `{status, run, artifacts, transcript, path}`.',
      effect: 'wait',
      aliases: ['workflow_execute'],
    },
    function* (ctx: Ctx, ...given: Value[]): Steps {
      const [first, ...rest] = given;
      const isHandle = first instanceof HarnHandle;
      const [task, graph, artifacts, options] = isHandle ? rest : given;
      const run = ctx as RunContext;
      const at = isHandle ? run.through(first.authority) : run;
      const data = detach(graph, []);
      const { rest: others, skills } = withoutSkills(options);
      const plain = ceilingOf(toKept(others));
      const from = toKept(artifacts);
      const result = yield* workflowExecute(at, display(task ?? null), data, from, plain, {
        ...codeOf(graph),
        ...(skills === undefined ? {} : { skills }),
      });
      return fromJson(result as unknown as Json);
    },
  );
}

/** The options, and the skills among them, which have closures. */
function withoutSkills(options: Value | undefined) {
  if (options === undefined || !isDict(options)) return { rest: options, skills: undefined };
  const { skills, ...rest } = options as Dict & { readonly [key: string]: Value };
  return {
    rest: dictFrom(Object.entries(rest)) as Value,
    skills: skillsFrom('workflow_execute', skills),
  };
}

/** A row over messages: `harness.runtime.workflow_x`, `workflow.x` and `workflow_x`. */
function messageRow(
  signature: string,
  doc: string,
  method: (ctx: RunContext, id: string, args: readonly Json[]) => Suspending<Json>,
): BuiltinRow {
  const verb = signature.slice(0, signature.indexOf('('));
  const aliases = [`workflow.${verb}`, `workflow_${verb}`];
  if (verb === 'continue_as_new') aliases.push(verb);
  return builtin(
    `runtime.workflow_${signature}`,
    { doc, effect: 'wait', aliases },
    function* (ctx: Ctx, ...given: Value[]): Steps {
      const [first, ...rest] = given;
      const isHandle = first instanceof HarnHandle;
      const at = isHandle ? (ctx as RunContext).through(first.authority) : (ctx as RunContext);
      const [target, ...args] = (isHandle ? rest : given).map(durationOrData);
      return fromJson(yield* method(at, workflowTarget(target), args));
    },
  );
}

function durationOrData(value: Value): Json {
  const ms = toMs(value, Number.NaN);
  return Number.isNaN(ms) ? toData(value) : typeof value === 'object' ? ms : toData(value);
}

function messageRows(): readonly BuiltinRow[] {
  const on = workflowMessages;
  return [
    messageRow(
      'signal(target: any, name: string, payload: any?) -> dict',
      'Sends a message that nobody answers.',
      (ctx, id, [verb, payload]) => ctx.perform(on.signal, [id, name(verb), payload ?? null]),
    ),
    messageRow(
      'query(target: any, name: string) -> any',
      'The last value that a workflow published under a name.',
      (ctx, id, [verb]) => ctx.perform(on.query, [id, name(verb)]),
    ),
    messageRow(
      'publish_query(target: any, name: string, value: any?) -> dict',
      'Publishes a value for whoever asks.',
      (ctx, id, [verb, value]) => ctx.perform(on.publish_query, [id, name(verb), value ?? null]),
    ),
    messageRow(
      'update(target: any, name: string, payload: any?, options: any?) -> any',
      'Sends a request and waits for its answer: `{timeout_ms?}`, 30 seconds by default.',
      (ctx, id, [verb, payload, options]) => {
        const ms = isJsonObject(options) ? options['timeout_ms'] : undefined;
        return workflowUpdate(
          ctx,
          id,
          name(verb),
          payload ?? null,
          ...(typeof ms === 'number' ? [ms] : []),
        );
      },
    ),
    messageRow(
      'receive(target: any) -> any',
      'Takes the oldest message of a workflow; nil when there is none.',
      (ctx, id) => ctx.perform(on.receive, [id]),
    ),
    messageRow(
      'respond_update(target: any, request_id: any, value: any?, name: any?) -> dict',
      'Answers a request.',
      (ctx, id, [request, value, verb]) =>
        ctx.perform(on.respond_update, [id, name(request), value ?? null, maybe(verb)]),
    ),
    messageRow(
      'pause(target: any) -> dict',
      'Marks a workflow as paused and tells it.',
      (ctx, id) => ctx.perform(on.pause, [id]),
    ),
    messageRow('resume(target: any) -> dict', 'Takes the mark away and tells it.', (ctx, id) =>
      ctx.perform(on.resume, [id]),
    ),
    messageRow(
      'status(target: any) -> dict',
      'The state of a mailbox: generation, paused, counts.',
      (ctx, id) => ctx.perform(on.status, [id]),
    ),
    messageRow(
      'continue_as_new(target: any) -> dict',
      'Begins the next generation and forgets the answers of this one.',
      (ctx, id) => ctx.perform(on.continue_as_new, [id]),
    ),
  ];
}
