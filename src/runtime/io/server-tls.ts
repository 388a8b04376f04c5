// TLS of what listens: records that say how (`http_server_tls_*`), and certificates that are made for development. Files are
// read whenever somebody listens, a resumed run included.
import type { ServerCertificate } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { fsEffects } from './fs.ts';
import { parseAddress } from './ip-range.ts';

/** How TLS is spoken: in clear (`plain`), by somebody in front (`edge`), with files (`pem`), with a record's own certificate. */
export type ServerTlsConfig = {
  readonly mode?: string;
  readonly cert_path?: string;
  readonly key_path?: string;
  readonly cert_pem?: string;
  readonly key_pem?: string;
};

/** A certificate for development, and its private key, as PEM texts: to be given to what listens as it is. */
export type SelfSigned = {
  readonly mode: 'self_signed_dev';
  readonly hosts: readonly string[];
  readonly cert_pem: string;
  readonly key_pem: string;
};

const HOSTS = ['localhost', '127.0.0.1', '::1'];
const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const KEY_BYTES = 32;
const SERIAL_BYTES = 16;
const NAME =
  /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Whether what listens so speaks TLS itself. */
export function isSecure(config: ServerTlsConfig | null): boolean {
  return config?.mode === 'pem' || config?.mode === 'self_signed_dev';
}

/** The certificate to listen with; undefined in clear. */
export async function certificateOf(
  env: EffectEnv,
  config: ServerTlsConfig | null,
): Promise<ServerCertificate | undefined> {
  if (config === null || config.mode === 'plain' || config.mode === 'edge') return undefined;
  const { mode, cert_path, key_path, cert_pem, key_pem } = config;
  if (mode === 'pem' && typeof cert_path === 'string' && typeof key_path === 'string') {
    env.authority.check(fsEffects.read_text.spec);
    const read = (path: string) => env.host.fs.readText(path, { signal: env.signal });
    return { cert: await read(cert_path), key: await read(key_path) };
  }
  if (mode === 'self_signed_dev' && typeof cert_pem === 'string' && typeof key_pem === 'string') {
    return { cert: cert_pem, key: key_pem };
  }
  throw ioErrors.badServerTls({ mode: String(mode ?? 'nothing') });
}

function checkedHosts(hosts: readonly string[]): readonly string[] {
  if (hosts.length === 0) throw ioErrors.badCertificateHost({ host: '' });
  for (const host of hosts) {
    if (typeof host === 'string' && (NAME.test(host) || parseAddress(host) !== undefined)) continue;
    throw ioErrors.badCertificateHost({ host: String(host) });
  }
  return hosts;
}

export const serverTlsEffects = {
  /** A certificate for development: for a year, signed by itself. The journal has its private key, as a replay needs it. */
  tls_self_signed_dev: defineEffect(
    { name: 'net.tls_self_signed_dev', class: 'ambient', access: 'read' },
    async (env, given: readonly string[] | null = null): Promise<SelfSigned> => {
      const hosts = checkedHosts(given ?? HOSTS);
      const { selfSigned } = env.host.http;
      if (selfSigned === undefined) throw ioErrors.noCertificates({});
      const nowMs = env.clock.nowMs();
      const addresses = hosts.flatMap((host) => parseAddress(host) ?? []);
      const { cert, key } = await selfSigned({
        names: hosts.filter((host) => parseAddress(host) === undefined),
        addresses,
        key: env.host.random.bytes(KEY_BYTES),
        serial: env.host.random.bytes(SERIAL_BYTES),
        // Clocks of clients may be a little behind.
        fromMs: nowMs - DAY_MS,
        untilMs: nowMs + VALID_DAYS * DAY_MS,
      });
      return { mode: 'self_signed_dev', hosts, cert_pem: cert, key_pem: key };
    },
  ),
};
