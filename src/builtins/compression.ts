// Builtins about compression and archives. Texts are compressed as UTF-8; what is unpacked is always bytes.
import {
  COMPRESSION_LEVELS,
  type Compression,
  compress,
  createTar,
  createZip,
  decompress,
  extractTar,
  extractZip,
} from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictGet,
  isDict,
  isInt,
  isList,
  type Value,
} from '../values/index.ts';
import { reading } from './data-formats.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { bytesOf } from './encoding.ts';
import { wrong } from './errors.ts';

const FORMATS: readonly (readonly [Compression, string])[] = [
  ['gzip', 'gzip'],
  ['deflate', 'deflate (with the zlib header)'],
  ['brotli', 'brotli'],
  ['zstd', 'Zstandard'],
];

/** A level of the format; undefined leaves the choice to it. */
function levelOf(format: Compression, level: Value): number | undefined {
  if (level === null) return undefined;
  const { least, most } = COMPRESSION_LEVELS[format];
  if (!isInt(level) || level < least || level > most) {
    const detail = `the level must be an int from ${least} to ${most}`;
    throw wrong.argument({ builtin: `${format}_encode`, detail });
  }
  return Number(level);
}

function codecRows(): readonly BuiltinRow[] {
  return FORMATS.flatMap(([format, title]) => [
    builtin(
      `${format}_encode(value: any, level: int?) -> bytes`,
      {
        doc: `A text or bytes, compressed: ${title}.`,
      },
      (_, value, level = null) => compress(format, bytesOf(value), levelOf(format, level)),
    ),
    builtin(
      `${format}_decode(value: bytes) -> bytes`,
      {
        doc: `The bytes that were compressed: ${title}. 256 MiB is the most they may come to.`,
      },
      (_, value) => reading(`${format}_decode`, () => decompress(format, bytesOf(value))),
    ),
  ]);
}

interface ArchiveEntry {
  readonly path: string;
  readonly content: Uint8Array;
  readonly options: Dict;
}

function entriesOf(name: string, entries: Value): readonly ArchiveEntry[] {
  const refuse = (detail: string) => wrong.argument({ builtin: name, detail });
  if (!isList(entries)) throw refuse('entries are a list of {path, content}');
  return entries.map((entry) => {
    if (!isDict(entry)) throw refuse('an entry is a dict {path, content}');
    const path = dictGet(entry, 'path') ?? null;
    if (typeof path !== 'string' || path === '') throw refuse('an entry needs a path');
    return { path, content: bytesOf(dictGet(entry, 'content') ?? ''), options: entry };
  });
}

function numberOf(dict: Dict, key: string, otherwise: number): number {
  const value = asDouble(dictGet(dict, key) ?? null);
  return value === undefined || !(value >= 0) ? otherwise : Math.floor(value);
}

const FILE_MODE = 0o644;

function archiveRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'tar_create(entries: list<dict>) -> bytes',
      {
        doc: 'A tar archive of `{path, content, mode?, mtime?}`; mode 420 (0644) and time 0 unless given.',
      },
      (_, entries) =>
        createTar(
          entriesOf('tar_create', entries).map(({ path, content, options }) => ({
            path,
            content,
            mode: numberOf(options, 'mode', FILE_MODE) & 0o7777,
            mtime: numberOf(options, 'mtime', 0),
          })),
        ),
    ),
    builtin(
      'tar_extract(archive: bytes) -> list<dict>',
      {
        doc: 'The files of a tar archive as `{path, content, mode, mtime}`. Paths are as written: check before use.',
      },
      (_, archive) =>
        reading('tar_extract', () =>
          extractTar(bytesOf(archive)).map(({ path, content, mode, mtime }) => ({
            content,
            mode,
            mtime,
            path,
          })),
        ),
    ),
    builtin(
      'zip_create(entries: list<dict>) -> bytes',
      {
        doc: 'A zip archive of `{path, content}`; the same files always give the same bytes.',
      },
      (_, entries) => reading('zip_create', () => createZip(entriesOf('zip_create', entries))),
    ),
    builtin(
      'zip_extract(archive: bytes) -> list<dict>',
      {
        doc: 'The files of a zip archive as `{path, content}`. Paths are as written: check before use.',
      },
      (_, archive) =>
        reading('zip_extract', () =>
          extractZip(bytesOf(archive)).map(({ path, content }) => ({ content, path })),
        ),
    ),
  ];
}

export function compressionRows(): readonly BuiltinRow[] {
  return [...codecRows(), ...archiveRows()];
}
