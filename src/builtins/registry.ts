// The table of builtins. Groups are functions, so a group's rows are made only when the table is first asked, and a
// new group is one line in the list that the caller hands over.
import { bug } from '../base/index.ts';
import type { BuiltinSpec } from '../lang/builtin-spec.ts';
import type { BuiltinRow } from './define.ts';
import { EFFECT_GROUPS } from './effectful.ts';
import { NAME_INDEX, type NameIndex } from './name-index.ts';
import { PURE_GROUPS } from './pure.ts';
import { SPEC_TABLE } from './spec-table.ts';

/** Makes the rows of one group. */
export type BuiltinGroup = () => readonly BuiltinRow[];

/** The table: every row under its name and its aliases. */
export class BuiltinRegistry {
  readonly #groups: readonly BuiltinGroup[];
  readonly #index: NameIndex | undefined;
  readonly #made = new Map<number, readonly BuiltinRow[]>();
  #rows: ReadonlyMap<string, BuiltinRow> | undefined;

  /** `index` says which names the groups have; without it, every group is made for the first question. */
  constructor(groups: readonly BuiltinGroup[], index?: NameIndex) {
    this.#groups = groups;
    this.#index = index;
  }

  /** Every row once, in the order of declaration. Internal rows have names that start with `@`. */
  rows(): readonly BuiltinRow[] {
    return [...new Set(this.#table().values())];
  }

  /** The name of every row, without making the rows. */
  names(): readonly string[] {
    if (this.#index === undefined) return this.rows().map((row) => row.name);
    return this.#index.names.split(' ');
  }

  /** The names that start with a text, without making the rows; of all names only these are taken out of the index. */
  namesFrom(start: string): readonly string[] {
    if (this.#index === undefined) return this.names().filter((name) => name.startsWith(start));
    const all = ` ${this.#index.names}`;
    const found: string[] = [];
    for (let at = all.indexOf(` ${start}`); at !== -1; at = all.indexOf(` ${start}`, at + 1)) {
      const end = all.indexOf(' ', at + 1);
      found.push(all.slice(at + 1, end === -1 ? undefined : end));
    }
    return found;
  }

  /** The row of a name or alias. */
  find(name: string): BuiltinRow | undefined {
    const place = this.#index === undefined ? undefined : placeIn(this.#index, name);
    if (place === undefined) return this.#table().get(name);
    return this.#group(place).find((row) => row.name === name || row.aliases?.includes(name));
  }

  /** What the checker and the language server see: all rows but the internal ones. */
  specs(): readonly BuiltinSpec[] {
    if (this.#index !== undefined && SPEC_TABLE !== undefined) return SPEC_TABLE();
    return this.rows().filter((row) => !row.name.startsWith('@'));
  }

  #group(place: number): readonly BuiltinRow[] {
    let rows = this.#made.get(place);
    if (rows === undefined) {
      rows = this.#groups[place]?.() ?? [];
      this.#made.set(place, rows);
    }
    return rows;
  }

  #table(): ReadonlyMap<string, BuiltinRow> {
    this.#rows ??= index(this.#groups.flatMap((_, place) => this.#group(place)));
    return this.#rows;
  }
}

function placeIn({ places }: NameIndex, name: string): number | undefined {
  const mark = ` ${name}:`;
  const at = places.indexOf(mark);
  return at === -1 ? undefined : Number.parseInt(places.slice(at + mark.length), 10);
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
  const isIndexed = groups === EFFECT_GROUPS;
  return new BuiltinRegistry([...PURE_GROUPS, ...groups], isIndexed ? NAME_INDEX : undefined);
}
