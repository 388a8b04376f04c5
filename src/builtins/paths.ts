// Builtins about path texts. None looks at the disk.
import {
  basename,
  extension,
  isAbsolutePath,
  joinPath,
  normalizePath,
  parentPath,
  pathSegments,
  relativePath,
  stem,
  toPosix,
} from '../text/index.ts';
import { display, type SyncFunction, type Value } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

function onPath(fn: (path: string) => Value): SyncFunction {
  return (_, path) => fn(display(path ?? ''));
}

function sibling(path: string, name: string): string {
  const parent = parentPath(path);
  return parent === '' ? name : joinPath([parent, name]);
}

function withExtension(path: string, wanted: string): string {
  const dotted = wanted === '' || wanted.startsWith('.') ? wanted : `.${wanted}`;
  return sibling(path, stem(path) + dotted);
}

const ONE_PATH: readonly (readonly [
  string,
  string,
  string,
  (path: string) => Value,
  readonly string[],
])[] = [
  ['path_parent', 'string', 'The folder that holds a path.', parentPath, ['dirname']],
  ['path_basename', 'string', 'The last part of a path.', basename, ['basename']],
  ['path_extension', 'string', 'The extension of a path, dot included.', extension, ['extname']],
  ['path_stem', 'string', 'The last part of a path without its extension.', stem, []],
  ['path_normalize', 'string', 'A path without `.`, `..` and doubled slashes.', normalizePath, []],
  ['path_to_posix', 'string', 'A path with `/` for `\\`.', toPosix, []],
  ['path_segments', 'list<string>', 'The parts of a path.', pathSegments, []],
  ['path_is_absolute', 'bool', 'Whether a path starts at a root.', isAbsolutePath, []],
  [
    'path_is_relative',
    'bool',
    'Whether a path starts nowhere.',
    (path) => !isAbsolutePath(path),
    [],
  ],
  [
    'path_parts',
    'dict',
    'A path as `{dir, file, stem, ext}`.',
    (path) => ({
      dir: parentPath(path),
      ext: extension(path),
      file: basename(path),
      stem: stem(path),
    }),
    [],
  ],
];

export function pathRows(): readonly BuiltinRow[] {
  return [
    ...ONE_PATH.map(([name, result, doc, fn, aliases]) =>
      builtin(`${name}(path: string) -> ${result}`, { doc, aliases }, onPath(fn)),
    ),
    builtin(
      'path_join(...parts: string) -> string',
      { doc: 'Parts joined by slashes; an absolute part starts over.' },
      (_, ...parts) => joinPath(parts.map(display)),
    ),
    builtin(
      'path_relative_to(path: string, base: string) -> string',
      { doc: 'The way from a folder to a path.' },
      (_, path, base) => relativePath(display(path), display(base)),
    ),
    builtin(
      'path_with_extension(path: string, extension: string) -> string',
      { doc: 'A path with another extension.' },
      (_, path, wanted) => withExtension(display(path), display(wanted)),
    ),
    builtin(
      'path_with_stem(path: string, stem: string) -> string',
      { doc: 'A path with another name and the same extension.' },
      (_, path, name) => sibling(display(path), display(name) + extension(display(path))),
    ),
  ];
}
