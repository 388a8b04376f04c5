// What a command is: declared as data in catalog.ts, its code loaded when it is called. And what it gets to work with.
import type { Host } from '../runtime/host/index.ts';
import type { Arguments, OptionSpec, PositionalSpec } from './arguments.ts';
import type { Output } from './output.ts';

/** The code behind a command. Answers with the exit code; throws coded errors. */
export interface Command {
  run(args: Arguments, ctx: CommandContext): Promise<number>;
}

/** What every command works with. */
export interface CommandContext {
  readonly output: Output;
  readonly version: string;
  /** Every command there is, for commands about commands. */
  readonly commands: readonly CommandSpec[];
  /** This machine. Loaded when asked for: `--help` needs none. */
  readonly host: () => Promise<Host>;
}

/** A command as `--help` shows it. */
export interface CommandSpec {
  /** `run`, `runs show`. */
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  readonly passesRest?: true;
  /** Paragraphs below the usage. */
  readonly details?: readonly string[];
  readonly examples: readonly (readonly [string, string])[];
  readonly load: () => Promise<Command>;
}
