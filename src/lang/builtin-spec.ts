// All that lang knows about builtins. The rows live in builtins/; the checker is handed their specs, so lang never
// imports that room. The signature stays text in Harn's own syntax and is parsed only by those who need the types.

/**
 * Whether a call may give up the turn.
 * - `false`: plain JavaScript, returns at once.
 * - `true`: may wait for the outside or for another task.
 * - `'callback'`: waits only if a closure that it is given may wait (`map_values(d, f)`, `with_policy(p, body)`).
 */
export type BuiltinColour = boolean | 'callback';

/** What a call does to the outside: nothing, chance and clock, text to the terminal, reads, changes, or waiting. */
export type BuiltinEffect = 'pure' | 'ambient' | 'output' | 'read' | 'mutation' | 'wait';

/** One name that a dict of options may have. */
export interface OptionSpec {
  readonly name: string;
  /** In Harn's syntax; nil always stands for none. */
  readonly type: string;
  /** One line. */
  readonly doc: string;
}

/** The options that one argument may name, complete. */
export interface OptionBag {
  /** The parameter that may be this dict, by name. Where the call begins with a handle, all arguments are one place later. */
  readonly param: string;
  readonly options: readonly OptionSpec[];
  /** Other names with a dict are handed on, to a provider that is called so: they are not unknown. */
  readonly handsOnDicts?: boolean;
}

/** One builtin as the checker, the language server and the documentation see it. */
export interface BuiltinSpec {
  /** `len`, or a capability path below the harness: `fs.read_text` is called as `harness.fs.read_text(...)`. */
  readonly name: string;
  /** `len(value: any) -> int`, in Harn's syntax. */
  readonly signature: string;
  /** The first line stands alone in a hover. */
  readonly doc: string;
  readonly effect: BuiltinEffect;
  readonly suspends: BuiltinColour;
  /** Older global names of the same row: `read_file` for `fs.read_text`. */
  readonly aliases?: readonly string[];
  /** Gives what came from outside in a shape that nobody has looked at: strict type mode wants it checked first. */
  readonly boundary?: boolean;
  /** Present only in specs that were loaded with them: no run needs them. */
  readonly options?: readonly OptionBag[];
}
