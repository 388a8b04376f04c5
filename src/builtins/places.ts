// Where a program stands: folders of sources, projects and state, and paths at the boundary of a workspace.
import { fsEffects, placeEffects } from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  type Dict,
  display,
  fromJson,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { callerFolder } from './control.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';

const none = () => [];
const pathAndRoot = ([path, root]: List) => [
  display(path ?? null),
  root === undefined || root === null ? null : display(root),
];

export function placeRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'fs.source_dir() -> string',
      {
        doc: 'The folder of the calling file; relative prompt assets are looked for there.',
        effect: 'ambient',
        aliases: ['source_dir', 'asset_root'],
      },
      (ctx: Ctx) => callerFolder(ctx as RunContext),
    ),
    effectRow('fs.execution_root() -> string', fsEffects.cwd, {
      doc: 'The folder that relative paths of files and commands start from.',
      aliases: ['execution_root'],
      args: none,
    }),
    builtin(
      'fs.project_root() -> string | nil',
      {
        doc: 'The nearest folder at or above the calling file that holds a `harn.toml`; nil when there is none.',
        effect: 'read',
        aliases: ['project_root'],
      },
      function* (ctx: Ctx): Steps {
        const run = ctx as RunContext;
        return (yield* run.perform(placeEffects.project_root, [callerFolder(run)])) as Value;
      },
    ),
    builtin(
      'fs.runtime_paths() -> dict',
      {
        doc: '`{execution_root, asset_root, state_root, run_root, worktree_root}`: where files, assets and state of this program are.',
        effect: 'read',
        aliases: ['runtime_paths'],
      },
      function* (ctx: Ctx): Steps {
        const run = ctx as RunContext;
        return fromJson(yield* run.perform(placeEffects.runtime_paths, [callerFolder(run)]));
      },
    ),
    effectRow(
      'fs.workspace_info(path: string, workspace_root: string?) -> dict',
      placeEffects.workspace_info,
      {
        doc: 'How a path stands to a workspace: `{kind, path, workspace_path, host_path, recovered_root_drift, reason}`; `kind` is "workspace_relative", "host_absolute" or "invalid".',
        aliases: ['path_workspace_info'],
        args: pathAndRoot,
      },
    ),
    effectRow(
      'path_workspace_normalize(path: string, workspace_root: string?) -> string | nil',
      placeEffects.workspace_info,
      {
        doc: 'A path relative to its workspace; nil when it is not inside.',
        args: pathAndRoot,
        result: (info: Dict) => info['workspace_path'] ?? null,
      },
    ),
  ];
}
