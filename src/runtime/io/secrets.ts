// Secrets by their ids, `github/webhook-secret`: from the environment (`HARN_SECRET_GITHUB_WEBHOOK_SECRET`) and from files below
// `HARN_SECRETS_DIR`, in the order of `HARN_SECRET_PROVIDERS` (`env,file`). The journal keeps a keyed hash; a replay reads again.
import { isHostError, joinPath } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';

const ID = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/;

/** `github/webhook-secret` → `HARN_SECRET_GITHUB_WEBHOOK_SECRET`. */
function variableOf(id: string): string {
  return `HARN_SECRET_${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

async function fromFile(env: EffectEnv, id: string): Promise<string | undefined> {
  const folder = env.host.env.get('HARN_SECRETS_DIR') ?? '';
  if (folder === '') return undefined;
  try {
    const text = await env.host.fs.readText(joinPath(folder, id), { signal: env.signal });
    // Editors and `echo` end a file with a line break that is no part of the secret.
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    if (isHostError(error, 'notFound') || isHostError(error, 'notDirectory')) return undefined;
    throw error;
  }
}

async function lookUp(env: EffectEnv, id: string, provider: string): Promise<string | undefined> {
  if (provider === 'env') return env.host.env.get(variableOf(id));
  if (provider === 'file') return fromFile(env, id);
  throw ioErrors.noSecretProvider({ provider });
}

export const secretEffects = {
  /** The value of a secret. */
  secret_get: defineEffect(
    { name: 'env.secret_get', class: 'read', access: 'read', secret: () => true },
    async (env, id: string): Promise<string> => {
      if (!ID.test(id)) throw ioErrors.badSecretId({ id });
      const order = (env.host.env.get('HARN_SECRET_PROVIDERS') ?? 'env,file').split(',');
      for (const provider of order.map((each) => each.trim()).filter((each) => each !== '')) {
        const found = await lookUp(env, id, provider);
        if (found !== undefined) return found;
      }
      throw ioErrors.noSecret({ id, variable: variableOf(id) });
    },
  ),
};
