// Environment and machine facts. Values of names that look secret are never kept: the journal holds a keyed hash and
// a replay reads them again.
import { isSecretName } from '../host/index.ts';
import { defineSyncEffect } from '../run/index.ts';

const reading = { class: 'ambient', access: 'read' } as const;

export const envEffects = {
  /** The value, or null when the name is not set. */
  get: defineSyncEffect(
    {
      name: 'env.get',
      ...reading,
      secret: ([name]: readonly [string]) => isSecretName(name),
      answered: (scope, [name]): string | null | undefined => scope.variable(name),
    },
    (env, name: string) => env.host.env.get(name) ?? null,
  ),
  /** The value, or what is given when the name is not set. */
  get_or: defineSyncEffect(
    {
      name: 'env.get_or',
      ...reading,
      secret: ([name]: readonly [string, string]) => isSecretName(name),
      answered: (scope, [name]): string | undefined => scope.variable(name),
    },
    (env, name: string, fallback: string) => env.host.env.get(name) ?? fallback,
  ),
};

export const systemEffects = {
  /** `{os, arch}`; os is `linux`, `darwin` or `windows`. */
  platform: defineSyncEffect({ name: 'system.platform', ...reading }, (env) => {
    const { platform, arch, hostname } = env.host.system.facts();
    return { os: platform === 'win32' ? 'windows' : platform, arch: archName(arch), hostname };
  }),
  /** `{username, hostname, pid}` of the process that holds the run. */
  identity: defineSyncEffect({ name: 'system.identity', ...reading }, (env) => {
    const { userName, hostname, pid } = env.host.system.facts();
    return { username: userName, hostname, pid };
  }),
};

/** Upstream's names of processor families. */
function archName(arch: string): string {
  if (arch === 'x64') return 'x86_64';
  return arch === 'arm64' ? 'aarch64' : arch;
}
