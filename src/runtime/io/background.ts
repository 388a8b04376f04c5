// Commands that go on beside their starter: the same effect as any command, told apart only by the task that runs it, so that
// others can learn when it begins and that nothing of it is left. A run that lets go of its process leaves none behind.
import { createDeferred, type Deferred } from '../../base/index.ts';
import { defineEffect, type RunServices, type ServiceKey } from '../run/index.ts';
import { type CommandResult, type CommandSpec, commandEffect, runCommand } from './process.ts';

/** A command as this process knows it. */
interface LiveCommand {
  /** Its process, once that is durable; null when there will be none. */
  readonly begun: Deferred<number | null>;
  /** Settles when its process group is gone. */
  gone: Promise<unknown> | undefined;
}

/** The commands that tasks of this run have in the background. */
export class BackgroundCommands {
  readonly #byTask = new Map<string, LiveCommand>();

  constructor({ onRelease }: Pick<RunServices, 'onRelease'>) {
    onRelease(async () => {
      await Promise.all([...this.#byTask.values()].map(({ gone }) => gone));
    });
  }

  of(taskId: string): LiveCommand {
    let live = this.#byTask.get(taskId);
    if (live === undefined) {
      live = { begun: createDeferred<number | null>(), gone: undefined };
      this.#byTask.set(taskId, live);
    }
    return live;
  }

  /** The task is over: whoever waits for its command to begin waits in vain. */
  over(taskId: string): void {
    this.of(taskId).begun.resolve(null);
  }
}

export const backgroundCommandsKey: ServiceKey<BackgroundCommands> = {
  name: 'io.background_commands',
  create: (run) => new BackgroundCommands({ onRelease: (close) => run.onRelease(close) }),
};

export const backgroundEffects = {
  /** Runs a command in the task that is there for it. */
  run: defineEffect(
    { ...commandEffect, endedByParking: true },
    (env, spec: CommandSpec): Promise<CommandResult> => {
      const live = env.get(backgroundCommandsKey).of(env.taskId);
      const work = runCommand(env, spec, (pid) => live.begun.resolve(pid));
      live.gone = work.catch(() => undefined);
      return work;
    },
  ),
  /** Waits until the command of a task has begun: its pid. Null: it has ended, or was never begun. */
  begun: defineEffect(
    { name: 'process.begun', class: 'read', access: 'read' },
    (env, taskId: string): Promise<number | null> =>
      env.get(backgroundCommandsKey).of(taskId).begun.promise,
  ),
  /** Waits until nothing is left of the command of a task. */
  gone: defineEffect(
    { name: 'process.gone', class: 'read', access: 'read' },
    async (env, taskId: string): Promise<null> => {
      await env.get(backgroundCommandsKey).of(taskId).gone;
      return null;
    },
  ),
};
