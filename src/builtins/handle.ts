// Harness handles: authority as values. The root has the capabilities as fields, each field is an object of its own that
// leads to nothing else, and a call through a handle may do what the handle may, and no more than whoever makes it may.
import type { Authority } from '../runtime/run/index.ts';
import {
  DISPLAY,
  type HarnFunction,
  HarnObject,
  isSuspending,
  KIND,
  METHODS,
  type Method,
  type MethodTable,
  PROPERTY,
  type Value,
} from '../values/index.ts';

/** What every handle of one program shares: which methods exist below which path. */
export interface HandleTable {
  /** Methods of the handle at `path` (`''` is the root), by name. */
  methods(path: string): ReadonlyMap<string, HarnFunction> | undefined;
  /** Whether there is a handle at `path`. */
  has(path: string): boolean;
}

/** One handle. `path` is `''` for the root, `fs`, `agent`, ... */
export class HarnHandle extends HarnObject {
  readonly path: string;
  readonly authority: Authority;
  readonly #table: HandleTable;
  #methods: MethodTable | undefined;

  constructor(table: HandleTable, path: string, authority: Authority) {
    super();
    this.#table = table;
    this.path = path;
    this.authority = authority;
  }

  /** `Harness`, `HarnessFs`, `HarnessCodeIndex`. */
  get typeName(): string {
    const words = this.path.split(/[._]/).filter((word) => word !== '');
    return `Harness${words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')}`;
  }

  /** The same handle with less authority. */
  attenuated(authority: Authority): HarnHandle {
    return new HarnHandle(this.#table, this.path, authority);
  }

  get [KIND](): string {
    return this.typeName;
  }

  override [DISPLAY](): string {
    return `<${this.typeName}>`;
  }

  /** The handle below this one, which gives nothing else. */
  sub(name: string): HarnHandle | undefined {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return this.#table.has(path) ? new HarnHandle(this.#table, path, this.authority) : undefined;
  }

  override [PROPERTY](name: string): Value | undefined {
    return this.sub(name);
  }

  override get [METHODS](): MethodTable | undefined {
    this.#methods ??= this.#bind();
    return this.#methods;
  }

  #bind(): MethodTable {
    const methods = new Map<string, Method>();
    for (const [name, fn] of this.#table.methods(this.path) ?? []) methods.set(name, asMethod(fn));
    return methods;
  }
}

interface Bounded {
  through(authority: Authority): unknown;
}

/** A row called through a handle: with the authority of both. */
function asMethod(fn: HarnFunction): Method {
  if (isSuspending(fn)) {
    return function* (ctx, self, args) {
      return yield* fn((ctx as Bounded).through((self as HarnHandle).authority), ...args);
    };
  }
  return (ctx, self, args) =>
    (fn as (ctx: unknown, ...args: Value[]) => Value)(
      (ctx as Bounded).through((self as HarnHandle).authority),
      ...args,
    );
}
