// What a stage tells a model: the task, the node's own words, the chosen artifacts, and what later checks will require.
import { dataText, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  packContext,
  prepareContext,
  readAssembleOptions,
  readContextPolicy,
  renderArtifacts,
  renderPacked,
} from '../agent/index.ts';
import { fsEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { workflowErrors } from './errors.ts';
import type { WorkflowGraph } from './graph.ts';
import type { StageInput } from './stage.ts';

export interface StagePrompt {
  readonly prompt: string;
  readonly context: string;
}

/** The prompt of a stage. `feedback` is what the check of an earlier attempt found. */
export function stagePrompt(
  input: StageInput,
  feedback: string | null,
  item: string | null,
): StagePrompt {
  const { node, task, contracts } = input;
  const context = contextOf(input);
  const parts = [
    `<workflow_task>\n<label>${node.task_label ?? 'Task'}</label>\n<instructions>\n${task}\n</instructions>\n</workflow_task>`,
    node.prompt ?? '',
    item === null ? '' : `<workflow_item>\n${item}\n</workflow_item>`,
    context === '' ? '' : `<workflow_context>\n${context}\n</workflow_context>`,
    contracts,
    feedback === null ? '' : `<verification_feedback>\n${feedback}\n</verification_feedback>`,
  ];
  return { prompt: parts.filter((part) => part !== '').join('\n\n'), context };
}

function contextOf({ node, selected }: StageInput): string {
  if (selected.length === 0) return '';
  const { context_assembler: assembler } = node;
  if (!isJsonObject(assembler))
    return renderArtifacts(selected, readContextPolicy(node.context_policy));
  const prepared = prepareContext(selected, readAssembleOptions(assembler));
  return renderPacked(packContext(prepared, defaultRank(prepared)));
}

function defaultRank(prepared: ReturnType<typeof prepareContext>): readonly number[] {
  const query = prepared.options.query?.toLowerCase().split(/\s+/) ?? [];
  return prepared.chunks.map(({ text }) => {
    const lower = text.toLowerCase();
    return query.filter((word) => word !== '' && lower.includes(word)).length;
  });
}

/** What the checks of a graph require, read once before its first stage. */
export function* readContracts(
  ctx: RunContext,
  graph: WorkflowGraph,
): Suspending<readonly JsonObject[]> {
  const contracts: JsonObject[] = [];
  for (const { id, verify } of Object.values(graph.nodes)) {
    if (verify === null) continue;
    const { contract_path: path } = verify;
    const outside = typeof path === 'string' ? yield* contractFile(ctx, path) : {};
    const whole = { ...verify, ...outside };
    const contract: { [field: string]: Json } = {};
    for (const field of FIELDS) {
      const list = whole[field];
      if (Array.isArray(list) && list.length > 0) contract[field] = list;
    }
    if (Object.keys(contract).length > 0) contracts.push({ source_node: id, ...contract });
  }
  return contracts;
}

const FIELDS = [
  'required_identifiers',
  'required_paths',
  'required_text',
  'checks',
  'notes',
] as const;

function* contractFile(ctx: RunContext, path: string): Suspending<JsonObject> {
  const text = yield* ctx.perform(fsEffects.read_text, [path]);
  try {
    const value = JSON.parse(text) as Json;
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw workflowErrors.badContract({ path }, { cause });
  }
  throw workflowErrors.badContract({ path });
}

/** The contracts as a prompt shows them. */
export function renderContracts(contracts: readonly JsonObject[]): string {
  if (contracts.length === 0) return '';
  const lines = contracts.flatMap(({ source_node: node, ...fields }) => [
    `Required by the check "${String(node)}", exactly as written:`,
    ...Object.entries(fields).flatMap(([field, list]) =>
      (list as readonly Json[]).map((one) => `- ${field}: ${dataText(one)}`),
    ),
  ]);
  return ['<verification_contract>', ...lines, '</verification_contract>'].join('\n');
}
