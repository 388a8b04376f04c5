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
}
