// The shells of the machine, as methods of `harness.process`.
import type { JsonObject } from '../../base/index.ts';
import {
  defaultShell,
  listShells,
  type Shell,
  type ShellCatalog,
  type ShellInvocation,
  shellInvocation,
} from '../boundary/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';

/** Which shells there are, and how a line is handed to one. */
export interface ShellMethods {
  listShells(): Promise<ShellCatalog>;
  /** The shell that is meant when none is named; null when there is none. */
  defaultShell(): Promise<Shell | null>;
  /** Runs nothing. Rejects with a HARN-HOS code when there is no such shell. */
  shellInvocation(request?: {
    readonly shell_id?: string;
    readonly command?: string;
    readonly login?: boolean;
    readonly interactive?: boolean;
  }): Promise<ShellInvocation>;
}

export function shellMethods(ctx: RunContext): ShellMethods {
  const run = <T>(ask: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('shell'), ask);
  return {
    listShells: () => run((inner) => listShells(inner)),
    defaultShell: () => run((inner) => defaultShell(inner)),
    shellInvocation: (request = {}) =>
      run((inner) => shellInvocation(inner, { ...request } as JsonObject)),
  };
}
