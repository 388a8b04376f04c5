// `pipeline child() extends parent`: which pipeline that is, and in which order they are resolved.
import { nearestName } from '../../base/index.ts';
import type { PipelineDeclaration } from '../ast.ts';
import { flowErrors } from './errors.ts';
import type { FunctionRecord, ModuleRecord } from './records.ts';
import type { Scope } from './scope.ts';

/** What a resolved pipeline left behind for those that extend it, possibly in other modules. */
export type PipelineScopes = Map<PipelineDeclaration, { scope: Scope; record: FunctionRecord }>;

/** A pipeline and those of its ancestors in this module that are not resolved yet, ancestors first. */
export function ancestorsFirst(
  node: PipelineDeclaration,
  record: ModuleRecord,
  done: PipelineScopes,
): readonly PipelineDeclaration[] {
  const chain = new Set<PipelineDeclaration>();
  // A loop, because a chain may be long; a set, because it may lead back.
  for (let at: PipelineDeclaration | undefined = node; at !== undefined; ) {
    if (done.has(at) || chain.has(at)) break;
    chain.add(at);
    at = at.extends === undefined ? undefined : pipelineNamed(at.extends, record);
  }
  return [...chain].reverse();
}

function pipelineNamed(name: string, record: ModuleRecord): PipelineDeclaration | undefined {
  const node = record.topLevel.get(name)?.node;
  return node?.kind === 'PipelineDeclaration' ? node : undefined;
}

/** The resolved parent; what is wrong with it is reported. */
export function resolvedParent(
  node: PipelineDeclaration,
  record: ModuleRecord,
  done: PipelineScopes,
): { scope: Scope; record: FunctionRecord } | undefined {
  const name = node.extends;
  if (name === undefined) return undefined;
  const at = { span: node.extendsSpan ?? node.nameSpan };
  const binding = record.topLevel.get(name) ?? record.imported.get(name);
  const parent = binding?.node;
  if (parent?.kind !== 'PipelineDeclaration' || binding?.moduleId === undefined) {
    const pipelines = [...record.topLevel.values()].filter((b) => b.kind === 'pipeline');
    const suggestion = nearestName(
      name,
      pipelines.map((b) => b.name),
    );
    record.report(flowErrors.unknownParent({ name, suggestion }, at));
    return undefined;
  }
  const found = done.get(parent);
  if (found === undefined) record.report(flowErrors.parentCycle({ name: node.name }, at));
  else record.parents.set(node, { moduleId: binding.moduleId, node: parent });
  return found;
}
