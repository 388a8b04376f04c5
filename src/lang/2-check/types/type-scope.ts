// Names of types, by block. Types may be declared in any block and are visible in all of it.
import type { Declared } from './declared.ts';
import type { VariableType } from './type.ts';

export type TypeName = Declared | VariableType;

export class TypeScope {
  readonly #parent: TypeScope | undefined;
  readonly #names = new Map<string, TypeName>();
  readonly #fallback: ((name: string) => Declared | undefined) | undefined;

  /** `fallback` finds what the outermost scope does not declare itself: imported types. */
  constructor(parent: TypeScope | undefined, fallback?: (name: string) => Declared | undefined) {
    this.#parent = parent;
    this.#fallback = fallback;
  }

  declare(name: string, type: TypeName): void {
    if (!this.#names.has(name)) this.#names.set(name, type);
  }

  lookup(name: string): TypeName | undefined {
    return this.#names.get(name) ?? this.#parent?.lookup(name) ?? this.#fallback?.(name);
  }

  /** Every visible name, for suggestions. */
  *visibleNames(): Iterable<string> {
    yield* this.#names.keys();
    if (this.#parent !== undefined) yield* this.#parent.visibleNames();
  }
}
