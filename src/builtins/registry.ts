// The table of builtins. Groups are functions, so a group's rows are made only when the table is first asked, and a
// new group is one line in the list that the caller hands over.
import { bug } from '../base/index.ts';
import type { BuiltinSpec } from '../lang/builtin-spec.ts';
import type { BuiltinRow } from './define.ts';
import { PURE_GROUPS } from './pure.ts';

/** Makes the rows of one group. */
export type BuiltinGroup = () => readonly BuiltinRow[];

/** The table: every row under its name and its aliases. */
export class BuiltinRegistry {
  readonly #groups: readonly BuiltinGroup[];
  #rows: ReadonlyMap<string, BuiltinRow> | undefined;

  constructor(groups: readonly BuiltinGroup[]) {
    this.#groups = groups;
  }

  /** Every row once, in the order of declaration. Internal rows have names that start with `@`. */
  rows(): readonly BuiltinRow[] {
    return [...new Set(this.#table().values())];
  }

  /** The row of a name or alias. */
  find(name: string): BuiltinRow | undefined {
    return this.#table().get(name);
  }

  /** What the checker and the language server see: all rows but the internal ones. */
  specs(): readonly BuiltinSpec[] {
    return this.rows().filter((row) => !row.name.startsWith('@'));
  }

  #table(): ReadonlyMap<string, BuiltinRow> {
    this.#rows ??= index(this.#groups.flatMap((group) => group()));
    return this.#rows;
  }
}

function index(rows: readonly BuiltinRow[]): ReadonlyMap<string, BuiltinRow> {
  const table = new Map<string, BuiltinRow>();
  for (const row of rows) {
    for (const name of [row.name, ...(row.aliases ?? [])]) {
      if (table.has(name)) bug(`two builtins are called ${name}`);
      table.set(name, row);
    }
  }
  return table;
}

/** The pure builtins together with the given groups, which those who own effects add. */
export function createRegistry(groups: readonly BuiltinGroup[] = []): BuiltinRegistry {
  return new BuiltinRegistry([...PURE_GROUPS, ...groups]);
}
