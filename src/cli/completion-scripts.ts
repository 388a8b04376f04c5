// Completion scripts for shells, drawn from the catalogue: commands, subcommands, options, the values options choose from,
// and files everywhere else. The scripts stand alone: they need no library of the shell and never start harn.
import type { OptionSpec } from './arguments.ts';
import type { CommandSpec } from './command.ts';

/** First words of commands, each once. */
function firstWords(commands: readonly CommandSpec[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] as string)), 'help'];
}

/** What may follow a first word: `ls`, `show` of `runs`. */
function secondWords(commands: readonly CommandSpec[]): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    if (second !== undefined) words.set(first, [...(words.get(first) ?? []), second]);
  }
  return words;
}

function spellings({ name, short }: OptionSpec): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

/** Options that choose from a list, with their command. */
function choicesOf(commands: readonly CommandSpec[]): [string, OptionSpec][] {
  return commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices !== undefined)
      .map((option): [string, OptionSpec] => [name, option]),
  );
}

/** For bash 3.2 and later. */
export function bashScript(commands: readonly CommandSpec[]): string {
  const values = choicesOf(commands).flatMap(([name, option]) =>
    spellings(option).map(
      (word) => `    '${name} ${word}') words='${option.choices?.join(' ')}' ;;`,
    ),
  );
  return [
    '# bash completion of harn; load it with: source <(harn completions bash)',
    '_harn() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"',
    '  local command="${COMP_WORDS[1]}" words=""',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=( $(compgen -W '${firstWords(commands).join(' ')}' -- "$cur") )`,
    '    _harn_files "$cur"',
    '    return',
    '  fi',
    '  case "$command ${COMP_WORDS[2]}" in',
    ...commands
      .filter(({ name }) => name.includes(' '))
      .map(({ name }) => `    '${name}') [ "$COMP_CWORD" -gt 2 ] && command='${name}' ;;`),
    '  esac',
    '  case "$command $prev" in',
    ...values,
    '  esac',
    '  if [ -n "$words" ]; then',
    '    COMPREPLY=( $(compgen -W "$words" -- "$cur") )',
    '    return',
    '  fi',
    '  case "$command" in',
    ...commands.map(
      ({ name, options }) => `    '${name}') words='${options.flatMap(spellings).join(' ')}' ;;`,
    ),
    '  esac',
    '  if [ "$COMP_CWORD" -eq 2 ]; then',
    '    case "$command" in',
    ...[...secondWords(commands)].map(
      ([first, seconds]) => `      '${first}') words="$words ${seconds.join(' ')}" ;;`,
    ),
    '    esac',
    '  fi',
    '  COMPREPLY=( $(compgen -W "$words" -- "$cur") )',
    '  case "$cur" in -*) ;; *) _harn_files "$cur" ;; esac',
    '}',
    '_harn_files() {',
    '  local file',
    '  while IFS= read -r file; do',
    '    if [ -d "$file" ]; then COMPREPLY+=( "$file/" ); else COMPREPLY+=( "$file" ); fi',
    '  done < <(compgen -f -- "$1")',
    '}',
    'complete -o nospace -F _harn harn 2>/dev/null || complete -F _harn harn',
    '',
  ].join('\n');
}

/** For zsh 5 and later. */
export function zshScript(commands: readonly CommandSpec[]): string {
  const seconds = secondWords(commands);
  return [
    '#compdef harn',
    '# zsh completion of harn; put it as _harn into a folder of $fpath',
    '_harn() {',
    '  local command="${words[2]}"',
    '  if (( CURRENT == 2 )); then',
    `    compadd -- ${firstWords(commands).join(' ')}`,
    "    _files -g '*.harn'",
    '    return',
    '  fi',
    '  case "$command ${words[3]}" in',
    ...commands
      .filter(({ name }) => name.includes(' '))
      .map(({ name }) => `    ('${name}') (( CURRENT > 3 )) && command='${name}' ;;`),
    '  esac',
    '  case "$command ${words[CURRENT-1]}" in',
    ...choicesOf(commands).flatMap(([name, option]) =>
      spellings(option).map(
        (word) => `    ('${name} ${word}') compadd -- ${option.choices?.join(' ')}; return ;;`,
      ),
    ),
    '  esac',
    '  if (( CURRENT == 3 )); then',
    '    case "$command" in',
    ...[...seconds].map(([first, words]) => `      ('${first}') compadd -- ${words.join(' ')} ;;`),
    '    esac',
    '  fi',
    '  if [[ "${words[CURRENT]}" == -* ]]; then',
    '    case "$command" in',
    ...commands.map(
      ({ name, options }) =>
        `      ('${name}') compadd -- ${options.flatMap(spellings).join(' ')} ;;`,
    ),
    '    esac',
    '  else',
    '    _files',
    '  fi',
    '}',
    'compdef _harn harn 2>/dev/null || _harn "$@"',
    '',
  ].join('\n');
}

/** For fish 3 and later. */
export function fishScript(commands: readonly CommandSpec[]): string {
  const lines = ['# fish completion of harn; load it with: harn completions fish | source'];
  const seen = new Set<string>();
  for (const { name, summary, options } of commands) {
    const [first = '', second] = name.split(' ');
    if (!seen.has(first)) {
      const about = second === undefined ? ` -d ${fishText(summary)}` : '';
      lines.push(`complete -c harn -n __fish_use_subcommand -a ${first}${about}`);
    }
    seen.add(first);
    const isThis = `__fish_seen_subcommand_from ${first}`;
    if (second !== undefined) {
      lines.push(`complete -c harn -n '${isThis}' -a ${second} -d ${fishText(summary)}`);
    }
    const scope =
      second === undefined ? isThis : `${isThis}; and __fish_seen_subcommand_from ${second}`;
    for (const option of options) lines.push(fishOption(option, scope));
  }
  return lines.concat('').join('\n');
}

function fishOption(
  { name, short, value, mayLackValue, choices, help }: OptionSpec,
  scope: string,
): string {
  const spelling = short === undefined ? `-l ${name}` : `-l ${name} -s ${short}`;
  const wants = value === undefined || mayLackValue === true ? '' : ' -r';
  const list = choices === undefined ? '' : ` -f -a '${choices.join(' ')}'`;
  return `complete -c harn -n '${scope}' ${spelling}${wants}${list} -d ${fishText(help)}`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
