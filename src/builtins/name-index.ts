// Which group has which names, so that a name is found without making every row of every group. Here it is unknown; the
// build of the command line puts it in (see scripts/name-index.mjs).

/** Per group, in the order of the table, its rows: the name, then its aliases. */
export type NameIndex = readonly (readonly (readonly string[])[])[];

/** Undefined where nobody has looked: then every group is asked. */
export const NAME_INDEX: NameIndex | undefined = undefined;
