// Lexical scopes while a module is walked. A scope knows only names declared so far, so a lookup honours textual
// order; functions and types are declared when their block opens.
import type { BindingRecord, FunctionRecord } from './records.ts';

export class Scope {
  readonly parent: Scope | undefined;
  readonly owner: FunctionRecord;
  /** The finished scope of a parent pipeline: its names are visible as if declared here. */
  readonly inherited: Scope | undefined;
  /** Undefined until the first declaration: most blocks have none. */
  #names: Map<string, BindingRecord> | undefined;

  constructor(owner: FunctionRecord, parent: Scope | undefined, inherited?: Scope) {
    this.owner = owner;
    this.parent = parent;
    this.inherited = inherited;
  }

  declare(binding: BindingRecord): void {
    this.#names ??= new Map();
    this.#names.set(binding.name, binding);
  }

  /** A name of exactly this scope. */
  own(name: string): BindingRecord | undefined {
    return this.#names?.get(name);
  }

  /** The nearest declaration visible here, up to the outermost scope. */
  lookup(name: string): BindingRecord | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      for (let at: Scope | undefined = scope; at !== undefined; at = at.inherited) {
        const found = at.#names?.get(name);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Every visible name, for suggestions. */
  *visibleNames(): Iterable<string> {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      yield* scope.#names?.keys() ?? [];
      for (let more = scope.inherited; more !== undefined; more = more.inherited)
        yield* more.#names?.keys() ?? [];
    }
  }
}
