// The tools that can run on: commands of a project and looks at its files. Without `long_running` (or `background`) a command
// is awaited like any; with it the caller gets a handle. Each is an operation of the capability `tools`, so programs, models
// and `host_tool_call` reach the same one.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { commandPolicies, type OwnCapabilities } from '../boundary/index.ts';
import {
  backgroundEffects,
  fsEffects,
  projectEffects,
  type WalkFilesOptions,
} from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { handleErrors } from './errors.ts';
import { handleCalls, startLongRunning } from './handles.ts';

/** Characters of a result that a model is told at once, as of any tool. */
const MAX_OUTPUT_CHARS = 50_000;

/** Whether a call asks for a handle. */
export function isLongRunning(options: Json | undefined): boolean {
  return (
    isJsonObject(options) && (options['long_running'] === true || options['background'] === true)
  );
}

type CommandTool = 'run_command' | 'run_test' | 'run_build_command';

/** A command: its envelope when it has ended, or its handle. */
function* runCommandTool(
  ctx: RunContext,
  operation: CommandTool,
  given: JsonObject,
): Suspending<Json> {
  const asked = operation === 'run_command' ? given : yield* withDefault(ctx, operation, given);
  const { long_running: _long, background: _background, max_output_chars, ...params } = asked;
  commandPolicies.checkRequest(params);
  if (!isLongRunning(given)) return yield* commandPolicies.exec(ctx, params);
  return yield* startLongRunning(ctx, {
    operation,
    descriptor: descriptorOf(params),
    isCommand: true,
    maxOutputChars: outputLimit(operation, max_output_chars),
    run: (inner) => commandPolicies.exec(inner, params, backgroundEffects.run),
  });
}

/** Without a command it is the one that is usual for a project of this kind. */
function* withDefault(
  ctx: RunContext,
  operation: 'run_test' | 'run_build_command',
  given: JsonObject,
): Suspending<JsonObject> {
  if (given['argv'] !== undefined || given['command'] !== undefined) return given;
  const { cwd = '.' } = given;
  const at = typeof cwd === 'string' ? cwd : '.';
  const { build, test } = yield* ctx.perform(projectEffects.default_commands, [at]);
  const command = operation === 'run_test' ? test : build;
  if (command === null) throw handleErrors.noDefault({ operation, cwd: at });
  // Those of the catalog are plain words.
  return { ...given, mode: 'argv', argv: command.split(' ') };
}

function descriptorOf(params: JsonObject): string {
  const { command, argv } = params;
  const text = typeof command === 'string' ? command : (argv as readonly string[]).join(' ');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function outputLimit(operation: string, given: Json | undefined): number {
  if (given === undefined || given === null) return MAX_OUTPUT_CHARS;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1) return given;
  throw handleErrors.badArgument({
    fn: operation,
    name: 'max_output_chars',
    expected: 'an int of at least 1',
  });
}

/** A handle by its id, or anything that has one. */
function handleIdOf(fn: string, ref: Json | undefined): string {
  const id = isJsonObject(ref) ? ref['handle_id'] : ref;
  if (typeof id === 'string' && id !== '') return id;
  throw handleErrors.badArgument({ fn, name: 'handle_id', expected: 'the id of a handle' });
}

function limitOf(given: Json | undefined): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'number' && given >= 0) return given;
  throw handleErrors.badArgument({
    fn: 'wait_handle',
    name: 'timeout_ms',
    expected: 'milliseconds',
  });
}

/** Tools that can run on, and the handles of those that do. */
export const longRunning = {
  command: runCommandTool,

  /** A walk beside the caller: its handle. */
  walk(ctx: RunContext, root: string, options: WalkFilesOptions = {}): Suspending<JsonObject> {
    ctx.authority.check(fsEffects.walk.spec);
    return startLongRunning(ctx, {
      operation: 'walk_dir',
      descriptor: `walk_dir ${root}`,
      maxOutputChars: MAX_OUTPUT_CHARS,
      run: (inner) => inner.perform(fsEffects.walk, [root, options]),
    });
  },

  /** The same of a search by pattern. */
  glob(ctx: RunContext, pattern: string, base: string | null = null): Suspending<JsonObject> {
    ctx.authority.check(fsEffects.glob.spec);
    return startLongRunning(ctx, {
      operation: 'glob',
      descriptor: base === null ? `glob ${pattern}` : `glob ${pattern} in ${base}`,
      maxOutputChars: MAX_OUTPUT_CHARS,
      run: (inner) => inner.perform(fsEffects.glob, [pattern, base]),
    });
  },

  cancel: (ctx: RunContext, ref: Json): Suspending<JsonObject> =>
    handleCalls.cancel(ctx, handleIdOf('cancel_handle', ref)),

  wait: (ctx: RunContext, ref: Json, timeoutMs?: Json): Suspending<JsonObject> =>
    handleCalls.wait(ctx, handleIdOf('wait_handle', ref), limitOf(timeoutMs)),

  list: handleCalls.list,
};

/** The capability `tools` of this process. */
export const ownTools: OwnCapabilities = {
  tools: {
    description: 'Commands of the project, also in the background.',
    operations: {
      run_command: {
        description: 'Runs a command; with `long_running` it gives a handle at once.',
        run: (ctx, params) => runCommandTool(ctx, 'run_command', params),
      },
      run_test: {
        description: 'Runs the tests of the project, or a command.',
        run: (ctx, params) => runCommandTool(ctx, 'run_test', params),
      },
      run_build_command: {
        description: 'Builds the project, or runs a command.',
        run: (ctx, params) => runCommandTool(ctx, 'run_build_command', params),
      },
      cancel_handle: {
        description: 'Ends what a handle stands for.',
        run: (ctx, params) => longRunning.cancel(ctx, params),
      },
      wait_handle: {
        description: 'Waits for what a handle stands for: its result.',
        run: (ctx, params) => longRunning.wait(ctx, params, params['timeout_ms']),
      },
    },
  },
};
