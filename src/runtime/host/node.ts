// The real host: this machine, this process. Together with the node-*.ts files beside it, the only code of the runtime
// that touches node's own modules, the environment or the network.
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { type Clock, type Random, systemClock, systemRandom } from '../../base/index.ts';
import { createNodeFs } from './node-fs.ts';
import { createNodeHttp } from './node-http.ts';
import { lookUp, readBootId } from './node-identity.ts';
import { createNodeProcess } from './node-process.ts';
import { createNodeStdio } from './node-stdio.ts';
import { isAbsolutePath, joinPath } from './paths.ts';
import type { HolderIdentity, Host, SystemFacts } from './ports.ts';

/** What of the real host can be replaced. */
export interface NodeHostOptions {
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Stands for the working directory in every port; the process's own by default. */
  readonly cwd?: string | undefined;
}

/** Opens nothing by itself; a host is a view, so there is nothing to close. */
export function createNodeHost(options: NodeHostOptions = {}): Host {
  const { clock = systemClock, random = systemRandom } = options;
  const cwd = () => currentDirectory(options.cwd);
  const env = () => process.env;
  let holder: Promise<HolderIdentity> | undefined;
  return {
    clock,
    random,
    fs: createNodeFs({ cwd, random }),
    process: createNodeProcess({ clock, cwd, env }),
    http: createNodeHttp({ clock }),
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
      homeDir: () => homedir(),
      tempRoot: () => tmpdir(),
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
    hostname: hostname(),
    userName: userName(),
    pid: process.pid,
    argv: process.argv.slice(2),
    execPath: process.execPath,
    nodeVersion: process.versions.node,
  };
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
