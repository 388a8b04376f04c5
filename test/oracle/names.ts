// What is in scope at a place of a program that is being rendered, and how control may leave from there.
export type VariableKind = 'num' | 'text' | 'list' | 'dict' | 'bool';

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly mutable: boolean;
}

export interface Callable {
  readonly name: string;
  /** How many arguments it needs. */
  readonly params: number;
  readonly rest: boolean;
  /** The first argument counts down to 0, from at most this number. */
  readonly loops: number;
}

/** How control may leave. In a defer nothing but `throw` may; in flat text no block may stand. */
export interface Exits {
  readonly inLoop: boolean;
  readonly inFunction: boolean;
  readonly flat: boolean;
}

/** Hands out names that are unique in the program. */
export class NameSource {
  #last = 0;

  fresh(prefix: string): string {
    this.#last += 1;
    return `${prefix}${this.#last}`;
  }
}

export class Names {
  readonly exits: Exits;
  readonly source: NameSource;
  readonly #parent: Names | undefined;
  readonly #variables: Variable[] = [];
  readonly #callables: Callable[] = [];

  constructor(source: NameSource, exits: Exits, parent?: Names) {
    this.source = source;
    this.exits = exits;
    this.#parent = parent;
  }

  /** A scope inside this one, with other exits where given. */
  nested(exits: Partial<Exits> = {}): Names {
    return new Names(this.source, { ...this.exits, ...exits }, this);
  }

  add(name: string, kind: VariableKind, mutable: boolean): void {
    this.#variables.push({ name, kind, mutable });
  }

  addCallable(callable: Callable): void {
    this.#callables.push(callable);
  }

  fresh(prefix: string): string {
    return this.source.fresh(prefix);
  }

  /** Counts through the visible variables of a kind, the nearest first. */
  variable(kind: VariableKind, pick: number, mutable = false): Variable | undefined {
    return pickFrom(
      this.visible().filter((each) => each.kind === kind && (each.mutable || !mutable)),
      pick,
    );
  }

  callable(pick: number): Callable | undefined {
    const hidden = new Set(this.visible().map(({ name }) => name));
    return pickFrom(
      this.visibleCallables().filter(({ name }) => !hidden.has(name)),
      pick,
    );
  }

  /** A name of an enclosing scope that may be declared again here. */
  shadowable(pick: number): string | undefined {
    const own = new Set(this.#variables.map(({ name }) => name));
    const outer = this.#parent?.visible().filter(({ name }) => !own.has(name)) ?? [];
    return pickFrom(outer, pick)?.name;
  }

  visible(): Variable[] {
    const own = this.#variables.toReversed();
    const taken = new Set(own.map(({ name }) => name));
    const outer = this.#parent?.visible().filter(({ name }) => !taken.has(name)) ?? [];
    return [...own, ...outer];
  }

  visibleCallables(): Callable[] {
    return [...this.#callables.toReversed(), ...(this.#parent?.visibleCallables() ?? [])];
  }
}

function pickFrom<T>(candidates: readonly T[], pick: number): T | undefined {
  return candidates.length === 0 ? undefined : candidates[pick % candidates.length];
}
