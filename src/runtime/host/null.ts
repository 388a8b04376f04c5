// The host that refuses everything and remembers what was asked. For code that must prove it has no effects.
import { hostErrors } from './errors.ts';
import type { Host, HostFs } from './ports.ts';

/** One refused call. */
export interface DeniedCall {
  readonly port: keyof Host;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A host whose every call fails with `denied`. */
export interface NullHost extends Host {
  /** What was asked, in order. */
  readonly denied: readonly DeniedCall[];
}

/** Makes a refusing host. */
export function createNullHost(): NullHost {
  const denied: DeniedCall[] = [];
  const sync: Denying<never> =
    (port, method) =>
    (...args) => {
      denied.push({ port, method, args });
      throw hostErrors.denied({ port, method });
    };
  const later: Denying<Promise<never>> =
    (port, method) =>
    async (...args) =>
      sync(port, method)(...args);
  return {
    denied,
    clock: {
      nowMs: sync('clock', 'nowMs'),
      monotonicMs: sync('clock', 'monotonicMs'),
      after: sync('clock', 'after'),
    },
    random: { next: sync('random', 'next'), bytes: sync('random', 'bytes') },
    fs: nullFs(sync, later),
    process: {
      run: later('process', 'run'),
      open: later('process', 'open'),
      identify: later('process', 'identify'),
      isAlive: later('process', 'isAlive'),
      endGroup: later('process', 'endGroup'),
    },
    http: { request: later('http', 'request'), open: later('http', 'open') },
    env: { get: sync('env', 'get'), names: sync('env', 'names') },
    stdio: {
      writeOut: sync('stdio', 'writeOut'),
      writeErr: sync('stdio', 'writeErr'),
      flush: later('stdio', 'flush'),
      isClosed: sync('stdio', 'isClosed'),
      readLine: later('stdio', 'readLine'),
      readAll: later('stdio', 'readAll'),
      isTty: sync('stdio', 'isTty'),
      columns: sync('stdio', 'columns'),
      rows: sync('stdio', 'rows'),
    },
    system: {
      facts: sync('system', 'facts'),
      identity: later('system', 'identity'),
      cwd: sync('system', 'cwd'),
      homeDir: sync('system', 'homeDir'),
      tempRoot: sync('system', 'tempRoot'),
      machine: {
        processor: later('system', 'processor'),
        memory: later('system', 'memory'),
      },
    },
  };
}

type Denying<R> = (port: keyof Host, method: string) => (...args: readonly unknown[]) => R;

function nullFs(sync: Denying<never>, later: Denying<Promise<never>>): HostFs {
  return {
    readText: later('fs', 'readText'),
    readBytes: later('fs', 'readBytes'),
    readLines: sync('fs', 'readLines'),
    stat: later('fs', 'stat'),
    exists: later('fs', 'exists'),
    writeFile: later('fs', 'writeFile'),
    append: later('fs', 'append'),
    delete: later('fs', 'delete'),
    rename: later('fs', 'rename'),
    copy: later('fs', 'copy'),
    mkdir: later('fs', 'mkdir'),
    listDir: later('fs', 'listDir'),
    walk: sync('fs', 'walk'),
    glob: later('fs', 'glob'),
    makeTempDir: later('fs', 'makeTempDir'),
    watch: later('fs', 'watch'),
    realPath: later('fs', 'realPath'),
  };
}
