// The terminal, as `harness.stdio` and the older globals.
import { stdioEffects, testStdioEffects } from '../runtime/io/index.ts';
import { type Dict, display, isDict, type List, truthy, type Value } from '../values/index.ts';
import { toNumber } from './data.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

/** The text of the first argument; nothing for none. */
const shown = (args: List) => [args[0] === undefined ? '' : display(args[0])];

export function stdioRows(): readonly BuiltinRow[] {
  return [
    effectRow('stdio.print(value: any?) -> nil', stdioEffects.print, {
      doc: 'Writes a value to stdout, without a line break.',
      aliases: ['print', '__io_print'],
      args: shown,
    }),
    effectRow('stdio.println(value: any?) -> nil', stdioEffects.println, {
      doc: 'Writes a value and a line break to stdout.',
      aliases: ['println', '__io_println'],
      args: shown,
    }),
    effectRow('stdio.eprint(value: any?) -> nil', stdioEffects.eprint, {
      doc: 'Writes a value to stderr, without a line break.',
      aliases: ['eprint'],
      args: shown,
    }),
    effectRow('stdio.eprintln(value: any?) -> nil', stdioEffects.eprintln, {
      doc: 'Writes a value and a line break to stderr.',
      aliases: ['eprintln'],
      args: shown,
    }),
    effectRow('stdio.log(message: any?) -> nil', stdioEffects.log, {
      doc: 'Writes a line marked `[harn]` to stdout.',
      aliases: ['log'],
      args: shown,
    }),
    effectRow(
      'stdio.progress(phase: string, message: string, progress: any?, total: any?) -> nil',
      stdioEffects.println,
      {
        doc: 'Reports progress on stdout; a dict chooses `mode: "spinner"` or `mode: "bar"`.',
        aliases: ['progress'],
        args: (args) => [progressLine(args)],
      },
    ),
    effectRow('stdio.read_line() -> string | nil', stdioEffects.read_line, {
      doc: 'The next line of stdin without its break; nil at the end.',
      aliases: ['read_line'],
      args: () => [],
    }),
    effectRow('stdio.prompt(message: any) -> string | nil', stdioEffects.prompt, {
      doc: 'Shows a question and reads one line.',
      aliases: ['prompt_user'],
      args: shown,
    }),
    effectRow('stdio.read_stdin() -> string', stdioEffects.read_stdin, {
      doc: 'All of stdin that is left.',
      aliases: ['read_stdin'],
      args: () => [],
    }),
    effectRow('stdio.is_stdin_tty() -> bool', stdioEffects.is_stdin_tty, {
      doc: 'Whether stdin is a terminal.',
      aliases: ['is_stdin_tty'],
    }),
    effectRow('stdio.is_stdout_tty() -> bool', stdioEffects.is_stdout_tty, {
      doc: 'Whether stdout is a terminal.',
      aliases: ['is_stdout_tty'],
    }),
    effectRow('stdio.is_stderr_tty() -> bool', stdioEffects.is_stderr_tty, {
      doc: 'Whether stderr is a terminal.',
      aliases: ['is_stderr_tty'],
    }),
    ...testRows(),
  ];
}

/** Stand-ins for the terminal. */
function testRows(): readonly BuiltinRow[] {
  const none = () => [];
  return [
    effectRow('testing.stdin_set(text: string) -> nil', testStdioEffects.stdin_set, {
      doc: 'From here on stdin is this text.',
      aliases: ['mock_stdin'],
      args: shown,
    }),
    effectRow('testing.stdin_reset() -> nil', testStdioEffects.stdin_reset, {
      doc: 'Back to the real stdin.',
      aliases: ['unmock_stdin'],
      args: none,
    }),
    effectRow('testing.tty_set(stream: string, is_tty: bool) -> nil', testStdioEffects.tty_set, {
      doc: 'Says whether "stdin", "stdout" or "stderr" counts as a terminal.',
      aliases: ['mock_tty'],
      args: ([stream, isTty]) => [streamOf(stream), truthy(isTty ?? null)],
    }),
    effectRow('testing.tty_reset() -> nil', testStdioEffects.tty_reset, {
      doc: 'Back to what the terminal really is.',
      aliases: ['unmock_tty'],
      args: none,
    }),
    effectRow('testing.capture_stderr_start() -> nil', testStdioEffects.capture_stderr_start, {
      doc: 'From here on text to stderr is kept instead of shown.',
      aliases: ['capture_stderr_start'],
      args: none,
    }),
    effectRow('testing.capture_stderr_take() -> string', testStdioEffects.capture_stderr_take, {
      doc: 'The text to stderr that was kept, and the end of keeping it.',
      aliases: ['capture_stderr_take'],
      args: none,
    }),
  ];
}

function streamOf(value: Value | undefined): string {
  const name = display(value ?? null);
  if (['stdin', 'stdout', 'stderr'].includes(name)) return name;
  throw wrong.argument({
    builtin: 'mock_tty',
    detail: `there is no stream ${JSON.stringify(name)}; use "stdin", "stdout" or "stderr"`,
  });
}

const SPINNER = '|/-\\';
const BAR_WIDTH = 20;

function progressLine([phase, message, progress, total]: List): string {
  const head = `[${display(phase ?? null)}] `;
  const text = display(message ?? null);
  if (progress === undefined || progress === null) return head + text;
  if (isDict(progress)) return head + fromOptions(text, progress as Dict);
  const current = toNumber(progress);
  if (total === undefined || total === null) return `${head}${text} (${current}%)`;
  return `${head}${text} (${current}/${toNumber(total)})`;
}

function fromOptions(text: string, options: Dict): string {
  const number = (key: string, otherwise: number) =>
    toNumber(options[key] as Value | undefined, otherwise);
  if (options['mode'] === 'spinner') {
    // The first step shows the second picture: step 0 is the one before anything moved.
    return `${SPINNER[number('step', 0) % SPINNER.length]} ${text}`;
  }
  if (options['mode'] !== 'bar') return text;
  const total = Math.max(1, number('total', 1));
  const current = Math.min(total, number('current', 0));
  const width = number('width', BAR_WIDTH);
  const filled = Math.round((current / total) * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text} (${current}/${total})`;
}
