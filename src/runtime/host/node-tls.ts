// What certificates of one's own and pins mean to `node:tls`, for requests and for WebSockets.
import { createHash, X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  rootCertificates,
  type TLSSocket,
} from 'node:tls';
import type { HttpTls } from './ports.ts';

/** The options of a connection as a client. */
export function tlsOptions({ ca, cert, key, pins }: HttpTls = {}) {
  return {
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pins === undefined
      ? {}
      : {
          checkServerIdentity: (host: string, peer: PeerCertificate) =>
            checkServerIdentity(host, peer) ?? pinned(peer, pins),
        }),
  };
}

/** A pin is the SHA-256 of the certificate or of its public key (SubjectPublicKeyInfo), in hex or base64. */
function pinned(peer: PeerCertificate, pins: readonly string[]): Error | undefined {
  const key = new X509Certificate(peer.raw).publicKey.export({ type: 'spki', format: 'der' });
  const hashes = [peer.raw, key].flatMap((bytes) => {
    const hash = createHash('sha256').update(bytes).digest();
    return [hash.toString('hex'), hash.toString('base64')];
  });
  const wanted = pins.map((pin) => {
    const text = pin.replace(/^sha256[/:]/i, '').trim();
    const hex = text.replaceAll(':', '').toLowerCase();
    return /^[0-9a-f]{64}$/.test(hex) ? hex : text;
  });
  if (wanted.some((pin) => hashes.includes(pin))) return undefined;
  return Object.assign(new Error('its certificate is not the one that is pinned'), {
    code: 'CERT_PINNED_ELSEWHERE',
  });
}

/** TLS with a host, over a connection that stands or a new one. */
export function connectSecurely(
  where: { readonly host: string } & ({ readonly socket: Socket } | { readonly port: number }),
  tls: HttpTls | undefined,
): TLSSocket {
  const host = where.host.replace(/^\[|\]$/g, '');
  // A certificate for an address is compared with `host`; a name is also said to the server.
  const server = isIP(host) === 0 ? { servername: host } : {};
  return connect({ ...where, host, ...server, ALPNProtocols: ['http/1.1'], ...tlsOptions(tls) });
}
