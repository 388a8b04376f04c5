// The texts of `--help`, drawn from the catalogue.

import type { OptionSpec } from './arguments.ts';
import { COMMANDS } from './catalog.ts';
import type { CommandSpec } from './command.ts';
import type { Output } from './output.ts';

/** `harn --help`. */
export function printHelp(output: Output, version: string): void {
  output.line(
    `${output.style('bold', 'harn')} ${version}: runs agents, and tells the truth when it exits`,
  );
  output.line();
  output.line('Usage: harn COMMAND [options]');
  output.line('       harn FILE [-- arguments of the program]');
  output.line();
  section(
    output,
    'Commands',
    COMMANDS.map((spec) => [usageOf(spec), spec.summary]),
  );
  section(output, 'Options', [
    ['--help', 'this text; `harn COMMAND --help` for one command'],
    ['--version', 'print the version'],
  ]);
  section(output, 'Examples', [
    ['harn run hello.harn', 'run a program'],
    ['harn check .', 'look for mistakes without running'],
    ['harn runs ls', 'what ran here, what waits, what was interrupted'],
    ['harn resume RUN', 'go on after Ctrl-C, a crash or a reboot'],
    ['harn why RUN', 'what a run waits for'],
  ]);
  output.line(
    'State is kept in .harn beside harn.toml (or here); HARN_STATE_DIR puts it elsewhere.',
  );
}

/** `harn COMMAND --help`. */
export function printCommandHelp(output: Output, spec: CommandSpec): void {
  output.line(`harn ${output.style('bold', spec.name)}: ${spec.summary}`);
  output.line();
  output.line(`Usage: harn ${usageOf(spec)} [options]${spec.passesRest ? ' [-- arguments]' : ''}`);
  output.line();
  section(
    output,
    'Options',
    spec.options.map((option) => {
      const { name, short, help } = option;
      const long = `--${name}${valueText(option)}`;
      return [short === undefined ? long : `-${short}, ${long}`, help];
    }),
  );
  for (const line of spec.details ?? []) output.line(line);
  if (spec.details !== undefined) output.line();
  section(output, 'Examples', spec.examples, false);
}

/** `harn runs --help`. */
export function printGroupHelp(output: Output, group: string): void {
  output.line(`Usage: harn ${group} COMMAND [options]`);
  output.line();
  const specs = COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
  section(
    output,
    'Commands',
    specs.map((spec) => [usageOf(spec), spec.summary]),
    false,
  );
}

function usageOf({ name, positionals }: CommandSpec): string {
  return [name, ...positionals.map((p) => (p.optional === true ? `[${p.name}]` : p.name))].join(
    ' ',
  );
}

function section(
  output: Output,
  title: string,
  rows: readonly (readonly [string, string])[],
  spaceAfter = true,
): void {
  output.line(`${output.style('bold', title)}:`);
  const widest = Math.max(...rows.map(([left]) => left.length));
  for (const [left, right] of rows) output.line(`  ${left.padEnd(widest)}  ${right}`);
  if (spaceAfter) output.line();
}

function valueText({ value, mayLackValue, ownWord }: OptionSpec): string {
  if (value === undefined) return '';
  if (ownWord !== undefined) return ` [${value}]`;
  return mayLackValue === true ? `[=${value}]` : ` ${value}`;
}
