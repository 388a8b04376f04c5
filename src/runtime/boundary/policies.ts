// What other rooms do with command policies, under one name.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { CommandResult, CommandSpec, processEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { approveCommand } from './approve.ts';
import {
  policiesOf,
  popCommandPolicy,
  pushCommandPolicy,
  readRules,
  savePolicies,
  withCommandPolicy,
  withSaved,
} from './command-policy.ts';
import { type RiskScan, scanCommand, scanResult } from './command-risk.ts';
import { type CommandEnvelope, execute, readRequest } from './exec.ts';
import { guarded, runCommand } from './guard.ts';

export const commandPolicies = {
  /** Reads the data of a policy; what does not belong there is refused. */
  readRules,
  /** Installs a policy for the task and what it starts from now on. */
  push: pushCommandPolicy,
  /** Takes away what the task installed last. */
  pop: popCommandPolicy,
  /** Runs a body with a policy. */
  with: withCommandPolicy,
  /** Those in force as data. */
  save: savePolicies,
  /** What is attached to a task, with saved ones. */
  withSaved,
  /** The risks of `{argv | command, cwd, workspace_roots}`, or of what hooks are told. */
  scan: (about: JsonObject): RiskScan => {
    const { request = about, workspace_roots = [] } = about;
    const { argv = [], command, cwd } = isJsonObject(request) ? request : {};
    return scanCommand({
      argv: listOf(argv),
      command: typeof command === 'string' ? command : undefined,
      cwd: typeof cwd === 'string' ? cwd : typeof about['cwd'] === 'string' ? about['cwd'] : '/',
      roots: listOf(workspace_roots),
    });
  },
  scanResult,
  /** Whether there is any policy for the commands of a task. */
  areInForce: (ctx: RunContext): boolean => policiesOf(ctx).length > 0,
  /** Runs a command under the policies in force: every way of starting processes comes through here. */
  run: (ctx: RunContext, spec: CommandSpec): Suspending<CommandResult> =>
    runCommand(ctx, spec, (about) => approveCommand(ctx, about)),
  /** Runs `{mode, argv | command, cwd, env, ...}` under the policies in force, by the effect for that: an envelope. */
  exec: execRequest,
  /** Refuses what is no request, before anything of it is done. */
  checkRequest: (params: JsonObject): void => void readRequest(params),
};

function* execRequest(
  ctx: RunContext,
  params: JsonObject,
  effect?: typeof processEffects.run,
): Suspending<CommandEnvelope> {
  readRequest(params);
  return yield* guarded(
    ctx,
    params,
    (request) => execute(ctx, readRequest(request), effect),
    (about) => approveCommand(ctx, about),
  );
}

function listOf(value: Json): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(String) : [];
}
