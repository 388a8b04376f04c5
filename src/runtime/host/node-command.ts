// Commands before they are started: the program found on the path, the directory checked, the environment put together; and
// what a failed start means.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { HarnError } from '../../base/index.ts';
import { hostErrors } from './errors.ts';
import { plainReason, systemCode } from './node-errors.ts';
import { isAbsolutePath, joinPath } from './paths.ts';
import type { ProcessRequest } from './ports.ts';

const GATE = 'read -r _ <&3 || exit 125; exec 3<&-; exec "$0" "$@"';

export interface CommandOptions {
  readonly cwd: () => string;
  readonly env: () => { readonly [name: string]: string | undefined };
}

export interface Command {
  /** For messages: the program, or the shell line. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
}

export async function prepare(request: ProcessRequest, options: CommandOptions): Promise<Command> {
  const cwd = request.cwd === undefined ? options.cwd() : under(options.cwd(), request.cwd);
  const env: { [name: string]: string | undefined } = {};
  const given = { ...(request.inheritEnv === false ? {} : options.env()), ...request.env };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) env[name] = value;
  const argv = request.shell === undefined ? request.argv : ['/bin/sh', '-c', request.shell];
  const program = argv[0];
  const name = request.shell ?? program ?? '';
  if (program === undefined || program === '') {
    throw hostErrors.startFailed({ command: name, reason: 'no program is named' });
  }
  const isDirectory = await stat(cwd).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  // Without this the system reports a missing directory as a missing program.
  if (!isDirectory) throw hostErrors.badWorkingDirectory({ command: name, cwd });
  const file = await findProgram(program, cwd, env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin');
  const args = argv.slice(1);
  if (request.onStarted === undefined) return { name, file, args, cwd, env };
  return { name, file: '/bin/sh', args: ['-c', GATE, file, ...args], cwd, env };
}

/** Looked up here, so that a missing program is an error and not exit code 127 of the gate. */
async function findProgram(program: string, cwd: string, path: string): Promise<string> {
  const places = program.includes('/')
    ? [under(cwd, program)]
    : path.split(':').map((directory) => joinPath(under(cwd, directory || '.'), program));
  let found = false;
  for (const place of places) {
    const stats = await stat(place).catch(() => undefined);
    if (stats?.isFile() !== true) continue;
    found = true;
    const executable = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return place;
  }
  if (found) throw hostErrors.notExecutable({ command: program });
  throw hostErrors.commandNotFound({ command: program });
}

function under(cwd: string, path: string): string {
  return isAbsolutePath(path) ? path : `${cwd}/${path}`;
}

export function startError(error: unknown, command: string): HarnError {
  const code = systemCode(error);
  if (code === 'ENOENT') return hostErrors.commandNotFound({ command }, { cause: error });
  if (code === 'EACCES') return hostErrors.notExecutable({ command }, { cause: error });
  const reason = code === 'E2BIG' ? 'its arguments are too long' : plainReason(error);
  return hostErrors.startFailed({ command, reason }, { cause: error });
}

/** Starts it as the leader of a group of its own; rejects when it cannot be started. */
export function startChild(command: Command, stdio: StdioOptions): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(startError(error, command.name));
    try {
      const { file, args, cwd, env } = command;
      const child = spawn(file, [...args], { cwd, env, detached: true, stdio });
      child.once('error', fail);
      child.once('spawn', () => {
        child.removeListener('error', fail);
        // Later ones are about signals to a process that is already gone.
        child.on('error', () => undefined);
        resolve(child);
      });
    } catch (error) {
      fail(error);
    }
  });
}
