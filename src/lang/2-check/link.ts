// Names between modules: what each declares at its top level, what it exports by the rules of its edition, and what
// its imports bring in.
import { nearestName } from '../../base/index.ts';
import type { Declaration, ImportDeclaration, LetStatement, Statement } from '../ast.ts';
import type { BindingKind } from './checked-module.ts';
import { importErrors, moduleErrors, nameErrors } from './errors.ts';
import { namesOf } from './patterns.ts';
import type { ProgramState } from './program-state.ts';
import { BindingRecord, type ModuleRecord } from './records.ts';

type NamedDeclaration = Exclude<Declaration, { kind: 'ImportDeclaration' | 'ImplDeclaration' }>;

const KIND_OF: { readonly [K in NamedDeclaration['kind']]: BindingKind } = {
  PipelineDeclaration: 'pipeline',
  OverrideDeclaration: 'fn',
  FunctionDeclaration: 'fn',
  ToolDeclaration: 'tool',
  SkillDeclaration: 'skill',
  EvalPackDeclaration: 'evalPack',
  StructDeclaration: 'struct',
  EnumDeclaration: 'enum',
  InterfaceDeclaration: 'interface',
  TypeDeclaration: 'typeAlias',
};

/** The kind of binding that a named declaration makes; undefined for every other statement. */
export function declaredKind(statement: Statement): BindingKind | undefined {
  return (KIND_OF as { readonly [kind: string]: BindingKind | undefined })[statement.kind];
}

/** Whether a `let`, `var` or `const` may be assigned to. */
export function isMutable(node: LetStatement, edition: ModuleRecord['edition']): boolean {
  return node.binding === 'var' || (node.binding === 'let' && edition === '2026');
}

/** Declares everything at the top level of a module. */
export function declareTopLevel(state: ProgramState, record: ModuleRecord): void {
  for (const statement of record.module.body) {
    if (statement.kind === 'LetStatement') declareVariables(state, record, statement);
    else declareNamed(state, record, statement);
  }
}

function declareVariables(state: ProgramState, record: ModuleRecord, node: LetStatement): void {
  for (const pattern of namesOf(node.pattern)) {
    if (pattern.name === '_') continue;
    const binding = new BindingRecord({
      id: state.nextId(),
      name: pattern.name,
      kind: 'moduleVar',
      moduleId: record.source.id,
      node: pattern,
      mutable: isMutable(node, record.edition),
    });
    record.declares.set(pattern, binding);
    state.variables.push({ binding, module: record });
    record.topLevel.set(pattern.name, binding);
  }
}

function declareNamed(state: ProgramState, record: ModuleRecord, statement: Statement): void {
  const kind = declaredKind(statement);
  if (kind === undefined) return;
  const node = statement as NamedDeclaration;
  const binding = new BindingRecord({
    id: state.nextId(),
    name: node.name,
    kind,
    moduleId: record.source.id,
    node,
  });
  record.declares.set(node, binding);
  const earlier = record.topLevel.get(node.name);
  if (earlier !== undefined && earlier.kind === kind) {
    record.report(
      nameErrors.redeclaration(
        { name: node.name, what: WORD_OF[kind] ?? kind, word: undefined },
        { span: node.nameSpan },
      ),
    );
  }
  // A type alias or interface never hides a value of the same name.
  if (earlier === undefined || (kind !== 'typeAlias' && kind !== 'interface'))
    record.topLevel.set(node.name, binding);
}

const WORD_OF: { readonly [kind: string]: string } = {
  fn: 'function',
  evalPack: 'eval pack',
  typeAlias: 'type',
};

/** What a kind of declaration is called in messages. */
export function wordFor(kind: BindingKind): string {
  return WORD_OF[kind] ?? kind;
}

/** Public names of a module, following `pub import`. */
export function exportsOf(record: ModuleRecord): ReadonlyMap<string, BindingRecord> {
  const finished = record.exports;
  if (finished !== undefined) return finished;
  const exports = ownExports(record);
  // Set before following re-exports: a cycle sees what is known so far.
  record.exports = exports;
  const origin = new Map<string, string>();
  for (const [node, target] of record.targets) {
    if (!node.pub || target === undefined) continue;
    if (reaches(target, record)) {
      record.report(importErrors.reExportCycle({ path: node.path }, { span: node.span }));
    }
    for (const [name, binding] of importedNames(node, target)) {
      const known = exports.get(name);
      if (known !== undefined && known !== binding) {
        const first = origin.get(name) ?? record.source.id;
        record.report(
          moduleErrors.reExportConflict({ name, first, second: node.path }, { span: node.span }),
        );
        continue;
      }
      exports.set(name, binding);
      origin.set(name, node.path);
    }
  }
  return exports;
}

/** Whether `pub import`s lead from one module to another. */
function reaches(from: ModuleRecord, goal: ModuleRecord): boolean {
  const seen = new Set<ModuleRecord>([from]);
  for (const module of seen) {
    if (module === goal) return true;
    for (const [node, target] of module.targets)
      if (node.pub && target !== undefined) seen.add(target);
  }
  return false;
}

const TYPE_KINDS = new Set<BindingKind>(['struct', 'enum', 'interface', 'typeAlias', 'pipeline']);

function ownExports(record: ModuleRecord): Map<string, BindingRecord> {
  const exports = new Map<string, BindingRecord>();
  const isPublic = publicNames(record);
  const isLegacy = record.edition === '0.7';
  // The older edition exports every function of a module that marks none, and never hid types.
  const exportsFunctions =
    isLegacy && !record.module.body.some((s) => s.kind === 'FunctionDeclaration' && s.pub);
  for (const [name, binding] of record.topLevel) {
    const open =
      isPublic.has(name) ||
      (isLegacy && TYPE_KINDS.has(binding.kind)) ||
      (exportsFunctions && ['fn', 'tool', 'skill'].includes(binding.kind));
    if (open) exports.set(name, binding);
  }
  return exports;
}

function publicNames(record: ModuleRecord): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of record.module.body) {
    if (!('pub' in statement) || !statement.pub) continue;
    if (statement.kind === 'LetStatement')
      for (const pattern of namesOf(statement.pattern)) names.add(pattern.name);
    else if ('name' in statement) names.add(statement.name);
  }
  return names;
}

/** Name in the importing file → binding, without reporting. */
function* importedNames(
  node: ImportDeclaration,
  target: ModuleRecord,
): Iterable<readonly [string, BindingRecord]> {
  const exports = exportsOf(target);
  if (node.names === undefined) {
    yield* exports;
    return;
  }
  for (const { name, local } of node.names) {
    const binding = exports.get(name);
    if (binding !== undefined) yield [local, binding];
  }
}

/** Fills `imports` and `imported` of a module and reports missing, private and colliding names. */
export function linkImports(record: ModuleRecord): void {
  const origin = new Map<string, string>();
  for (const [node, target] of record.targets) {
    const names = new Map<string, BindingRecord>();
    if (target !== undefined) {
      for (const [name, binding] of importedNames(node, target)) names.set(name, binding);
      for (const [name, binding] of missingNames(record, node, target)) names.set(name, binding);
    }
    for (const [name, binding] of names) {
      const known = record.imported.get(name);
      if (known !== undefined && known !== binding) {
        // A conflict of re-exports was reported when the exports were made.
        if (!node.pub) reportCollision(record, node, name, origin.get(name) ?? '');
        continue;
      }
      record.imported.set(name, binding);
      origin.set(name, node.path);
    }
    record.imports.push({ node, moduleId: target?.source.id, names, isReExport: node.pub });
  }
}

function reportCollision(
  record: ModuleRecord,
  node: ImportDeclaration,
  name: string,
  first: string,
): void {
  record.report(
    moduleErrors.importCollision({ name, first, second: node.path }, { span: node.span }),
  );
}

/** Listed names that the target does not export; a legacy file may still import a private one. */
function* missingNames(
  record: ModuleRecord,
  node: ImportDeclaration,
  target: ModuleRecord,
): Iterable<readonly [string, BindingRecord]> {
  const exports = exportsOf(target);
  for (const { name, local, span } of node.names ?? []) {
    if (exports.has(name)) continue;
    const isPrivate = target.topLevel.get(name);
    if (isPrivate !== undefined) yield [local, isPrivate];
    if (isPrivate === undefined ? !target.isWhole : record.edition === '0.7') continue;
    const suggestion = isPrivate === undefined ? nearestName(name, exports.keys()) : undefined;
    record.report(
      importErrors.nameNotExported(
        { name, path: node.path, isPrivate: isPrivate !== undefined, suggestion },
        { span: { ...span, end: span.start + name.length } },
      ),
    );
  }
}
