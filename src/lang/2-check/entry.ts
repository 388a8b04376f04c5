// What a file starts when it is run: a pipeline, `fn main`, or its statements.
import type { FunctionDeclaration, Param, PipelineDeclaration } from '../ast.ts';
import { handlePath } from './call-target.ts';
import type { EntryParameter, EntrySelection } from './checked-module.ts';
import { nameErrors } from './errors.ts';
import type { ModuleRecord } from './records.ts';

/** The pipeline `default`, else the first one, else `fn main`, else the file as a script. */
export function selectEntry(record: ModuleRecord): EntrySelection {
  const pipeline = entryPipeline(record);
  const binding = pipeline === undefined ? undefined : record.declares.get(pipeline);
  if (pipeline !== undefined && binding !== undefined)
    return {
      kind: 'pipeline',
      node: pipeline,
      binding,
      parameters: parametersOf(pipeline, record),
    };
  const main = mainFunction(record);
  const mainBinding = main === undefined ? undefined : record.declares.get(main);
  if (main !== undefined && mainBinding !== undefined && hasMainShape(main))
    return { kind: 'main', node: main, binding: mainBinding };
  return { kind: 'script' };
}

function entryPipeline(record: ModuleRecord): PipelineDeclaration | undefined {
  const pipelines = record.module.body.filter((s) => s.kind === 'PipelineDeclaration');
  return pipelines.find((p) => p.name === 'default') ?? pipelines[0];
}

function mainFunction(record: ModuleRecord): FunctionDeclaration | undefined {
  return record.module.body.find((s) => s.kind === 'FunctionDeclaration' && s.name === 'main') as
    | FunctionDeclaration
    | undefined;
}

/** Reports a `fn main` that would be the entry but has another shape. Older files may use the name freely. */
export function checkMain(record: ModuleRecord): void {
  if (record.edition === '0.7' || entryPipeline(record) !== undefined) return;
  const main = mainFunction(record);
  if (main === undefined || hasMainShape(main)) return;
  record.report(nameErrors.mainSignature({}, { span: main.nameSpan }));
}

function hasMainShape({ params }: FunctionDeclaration): boolean {
  const [param, ...others] = params;
  if (param === undefined || others.length > 0) return false;
  const isNamed = param.name === 'harness' || param.name === '_harness';
  const isTyped = param.type !== undefined && handlePath(param.type) === '';
  return isNamed && isTyped && param.default === undefined && !param.rest;
}

/** By type, then by name, then by position among the rest. */
function parametersOf(node: PipelineDeclaration, record: ModuleRecord): EntryParameter[] {
  const parameters: EntryParameter[] = [];
  let inputs = 0;
  for (const param of node.params) {
    const binding = record.declares.get(param);
    const source = sourceOf(param) ?? { kind: 'input', index: inputs++ };
    if (binding !== undefined) parameters.push({ binding, source });
  }
  return parameters;
}

function sourceOf({ name, type }: Param): EntryParameter['source'] | undefined {
  const path = type === undefined ? undefined : handlePath(type);
  if (path !== undefined) return path === '' ? { kind: 'harness' } : { kind: 'handle', path };
  switch (name) {
    case 'harness':
    case '_harness':
      return { kind: 'harness' };
    case 'task':
    case 'project':
    case 'context':
      return { kind: 'named', name };
    default:
      return undefined;
  }
}
