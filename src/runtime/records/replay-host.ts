// The host of a replay: nothing can be changed through it. Time, chance and the environment are real, files can be
// looked at (a run re-reads what was too large to keep), and everything else is refused.
import { createNullHost, type Host, type HostFs } from '../host/index.ts';

/** Makes a host that cannot touch the world. */
export function replayHost(host: Host): Host {
  const none = createNullHost();
  const { process, stdio, env, system, clock, random } = host;
  return {
    ...none,
    clock,
    random,
    env,
    system,
    fs: readingOnly(host.fs, none.fs),
    process: {
      ...none.process,
      identify: (pid) => process.identify(pid),
      isAlive: (identity) => process.isAlive(identity),
    },
    stdio: {
      ...none.stdio,
      flush: async () => undefined,
      isClosed: () => false,
      isTty: (stream) => stdio.isTty(stream),
      columns: () => stdio.columns(),
    },
  };
}

function readingOnly(fs: HostFs, none: HostFs): HostFs {
  return {
    ...none,
    readText: (path, options) => fs.readText(path, options),
    readBytes: (path, options) => fs.readBytes(path, options),
    readLines: (path, options) => fs.readLines(path, options),
    stat: (path, options) => fs.stat(path, options),
    exists: (path, options) => fs.exists(path, options),
  };
}
