// Where a provider is reached and with which key: read from the environment at the moment of a call, never recorded.
import type { HostEnv } from '../../host/index.ts';
import { llmErrors } from '../errors.ts';
import type { ProviderConfig } from './known.ts';

/** Address and key of a provider. A missing one is a coded error that names the variables. */
export function endpointOf(
  provider: ProviderConfig,
  env: HostEnv,
): { readonly baseUrl: string; readonly apiKey: string | undefined } {
  const { name, keyEnv, needsKey } = provider;
  const own = firstOf(env, provider.baseUrlEnv);
  const baseUrl = own ?? provider.baseUrl;
  if (baseUrl === undefined) {
    throw llmErrors.noBaseUrl({ provider: name, variables: provider.baseUrlEnv.join(' or ') });
  }
  const apiKey = firstOf(env, keyEnv);
  const isOptional = needsKey === 'never' || (needsKey === 'unless_address' && own !== undefined);
  if (apiKey === undefined && !isOptional) {
    throw llmErrors.noKey({ provider: name, variables: keyEnv.join(' or ') });
  }
  return { baseUrl: withVersion(baseUrl, provider), apiKey };
}

/** Whether calls can be made as the environment is: an address, and a key where one is needed. */
export function isAvailable(provider: ProviderConfig, env: HostEnv): boolean {
  const own = firstOf(env, provider.baseUrlEnv);
  if (provider.needsKey === 'never') return true;
  if (provider.needsKey === 'unless_address' && own !== undefined) return true;
  return firstOf(env, provider.keyEnv) !== undefined;
}

/** The first of these variables that has a value. */
export function firstOf(env: HostEnv, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env.get(name);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** `localhost:8000` and `http://localhost:8000` mean `http://localhost:8000/v1`; an address with a path is kept. */
function withVersion(address: string, { wire, chatEndpoint }: ProviderConfig): string {
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`;
  const bare = url.replace(/\/+$/, '');
  // An endpoint of one's own has the version in it, if there is any.
  if (chatEndpoint !== undefined) return bare;
  const version = wire === 'google' ? 'v1beta' : 'v1';
  return /^https?:\/\/[^/]+$/.test(bare) ? `${bare}/${version}` : bare;
}
