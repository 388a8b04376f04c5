// Tools that can run on beside their caller: commands of the project as `harness.tools`, looks at files as methods of
// `harness.fs`, and the handles of what goes on.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { isLongRunning, longRunning } from '../runtime/agent/index.ts';
import { fsEffects } from '../runtime/io/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import { type Ctx, display, fromJson, isDict, type Steps, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

function requestOf(name: string, request: Value | undefined): JsonObject {
  const given = toData(request ?? null) ?? {};
  if (isJsonObject(given)) return given;
  throw wrong.argument({ builtin: name, detail: 'the request must be a dict' });
}

function commandRow(name: Parameters<typeof longRunning.command>[1], doc: string): BuiltinRow {
  const request = name === 'run_command' ? 'request: dict' : 'request: dict?';
  return builtin(
    `tools.${name}(${request}) -> dict`,
    { doc, effect: 'mutation' },
    function* (ctx: Ctx, given?: Value): Steps {
      return fromJson(yield* longRunning.command(ctx as RunContext, name, requestOf(name, given)));
    },
  );
}

export function longRunningRows(): readonly BuiltinRow[] {
  return [
    ...lookingRows(),
    commandRow(
      'run_command',
      'Runs a command: `{argv | command, cwd?, env?, stdin?, timeout_ms?, on_unknown?}`. With `long_running: true` (or `background`) it gives a handle at once; the result is said to the model on a later turn.',
    ),
    commandRow(
      'run_test',
      'The same for the tests of the project; without a command the usual one for its kind.',
    ),
    commandRow('run_build_command', 'The same for building the project.'),
    builtin(
      'tools.cancel_handle(handle: any) -> dict',
      {
        doc: 'Ends what a handle stands for, with all it started: `{handle_id, cancelled, status}`. `cancelled` is false when it had ended before.',
        effect: 'mutation',
      },
      function* (ctx: Ctx, handle: Value): Steps {
        return fromJson(yield* longRunning.cancel(ctx as RunContext, toData(handle)));
      },
    ),
    builtin(
      'tools.wait_handle(handle: any, timeout_ms: any?) -> dict',
      {
        doc: 'Waits for what a handle stands for: `{status, result?, error?, duration_ms, ...}`; the model does not hear of it then. The handle again, with its `status`, when the time is up first or it was cancelled.',
        effect: 'wait',
      },
      function* (ctx: Ctx, handle: Value, timeout: Value = null): Steps {
        return fromJson(
          yield* longRunning.wait(
            ctx as RunContext,
            toData(handle),
            toData(timeout),
          ) as Suspending<JsonObject>,
        );
      },
    ),
    builtin(
      'tools.handles() -> list<dict>',
      { doc: 'The handles whose work goes on.', effect: 'ambient' },
      (ctx: Ctx) => fromJson(longRunning.list(ctx as RunContext) as never),
    ),
  ];
}

const GLOB_OPTIONS = ['base', 'long_running', 'background'];
const WALK_OPTIONS = [
  'max_depth',
  'follow_symlinks',
  'include_hidden',
  'long_running',
  'background',
];

/** Looks that can take long: with `long_running` (or `background`) they give a handle at once. */
function lookingRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'fs.walk(path: string?, options: dict?) -> any',
      {
        doc: '`{path, name, is_dir, is_file, depth}` of a directory and of all below it, sorted. Options: `max_depth`, `follow_symlinks`, `include_hidden`; `long_running: true` gives a handle at once.',
        effect: 'read',
        aliases: ['walk_dir'],
      },
      function* (ctx: Ctx, root: Value = null, given: Value = null): Steps {
        const run = ctx as RunContext;
        const from = root === null ? '.' : display(root);
        optionBag('walk_dir', given, WALK_OPTIONS);
        const { long_running, background, ...options } = (toData(given) ?? {}) as JsonObject;
        if (isLongRunning({ long_running: long_running ?? null, background: background ?? null })) {
          return fromJson(yield* longRunning.walk(run, from, options));
        }
        return fromJson((yield* run.perform(fsEffects.walk, [from, options])) as unknown as Json);
      },
    ),
    builtin(
      'fs.glob(pattern: string, base: any?, options: dict?) -> any',
      {
        doc: 'Paths that match a pattern, sorted. The base stands alone or in the options; `long_running: true` gives a handle at once.',
        effect: 'read',
        aliases: ['glob'],
      },
      function* (ctx: Ctx, pattern: Value, base: Value = null, more: Value = null): Steps {
        const run = ctx as RunContext;
        const bag = optionBag('glob', isDict(base) ? base : more, GLOB_OPTIONS);
        const options = toData(bag) as JsonObject;
        const named = isDict(base) ? (options['base'] ?? null) : toData(base);
        const from = typeof named === 'string' ? named : null;
        if (isLongRunning(options)) {
          return fromJson(yield* longRunning.glob(run, display(pattern), from));
        }
        return fromJson([...(yield* run.perform(fsEffects.glob, [display(pattern), from]))]);
      },
    ),
  ];
}
