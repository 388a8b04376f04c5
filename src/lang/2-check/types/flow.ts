// What is known on the current path. Each binding holds its own current type; a trail remembers what it was, so that
// leaving a branch is undoing, and joining branches is comparing what each of them left behind.
import type { BindingRecord } from '../records.ts';
import type { Type } from './type.ts';
import { sameType, unionOf } from './union.ts';

/** Facts about a binding: its type, and the types of paths below it (`.user.name`) where more is known. */
export interface Facts {
  readonly type: Type | undefined;
  readonly paths: ReadonlyMap<string, Type> | undefined;
}

export type Changes = ReadonlyMap<BindingRecord, Facts>;

interface Entry extends Facts {
  readonly binding: BindingRecord;
}

const NO_CHANGES: Changes = new Map();

export class Flow {
  readonly #trail: Entry[] = [];
  /** Whether something was ever learned about a path: most modules never ask. */
  knowsPaths = false;

  /** The variable itself is now known to be this, or was assigned this: what was known below it no longer holds. */
  set(binding: BindingRecord, type: Type | undefined): void {
    this.#remember(binding);
    binding.type = type;
    binding.paths = undefined;
  }

  /** Narrows the variable without forgetting its paths. */
  narrow(binding: BindingRecord, type: Type): void {
    if (binding.type === type) return;
    this.#remember(binding);
    binding.type = type;
  }

  narrowPath(binding: BindingRecord, path: string, type: Type): void {
    this.#remember(binding);
    this.knowsPaths = true;
    binding.paths = new Map(binding.paths).set(path, type);
  }

  #remember(binding: BindingRecord): void {
    this.#trail.push({ binding, type: binding.type, paths: binding.paths });
  }

  mark(): number {
    return this.#trail.length;
  }

  /** Goes back to a mark. */
  undo(mark: number): void {
    while (this.#trail.length > mark) {
      const { binding, type, paths } = this.#trail.pop() as Entry;
      binding.type = type;
      binding.paths = paths;
    }
  }

  /** Goes back to a mark and says what was different. */
  take(mark: number): Changes {
    if (this.#trail.length === mark) return NO_CHANGES;
    const changes = new Map<BindingRecord, Facts>();
    for (let i = mark; i < this.#trail.length; i += 1) {
      const { binding } = this.#trail[i] as Entry;
      changes.set(binding, { type: binding.type, paths: binding.paths });
    }
    this.undo(mark);
    return changes;
  }

  apply(changes: Changes): void {
    for (const [binding, facts] of changes) {
      this.#remember(binding);
      binding.type = facts.type;
      binding.paths = facts.paths;
    }
  }

  /** After branches of which one was taken: what holds whichever it was. */
  join(branches: readonly Changes[]): void {
    const [first] = branches;
    if (first === undefined) return;
    if (branches.length === 1) {
      this.apply(first);
      return;
    }
    const seen = new Set<BindingRecord>();
    for (const branch of branches) {
      for (const binding of branch.keys()) {
        if (seen.has(binding)) continue;
        seen.add(binding);
        this.#joinBinding(binding, branches);
      }
    }
  }

  #joinBinding(binding: BindingRecord, branches: readonly Changes[]): void {
    const now: Facts = { type: binding.type, paths: binding.paths };
    const all = branches.map((branch) => branch.get(binding) ?? now);
    const types = all.map((facts) => facts.type);
    const known = types.filter((type) => type !== undefined);
    const joined = known.length === types.length ? unionOf(known) : undefined;
    const paths = joinPaths(all);
    const isSame =
      paths === now.paths &&
      (joined === now.type ||
        (joined !== undefined && now.type !== undefined && sameType(joined, now.type)));
    if (isSame) return;
    this.#remember(binding);
    binding.type = joined;
    binding.paths = paths;
  }

  /** Every binding about which something was learned since the beginning, on this path. */
  *learned(): Iterable<BindingRecord> {
    const seen = new Set<BindingRecord>();
    for (const { binding } of this.#trail) {
      if (seen.has(binding)) continue;
      seen.add(binding);
      yield binding;
    }
  }
}

/** A path is known after a join if every branch knows it. */
function joinPaths(all: readonly Facts[]): ReadonlyMap<string, Type> | undefined {
  const [first, ...others] = all;
  if (first?.paths === undefined) return undefined;
  if (others.every((facts) => facts.paths === first.paths)) return first.paths;
  const joined = new Map<string, Type>();
  for (const [path, type] of first.paths) {
    const types = others.map((facts) => facts.paths?.get(path));
    const known = types.filter((each) => each !== undefined);
    if (known.length === types.length) joined.set(path, unionOf([type, ...known]));
  }
  return joined.size === 0 ? undefined : joined;
}
