// Phase 2 as a whole: module graph, names, colours. Reports what is wrong and describes what is there; never throws for
// a mistake of the user.
import { type Diagnostic, DiagnosticSink, LineIndex, type Source } from '../../base/index.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { checkAttributes } from './attributes.ts';
import type {
  CheckedModule,
  CheckedProgram,
  FunctionFacts,
  FunctionNode,
} from './checked-module.ts';
import { inferColours } from './colour.ts';
import { checkMain, selectEntry } from './entry.ts';
import { declareTopLevel, exportsOf, linkImports } from './link.ts';
import { buildModuleGraph, type GraphOptions, type ModuleGraph } from './module-graph.ts';
import type { PipelineScopes } from './pipeline-parent.ts';
import { ProgramState } from './program-state.ts';
import type { FunctionRecord, ModuleRecord } from './records.ts';
import { Resolver } from './resolver.ts';
import { checkTypes } from './types/check-types.ts';

export interface CheckOptions extends GraphOptions {
  readonly builtins: readonly BuiltinSpec[];
  /**
   * Whether types are checked: true unless set. Without it a program means the same; fewer mistakes are found.
   * `'keep'` also keeps the type of every expression, for `typeAt`.
   */
  readonly types?: boolean | 'keep' | undefined;
  /** Whether values from outside must be checked before something is read from them. The library is not judged. */
  readonly strictTypes?: boolean | undefined;
}

/**
 * Checks a program from its entry file: everything it imports is loaded and checked with it.
 * Mistakes are diagnostics: `diagnostics` prevent a run, `latent` are errors that a run would meet on its way.
 */
export function check(
  entry: Source,
  { builtins, types = true, strictTypes = false, ...options }: CheckOptions,
): CheckedProgram {
  const graph = buildModuleGraph(entry, options);
  const state = new ProgramState(builtins);
  for (const module of graph.modules) {
    state.modules.set(module.source.id, module);
    declareTopLevel(state, module);
  }
  for (const module of graph.modules) exportsOf(module);
  for (const module of graph.modules) linkImports(module);
  const pipelines: PipelineScopes = new Map();
  for (const module of graph.modules) new Resolver(state, module, pipelines).run();
  checkMain(graph.entry);
  for (const module of graph.modules) checkAttributes(module);
  if (types !== false)
    checkTypes(graph.modules, {
      unjudged: brokenModules(graph),
      keep: types === 'keep',
      strictTypes,
    });

  const finished = graph.modules.map((module) => ({ module, entry: selectEntry(module) }));
  const mains = new Set<FunctionRecord>();
  for (const { module, entry: selected } of finished) {
    const record = selected.kind === 'main' ? module.functions.get(selected.node) : undefined;
    if (record !== undefined) mains.add(record);
  }
  inferColours(state, mains);

  const byReading = [graph.entry, ...graph.modules.filter((m) => m !== graph.entry)];
  const { sink } = graph;
  const isNoise = followsFromSyntax(graph);
  for (const module of byReading)
    for (const finding of inOrder(module.findings)) if (!isNoise(finding)) sink.report(finding);
  const latent = new DiagnosticSink();
  for (const module of byReading)
    for (const finding of inOrder(module.latentFindings))
      if (!isNoise(finding)) latent.report(finding);

  const modules = finished.map(({ module, entry: selected }) => toChecked(module, selected));
  return {
    modules,
    entry: modules[graph.modules.indexOf(graph.entry)] as CheckedModule,
    diagnostics: sink.all,
    latent: latent.all,
    dropped: sink.dropped + latent.dropped,
    hasErrors: sink.hasErrors,
  };
}

/** Modules with syntax errors: what was not understood is not judged. */
function brokenModules({ modules, sink }: ModuleGraph): ReadonlySet<ModuleRecord> {
  const ids = new Set(sink.all.map((diagnostic) => diagnostic.span.source));
  return new Set(modules.filter((module) => ids.has(module.source.id)));
}

/** Says of a finding whether it is on a line that did not parse: there it is about words that mean something else. */
function followsFromSyntax({ modules, sink }: ModuleGraph): (finding: Diagnostic) => boolean {
  const lines = new Set<string>();
  const indexes = new Map<string, LineIndex>();
  const lineOf = ({ source, start }: Diagnostic['span']) => {
    const text = modules.find((module) => module.source.id === source)?.source.text ?? '';
    const index = indexes.get(source) ?? new LineIndex(text);
    indexes.set(source, index);
    return `${source}:${index.positionOf(start).line}`;
  };
  for (const { severity, span } of sink.all) if (severity === 'error') lines.add(lineOf(span));
  return ({ span }) => lines.size > 0 && lines.has(lineOf(span));
}

function inOrder(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return findings.toSorted((a, b) => a.span.start - b.span.start);
}

function toChecked(record: ModuleRecord, entry: CheckedModule['entry']): CheckedModule {
  const functions = new Map<FunctionNode, FunctionFacts>();
  for (const [node, facts] of record.functions) functions.set(node, toFacts(facts));
  const { source, module, edition, imports, topLevel, uses, declares, faults, calls } = record;
  const { suspensionPoints, tickLoops, parents, types } = record;
  return {
    source,
    module,
    edition,
    imports,
    exports: exportsOf(record),
    topLevel,
    entry,
    uses,
    declares,
    faults,
    calls,
    functions,
    suspensionPoints,
    tickLoops,
    parents,
    types,
  };
}

function toFacts(record: FunctionRecord): FunctionFacts {
  const { suspends, produces, recursive, selfTailCalls, cycleTailCalls, captures } = record;
  return {
    suspends,
    produces,
    recursive,
    selfTailCalls,
    cycleTailCalls,
    captures: [...captures],
  };
}
