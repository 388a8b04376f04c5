// Child processes. The identity of each is durable before its command begins, so that after a kill a survivor is
// found and ended before anything is done again. Whether it may be repeated, only the caller can say (`on_unknown`).
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import type { ProcessResult } from '../host/index.ts';
import { defineEffect, type EffectEnv, type EffectSpec } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** A command: `argv`, or `shell` for one line of `/bin/sh`. */
export type CommandSpec = {
  readonly argv?: readonly string[] | null;
  readonly shell?: string | null;
  readonly cwd?: string | null;
  readonly env?: { readonly [name: string]: string } | null;
  readonly stdin?: string | null;
  readonly timeout_ms?: number | null;
  /** `retry`, or `fail` (the default): what a resume does when the end of the command is not known. */
  readonly on_unknown?: string | null;
};

/** What a command came to. A failing exit code is a result. */
export type CommandResult = {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly duration_ms: number;
  readonly success: boolean;
  readonly timed_out: boolean;
  readonly signal: string | null;
  /** The process that ran; null when the host did not tell. */
  readonly pid: number | null;
  /** The same on every attempt of this call. */
  readonly command_id: string;
};

/** What every effect that runs a command is: whatever refuses or checks one refuses or checks all. */
export const commandEffect: EffectSpec<[CommandSpec], CommandResult> = {
  name: 'process.run',
  class: 'mutation',
  access: 'mutate',
  onUnknown: 'fail',
  policyOf: ([spec]) => spec.on_unknown ?? undefined,
  identity: ([spec]) => identityOf(spec),
  scoped: (scope, [spec]) => [
    { ...spec, cwd: scope.path(spec.cwd ?? '.'), env: scope.envFor(spec.env) },
  ],
};

export const processEffects = {
  run: defineEffect(commandEffect, (env: EffectEnv, spec: CommandSpec) => runCommand(env, spec)),
};

/** Refuses what is no command; whoever takes one from a program asks before anything is looked at. */
export function checkCommand(spec: CommandSpec): void {
  const refuse = (field: keyof CommandSpec, expected: string): never => {
    throw ioErrors.badCommand({ field, expected });
  };
  if (spec.argv != null && !(Array.isArray(spec.argv) && spec.argv.every(isText))) {
    refuse('argv', 'a list of texts');
  }
  for (const field of ['shell', 'cwd', 'stdin', 'on_unknown'] as const) {
    if (spec[field] != null && !isText(spec[field])) refuse(field, 'a text');
  }
  const { env, timeout_ms: timeout } = spec;
  if (env != null && !(isJsonObject(env) && Object.values(env).every(isText))) {
    refuse('env', 'a dict of texts');
  }
  if (timeout != null && !(typeof timeout === 'number' && timeout >= 0)) {
    refuse('timeout_ms', 'a number of milliseconds');
  }
}

const isText = (value: unknown) => typeof value === 'string';

/** Runs a command to its end; `onBegun` is called when its identity is durable, just before it begins. */
export async function runCommand(
  env: EffectEnv,
  spec: CommandSpec,
  onBegun?: (pid: number) => void,
): Promise<CommandResult> {
  let pid: number | null = null;
  const options = {
    signal: env.signal,
    ...(spec.cwd == null ? {} : { cwd: spec.cwd }),
    env: { ...spec.env, HARN_IDEMPOTENCY_KEY: env.idempotencyKey },
    ...(spec.stdin == null ? {} : { stdin: spec.stdin }),
    ...(spec.timeout_ms == null ? {} : { timeoutMs: spec.timeout_ms }),
    onStarted: async (identity: { pid: number; startTime: string; bootId: string }) => {
      pid = identity.pid;
      await env.note({ process: { ...identity } });
      onBegun?.(identity.pid);
    },
  };
  const start = () => {
    if (spec.shell != null) return env.host.process.run({ ...options, shell: spec.shell });
    if (spec.argv == null || spec.argv.length === 0) throw ioErrors.noCommand({});
    return env.host.process.run({ ...options, argv: spec.argv });
  };
  const result = await start();
  return { ...toResult(result), pid, command_id: `cmd_${sha256(env.idempotencyKey).slice(0, 16)}` };
}

function toResult(result: ProcessResult): Omit<CommandResult, 'pid' | 'command_id'> {
  return {
    exit_code: result.exitCode ?? -1,
    stdout: result.stdout,
    stderr: result.stderr,
    duration_ms: Math.round(result.durationMs),
    success: result.exitCode === 0 && !result.timedOut,
    timed_out: result.timedOut,
    signal: result.signal ?? null,
  };
}

/** Environment values stay out of checks: they may hold secrets. */
function identityOf(spec: CommandSpec): Json {
  const { env, ...rest } = spec;
  const names = env == null ? [] : Object.keys(env).sort();
  return { ...(rest as JsonObject), env: names };
}
