// The run as a program sees it: the root handle, what the host handed in, and leaving early.

import type { Json } from '../base/index.ts';
import { type RunContext, runErrors, type ServiceKey } from '../runtime/run/index.ts';
import { type Ctx, display, fromJson, HarnAbort, type Value } from '../values/index.ts';
import { toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import type { HandleTable } from './handle.ts';
import { HarnHandle } from './handle.ts';

/** What the host of a program hands in besides arguments. */
export interface ProgramHost {
  readonly handles: HandleTable;
  /** `argv`, `task`, `project`, `context`, `prompt`, and `skills` once they were looked for; absent ones are nil. */
  readonly globals: { [name: string]: Json };
  /** The folder of a module as it was when the run began; of the entry for what is no file. */
  folderOf(module: string | undefined): string;
}

/** The host of the program that a run executes; provided by the engine. */
export const programHostKey: ServiceKey<ProgramHost> = {
  name: 'program.host',
  create: () => {
    throw runErrors.foreignThrow({ text: 'this run has no Harn program' });
  },
};

/** The folder of the module that calls: where its relative assets are. */
export function callerFolder(ctx: RunContext): string {
  return ctx.get(programHostKey).folderOf(ctx.site?.module);
}

/** Why a program left early: the exit code it asked for. */
export class ExitRequest {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** The root handle of a run, with the authority of whoever asks. */
export function rootHandle(ctx: RunContext): HarnHandle {
  return new HarnHandle(ctx.get(programHostKey).handles, '', ctx.authority);
}

export function controlRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@harness() -> any',
      { doc: 'The root handle of the run.', effect: 'ambient' },
      (ctx: Ctx) => rootHandle(ctx as RunContext),
    ),
    builtin(
      'harness.without(...capabilities: string) -> any',
      {
        doc: 'The same harness without some capabilities ("fs"), methods ("fs.write_text") or accesses ("fs:write"). "*" takes all.',
        effect: 'ambient',
      },
      (ctx: Ctx, ...capabilities: Value[]) => {
        const { authority } = ctx as RunContext;
        const rules = capabilities.map((each) => display(each));
        return rootHandle(ctx as RunContext).attenuated(
          authority.without(rules, 'an attenuated handle'),
        );
      },
    ),
    builtin(
      '@host_global(name: string) -> any',
      { doc: 'A value that the host provides.', effect: 'ambient' },
      (ctx: Ctx, name: Value) =>
        fromJson((ctx as RunContext).get(programHostKey).globals[name as string] ?? null),
    ),
    builtin(
      'runtime.exit(code: int?) -> never',
      {
        doc: 'Ends the program with an exit code. Its lifecycle still runs.',
        effect: 'ambient',
        aliases: ['exit'],
      },
      (_ctx: Ctx, code: Value) => {
        throw new HarnAbort('exit', new ExitRequest(toNumber(code ?? 0)));
      },
    ),
    builtin(
      'runtime.task() -> any',
      { doc: 'The task text that the host handed in; nil when there is none.', effect: 'ambient' },
      (ctx: Ctx) => fromJson((ctx as RunContext).get(programHostKey).globals['task'] ?? null),
    ),
    builtin(
      'runtime.pipeline_input() -> any',
      {
        boundary: true,
        doc: 'What the pipeline was started with; nil when nothing was.',
        effect: 'ambient',
      },
      (ctx: Ctx) => fromJson((ctx as RunContext).get(programHostKey).globals['input'] ?? null),
    ),
  ];
}
