// Which group has which names, so that a name is found without making every row of every group. Here it is unknown; the
// build of the command line puts it in (see scripts/builtin-tables.mjs).

export interface NameIndex {
  /** The names of all rows, in the order of the table, with spaces between them. */
  readonly names: string;
  /** ` name:group ` of every name and alias: a text, because V8 reads one at once and a table name by name. */
  readonly places: string;
}

/** Undefined where nobody has looked: then every group is asked. */
export const NAME_INDEX: NameIndex | undefined = undefined;
