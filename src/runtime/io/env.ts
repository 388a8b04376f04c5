// Environment and machine facts. Values of names that look secret are never kept: the journal holds a keyed hash and
// a replay reads them again.
import { type HostMachine, isSecretName } from '../host/index.ts';
import { defineEffect, defineSyncEffect, type EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';

const reading = { class: 'ambient', access: 'read' } as const;
const observing = { class: 'read', access: 'read' } as const;

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
  /** `{count, physical_count, model, frequency_mhz, usage_pct}`; `physical_count` is null where it is not known. */
  cpu: defineEffect({ name: 'system.cpu', ...observing }, async (env) => {
    const facts = await machineOf(env, 'its processor').processor({ signal: env.signal });
    return {
      count: facts.count,
      physical_count: facts.physicalCount ?? null,
      model: facts.model,
      frequency_mhz: facts.frequencyMhz,
      usage_pct: Math.round(facts.usagePercent * 10) / 10,
    };
  }),
  /** `{total_bytes, used_bytes, available_bytes, total_gb, used_gb, available_gb, pressure}`, with GB of 2^30 bytes. */
  memory: defineEffect({ name: 'system.memory', ...observing }, async (env) => {
    const { totalBytes, availableBytes } = await machineOf(env, 'its memory').memory();
    const usedBytes = totalBytes - availableBytes;
    return {
      total_bytes: totalBytes,
      used_bytes: usedBytes,
      available_bytes: availableBytes,
      total_gb: gigabytes(totalBytes),
      used_gb: gigabytes(usedBytes),
      available_gb: gigabytes(availableBytes),
      pressure: pressureOf(totalBytes, usedBytes),
    };
  }),
};

function machineOf(env: EffectEnv, fact: string): HostMachine {
  const { machine } = env.host.system;
  if (machine === undefined) throw ioErrors.noMachine({ fact });
  return machine;
}

function gigabytes(bytes: number): number {
  return Math.round((bytes / 2 ** 30) * 100) / 100;
}

/** `high` from nine tenths in use, `medium` from three quarters. */
function pressureOf(total: number, used: number): 'low' | 'medium' | 'high' | 'unknown' {
  if (total <= 0) return 'unknown';
  if (used >= total * 0.9) return 'high';
  return used >= total * 0.75 ? 'medium' : 'low';
}

/** Upstream's names of processor families. */
function archName(arch: string): string {
  if (arch === 'x64') return 'x86_64';
  return arch === 'arm64' ? 'aarch64' : arch;
}
