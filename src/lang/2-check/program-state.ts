// What the phases of one check share: builtins, globals, ids, and indexes over the whole closed program.
import type { Expression, FunctionDeclaration, Node } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { type BuiltinIndex, builtinIndexOf } from './builtin-index.ts';
import { BindingRecord, type FunctionRecord, MethodGroup, type ModuleRecord } from './records.ts';

/** Values that a host may provide without a declaration. */
const HOST_GLOBALS = ['argv', 'context', 'prompt', 'skills'] as const;

export class ProgramState {
  readonly builtins: BuiltinIndex;
  /** Methods of `impl` blocks by name: a call on a value of unknown type may reach any of them. */
  readonly methods = new Map<string, MethodGroup>();
  /** Values put into dict and struct fields by name: what a dict may answer with for `d.name()`. */
  readonly fieldValues = new Map<string, { value: Expression; module: ModuleRecord }[]>();
  readonly modules = new Map<string, ModuleRecord>();
  /** Functions and pipelines by their binding. */
  readonly functionOf = new Map<BindingRecord, FunctionRecord>();
  readonly functions: FunctionRecord[] = [];
  readonly variables: { binding: BindingRecord; module: ModuleRecord }[] = [];
  readonly #globals = new Map<string, BindingRecord>();
  #nextId = 1;

  constructor(specs: readonly BuiltinSpec[]) {
    this.builtins = builtinIndexOf(specs);
    this.#globals.set('harness', this.#global('harness', 'harnessGlobal'));
    this.#globals.set('Result', this.#global('Result', 'enum'));
    for (const name of HOST_GLOBALS) this.#globals.set(name, this.#global(name, 'hostGlobal'));
  }

  #global(name: string, kind: BindingRecord['kind']): BindingRecord {
    return new BindingRecord({ id: this.nextId(), name, kind });
  }

  nextId(): number {
    return this.#nextId++;
  }

  /** A name that no module declares: a builtin, the lowest-priority `harness`, a host value. */
  global(name: string): BindingRecord | undefined {
    const known = this.#globals.get(name);
    if (known !== undefined) return known;
    const builtin = this.builtins.global(name);
    if (builtin === undefined) return undefined;
    const binding = new BindingRecord({ id: this.nextId(), name, kind: 'builtin', builtin });
    this.#globals.set(name, binding);
    return binding;
  }

  *globalNames(): Iterable<string> {
    yield* this.#globals.keys();
    yield* this.builtins.globalNames();
  }

  addMethod(node: FunctionDeclaration, record: FunctionRecord): void {
    let group = this.methods.get(node.name);
    if (group === undefined) {
      group = new MethodGroup();
      this.methods.set(node.name, group);
    }
    group.members.push(record);
  }

  addFieldValue(name: string, value: Expression, module: ModuleRecord): void {
    const sameName = this.fieldValues.get(name);
    if (sameName === undefined) this.fieldValues.set(name, [{ value, module }]);
    else sameName.push({ value, module });
  }
}

/** The root of `a.b[c].d`: the node whose variable an assignment to it rebinds. */
export function rootOf(target: Node): Node {
  let root = target;
  while (root.kind === 'Member' || root.kind === 'Index') root = root.object;
  return root;
}
