// Scripted processes: a test says what a command answers; identities and survivors are tracked as the system would.
import { type Clock, createDeferred } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { sameProcess } from './identity.ts';
import type {
  HostProcess,
  LiveProcess,
  LiveProcessRequest,
  ProcessIdentity,
  ProcessRequest,
  ProcessResult,
} from './ports.ts';

/** Which requests an answer is for: a program name, a whole shell line, or a test. */
export type MockCommand = string | ((request: ProcessRequest) => boolean);

/** The answer: what differs from an empty success, or a function that may take its time or throw. */
export type MockRun =
  | Partial<ProcessResult>
  | ((request: ProcessRequest) => Partial<ProcessResult> | Promise<Partial<ProcessResult>>);

/** Makes the process that a program is to be. */
export type MockOpen = (request: LiveProcessRequest) => LiveProcess | Promise<LiveProcess>;

const BOOT_ID = 'mock-boot';

/** The processes of a mock host. */
export class MockProcesses {
  readonly #clock: Clock;
  readonly #answers: { readonly match: MockCommand; readonly run: MockRun }[] = [];
  readonly #opened = new Map<string, MockOpen>();
  readonly #living = new Map<number, ProcessIdentity>();
  #nextPid = 1000;
  readonly port: HostProcess;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.port = {
      run: (request) => this.#run(request),
      open: (request) => this.#open(request),
      identify: async (pid) => this.#living.get(pid),
      isAlive: async (identity) => this.#isAlive(identity),
      endGroup: async (identity, options) => {
        throwIfAborted(options?.signal, 'ending a process group');
        const living = this.#living.get(identity.pid);
        if (living === undefined) return 'already_gone';
        if (!sameProcess(living, identity)) return 'not_ours';
        this.#living.delete(identity.pid);
        return 'ended';
      },
    };
  }

  /** Says what a program is that is talked with. */
  onOpen(program: string, open: MockOpen): void {
    this.#opened.set(program, open);
  }

  async #open(request: LiveProcessRequest): Promise<LiveProcess> {
    const open = this.#opened.get(request.argv[0] ?? '');
    if (open !== undefined) return open(request);
    throw hostErrors.mockMissing({
      port: 'process',
      method: 'open',
      asked: request.argv.join(' '),
    });
  }

  answer(match: MockCommand, run: MockRun): void {
    this.#answers.unshift({ match, run });
  }

  /** Identities of what runs now, in order of start. */
  get living(): readonly ProcessIdentity[] {
    return [...this.#living.values()];
  }

  /** Adds a living process, such as one that an earlier life left behind. */
  addLiving(identity: ProcessIdentity = this.newIdentity()): ProcessIdentity {
    this.#living.set(identity.pid, identity);
    return identity;
  }

  /** A fresh identity; not yet living. */
  newIdentity(): ProcessIdentity {
    this.#nextPid += 1;
    return { pid: this.#nextPid, startTime: `start-${this.#nextPid}`, bootId: BOOT_ID };
  }

  #isAlive(identity: ProcessIdentity): boolean {
    const living = this.#living.get(identity.pid);
    return living !== undefined && sameProcess(living, identity);
  }

  async #run(request: ProcessRequest): Promise<ProcessResult> {
    const name = request.shell ?? request.argv[0] ?? '';
    const operation = `running ${name}`;
    throwIfAborted(request.signal, operation);
    const answer = this.#answers.find(({ match }) => matches(match, request));
    if (answer === undefined) {
      const asked = request.shell ?? request.argv.join(' ');
      throw hostErrors.mockMissing({ port: 'process', method: 'run', asked });
    }
    const startedMs = this.#clock.monotonicMs();
    const identity = this.addLiving();
    const stopped = createDeferred<'timeout'>();
    stopped.promise.catch(() => undefined);
    const stopListening = onAbort(request.signal, () => {
      if (request.signal !== undefined) stopped.reject(abortedError(request.signal, operation));
    });
    const cancelTimeout =
      request.timeoutMs === undefined
        ? () => undefined
        : this.#clock.after(request.timeoutMs, () => stopped.resolve('timeout'));
    try {
      await request.onStarted?.(identity);
      const running = typeof answer.run === 'function' ? answer.run(request) : answer.run;
      const outcome = await Promise.race([running, stopped.promise]);
      const durationMs = this.#clock.monotonicMs() - startedMs;
      if (outcome === 'timeout') {
        return { ...SUCCESS, durationMs, exitCode: undefined, signal: 'SIGTERM', timedOut: true };
      }
      if (outcome.stdout !== undefined) request.onOutput?.('stdout', encode(outcome.stdout));
      if (outcome.stderr !== undefined) request.onOutput?.('stderr', encode(outcome.stderr));
      return { ...SUCCESS, durationMs, ...outcome };
    } finally {
      this.#living.delete(identity.pid);
      cancelTimeout();
      stopListening();
    }
  }
}

const SUCCESS: Omit<ProcessResult, 'durationMs'> = {
  exitCode: 0,
  signal: undefined,
  stdout: '',
  stderr: '',
  stdoutTruncated: false,
  stderrTruncated: false,
  timedOut: false,
};

function matches(match: MockCommand, request: ProcessRequest): boolean {
  if (typeof match === 'function') return match(request);
  return request.shell === match || request.argv?.[0] === match;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
