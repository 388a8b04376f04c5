// The outside of tests: this machine, but models are mocks and there is no network unless it was allowed.
import type { Host } from '../../runtime/host/index.ts';
import { testErrors } from './errors.ts';

/** What tests may do that costs money or leaves the machine. */
export interface TestAccess {
  readonly network: boolean;
  /** Whether real models may be asked. */
  readonly models: boolean;
  /** What a call asks that names no provider: the mock, or what `harn run` would ask. */
  readonly provider?: 'mock' | 'real';
}

/** What is set for tests where the environment says nothing else. */
const PRESETS = { HARN_LLM_PROVIDER: 'mock' } as const;
/** Set where real models may not be asked: asking for a real model by name is refused with a word about it. */
const OFFLINE = { HARN_LLM_CALLS_DISABLED: '1' } as const;

/** The host that tests run on. */
export function testHost(host: Host, { network, models, provider }: TestAccess): Host {
  const own: { readonly [name: string]: string } = {
    ...(provider === 'real' || host.env.get('HARN_LLM_PROVIDER') !== undefined ? {} : PRESETS),
    ...(models ? {} : OFFLINE),
  };
  const refuse = async ({ url }: { readonly url: string }): Promise<never> => {
    throw testErrors.networkIsOff({ url });
  };
  return {
    ...host,
    env: {
      get: (name) => own[name] ?? host.env.get(name),
      names: () => [...new Set([...host.env.names(), ...Object.keys(own)])].sort(),
    },
    http: network ? host.http : { request: refuse, open: refuse },
  };
}
