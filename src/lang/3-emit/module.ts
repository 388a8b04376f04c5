// One module as JavaScript: a function body that receives `($, imports)` and returns what the linker needs. Loading it
// runs no Harn code; variables are initialised by `init`, and `main` runs what the module does as an entry.
import { bug, LineIndex } from '../../base/index.ts';
import { handlePath } from '../2-check/call-target.ts';
import type {
  Binding,
  CheckedModule,
  CheckedProgram,
  EntrySelection,
} from '../2-check/checked-module.ts';
import type { Param, PipelineDeclaration, Statement } from '../ast.ts';
import { hoistDeclarations } from './declaration.ts';
import { Emitter } from './emitter.ts';
import { DISCARD } from './frame.ts';
import { functionLines, metaOf } from './function.ts';
import { type Js, printCode, propertyKey, quote } from './js.ts';
import { isQuiet } from './ownership.ts';
import { patternBindings } from './pattern.ts';
import type { SourceMapJson } from './source-map.ts';
import { visitors } from './visitors.ts';

/** What a host has to give an entry pipeline, in order of its parameters. */
export type EntryInput =
  | { readonly kind: 'harness' }
  | { readonly kind: 'handle'; readonly path: string }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'input'; readonly index: number };

/** How a program starts. */
export interface EmittedEntry {
  readonly kind: EntrySelection['kind'];
  /** The pipeline or function; absent for a script. */
  readonly name?: string;
  readonly inputs: readonly EntryInput[];
}

/** A public name of a module. */
export interface EmittedExport {
  readonly name: string;
  readonly from?: { readonly module: string; readonly name: string };
}

/** A pipeline of a module and what it has to be given. */
export interface EmittedPipeline {
  readonly name: string;
  readonly inputs: readonly EntryInput[];
}

/** One emitted module; plain data. */
export interface EmittedModule {
  readonly id: string;
  readonly code: string;
  readonly map: SourceMapJson;
  /** Line and column (1-based) of each numbered place, flattened. */
  readonly sites: readonly number[];
  /** Builtin rows, names that start with `@` among them. */
  readonly requires: readonly string[];
  /** Modules whose exports it reads. */
  readonly imports: readonly string[];
  /** Public names, with the module and the name there for those that come from elsewhere. */
  readonly exports: readonly EmittedExport[];
  readonly pipelines: readonly EmittedPipeline[];
  readonly entry: EmittedEntry;
}

/** Emits a module that has no errors. `program` is needed for parents of pipelines in other modules. */
export function emitModule(
  checked: CheckedModule,
  program: Pick<CheckedProgram, 'modules'>,
): EmittedModule {
  const em = new Emitter(withParents(checked, program), program.modules, visitors);
  const parts = new ModuleParts(em, program);
  const body = em.inFrame(em.module, { ...em.factsOf(em.module), suspends: false }, () =>
    parts.emit(),
  );
  const index = new LineIndex(checked.source.text);
  const text = [
    '"use strict";',
    'const $site = imports.siteBase;',
    ...em.prelude.lines(),
    ...body,
  ].join('\n');
  const { code, map } = printCode(text, checked.source);
  return {
    id: checked.source.id,
    code,
    map,
    sites: em.sites.flatMap((offset) => {
      const { line, column } = index.positionOf(offset);
      return [line, column];
    }),
    requires: em.prelude.requires,
    imports: em.prelude.modules,
    exports: exportsOf(checked),
    pipelines: parts.pipelines,
    entry: entryOf(checked.entry),
  };
}

/** The tables of the module together with those of the modules whose pipelines it extends. */
function withParents(
  checked: CheckedModule,
  { modules }: Pick<CheckedProgram, 'modules'>,
): CheckedModule {
  const owners = new Set<string>();
  const visit = (module: CheckedModule) => {
    for (const { moduleId } of module.parents.values()) {
      if (moduleId === checked.source.id || owners.has(moduleId)) continue;
      owners.add(moduleId);
      for (const each of modules) if (each.source.id === moduleId) visit(each);
    }
  };
  visit(checked);
  if (owners.size === 0) return checked;
  const all = [...modules.filter((each) => owners.has(each.source.id)), checked];
  return {
    ...checked,
    uses: new Map(all.flatMap((each) => [...each.uses])),
    declares: new Map(all.flatMap((each) => [...each.declares])),
    faults: new Map(all.flatMap((each) => [...each.faults])),
    calls: new Map(all.flatMap((each) => [...each.calls])),
    functions: new Map(all.flatMap((each) => [...each.functions])),
    suspensionPoints: new Set(all.flatMap((each) => [...each.suspensionPoints])),
    tickLoops: new Set(all.flatMap((each) => [...each.tickLoops])),
  };
}

function exportsOf({ exports, source }: CheckedModule): EmittedExport[] {
  return [...exports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, binding]) => {
      const { moduleId } = binding;
      if (moduleId === undefined || moduleId === source.id) return { name };
      return { name, from: { module: moduleId, name: binding.name } };
    });
}

function entryOf(entry: EntrySelection): EmittedEntry {
  if (entry.kind === 'script') return { kind: 'script', inputs: [] };
  return { kind: entry.kind, name: entry.binding.name, inputs: inputsOf(entry.node.params) };
}

/** How a host fills the parameters of a pipeline: by type, then by name, then by position among the rest. */
function inputsOf(params: readonly Param[]): EntryInput[] {
  let position = 0;
  return params.map(({ name, type }) => {
    const path = type === undefined ? undefined : handlePath(type);
    if (path !== undefined) return path === '' ? { kind: 'harness' } : { kind: 'handle', path };
    if (name === 'harness' || name === '_harness') return { kind: 'harness' };
    if (name === 'task' || name === 'project' || name === 'context') return { kind: 'named', name };
    return { kind: 'input', index: position++ };
  });
}

/** Emits the parts of one module in order. */
class ModuleParts {
  readonly #em: Emitter;
  readonly #program: Pick<CheckedProgram, 'modules'>;
  readonly #exports: Js[] = [];
  readonly #pipelines: PipelineDeclaration[];
  /** Those that some code names as a value or calls. */
  readonly #usedPipelines: ReadonlySet<Binding>;

  constructor(em: Emitter, program: Pick<CheckedProgram, 'modules'>) {
    this.#em = em;
    this.#program = program;
    this.#pipelines = em.module.body.filter((node) => node.kind === 'PipelineDeclaration');
    const used = program.modules.flatMap(({ uses }) => [...uses.values()]);
    this.#usedPipelines = new Set(used.filter((binding) => binding.kind === 'pipeline'));
  }

  get pipelines(): EmittedPipeline[] {
    return this.#pipelines.map(({ name, params }) => ({ name, inputs: inputsOf(params) }));
  }

  emit(): void {
    const em = this.#em;
    const { body } = em.module;
    this.#declareVariables(body);
    hoistDeclarations(em, body);
    for (const node of body) em.hoisted.add(node);
    this.#collectExports(body);
    const names = this.#pipelines.map(
      (node) => `${propertyKey(node.name)}: ${this.#pipeline(node)}`,
    );
    this.#function('$init', body.filter(isInitialised));
    const isScript = em.checked.entry.kind === 'script';
    if (isScript) this.#function('$main', body);
    const members = [
      `exports: { ${this.#exports.join(', ')} }`,
      `pipelines: { ${names.join(', ')} }`,
      'init: $init',
      `main: ${isScript ? '$main' : 'null'}`,
    ];
    em.push(`return { ${members.join(', ')} };`);
  }

  /** Variables of the module exist before anything runs; functions may run before the last of them is initialised. */
  #declareVariables(body: readonly Statement[]): void {
    const em = this.#em;
    const isScript = em.checked.entry.kind === 'script';
    let quiet = true;
    for (const node of body) {
      const runs = isInitialised(node) || (isScript && !node.kind.endsWith('Declaration'));
      if (runs) quiet &&= isQuiet(node);
      for (const binding of variablesOf(em, node)) {
        if (em.frame.declared.has(binding)) continue;
        em.frame.declared.add(binding);
        if (!quiet) em.late.add(binding);
        const name = em.nameOf(binding);
        const flag = em.owners.has(binding) ? `, ${em.names.ownerOf(name)} = false` : '';
        em.push(`let ${name}${quiet ? ' = null' : ''}${flag};`);
      }
    }
  }

  /** Everything at top level is visible to the other modules; what is public was the checker's question. */
  #collectExports(body: readonly Statement[]): void {
    const em = this.#em;
    for (const node of body) {
      for (const binding of variablesOf(em, node)) this.#export(binding, true);
      if (node.kind === 'FunctionDeclaration' || node.kind === 'StructDeclaration') {
        const binding = em.declared(node);
        if (binding !== undefined) this.#export(binding, false);
      }
    }
  }

  #export(binding: Binding, isVariable: boolean): void {
    const em = this.#em;
    const name = em.nameOf(binding);
    const key = propertyKey(binding.name);
    const { node } = binding;
    // Modules that import each other may bounce between their functions.
    if (node?.kind === 'FunctionDeclaration' && em.factsOf(node).cycleTailCalls)
      this.#exports.push(`${propertyKey(`${binding.name}!`)}: ${name}t`);
    const flag = em.owners.has(binding) ? `${em.names.ownerOf(name)} = false; ` : '';
    const value = em.late.has(binding)
      ? `${name} ?? ${em.$('unset')}(${name}, ${quote(binding.name)})`
      : name;
    this.#exports.push(isVariable ? `get ${key}() { ${flag}return ${value}; }` : `${key}: ${name}`);
  }

  #function(name: string, statements: readonly Statement[]): void {
    const em = this.#em;
    const facts = { ...em.factsOf(em.module), produces: 'value' as const, recursive: false };
    const { declared } = em.frame;
    const lines = em.inFrame(em.module, facts, (frame) => {
      for (const binding of declared) frame.declared.add(binding);
      em.isLoading = name === '$init';
      em.statements(statements, DISCARD);
      em.isLoading = false;
      em.push('return null;');
    });
    em.push(`function${facts.suspends ? '*' : ''} ${name}(ctx) {`, ...lines, '}');
  }

  /** A pipeline; the bodies of those it extends come first in the same scope. */
  #pipeline(node: PipelineDeclaration): Js {
    const em = this.#em;
    const name = em.names.fresh(node.name);
    const parents = this.#parentsOf(em.checked, node);
    const facts = em.factsOf(node);
    const lines = functionLines(em, {
      node,
      facts,
      name,
      params: node.params,
      body: [...parents.flatMap((parent) => parent.body.statements), ...node.body.statements],
      yieldsLast: true,
    });
    em.push(...lines);
    this.#callable(node, name);
    return name;
  }

  /** What other code calls when it calls a pipeline: its body in a slot of its own. Only where somebody does. */
  #callable(node: PipelineDeclaration, body: string): void {
    const em = this.#em;
    const binding = em.declared(node);
    if (binding === undefined || !this.#usedPipelines.has(binding)) return;
    const name = em.nameOf(binding);
    const meta = metaOf(em, node.name, node.params, node.doc);
    const described = `${em.$('describe')}(${body}, ${meta})`;
    const call = `${em.prelude.builtin('@pipeline')}(ctx, ${described}, args)`;
    em.push(`function* ${name}(ctx, ...args) { return yield* ${call}; }`);
    em.push(`${em.$('describe')}(${name}, ${meta});`);
    this.#exports.push(`${propertyKey(node.name)}: ${name}`);
  }

  #parentsOf(checked: CheckedModule, node: PipelineDeclaration): PipelineDeclaration[] {
    const parent = checked.parents.get(node);
    if (parent === undefined) return [];
    const owner = this.#program.modules.find((m) => m.source.id === parent.moduleId);
    if (owner === undefined || parent.node.kind !== 'PipelineDeclaration')
      return bug('the parent of a pipeline is lost');
    return [...this.#parentsOf(owner, parent.node), parent.node];
  }
}

/** What runs when a module is imported: its variables, tools and skills, not its other statements. */
function isInitialised(node: Statement): boolean {
  return (
    node.kind === 'LetStatement' ||
    node.kind === 'ToolDeclaration' ||
    node.kind === 'SkillDeclaration' ||
    node.kind === 'EvalPackDeclaration'
  );
}

function variablesOf(em: Emitter, node: Statement): Binding[] {
  if (node.kind === 'LetStatement') return patternBindings(em, node.pattern);
  if (
    node.kind !== 'ToolDeclaration' &&
    node.kind !== 'SkillDeclaration' &&
    node.kind !== 'EvalPackDeclaration'
  )
    return [];
  const binding = em.declared(node);
  return binding === undefined ? [] : [binding];
}
