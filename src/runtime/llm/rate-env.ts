// HARN_RATE_LIMIT_<PROVIDER>: how often a provider may be asked in a minute.
import type { HostEnv } from '../host/index.ts';

/** Requests a minute; null for no limit. */
export function rateOf(env: HostEnv, provider: string): number | null {
  const name = `HARN_RATE_LIMIT_${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  const rate = Number(env.get(name) ?? '');
  return Number.isInteger(rate) && rate > 0 ? rate : null;
}
