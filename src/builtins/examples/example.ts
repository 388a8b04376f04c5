// What an example of a builtin is, and how those there are get loaded: they are no part of a start.

/** Harn source that prints something, and what it prints. */
export interface BuiltinExample {
  readonly source: string;
  readonly prints: string;
}

/** Examples by the name of their row. */
export type Examples = { readonly [name: string]: BuiltinExample };

/** Every example; each is a program whose output the tests compare. */
export async function loadExamples(): Promise<Examples> {
  return (await import('./all.ts')).EXAMPLES;
}

/** Those of methods of built-in values, by kind and name: `list.map`. */
export async function loadMethodExamples(): Promise<Examples> {
  return (await import('./methods.ts')).METHOD_EXAMPLES;
}
