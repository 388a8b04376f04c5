// The command line's entry: finds the command, reads its arguments, runs it, and turns what goes wrong into an exit
// code. The launcher (bin/harn.cjs) calls `main`. Commands load on demand, so that start-up stays near Node's own.
import { existsSync, readFileSync } from 'node:fs';
import type { HarnError } from '../base/index.ts';
import { parseArguments } from './arguments.ts';
import { COMMANDS, RUN_COMMAND, RUN_OPTION_WORDS } from './catalog.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { cliErrors, exitCodeOfError, toCliError, usageErrors } from './errors.ts';
import { Output, processTerminal } from './output.ts';
import { nearest } from './suggest.ts';

/** Runs the command line, then ends the process with its exit code: what a program left open holds nobody up. */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const output = new Output(terminal, { noColor: (process.env['NO_COLOR'] ?? '') !== '' });
  // What escapes every handler is a defect of ours; it is told like any other, not as a stack.
  process.on('uncaughtException', (error) => {
    report(toCliError(error), argv, output);
    process.exit(1);
  });
  const code = await dispatch(argv, output);
  await terminal.flush();
  return process.exit(code);
}

async function dispatch(argv: readonly string[], output: Output): Promise<number> {
  try {
    return await route(argv, output);
  } catch (error) {
    return report(toCliError(error), argv, output);
  }
}

/** Which command is meant, and with which arguments. */
async function route(argv: readonly string[], output: Output): Promise<number> {
  const [first = '--help', second] = argv;
  if (first === '--version' || first === '-V' || first === 'version') {
    output.line(readVersion());
    return 0;
  }
  if (first === '--help' || first === '-h' || first === 'help') return help(argv.slice(1), output);
  const spec = COMMANDS.find(({ name }) => name.split(' ').every((word, at) => argv[at] === word));
  if (spec !== undefined) {
    return call(spec, argv.slice(spec.name.split(' ').length), output);
  }
  const members = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (members.length > 0) return group(first, second, members, output);
  if (isProgram(first)) return call(RUN_COMMAND, argv, output);
  const names = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0] as string)), 'help'];
  throw first.startsWith('-')
    ? usageErrors.unknownOption({
        option: first,
        command: 'harn',
        suggestion: nearest(first, ['--help', '--version', ...RUN_OPTION_WORDS]),
      })
    : usageErrors.unknownCommand({ name: first, suggestion: nearest(first, names) });
}

/** `harn FILE` and `harn -e CODE` mean `harn run`. */
function isProgram(word: string): boolean {
  if (word.startsWith('-')) return RUN_OPTION_WORDS.has(word.split('=', 1)[0] as string);
  return word.endsWith('.harn') || existsSync(word);
}

async function call(spec: CommandSpec, argv: readonly string[], output: Output): Promise<number> {
  const args = parseArguments(argv, { ...spec, command: `harn ${spec.name}` });
  if (args.has('help')) return help(spec.name.split(' '), output);
  const command = await spec.load();
  return await command.run(args, createContext(output));
}

function createContext(output: Output): CommandContext {
  let host: ReturnType<CommandContext['host']> | undefined;
  return {
    output,
    commands: COMMANDS,
    get version() {
      return readVersion();
    },
    host: () => {
      requireWorkingDirectory();
      host ??= import('./node-host.ts').then(({ createNodeHost }) => createNodeHost());
      return host;
    },
  };
}

function requireWorkingDirectory(): void {
  try {
    process.cwd();
  } catch (error) {
    throw cliErrors.noWorkingDirectory({}, { cause: error });
  }
}

async function group(
  name: string,
  word: string | undefined,
  members: readonly CommandSpec[],
  output: Output,
): Promise<number> {
  if (word === '--help' || word === '-h') return help([name], output);
  const choices = members.map((member) => member.name.slice(name.length + 1));
  if (word === undefined || word.startsWith('-')) {
    throw usageErrors.missingSubcommand({ group: name, choices: choices.join(', ') });
  }
  const suggestion = nearest(word, choices);
  throw usageErrors.unknownCommand({
    name: `${name} ${word}`,
    suggestion: suggestion === undefined ? undefined : `${name} ${suggestion}`,
  });
}

async function help(about: readonly string[], output: Output): Promise<number> {
  const { printCommandHelp, printGroupHelp, printHelp } = await import('./help.ts');
  const [first] = about;
  const spec = COMMANDS.find(({ name }) => name.split(' ').every((word, at) => about[at] === word));
  if (first === undefined) printHelp(output, readVersion());
  else if (spec !== undefined) printCommandHelp(output, spec);
  else if (COMMANDS.some(({ name }) => name.startsWith(`${first} `))) printGroupHelp(output, first);
  else {
    const names = COMMANDS.map(({ name }) => name);
    throw usageErrors.unknownCommand({ name: first, suggestion: nearest(first, names) });
  }
  return 0;
}

function report(error: HarnError, argv: readonly string[], output: Output): number {
  const end = argv.indexOf('--');
  const wantsJson = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
  if (wantsJson) output.jsonError(error);
  else output.error(error);
  const { cause } = error;
  if (process.env['HARN_DEBUG'] === '1' && cause instanceof Error) output.remark(cause.stack ?? '');
  return exitCodeOfError(error);
}

/** The version of the package, which the build puts in: reading it takes a twentieth of a start. */
declare const HARN_VERSION: string | undefined;

function readVersion(): string {
  if (typeof HARN_VERSION !== 'undefined') return HARN_VERSION;
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const { version } = manifest as { version: string };
  return version;
}
