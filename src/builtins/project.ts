// What kind of project a folder is, as `harness.project`; `std/project` gives the older names. And secrets by their ids.
import {
  PROJECT_CATALOG,
  projectEffects,
  type ScanOptions,
  secretEffects,
} from '../runtime/io/index.ts';
import { display, fromJson, isDict, type List, type Value } from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';

const textOr = (value: Value | undefined, otherwise: string) =>
  value === undefined || value === null ? otherwise : display(value);

const pathAndOptions = ([path, options]: List): [string, ScanOptions] => [
  textOr(path, '.'),
  optionsOf<ScanOptions>(options),
];

/** A pattern may stand alone, in front of the options, or in them. */
function directoryArgs([path, pattern, options]: List): [string, ScanOptions] {
  const given = isDict(pattern ?? null) ? toData(pattern) : (toData(options) ?? {});
  const named = typeof pattern === 'string' ? { pattern } : {};
  return [textOr(path, '.'), { ...named, ...(given as ScanOptions) }];
}

export function projectRows(): readonly BuiltinRow[] {
  const effects = projectEffects;
  return [
    effectRow('project.scan(path: string?, options: dict?) -> dict', effects.scan, {
      doc: 'What kind of project a folder is: `{path, languages, frameworks, build_systems, vcs, anchors, lockfiles, confidence, package_name}`. With `{tiers: ["ambient", "config"]}` also `build_commands`, `declared_scripts`, `makefile_targets`, `dockerfile_commands`, `readme_code_fences`.',
      aliases: ['__project_scan'],
      args: pathAndOptions,
    }),
    effectRow('project.scan_tree(path: string?, options: dict?) -> dict', effects.scan_tree, {
      doc: 'The same of a folder (`.`) and of every project below it, by relative path. Options: `tiers`, `depth`, `respect_gitignore`, `include_vendor`, `include_hidden`.',
      aliases: ['__project_scan_tree'],
      args: pathAndOptions,
    }),
    effectRow('project.default_commands(path: string?) -> dict', effects.default_commands, {
      doc: 'What usually builds and tests a project of the kind that a folder is: `{build, test}`; nil for what is not known.',
      args: ([path]) => [textOr(path, '.')],
    }),
    effectRow('project.fingerprint(path: string?) -> dict', effects.fingerprint, {
      doc: 'A project in one line: `{primary_language, languages, frameworks, package_manager, package_managers, test_runner, build_tool, vcs, ci, has_tests, has_ci, lockfile_paths}`.',
      aliases: ['__project_fingerprint'],
      args: ([path]) => [textOr(path, '.')],
    }),
    effectRow(
      'project.context_files(path: string?, options: dict?) -> list<dict>',
      effects.context_files,
      {
        doc: 'The files that tell most about a project: `{path, content, truncated}`. Workflows, hooks and rules of merging come first, then manifests, the README, sources. Options: `max_files` (24), `max_chars_per_file` (8000), `max_chars` (64000), `recursive`, `operator_first`.',
        args: pathAndOptions,
      },
    ),
    effectRow('project.operator_meta(path: string?) -> dict', effects.operator_meta, {
      doc: 'What people who run a project know of it: `{workflows, hooks, package_manifests, merge_policy}`, from its files and, where it is at GitHub and the program `gh` has a login, from there. What nobody could be asked is nil.',
      args: ([path]) => [textOr(path, '.')],
    }),
    effectRow('project.folders(path: string?, options: dict?) -> list<dict>', effects.folders, {
      doc: 'The folders of a project: `{path, structure_hash, content_hash}`, of what is in each itself. Options as of `project.scan_tree`.',
      args: pathAndOptions,
    }),
    builtin(
      'project.catalog() -> list<dict>',
      {
        doc: 'What tells the kinds of projects apart: `{id, languages, frameworks, build_systems, anchors, lockfiles, source_globs, default_build_cmd, default_test_cmd}`.',
        aliases: ['__project_catalog'],
      },
      () => fromJson(PROJECT_CATALOG as never),
    ),
    effectRow(
      'project.scan_directory(path: string?, pattern: any?, options: dict?) -> list<dict>',
      effects.scan_directory,
      {
        doc: '`{path, name, is_dir, depth}` of what is below a folder, sorted. `pattern` is a part of names, or has `*`. Options: `pattern`, `max_depth` (0 is the folder itself), `include_hidden`, `include_dirs`, `include_files`.',
        aliases: ['scan_directory'],
        args: directoryArgs,
      },
    ),
    effectRow('env.secret_get(secret_id: string) -> string', secretEffects.secret_get, {
      doc: 'A secret by its id: `github/webhook-secret` is `HARN_SECRET_GITHUB_WEBHOOK_SECRET` of the environment, or a file of this name below `HARN_SECRETS_DIR`. Nothing of it is recorded but a keyed hash.',
      aliases: ['secret_get'],
      args: ([id]) => [textOr(id, '')],
    }),
  ];
}
