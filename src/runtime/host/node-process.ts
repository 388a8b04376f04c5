// Real child processes. Each leads its own group. With `onStarted` the child first waits at a gate (a small sh that
// reads one line from descriptor 3 and then becomes the command), so the caller can write down who it is before it does
// anything; if we die in between, the gate closes and the command never begins.
import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { type Clock, createDeferred } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { sameProcess } from './identity.ts';
import { type Command, type CommandOptions, prepare, startChild } from './node-command.ts';
import { endProcessGroup } from './node-group.ts';
import { lookUp } from './node-identity.ts';
import { OutputCollector } from './output-collector.ts';
import type {
  EndGroupResult,
  HostProcess,
  ProcessIdentity,
  ProcessRequest,
  ProcessResult,
} from './ports.ts';
import { encodeUtf8 } from './utf8.ts';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const GRACE_MS = 5_000;
/** How long output may stay open after the command ended: children left in the background can hold it for ever. */
const DRAIN_MS = 500;

interface NodeProcessOptions extends CommandOptions {
  readonly clock: Clock;
}

/** Child processes of this machine. */
export function createNodeProcess(options: NodeProcessOptions): HostProcess {
  const { clock } = options;
  return {
    run: (request) => runProcess(request, options),
    open: async (request) => {
      const { openProcess } = await import('./node-live-process.ts');
      return openProcess(await prepare(request, options), request, clock);
    },
    async identify(pid) {
      const seen = await lookUp(pid);
      return seen === undefined || seen.zombie ? undefined : seen.identity;
    },
    async isAlive(identity) {
      const seen = await lookUp(identity.pid);
      return seen !== undefined && !seen.zombie && sameProcess(seen.identity, identity);
    },
    async endGroup(identity, { graceMs = GRACE_MS, signal } = {}): Promise<EndGroupResult> {
      throwIfAborted(signal, 'ending a process group');
      // A zombie still proves that the group is ours, and its group may have living members.
      const seen = await lookUp(identity.pid);
      if (seen === undefined) return 'already_gone';
      if (!sameProcess(seen.identity, identity)) return 'not_ours';
      if (seen.groupId !== identity.pid) return 'not_ours';
      await endProcessGroup(identity.pid, graceMs, clock);
      return 'ended';
    },
  };
}

async function runProcess(
  request: ProcessRequest,
  options: NodeProcessOptions,
): Promise<ProcessResult> {
  const { clock } = options;
  const { signal, timeoutMs, graceMs = GRACE_MS } = request;
  const command = await prepare(request, options);
  throwIfAborted(signal, `running ${command.name}`);
  const startedMs = clock.monotonicMs();
  const child = await start(command, request);
  const outcome = watch(child, request, clock);
  const ending = new GroupEnding(child.pid as number, graceMs, clock);
  let timedOut = false;
  const cancelTimeout =
    timeoutMs === undefined
      ? () => undefined
      : clock.after(timeoutMs, () => {
          timedOut = true;
          ending.begin();
        });
  const stopListening = onAbort(signal, () => ending.begin());
  try {
    await passGate(child, request, ending);
    const result = await Promise.race([outcome, ending.failed]);
    await ending.done();
    // An abort that came too late to end anything changes nothing: the result is real.
    if (signal?.aborted === true && ending.begun) {
      throw abortedError(signal, `running ${command.name}`);
    }
    return { ...result, durationMs: Math.round(clock.monotonicMs() - startedMs), timedOut };
  } finally {
    cancelTimeout();
    stopListening();
  }
}

/** The one ending of a child's group, begun by whichever comes first: abort, timeout or a failed `onStarted`. */
class GroupEnding {
  readonly #pid: number;
  readonly #graceMs: number;
  readonly #clock: Clock;
  readonly #failed = createDeferred<never>();
  #work: Promise<void> | undefined;

  constructor(pid: number, graceMs: number, clock: Clock) {
    this.#pid = pid;
    this.#graceMs = graceMs;
    this.#clock = clock;
    this.#failed.promise.catch(() => undefined);
  }

  get begun(): boolean {
    return this.#work !== undefined;
  }

  /** Rejects when the group would not end; otherwise stays pending. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  begin(): void {
    this.#work ??= endProcessGroup(this.#pid, this.#graceMs, this.#clock).catch((error: unknown) =>
      this.#failed.reject(error),
    );
  }

  /** Resolves when a begun ending is complete. */
  async done(): Promise<void> {
    await this.#work;
  }
}

// ---- start to end ---------------------------------------------------------------------------------------------

function start(command: Command, request: ProcessRequest): Promise<ChildProcess> {
  const gate = request.onStarted === undefined ? [] : ['pipe' as const];
  const stdin = request.stdin === undefined ? 'ignore' : 'pipe';
  return startChild(command, [stdin, 'pipe', 'pipe', ...gate]);
}

async function passGate(
  child: ChildProcess,
  request: ProcessRequest,
  ending: GroupEnding,
): Promise<void> {
  if (request.onStarted !== undefined) {
    const gate = child.stdio[3] as Writable;
    gate.on('error', () => undefined);
    const pid = child.pid as number;
    try {
      const seen = await lookUp(pid);
      const identity: ProcessIdentity = seen?.identity ?? { pid, startTime: '', bootId: '' };
      await request.onStarted(identity);
    } catch (error) {
      ending.begin();
      await ending.done();
      throw error;
    }
    if (!ending.begun) gate.write('\n');
    gate.end();
  }
  if (request.stdin !== undefined && child.stdin !== null) {
    // A command that does not read its input is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(encodeUtf8(request.stdin));
  }
}

type Outcome = Omit<ProcessResult, 'durationMs' | 'timedOut'>;

/** Collects output; resolves when the command has ended and its output is closed (or has had time to). */
function watch(child: ChildProcess, request: ProcessRequest, clock: Clock): Promise<Outcome> {
  const limit = request.maxOutputBytes ?? MAX_OUTPUT_BYTES;
  const stdout = new OutputCollector(limit);
  const stderr = new OutputCollector(limit);
  const collect = (name: 'stdout' | 'stderr', into: OutputCollector) =>
    child[name]?.on('data', (bytes: Uint8Array) => {
      into.add(bytes);
      request.onOutput?.(name, bytes);
    });
  collect('stdout', stdout);
  collect('stderr', stderr);
  return new Promise((resolve) => {
    let cancelDrain = () => {};
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      cancelDrain();
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        stdout: stdout.text(),
        stderr: stderr.text(),
        stdoutTruncated: stdout.truncated,
        stderrTruncated: stderr.truncated,
      });
    };
    child.once('close', finish);
    child.once('exit', (code, signal) => {
      cancelDrain = clock.after(DRAIN_MS, () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        finish(code, signal);
      });
    });
  });
}
