// `process.exec` of the host boundary: a command as `{mode, argv | command, shell, cwd, env, stdin, timeout_ms}`, its result
// as an envelope. Underneath it is the one effect that runs processes.
import type { Json, JsonObject } from '../../base/index.ts';
import { type CommandResult, type CommandSpec, processEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { optionalParam, textsParam } from './capabilities.ts';
import { boundaryErrors } from './errors.ts';
import { shellInvocation } from './shells.ts';

/** What a command came to, or why there was none. */
export type CommandEnvelope = {
  /** Null when nothing was started. */
  readonly command_id: string | null;
  /** `completed`, `timed_out`, `killed` (by a signal), or, from a policy, `blocked`, `dry_run`, `explained`. */
  readonly status: string;
  readonly mode: 'argv' | 'shell';
  readonly pid: number | null;
  readonly exit_code: number;
  readonly signal: string | null;
  readonly success: boolean;
  readonly timed_out: boolean;
  readonly duration_ms: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly combined: string;
  /** What policies decided; only where one was in force. */
  readonly command_policy?: JsonObject;
};

const OPERATION = 'process.exec';

/** A request, read: what is asked for and the fields it may be rewritten in. */
export interface CommandRequest {
  readonly mode: 'argv' | 'shell';
  readonly argv: readonly string[];
  /** The line, in shell mode. */
  readonly command: string | undefined;
  readonly params: JsonObject;
}

/** Reads a request. Without a mode it is the one that its fields speak of. */
export function readRequest(params: JsonObject): CommandRequest {
  const argv = params['argv'] ?? null;
  const command = optionalParam(OPERATION, params, 'command', 'string');
  const mode = params['mode'] ?? (argv === null ? 'shell' : 'argv');
  if (mode !== 'argv' && mode !== 'shell') throw refused('`mode` must be "argv" or "shell"');
  if (mode === 'shell') {
    if (command === undefined) throw refused('`command` must be a text in shell mode');
    return { mode, argv: [], command, params };
  }
  const isArgv = Array.isArray(argv) && argv.length > 0;
  if (!isArgv || !(argv as readonly Json[]).every((each) => typeof each === 'string')) {
    throw refused('`argv` must be a list of texts with at least the program');
  }
  return { mode, argv: argv as readonly string[], command: undefined, params };
}

/** Runs a request to its end, by the effect for that. */
export function* execute(
  ctx: RunContext,
  request: CommandRequest,
  effect: typeof processEffects.run = processEffects.run,
): Suspending<CommandEnvelope> {
  const { params, mode } = request;
  const spec = yield* specOf(ctx, request);
  const stdin = optionalParam(OPERATION, params, 'stdin', 'string');
  const timeout_ms = optionalParam(OPERATION, params, 'timeout_ms', 'number');
  const cwd = optionalParam(OPERATION, params, 'cwd', 'string');
  const on_unknown = optionalParam(OPERATION, params, 'on_unknown', 'string');
  const env = textsParam(OPERATION, params, 'env');
  const result = yield* ctx.perform(effect, [
    {
      ...spec,
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeout_ms === undefined ? {} : { timeout_ms }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(on_unknown === undefined ? {} : { on_unknown }),
      ...(env === undefined ? {} : { env }),
    },
  ]);
  return envelopeOf(result, mode);
}

function* specOf(ctx: RunContext, { mode, argv, params }: CommandRequest): Suspending<CommandSpec> {
  if (mode === 'argv') return { argv };
  const { program, args } = yield* shellInvocation(ctx, params);
  return { argv: [program, ...args] };
}

function envelopeOf(result: CommandResult, mode: CommandEnvelope['mode']): CommandEnvelope {
  const { exit_code, signal, success, timed_out, duration_ms, stdout, stderr } = result;
  const ended = signal === null ? 'completed' : 'killed';
  return {
    command_id: result.command_id,
    status: timed_out ? 'timed_out' : ended,
    mode,
    pid: result.pid,
    exit_code,
    signal,
    success,
    timed_out,
    duration_ms,
    stdout,
    stderr,
    combined: stdout + stderr,
  };
}

function refused(detail: string): Error {
  return boundaryErrors.badParams({ operation: OPERATION, detail });
}
