// Data of formats that tell ints from floats. An int is a bigint here and a number is always a float, so that nothing
// is lost between a text and the values of a program. Bytes and sets are what YAML has tags for.

/** What YAML and TOML texts hold. Keys are in the order of the text. */
export type ExactData =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint8Array
  | ReadonlySet<ExactData>
  | readonly ExactData[]
  | { readonly [key: string]: ExactData };
