// Where the walk of a module is, as far as names are concerned: the current scope and function, declarations, lookups,
// captures, and what is said about names that nobody declares.

import { nearestName } from '../../base/index.ts';
import type { Identifier, Node } from '../ast.ts';
import type { BindingKind, FunctionNode } from './checked-module.ts';
import { nameErrors } from './errors.ts';
import type { ProgramState } from './program-state.ts';
import { BindingRecord, FunctionRecord, type ModuleRecord } from './records.ts';
import { Scope } from './scope.ts';

/** After so many, further mistakes get no suggestion: each one compares with every known name. */
const MAX_SUGGESTIONS = 200;

/** Declarations whose value is a dict. */
const REGISTRIES: ReadonlySet<BindingKind> = new Set(['tool', 'skill', 'evalPack']);

export class NameTable {
  readonly root: FunctionRecord;
  readonly #state: ProgramState;
  readonly #record: ModuleRecord;
  readonly #undefinedCalls: Identifier[] = [];
  readonly #declaredAnywhere = new Set<string>();
  #scope: Scope;
  #function: FunctionRecord;
  #suggestions = 0;

  constructor(state: ProgramState, record: ModuleRecord) {
    this.#state = state;
    this.#record = record;
    this.root = this.newFunction(record.module, undefined);
    this.#function = this.root;
    this.#scope = new Scope(this.root, undefined);
    for (const name of record.topLevel.keys()) this.#declaredAnywhere.add(name);
  }

  get function(): FunctionRecord {
    return this.#function;
  }

  get scope(): Scope {
    return this.#scope;
  }

  newFunction(node: FunctionNode, parent: FunctionRecord | undefined): FunctionRecord {
    const record = new FunctionRecord(node, this.#record, parent);
    this.#record.functions.set(node, record);
    this.#state.functions.push(record);
    return record;
  }

  inFunction(record: FunctionRecord, scope: Scope, walk: () => void): void {
    const saved = [this.#function, this.#scope] as const;
    this.#function = record;
    this.#scope = scope;
    walk();
    [this.#function, this.#scope] = saved;
  }

  inNewScope(walk: () => void): void {
    const saved = this.#scope;
    this.#scope = new Scope(this.#function, saved);
    walk();
    this.#scope = saved;
  }

  declare(node: Node, name: string, kind: BindingKind, mutable: boolean): BindingRecord {
    const binding = new BindingRecord({
      id: this.#state.nextId(),
      name,
      kind,
      moduleId: this.#record.source.id,
      node,
      mutable,
      owner: this.#function,
    });
    this.#record.declares.set(node, binding);
    this.#declaredAnywhere.add(name);
    this.#scope.declare(binding);
    if (kind === 'local') this.#state.variables.push({ binding, module: this.#record });
    return binding;
  }

  /** Declares a name that holds a part of something, unless it is the discard. */
  declareOpaque(node: Node, name: string, kind: BindingKind, mutable: boolean): void {
    if (name !== '_') this.declare(node, name, kind, mutable).opaque = true;
  }

  /** Makes a module-level variable visible from here on. */
  reach(binding: BindingRecord): void {
    this.#scope.declare(binding);
  }

  find(name: string): BindingRecord | undefined {
    if (name === '_') return undefined;
    const local = this.#scope.lookup(name);
    if (local !== undefined) return local;
    const topLevel = this.#record.topLevel.get(name);
    // A variable of the module is visible in every body, but in the module's own statements only after its line.
    const isEarly = topLevel?.kind === 'moduleVar' && this.#function === this.root;
    if (topLevel !== undefined && !isEarly) return topLevel;
    return this.#record.imported.get(name) ?? this.#state.global(name);
  }

  /** Binds a use of a name; an unknown one becomes a fault, raised when a run gets there. */
  use(node: Node, name: string): void {
    const binding = this.find(name);
    if (this.#bind(node, binding)) return;
    const suggestion = this.#suggest(name);
    this.#record.faults.set(node, { kind: 'undefinedVariable', name, suggestion });
    if (this.#isMissingImport(name)) return;
    const span = node.kind === 'StructLiteral' ? node.nameSpan : node.span;
    this.#record.reportLatent(nameErrors.undefinedVariable({ name, suggestion }, { span }));
  }

  /** Binds the name of a call target. */
  useAsCallee(node: Identifier): void {
    if (this.#bind(node, this.#findCallee(node.name))) return;
    const suggestion = this.#suggest(node.name, 2);
    this.#record.faults.set(node, { kind: 'undefinedFunction', name: node.name, suggestion });
    this.#undefinedCalls.push(node);
  }

  /** Registries are no functions: `tool read_file(p) { read_file(p) }` calls the builtin. */
  #findCallee(name: string): BindingRecord | undefined {
    const found = this.find(name);
    const isCallable =
      found !== undefined &&
      !REGISTRIES.has(found.kind) &&
      !this.#state.builtins.isUnshadowable(name);
    return isCallable ? found : (this.#state.global(name) ?? found);
  }

  #bind(node: Node, binding: BindingRecord | undefined): boolean {
    if (binding === undefined) return false;
    this.#record.uses.set(node, binding);
    this.#function.references.add(binding);
    if (binding.moduleId !== undefined) this.#noteCapture(binding);
    return true;
  }

  #noteCapture(binding: BindingRecord): void {
    const { owner } = binding;
    if (owner === undefined) {
      if (this.#function !== this.root || binding.moduleId !== this.#record.source.id)
        binding.captured = true;
      return;
    }
    for (let at: FunctionRecord | undefined = this.#function; at !== undefined; at = at.parent) {
      if (at === owner || at.inheritsFrom(owner)) return;
      binding.captured = true;
      at.captures.add(binding);
    }
  }

  /** Whether the code that is being walked runs at another time than what holds a variable. */
  isOutside({ owner }: BindingRecord): boolean {
    return this.#function !== (owner ?? this.root);
  }

  #suggest(name: string, tolerance?: number): string | undefined {
    if (this.#suggestions >= MAX_SUGGESTIONS) return undefined;
    this.#suggestions += 1;
    return nearestName(name, this.#knownNames(), tolerance);
  }

  *#knownNames(): Iterable<string> {
    yield* this.#scope.visibleNames();
    yield* this.#record.topLevel.keys();
    yield* this.#record.imported.keys();
    yield* this.#state.globalNames();
  }

  /** A name that an import lists and did not bring: the import is what is wrong, and it is said there. */
  #isMissingImport(name: string): boolean {
    return this.#record.imports.some(
      ({ node, names }) =>
        !names.has(name) && node.names?.some(({ local }) => local === name) === true,
    );
  }

  /**
   * Reports misspelt calls once the whole module is known: errors before the run, unless an unresolved import may
   * have provided the name, or it is declared in another scope.
   */
  reportUndefinedCalls(): void {
    for (const node of this.#undefinedCalls) {
      const { name } = node;
      if (this.#isMissingImport(name)) continue;
      const fault = this.#record.faults.get(node);
      const suggestion = fault?.kind === 'undefinedFunction' ? fault.suggestion : undefined;
      const error = nameErrors.undefinedFunction({ name, suggestion }, { span: node.span });
      const isCertain = this.#record.allImportsResolved && !this.#declaredAnywhere.has(name);
      if (isCertain) this.#record.report(error);
      else this.#record.reportLatent(error);
    }
  }
}
