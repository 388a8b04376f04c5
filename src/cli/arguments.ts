// Reading the command line: one small parser for every command, driven by what the command declares. Hand-written,
// because `harn run` must not load a library to find out that it has one argument; and every mistake gets a code.
import { usageErrors } from './errors.ts';
import { nearest } from './suggest.ts';

/** An option of a command. Its long name is how commands ask for it. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What help calls the value; an option without one is a switch. */
  readonly value?: string;
  readonly repeat?: true;
  /** The value is given as `--name=value`, or not at all. */
  readonly mayLackValue?: true;
  /** A value that may be lacking and looks so may also be the next word. */
  readonly ownWord?: RegExp;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** An argument by position. */
export interface PositionalSpec {
  readonly name: string;
  readonly optional?: true;
  /** Takes all that follow; must be the last. */
  readonly rest?: true;
}

/** What a command accepts. */
export interface ArgumentSpec {
  /** As typed: `harn runs show`. */
  readonly command: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  /** Whether what follows `--` belongs to someone else (the program). */
  readonly passesRest?: true;
}

/** What was typed, understood. */
export class Arguments {
  readonly positionals: readonly string[];
  /** What stood after `--`. */
  readonly rest: readonly string[];
  readonly #options: ReadonlyMap<string, readonly string[]>;

  constructor(
    positionals: readonly string[],
    rest: readonly string[],
    options: ReadonlyMap<string, readonly string[]>,
  ) {
    this.positionals = positionals;
    this.rest = rest;
    this.#options = options;
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  /** The last value given. */
  value(name: string): string | undefined {
    return this.#options.get(name)?.at(-1);
  }

  /** Every value given; a value may itself be a list with commas. */
  list(name: string): readonly string[] {
    return (this.#options.get(name) ?? [])
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
  }

  /** A required argument by position. */
  at(index: number): string {
    return this.positionals[index] ?? '';
  }
}

/** Understands arguments or throws a usage error. `--help` is an option like any other: the caller looks for it. */
export function parseArguments(argv: readonly string[], spec: ArgumentSpec): Arguments {
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  let rest: readonly string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] as string;
    if (word === '--') {
      rest = argv.slice(i + 1);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    const { option, written, inline } = findOption(word, spec);
    const values = options.get(option.name) ?? [];
    options.set(option.name, values);
    if (option.value === undefined) {
      if (inline !== undefined) {
        throw usageErrors.unwantedValue({ option: written, command: spec.command });
      }
      continue;
    }
    const isNext = option.ownWord?.test(argv[i + 1] ?? '') === true;
    if (option.mayLackValue === true && inline === undefined && !isNext) continue;
    const value = inline ?? argv[i + 1];
    if (value === undefined || (inline === undefined && value === '--')) {
      const { command } = spec;
      throw usageErrors.missingValue({ option: written, value: option.value, command });
    }
    if (inline === undefined) i += 1;
    checkChoice(option, written, value);
    values.push(value);
  }
  if (spec.passesRest === undefined) positionals.push(...rest);
  if (!options.has('help')) checkPositionals(positionals, spec, options);
  return new Arguments(positionals, rest, options);
}

function findOption(
  word: string,
  { options, command }: ArgumentSpec,
): { option: OptionSpec; written: string; inline: string | undefined } {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  const written = equals === -1 ? word : word.slice(0, equals);
  const inline = equals === -1 ? undefined : word.slice(equals + 1);
  const option = options.find(
    ({ name, short }) =>
      written === `--${name}` || (short !== undefined && written === `-${short}`),
  );
  if (option !== undefined) return { option, written, inline };
  const names = options.map(({ name }) => `--${name}`);
  throw usageErrors.unknownOption({
    option: written,
    command,
    suggestion: nearest(written, names),
  });
}

function checkChoice({ choices }: OptionSpec, written: string, value: string): void {
  if (choices === undefined || choices.includes(value)) return;
  throw usageErrors.badChoice({ option: written, value, choices: choices.join(', ') });
}

function checkPositionals(
  given: readonly string[],
  { positionals, command, passesRest }: ArgumentSpec,
  options: ReadonlyMap<string, unknown>,
): void {
  const last = positionals.at(-1);
  const extra = last?.rest === true ? undefined : given[positionals.length];
  if (extra !== undefined) {
    const advice =
      passesRest === true
        ? 'arguments of the program come after `--`'
        : `see \`${command} --help\``;
    throw usageErrors.extraArgument({ argument: extra, command, advice });
  }
  const missing = positionals.find((spec, i) => spec.optional !== true && given[i] === undefined);
  if (missing !== undefined && !options.has('eval')) {
    throw usageErrors.missingArgument({ argument: missing.name, command });
  }
}
