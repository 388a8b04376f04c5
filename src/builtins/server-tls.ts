// What is said about TLS in front of what listens, as data: whoever listens reads it. Nothing here opens a port.
import { fsEffects, type SelfSigned, serverTlsEffects } from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  asDouble,
  type Ctx,
  type Dict,
  dictFrom,
  dictGet,
  display,
  isDict,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

/** Two years, which lists of sites that are HTTPS only ask for. */
const HSTS_SECONDS = 63_072_000;

function config(mode: string, scheme: string, terminates: boolean, more: Dict = {}): Dict {
  return dictFrom([
    ['mode', mode],
    ['scheme', scheme],
    ['terminate_tls', terminates],
    ...(Object.entries(more) as [string, Value][]),
  ]);
}

/** Fields of `hsts_*`; on by default. */
function hstsOf(options: Value): Dict {
  const given = isDict(options) ? options : dictFrom([]);
  return dictFrom([
    ['hsts', dictGet(given, 'hsts') ?? true],
    ['hsts_max_age_seconds', dictGet(given, 'hsts_max_age_seconds') ?? HSTS_SECONDS],
    ['hsts_include_subdomains', dictGet(given, 'hsts_include_subdomains') ?? false],
    ['hsts_preload', dictGet(given, 'hsts_preload') ?? false],
  ]);
}

function securityHeaders(tls: Value): Dict {
  if (!isDict(tls) || dictGet(tls, 'hsts') !== true) return dictFrom([]);
  const seconds = asDouble(dictGet(tls, 'hsts_max_age_seconds') ?? null) ?? HSTS_SECONDS;
  const parts = [
    `max-age=${seconds}`,
    ...(dictGet(tls, 'hsts_include_subdomains') === true ? ['includeSubDomains'] : []),
    ...(dictGet(tls, 'hsts_preload') === true ? ['preload'] : []),
  ];
  return dictFrom([['strict-transport-security', parts.join('; ')]]);
}

const listOf = (hosts: Value): List => (Array.isArray(hosts) ? hosts : [hosts]);

export function serverTlsRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'net.http_server_tls_plain() -> dict',
      {
        doc: 'Says that what listens does so in clear, on purpose: `{mode, scheme, terminate_tls}`.',
        aliases: ['http_server_tls_plain'],
      },
      () => config('plain', 'http', false),
    ),
    builtin(
      'net.http_server_tls_edge(options: dict?) -> dict',
      {
        doc: 'Says that TLS ends in front of what listens. Options: `hsts`, `hsts_max_age_seconds`, `hsts_include_subdomains`, `hsts_preload`.',
        aliases: ['http_server_tls_edge'],
      },
      (_, options = null) => config('edge', 'https', false, hstsOf(options)),
    ),
    builtin(
      'net.http_server_tls_pem(cert_path: string, key_path: string) -> dict',
      {
        doc: 'Says that what listens has this certificate and key; an error when one of the files is not there. The files are not read.',
        effect: 'read',
        aliases: ['http_server_tls_pem'],
      },
      function* (ctx: Ctx, cert: Value, key: Value): Steps {
        const paths = [display(cert), display(key)];
        for (const path of paths) {
          if (yield* (ctx as RunContext).perform(fsEffects.exists, [path])) continue;
          throw wrong.argument({ builtin: 'http_server_tls_pem', detail: `${path} is not there` });
        }
        const [cert_path = '', key_path = ''] = paths;
        return config('pem', 'https', true, { ...hstsOf(null), cert_path, key_path });
      },
    ),
    effectRow(
      'net.http_server_tls_self_signed_dev(hosts: any?) -> dict',
      serverTlsEffects.tls_self_signed_dev,
      {
        doc: 'A certificate for development that is signed by itself and good for a year, and its private key: `{mode, scheme, terminate_tls, hosts, cert_pem, key_pem}`. For a host or a list of them; `localhost`, `127.0.0.1` and `::1` when none is named. The journal of the run has both.',
        aliases: ['http_server_tls_self_signed_dev'],
        args: ([hosts = null]) => [hosts === null ? null : listOf(hosts).map(display)],
        result: ({ mode, ...made }: SelfSigned) =>
          config(mode, 'https', true, { ...hstsOf(dictFrom([['hsts', false]])), ...made }),
      },
    ),
    builtin(
      'net.http_server_security_headers(tls_config: dict) -> dict',
      {
        doc: 'The headers that go with a way of TLS: `strict-transport-security`, or none in clear.',
        aliases: ['http_server_security_headers'],
      },
      (_, tls) => securityHeaders(tls),
    ),
  ];
}
