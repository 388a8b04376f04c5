// Files, as `harness.fs` and the older globals.
import { HarnError } from '../base/index.ts';
import { fsEffects } from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  decodeBase64,
  display,
  encodeBase64,
  err,
  isBytes,
  type List,
  ok,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

/** The text of anything else is a path that nobody meant: a missing field would be the file `nil`. */
function pathOf(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  const detail = `a path must be a string, got ${typeOf(value ?? null)}`;
  throw wrong.argument({ builtin: 'fs', detail });
}

/** What is written: any value as its text, but not one that is missing. */
function contentOf(value: Value | undefined): string {
  if (value !== undefined && value !== null) return display(value);
  throw wrong.argument({ builtin: 'fs', detail: 'there is no content to write, it is nil' });
}

const path = ([first]: List) => [pathOf(first)];
const pathOrHere = ([first]: List) => [first === undefined || first === null ? '.' : pathOf(first)];
const pathAndText = ([first, text]: List) => [pathOf(first), contentOf(text)];
const twoPaths = ([from, to]: List) => [pathOf(from), pathOf(to)];
const none = () => [];

export function fsRows(): readonly BuiltinRow[] {
  return [
    effectRow('fs.read_text(path: string) -> string', fsEffects.read_text, {
      doc: 'The whole file as text.',
      aliases: ['read_file'],
      args: path,
    }),
    builtin(
      'fs.read_text_result(path: string) -> Result<string, string>',
      {
        doc: 'The whole file as Ok, or why it cannot be read as Err.',
        effect: 'read',
        aliases: ['read_file_result'],
      },
      function* (ctx: Ctx, file: Value): Steps {
        try {
          return ok(
            (yield* (ctx as RunContext).perform(fsEffects.read_text, [pathOf(file)])) as Value,
          );
        } catch (error) {
          if (HarnError.is(error)) return err(error.message);
          throw error;
        }
      },
    ),
    effectRow('fs.read_lines(path: string) -> list<string>', fsEffects.read_text, {
      doc: 'The lines of a text file, without their breaks.',
      aliases: ['read_lines'],
      args: path,
      result: (text: string) => linesOf(text),
    }),
    effectRow('fs.write_text(path: string, text: string) -> nil', fsEffects.write_text, {
      doc: 'Replaces the file: the old content or the new, never half.',
      aliases: ['write_file'],
      args: pathAndText,
    }),
    effectRow('fs.read_bytes(path: string) -> bytes', fsEffects.read_base64, {
      doc: 'The whole file as bytes; 16 MiB at most.',
      aliases: ['read_file_bytes'],
      args: path,
      result: (content: string) => decodeBase64(content) ?? null,
    }),
    effectRow('fs.write_bytes(path: string, content: bytes) -> nil', fsEffects.write_base64, {
      doc: 'Replaces the file by bytes: the old content or the new, never half. Text is written as UTF-8.',
      aliases: ['write_file_bytes'],
      args: ([file, content = null]) => [
        pathOf(file),
        encodeBase64(isBytes(content) ? content : new TextEncoder().encode(contentOf(content))),
      ],
    }),
    effectRow('fs.append(path: string, text: string) -> nil', fsEffects.append, {
      doc: 'Adds to the end of the file, making it when it is not there.',
      aliases: ['append_file'],
      args: pathAndText,
    }),
    effectRow('fs.exists(path: string) -> bool', fsEffects.exists, {
      doc: 'Whether something is at this path.',
      aliases: ['file_exists'],
      args: path,
    }),
    effectRow('fs.stat(path: string) -> dict', fsEffects.stat, {
      doc: '`{kind, size, modified, modified_ms, readonly, is_file, is_dir}` of what is at this path; `modified` is in seconds.',
      aliases: ['stat'],
      args: path,
    }),
    effectRow('fs.list_dir(path: string?) -> list<string>', fsEffects.list_dir, {
      doc: 'Names in a directory, sorted.',
      aliases: ['list_dir'],
      args: pathOrHere,
    }),
    effectRow('fs.delete(path: string) -> nil', fsEffects.delete, {
      doc: 'Removes a file, or a directory with all it holds.',
      aliases: ['delete_file'],
      args: path,
    }),
    effectRow('fs.rename(source: string, target: string) -> nil', fsEffects.rename, {
      doc: 'Moves a file, replacing one at the new path.',
      aliases: ['move_file'],
      args: twoPaths,
    }),
    effectRow('fs.copy(source: string, target: string) -> nil', fsEffects.copy, {
      doc: 'Copies a file.',
      aliases: ['copy_file'],
      args: twoPaths,
    }),
    effectRow('fs.mkdir(path: string) -> nil', fsEffects.mkdir, {
      doc: 'Makes a directory with missing parents; one that exists is fine.',
      aliases: ['mkdir'],
      args: path,
    }),
    effectRow('fs.mkdtemp(prefix: string?) -> string', fsEffects.mkdtemp, {
      doc: 'Makes a new temporary directory.',
      aliases: ['mkdtemp', 'make_temp_dir'],
      args: ([prefix]) => [prefix === undefined || prefix === null ? 'harn-' : display(prefix)],
    }),
    effectRow('fs.cwd() -> string', fsEffects.cwd, {
      doc: 'The working directory.',
      aliases: ['cwd'],
      args: none,
    }),
    effectRow('fs.home_dir() -> string', fsEffects.home_dir, {
      doc: 'The home directory of the user.',
      aliases: ['home_dir'],
      args: none,
    }),
    effectRow('fs.temp_dir() -> string', fsEffects.temp_dir, {
      doc: 'Where temporary files go.',
      aliases: ['temp_dir'],
      args: none,
    }),
  ];
}

function linesOf(text: string): Value {
  if (text === '') return [];
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (text.endsWith('\n')) lines.pop();
  return lines;
}
