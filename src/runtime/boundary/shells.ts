// Shells of this machine: which there are, which one is meant, and how a line is handed to it. What is found is a read like
// any other; the choice of `process.set_default_shell` is memory of the run.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { baseName } from '../host/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { optionalParam, textParam } from './capabilities.ts';
import { boundaryErrors } from './errors.ts';

/** One shell, in the shape of the published schema. */
export type Shell = {
  readonly id: string;
  readonly label: string;
  readonly path: string;
  readonly platform: string;
  readonly available: boolean;
  readonly supports_login: boolean;
  readonly supports_interactive: boolean;
  /** What stands before a line. */
  readonly default_args: readonly string[];
  /** The same for a login shell. */
  readonly login_args: readonly string[];
  readonly source: 'env' | 'etc_shells' | 'fallback';
};

export type ShellCatalog = {
  readonly shells: readonly Shell[];
  readonly default_shell_id: string | null;
};

/** How a line is run: `args[command_arg_index]` is where the line stands, or goes. */
export type ShellInvocation = {
  readonly program: string;
  readonly args: readonly string[];
  readonly command_arg_index: number;
  readonly shell: Shell;
};

const FALLBACKS = ['/bin/sh', '/bin/bash', '/bin/zsh', '/usr/bin/fish'];
const WITH_LOGIN: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish']);

const discover = defineEffect(
  { name: 'process.list_shells', class: 'read', access: 'read' },
  async (env): Promise<ShellCatalog> => {
    const { platform } = env.host.system.facts();
    const found = new Map<string, Shell>();
    for (const [path, source] of await candidates(env)) {
      const id = baseName(path);
      if (found.has(id) || !(await env.host.fs.exists(path))) continue;
      found.set(id, shellAt(path, platform === 'win32' ? 'windows' : platform, source));
    }
    const shells = [...found.values()];
    const preferred = shells.find(({ source }) => source === 'env') ?? found.get('sh') ?? shells[0];
    return { shells, default_shell_id: preferred?.id ?? null };
  },
);

async function candidates(env: EffectEnv): Promise<[string, Shell['source']][]> {
  const own = env.host.env.get('SHELL');
  const listed = (await env.host.fs.exists('/etc/shells'))
    ? (await env.host.fs.readText('/etc/shells')).split('\n').map((line) => line.trim())
    : [];
  return [
    ...(own === undefined || own === '' ? [] : [[own, 'env'] as [string, 'env']]),
    ...FALLBACKS.map((path): [string, 'fallback'] => [path, 'fallback']),
    ...listed
      .filter((line) => line.startsWith('/'))
      .map((path): [string, 'etc_shells'] => [path, 'etc_shells']),
  ];
}

function shellAt(path: string, platform: string, source: Shell['source']): Shell {
  const id = baseName(path);
  const hasLogin = WITH_LOGIN.has(id);
  return {
    id,
    label: id,
    path,
    platform,
    available: true,
    supports_login: hasLogin,
    supports_interactive: true,
    default_args: ['-c'],
    login_args: hasLogin ? ['-l', '-c'] : ['-c'],
    source,
  };
}

const chosenKey: ServiceKey<{ id: string | undefined }> = {
  name: 'boundary.default_shell',
  create: () => ({ id: undefined }),
};

const choose = defineSyncEffect(
  { name: 'process.set_default_shell', class: 'local', access: 'write' },
  (env, id: string) => {
    env.get(chosenKey).id = id;
    return null;
  },
);

/** The shells, with the default that is in force for this run. */
export function* listShells(ctx: RunContext): Suspending<ShellCatalog> {
  const catalog = yield* ctx.perform(discover, []);
  const { id } = ctx.get(chosenKey);
  return id === undefined ? catalog : { ...catalog, default_shell_id: id };
}

/** The default shell; null when the machine has none. */
export function* defaultShell(ctx: RunContext): Suspending<Shell | null> {
  const { shells, default_shell_id } = yield* listShells(ctx);
  return shells.find(({ id }) => id === default_shell_id) ?? null;
}

/** Makes a shell the default of this run. */
export function* setDefaultShell(ctx: RunContext, params: JsonObject): Suspending<Shell> {
  const shell = yield* shellOf(ctx, textParam('process.set_default_shell', params, 'shell_id'));
  ctx.sync(choose, [shell.id]);
  return shell;
}

function* shellOf(ctx: RunContext, asked: string): Suspending<Shell> {
  const { shells } = yield* listShells(ctx);
  const found = shells.find(({ id, path }) => id === asked || path === asked);
  if (found !== undefined) return found;
  throw boundaryErrors.noShell({ asked, known: shells.map(({ id }) => id).join(', ') });
}

/** The shell that a request means: `shell_id`, `shell: {id}`, or the default. */
function* shellMeant(ctx: RunContext, params: JsonObject): Suspending<Shell> {
  const { shell, shell_id: id } = params;
  const named: Json | undefined = isJsonObject(shell) ? shell['id'] : shell;
  const asked = id ?? named ?? null;
  if (typeof asked === 'string') return yield* shellOf(ctx, asked);
  const usual = yield* defaultShell(ctx);
  if (usual === null) throw boundaryErrors.noShell({ asked: 'default', known: '' });
  return usual;
}

/** How a line is handed to a shell: `{shell_id | shell, command?, login?, interactive?}`. */
export function* shellInvocation(ctx: RunContext, params: JsonObject): Suspending<ShellInvocation> {
  const operation = 'process.shell_invocation';
  const shell = yield* shellMeant(ctx, params);
  const isLogin = optionalParam(operation, params, 'login', 'boolean') === true;
  const isInteractive = optionalParam(operation, params, 'interactive', 'boolean') === true;
  const command = optionalParam(operation, params, 'command', 'string');
  const before = [
    ...(isInteractive ? ['-i'] : []),
    ...(isLogin ? shell.login_args : shell.default_args),
  ];
  return {
    program: shell.path,
    args: command === undefined ? before : [...before, command],
    command_arg_index: before.length,
    shell,
  };
}
