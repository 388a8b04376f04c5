// Shared cells and maps: named values with a version, so that a write can be made to depend on what was read. Tasks
// switch only where they wait, so every call is atomic; the version tells of writes between two calls.
import type { RunContext, ServiceKey } from '../../run/index.ts';
import { scopeId } from './scope.ts';
import { use } from './use.ts';

/** Which cell or map. */
export interface SharedName {
  readonly key: string;
  /** `task_group` if not said. */
  readonly scope?: string | undefined;
  /** For the scope `tenant`. */
  readonly tenantId?: string | undefined;
}

/** A value as it was read, with the version it had. */
export interface Snapshot<T> {
  readonly value: T;
  readonly version: number;
}

/** Counters of a cell or a map. */
export interface SharedMetrics {
  readonly read_count: number;
  readonly write_count: number;
  readonly cas_success_count: number;
  readonly cas_failure_count: number;
  readonly stale_read_count: number;
  readonly version: number;
}

/** A conditional write: when the value is as expected and, with a version, nobody wrote since. */
export interface SharedCas<T> {
  readonly expected: T;
  readonly version?: number | undefined;
  readonly value: T;
  /** What counts as the same value. */
  readonly same: (a: T, b: T) => boolean;
}

/** What cells and maps have in common: a version and counters. */
export class Shared {
  readonly key: string;
  #version = 0;
  #reads = 0;
  #writes = 0;
  #won = 0;
  #lost = 0;
  #stale = 0;

  constructor(key: string) {
    this.key = key;
  }

  get version(): number {
    return this.#version;
  }

  noteRead(): void {
    this.#reads += 1;
  }

  noteWrite(): void {
    this.#writes += 1;
    this.#version += 1;
  }

  /** Whether a conditional write may happen; counts it either way. */
  admits<T>(now: T, { expected, version, same }: SharedCas<T>): boolean {
    const stale = version !== undefined && version !== this.#version;
    if (stale) this.#stale += 1;
    const won = !stale && same(now, expected);
    if (won) this.#won += 1;
    else this.#lost += 1;
    return won;
  }

  metrics(): SharedMetrics {
    return {
      read_count: this.#reads,
      write_count: this.#writes,
      cas_success_count: this.#won,
      cas_failure_count: this.#lost,
      stale_read_count: this.#stale,
      version: this.#version,
    };
  }
}

/** One shared value. */
export class SharedCell<T = unknown> extends Shared {
  #value: T;

  constructor(key: string, initial: T) {
    super(key);
    this.#value = initial;
  }

  get(): T {
    this.noteRead();
    return this.#value;
  }

  snapshot(): Snapshot<T> {
    return { value: this.get(), version: this.version };
  }

  /** Writes whatever is there and gives what was. */
  set(value: T): T {
    const before = this.#value;
    this.#value = value;
    this.noteWrite();
    return before;
  }

  cas(change: SharedCas<T>): boolean {
    if (!this.admits(this.#value, change)) return false;
    this.set(change.value);
    return true;
  }
}

/** Shared values by key, with one version for all. */
export class SharedMap<T = unknown> extends Shared {
  readonly #values: Map<string, T>;

  constructor(key: string, initial: Iterable<readonly [string, T]>) {
    super(key);
    this.#values = new Map(initial);
  }

  get(key: string): T | undefined {
    this.noteRead();
    return this.#values.get(key);
  }

  snapshot(key: string): Snapshot<T | undefined> {
    return { value: this.get(key), version: this.version };
  }

  /** Writes and gives what was there. */
  set(key: string, value: T): T | undefined {
    const before = this.#values.get(key);
    this.#values.set(key, value);
    this.noteWrite();
    return before;
  }

  /** Takes a key out and gives what was there. */
  delete(key: string): T | undefined {
    const before = this.#values.get(key);
    if (this.#values.delete(key)) this.noteWrite();
    return before;
  }

  cas(key: string, change: SharedCas<T | undefined> & { readonly value: T }): boolean {
    if (!this.admits(this.#values.get(key), change)) return false;
    this.set(key, change.value);
    return true;
  }

  /** What is in it now, in the order of first writing. */
  entries(): readonly (readonly [string, T])[] {
    this.noteRead();
    return [...this.#values];
  }
}

const sharedKey: ServiceKey<Map<string, Shared>> = {
  name: 'work.shared',
  create: () => new Map(),
};

/** The cell of this name; made with `initial` when nobody has yet. */
export function sharedCell<T>(ctx: RunContext, name: SharedName, initial: T): SharedCell<T> {
  use(ctx, 'shared_cell');
  return open(ctx, 'cell', name, () => new SharedCell<T>(name.key, initial));
}

/** The map of this name; made with `initial` when nobody has yet. */
export function sharedMap<T>(
  ctx: RunContext,
  name: SharedName,
  initial: Iterable<readonly [string, T]> = [],
): SharedMap<T> {
  use(ctx, 'shared_map');
  return open(ctx, 'map', name, () => new SharedMap<T>(name.key, initial));
}

/** Asks leave to read one. Reading counts, so a unit that reads is entered by replay. */
export function readShared<S extends Shared>(ctx: RunContext, shared: S): S {
  use(ctx, 'shared_get');
  return shared;
}

/** Asks leave to write one. */
export function writeShared<S extends Shared>(ctx: RunContext, shared: S): S {
  use(ctx, 'shared_set');
  return shared;
}

/** The counters of a cell or a map. */
export function sharedMetrics(ctx: RunContext, shared: Shared): SharedMetrics {
  use(ctx, 'shared_metrics');
  return shared.metrics();
}

function open<S extends Shared>(
  ctx: RunContext,
  what: 'cell' | 'map',
  { key, scope, tenantId }: SharedName,
  make: () => S,
): S {
  const known = ctx.get(sharedKey);
  const name = `${what} ${scopeId(ctx, scope, tenantId)} ${key}`;
  let shared = known.get(name) as S | undefined;
  if (shared === undefined) {
    shared = make();
    known.set(name, shared);
  }
  return shared;
}
