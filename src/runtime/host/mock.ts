// A host in memory for tests: files, scripted processes, HTTP routes, a manual clock, repeatable chance, captured output,
// and a log of every call. What was not prepared fails with `mockMissing`; nothing real is ever touched.
import { type HarnError, ManualClock, type Random, seededRandom } from '../../base/index.ts';
import { MockFiles } from './mock-fs.ts';
import { MockHttp, type MockRouteAnswer } from './mock-http.ts';
import { type MockCommand, MockProcesses, type MockRun } from './mock-process.ts';
import type { Host, HostEnv, HostMachine, HostStdio, HostSystem, StdStream } from './ports.ts';

/** One call of a port. Clock and random are not logged. */
export interface MockCall {
  readonly port: keyof Host;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface MockHostOptions {
  /** Wall time at the start. */
  readonly nowMs?: number | undefined;
  readonly seed?: number | undefined;
  readonly cwd?: string | undefined;
  readonly homeDir?: string | undefined;
  readonly files?: { readonly [path: string]: string | Uint8Array } | undefined;
  readonly env?: { readonly [name: string]: string } | undefined;
  readonly stdin?: string | undefined;
  readonly tty?: readonly StdStream[] | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** What the machine tells about itself: by default eight threads, a quarter of them busy, and 12 of 16 GiB free. */
  readonly machine?: HostMachine | undefined;
  readonly argv?: readonly string[] | undefined;
  readonly platform?: string | undefined;
}

/** The mock host: a Host, and what a test prepares and asks. */
export interface MockHost extends Host {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly files: MockFiles;
  readonly calls: readonly MockCall[];
  readonly stdout: string;
  readonly stderr: string;
  /** Answers a command: by program name, shell line, or a test of the request. Later ones win. */
  onCommand(match: MockCommand, run: MockRun): void;
  /** Answers an address; a trailing `*` matches any rest. Later ones win. */
  onRequest(method: string, url: string, answer: MockRouteAnswer): void;
  setEnv(name: string, value: string | undefined): void;
  /** The next call of this method fails so. */
  failNext(port: 'fs' | 'process' | 'http' | 'stdio', method: string, error: HarnError): void;
  /** The process side: living processes of this mock and how to add one from an "earlier life". */
  readonly processes: MockProcesses;
}

const MACHINE: HostMachine = {
  processor: async () => ({
    count: 8,
    physicalCount: 4,
    model: 'Mock',
    frequencyMhz: 3000,
    usagePercent: 25,
  }),
  memory: async () => ({ totalBytes: 16 * 2 ** 30, availableBytes: 12 * 2 ** 30 }),
};

/** Makes a mock host. */
export function createMockHost(options: MockHostOptions = {}): MockHost {
  const { cwd = '/work', homeDir = '/home/user', seed = 1 } = options;
  const clock = new ManualClock(options.nowMs ?? Date.UTC(2026, 0, 1));
  const calls: MockCall[] = [];
  const failures = new Map<string, HarnError[]>();
  const logged = <T extends object>(port: keyof Host, real: T): T =>
    logCalls(port, real, calls, failures);
  const files = new MockFiles({ clock, cwd, files: options.files });
  const processes = new MockProcesses(clock);
  const http = new MockHttp(clock);
  const env = new Map(Object.entries(options.env ?? {}));
  const output = { stdout: '', stderr: '' };
  return {
    clock,
    random: seededRandom(seed),
    fs: logged('fs', files.fs),
    process: logged('process', processes.port),
    http: logged('http', http.port),
    env: logged<HostEnv>('env', {
      get: (name) => env.get(name),
      names: () => [...env.keys()].sort(),
    }),
    stdio: logged('stdio', createMockStdio(options, output)),
    system: {
      ...logged('system', createMockSystem(options, cwd, homeDir, processes)),
      machine: options.machine ?? MACHINE,
    },
    files,
    processes,
    calls,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    onCommand: (match, run) => processes.answer(match, run),
    onRequest: (method, url, answer) => http.answer(method, url, answer),
    setEnv(name, value) {
      if (value === undefined) env.delete(name);
      else env.set(name, value);
    },
    failNext(port, method, error) {
      const key = `${port}.${method}`;
      failures.set(key, [...(failures.get(key) ?? []), error]);
    },
  };
}

/** Wraps every method of a port: write the call down, fail if told to, otherwise pass it on. */
function logCalls<T extends object>(
  port: keyof Host,
  real: T,
  calls: MockCall[],
  failures: Map<string, HarnError[]>,
): T {
  const out: { [name: string]: unknown } = {};
  for (const [method, fn] of Object.entries(real) as [string, (...args: unknown[]) => unknown][]) {
    out[method] = (...args: unknown[]) => {
      calls.push({ port, method, args });
      const failure = failures.get(`${port}.${method}`)?.shift();
      if (failure === undefined) return fn(...args);
      if (method === 'readLines' || method === 'walk') return failing(failure);
      return Promise.reject(failure);
    };
  }
  return out as T;
}

function failing(error: HarnError): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

function createMockStdio(
  options: MockHostOptions,
  output: { stdout: string; stderr: string },
): HostStdio {
  let input = options.stdin ?? '';
  return {
    writeOut(text) {
      output.stdout += text;
    },
    writeErr(text) {
      output.stderr += text;
    },
    flush: async () => undefined,
    isClosed: () => false,
    async readLine() {
      if (input === '') return undefined;
      const end = input.indexOf('\n');
      const line = end === -1 ? input : input.slice(0, end);
      input = end === -1 ? '' : input.slice(end + 1);
      return line.endsWith('\r') ? line.slice(0, -1) : line;
    },
    async readAll() {
      const all = input;
      input = '';
      return all;
    },
    isTty: (stream) => options.tty?.includes(stream) === true,
    columns: () => options.columns,
    rows: () => options.rows,
  };
}

function createMockSystem(
  options: MockHostOptions,
  cwd: string,
  homeDir: string,
  processes: MockProcesses,
): HostSystem {
  const self = processes.newIdentity();
  return {
    facts: () => ({
      platform: options.platform ?? 'linux',
      arch: 'x64',
      hostname: 'mock',
      userName: 'user',
      pid: self.pid,
      argv: options.argv ?? [],
      execPath: '/usr/bin/node',
      nodeVersion: '20.19.0',
    }),
    identity: async () => ({ ...self, hostname: 'mock' }),
    cwd: () => cwd,
    homeDir: () => homeDir,
    tempRoot: () => '/tmp',
  };
}
