// What can go wrong between a file on disk and a running program.
import { defineErrors, row } from '../base/index.ts';

export const engineErrors = defineErrors('LNK', {
  abiMismatch: row<{ program: number; runtime: number }>({
    number: 1,
    message: ({ program, runtime }) =>
      `the program was compiled for support version ${program}, this runtime has ${runtime}`,
    hint: 'Compile the program again with this version of harn.',
  }),
  missingBuiltin: row<{ name: string; module: string }>({
    number: 2,
    message: ({ name, module }) =>
      `${module} needs the builtin ${name}, which this host does not provide`,
  }),
  missingModule: row<{ id: string; module: string }>({
    number: 3,
    message: ({ id, module }) => `${module} imports ${id}, which is not part of the program`,
  }),
  missingPipeline: row<{ name: string; module: string }>({
    number: 4,
    message: ({ name, module }) => `${module} has no pipeline ${name}`,
  }),
  badServedRequest: row<{ reason: string }>({
    number: 5,
    message: ({ reason }) => `the served call does not fit the program: ${reason}`,
  }),
});

export const sourceErrors = defineErrors('SRC', {
  notFound: row<{ path: string }>({
    number: 1,
    message: ({ path }) => `there is no file ${path}`,
  }),
  isDirectory: row<{ path: string }>({
    number: 2,
    message: ({ path }) => `${path} is a directory, not a Harn source`,
    hint: 'Name a .harn file inside it.',
  }),
  notText: row<{ path: string }>({
    number: 3,
    message: ({ path }) => `${path} is not UTF-8 text`,
  }),
  noPipeline: row<{ name: string; module: string }>({
    number: 4,
    message: ({ name, module }) => `${module} has no pipeline named ${name}`,
  }),
  badManifest: row<{ path: string; reason: string }>({
    number: 5,
    message: ({ path, reason }) => `the manifest ${path} cannot be read: ${reason}`,
    hint: 'It is TOML; an edition is declared as [package] edition = "2026".',
  }),
  unknownSetting: row<{ name: string; where: string; suggestion: string | undefined }>({
    number: 6,
    message: ({ name, where, suggestion }) =>
      `${where} has no \`${name}\`${suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`}`,
    help: 'Nobody looks at it. Settings of harn.toml are in the documentation of what they set.',
  }),
  badSetting: row<{ where: string; name: string; isItem: boolean; wanted: string }>({
    number: 8,
    message: ({ where, name, isItem, wanted }) =>
      `${isItem ? 'what is in ' : ''}\`${name}\` of ${where} must be ${wanted}`,
    help: 'A setting of harn.toml has a value that it cannot have. What it may be is in the documentation of what it sets.',
  }),
  missingSetting: row<{ where: string; names: string }>({
    number: 9,
    message: ({ where, names }) => `${where} needs ${names}`,
    help: 'A table of harn.toml lacks a key without which nobody can use it.',
  }),
  badHooks: row<{ path: string; reason: string }>({
    number: 7,
    message: ({ path, reason }) => `the [[hooks]] of ${path} do not make sense: ${reason}`,
    hint: 'A hook is event = "PreToolUse", pattern = "write_*" and handler = "module::function".',
  }),
});

/** Prompt templates that a program names. Numbers are upstream's. */
export const promptErrors = defineErrors('PRM', {
  broken: row<{ file: string; line: number; detail: string }>({
    number: 1,
    message: ({ file, line, detail }) => `${file} cannot be rendered: line ${line}: ${detail}`,
    hint: 'Rendering it fails at that place, whatever its values are.',
  }),
  missing: row<{ path: string }>({
    number: 7,
    message: ({ path }) => `there is no template "${path}"`,
    hint: 'The path is relative to this file; `@/...` is below harn.toml, `@name/...` below a folder of [asset_roots].',
  }),
});
