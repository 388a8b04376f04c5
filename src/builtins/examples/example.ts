// What an example of a builtin is.

/** Harn source that prints something, and what it prints. */
export interface BuiltinExample {
  readonly source: string;
  readonly prints: string;
}

/** Examples by the name of their row. */
export type Examples = { readonly [name: string]: BuiltinExample };
