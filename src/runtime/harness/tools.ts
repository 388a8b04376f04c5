// Tools of the project in TypeScript: `harness.tools`, what the capability `tools` is to `host_call`.
import type { Json, JsonObject } from '../../base/index.ts';
import { type HandleResult, longRunning, type ToolHandle } from '../agent/index.ts';
import type { CommandEnvelope } from '../boundary/index.ts';
import type { WalkFilesOptions } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { notData } from './family.ts';

/** A command as the tools take it; without `mode` it is the one that its fields speak of. */
export type CommandToolRequest = {
  readonly mode?: 'argv' | 'shell';
  readonly argv?: readonly string[];
  /** One line of a shell. */
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
  readonly stdin?: string;
  readonly timeout_ms?: number;
  /** What a resumed run does about a command whose end is not known: say so (`fail`, the default), or run it again. */
  readonly on_unknown?: 'retry' | 'fail';
  /** Of a handle: longer results are cut before a model sees them. 50,000 by default. */
  readonly max_output_chars?: number;
};

/** Asks for a handle instead of the end. */
export type InBackground = { readonly long_running: true } | { readonly background: true };

/** A handle, its id, or anything that has it. */
export type HandleRef = string | { readonly handle_id: string };

/** Runs a command to its end, or gives its handle; a policy that keeps it from running gives an envelope in both cases. */
export interface CommandMethod<R> {
  (request: R & InBackground): Promise<ToolHandle | CommandEnvelope>;
  (request: R): Promise<CommandEnvelope>;
}

/** Commands and looks at files that may go on beside the caller, and their handles. */
export interface ToolsHandle {
  /**
   * Runs a command. In the background its result is said to the model of the session that it was started in, on a later turn.
   *
   * @example
   * const handle = await harness.tools.runCommand({ argv: ['npm', 'test'], long_running: true });
   */
  readonly runCommand: CommandMethod<CommandToolRequest>;
  /** The same for the tests of the project; without a command the usual one for its kind. */
  readonly runTest: CommandMethod<CommandToolRequest>;
  /** The same for building the project. */
  readonly runBuildCommand: CommandMethod<CommandToolRequest>;
  /** `harness.fs.walk` in the background. */
  walkDir(root: string, options?: WalkFilesOptions): Promise<ToolHandle>;
  /** `harness.fs.glob` in the background. */
  glob(pattern: string, base?: string): Promise<ToolHandle>;
  /** Ends the work of a handle; resolves when nothing of it is left. False when it had ended before. */
  cancelHandle(handle: HandleRef): Promise<boolean>;
  /**
   * Waits for a handle and gives what it came to; the model does not hear of it then. Null when the time was up first, or when it
   * was cancelled. Rejects with HARN-HDL-001 when this run has no such handle.
   */
  waitHandle(
    handle: HandleRef,
    options?: { readonly timeoutMs?: number },
  ): Promise<HandleResult | null>;
  /** The handles whose work goes on. */
  handles(): readonly ToolHandle[];
}

/** The tools of a context. */
export function toolsHandle(ctx: RunContext): ToolsHandle {
  const run = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('tools'), body) as Promise<never>;
  const command = (name: Parameters<typeof longRunning.command>[1]) => (request: object) =>
    run((inner) => longRunning.command(inner, name, request as JsonObject));
  return notData('harness.tools', {
    runCommand: command('run_command'),
    runTest: (request: object = {}) => command('run_test')(request),
    runBuildCommand: (request: object = {}) => command('run_build_command')(request),
    walkDir: (root: string, options?: WalkFilesOptions) =>
      run((inner) => longRunning.walk(inner, root, options)),
    glob: (pattern: string, base?: string) =>
      run((inner) => longRunning.glob(inner, pattern, base ?? null)),
    cancelHandle: async (handle: HandleRef) => {
      const { cancelled } = (await run((inner) =>
        longRunning.cancel(inner, handle as Json),
      )) as JsonObject;
      return cancelled === true;
    },
    waitHandle: async (handle: HandleRef, { timeoutMs }: { readonly timeoutMs?: number } = {}) => {
      const came: JsonObject = await run((inner) =>
        longRunning.wait(inner, handle as Json, timeoutMs),
      );
      const isOver = came['status'] === 'completed' || came['status'] === 'failed';
      return isOver ? (came as unknown as HandleResult) : null;
    },
    handles: () => longRunning.list(ctx),
  });
}
