// Plans, as the internal primitives of std/agents and std/plan, and the descriptions of agents (`agent`, `agent_config`).
import { isJsonObject, type Json } from '../base/index.ts';
import {
  actionGraph,
  actionGraphBatches,
  actionGraphFlow,
  actionGraphRender,
  planEntries,
  planFrom,
  planRender,
  planWithApproval,
} from '../runtime/agent/index.ts';
import { type Ctx, dictFrom, display, fromJson, isDict, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

export function planRows(): readonly BuiltinRow[] {
  return [...graphRows(), ...shapeRows(), ...agentRows()];
}

const dict = (value: Json | undefined) => (isJsonObject(value) ? value : {});
const names = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === 'string') : [];

/** A pure row of the std modules. */
function row(
  signature: string,
  doc: string,
  method: (args: readonly Json[]) => unknown,
): BuiltinRow {
  return builtin(signature, { doc }, (_: Ctx, ...given: Value[]) =>
    fromJson(method(given.map((arg) => toData(arg))) as Json),
  );
}

function graphRows(): readonly BuiltinRow[] {
  return [
    row(
      '__action_graph(raw: any, options: any?) -> dict',
      'A plan in normal form.',
      ([raw, options]) => actionGraph(raw ?? null, dict(options)),
    ),
    row(
      '__action_graph_batches(graph: any, completed: any?) -> list',
      'What of a plan can be done when.',
      ([graph, completed]) => actionGraphBatches(graph ?? null, names(completed)),
    ),
    row('__action_graph_render(graph: any) -> string', 'A plan as markdown.', ([graph]) =>
      actionGraphRender(graph ?? null),
    ),
    row(
      '__action_graph_flow(graph: any, config: any?) -> dict',
      'The workflow of a plan.',
      ([graph, config]) => actionGraphFlow(graph ?? null, dict(config)),
    ),
  ];
}

function shapeRows(): readonly BuiltinRow[] {
  return [
    row('__plan_from(given: any) -> dict', 'A plan in the shape `harn.plan.v1`.', ([given]) =>
      planFrom(given ?? null),
    ),
    row('__plan_entries(plan: any) -> list', 'The steps of a plan as protocol entries.', ([plan]) =>
      planEntries(plan ?? null),
    ),
    row('__plan_render(plan: any) -> string', 'A plan as markdown.', ([plan]) =>
      planRender(plan ?? null),
    ),
    row(
      '__plan_with_approval(plan: any, answer: any) -> dict',
      'A plan with what people said to it.',
      ([plan, answer]) => planWithApproval(plan ?? null, answer ?? null),
    ),
  ];
}

/** What of an agent's description is an option of its loop. */
const AGENT_OPTIONS = [
  ...['provider', 'model', 'thinking', 'tools', 'max_iterations', 'tool_format'],
  ...['context_callback', 'context_filter', 'tool_retries', 'tool_backoff_ms'],
];

function agentRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'agent(name: any, config: any) -> dict',
      {
        doc: 'The description of an agent: `{_type: "agent", name, system?, provider?, tools?, ...}`.',
      },
      (_: Ctx, name: Value, config: Value) => {
        if (!isDict(config)) throw badArgument('agent', 'second argument must be a config dict');
        return dictFrom([
          ...(Object.entries(config) as [string, Value][]),
          ['_type', 'agent'],
          ['name', display(name)],
        ]);
      },
    ),
    builtin(
      'agent_name(agent: any) -> string',
      { doc: 'The name of an agent.' },
      (_: Ctx, agent: Value) => display(described('agent_name', agent)['name'] ?? null),
    ),
    builtin(
      'agent_config(agent: any, prompt: any) -> dict',
      { doc: 'What `agent_loop` takes for an agent and a prompt: `{prompt, system, options}`.' },
      (_: Ctx, agent: Value, prompt: Value) => {
        const about = described('agent_config', agent);
        const options = AGENT_OPTIONS.filter((key) => about[key] !== undefined).map(
          (key) => [key, about[key] as Value] as const,
        );
        return dictFrom([
          ['prompt', display(prompt)],
          ['system', about['system'] ?? null],
          ['options', dictFrom(options)],
        ]);
      },
    ),
  ];
}

type Described = { readonly [key: string]: Value | undefined };

function described(builtinName: string, agent: Value): Described {
  const about = agent as unknown as Described;
  if (isDict(agent) && about['_type'] === 'agent') return about;
  throw badArgument(builtinName, 'first argument must be an agent (created with agent())');
}

function badArgument(name: string, detail: string): Error {
  return wrong.argument({ builtin: name, detail });
}
