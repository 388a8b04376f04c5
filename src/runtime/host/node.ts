// The real host: this machine, this process. Together with the node-*.ts files beside it, the only code of the runtime
// that touches node's own modules, the environment or the network.
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { type Clock, type Random, systemClock } from '../../base/index.ts';
import { createNodeFs } from './node-fs.ts';
import { createNodeHttp } from './node-http.ts';
import { lookUp, readBootId } from './node-identity.ts';
import { createNodeProcess } from './node-process.ts';
import { createNodeRandom } from './node-random.ts';
import { createNodeStdio } from './node-stdio.ts';
import { isAbsolutePath, joinPath } from './paths.ts';
import type { HolderIdentity, Host, HostFs, HostHttp, HostProcess, SystemFacts } from './ports.ts';

/** What of the real host can be replaced. */
export interface NodeHostOptions {
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Stands for the working directory in every port; the process's own by default. */
  readonly cwd?: string | undefined;
}

/** Opens nothing by itself; a host is a view, so there is nothing to close. */
export function createNodeHost(options: NodeHostOptions = {}): Host {
  const { clock = systemClock, random = createNodeRandom() } = options;
  const cwd = () => currentDirectory(options.cwd);
  const env = () => process.env;
  // Made when first used: few runs need all of them, and every run waits for what is loaded at its start.
  let fs: HostFs | undefined;
  let processes: HostProcess | undefined;
  let http: HostHttp | undefined;
  let holder: Promise<HolderIdentity> | undefined;
  return {
    clock,
    random,
    get fs() {
      fs ??= createNodeFs({ cwd, random });
      return fs;
    },
    get process() {
      processes ??= createNodeProcess({ clock, cwd, env });
      return processes;
    },
    get http() {
      http ??= createNodeHttp({ clock, env: (name) => process.env[name] });
      return http;
    },
    env: {
      get: (name) => process.env[name],
      names: () => Object.keys(process.env).sort(),
    },
    stdio: createNodeStdio({ clock }),
    system: {
      facts,
      identity: () => {
        holder ??= identifySelf();
        return holder;
      },
      cwd,
      homeDir: () => homeOf(process.env),
      tempRoot: () => tmpdir(),
      machine: {
        processor: async (asked) =>
          (await import('./node-machine.ts')).processorFacts(clock, asked),
        memory: async () => (await import('./node-machine.ts')).memoryFacts(),
      },
    },
  };
}

function currentDirectory(given: string | undefined): string {
  if (given === undefined) return process.cwd();
  return isAbsolutePath(given) ? given : joinPath(process.cwd(), given);
}

function facts(): SystemFacts {
  return {
    platform: process.platform,
    arch: process.arch,
    // Asked of the system only when somebody wants to know.
    get hostname() {
      return hostname();
    },
    get userName() {
      return userName();
    },
    pid: process.pid,
    argv: process.argv.slice(2),
    execPath: process.execPath,
    nodeVersion: process.versions.node,
  };
}

/** As os.homedir() finds it, which need not be loaded for what the environment says. */
function homeOf({ HOME }: { readonly [name: string]: string | undefined }): string {
  return process.platform !== 'win32' && HOME !== undefined && HOME !== '' ? HOME : homedir();
}

/** A container can run as a user id without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

async function identifySelf(): Promise<HolderIdentity> {
  const seen = await lookUp(process.pid);
  const identity = seen?.identity ?? {
    pid: process.pid,
    // Where the system does not tell, our own start is near enough: it only has to differ from other lives of this pid.
    startTime: `at-${Math.round(performance.timeOrigin)}`,
    bootId: await readBootId(),
  };
  return { ...identity, hostname: hostname() };
}
