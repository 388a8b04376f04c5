// Requests with certificates of their own, against servers of this machine whose authority nobody knows.
import { createHash, X509Certificate } from 'node:crypto';
import { createServer, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { listening, pem, tunnels } from './local-servers.fixture.ts';
import { printed } from './scene.ts';

const server = { cert: pem('server.pem'), key: pem('server.key') };
const certificate = new X509Certificate(server.cert);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const ofKey = sha256(certificate.publicKey.export({ type: 'spki', format: 'der' }));

/** A server that tells who asks, by the certificate that is shown to it. */
function secure(options: ServerOptions = {}): Promise<string> {
  return listening(
    createServer({ ...server, ...options }, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      response.end(`hello ${subject?.CN ?? 'stranger'}`);
    }),
  );
}

function online(env: { readonly [name: string]: string } = {}): MockHost {
  const host = createMockHost({
    files: {
      '/work/ca.pem': pem('ca.pem'),
      '/work/client.pem': pem('client.pem'),
      '/work/client.key': pem('client.key'),
      '/work/identity.pem': pem('client.key') + pem('client.pem'),
    },
  });
  return Object.assign(host, {
    http: createNodeHttp({ clock: host.clock, env: (name) => env[name] }),
  });
}

const CA = 'ca_bundle_path: "/work/ca.pem"';
const asks = (at: string, tls: string, more = '') => `
  const answer = try { http_get("https://${at}/", {tls: {${tls}}${more}}).body }
  println(is_ok(answer) ? unwrap(answer) : unwrap_err(answer))`;
const main = (...parts: readonly string[]) =>
  `pipeline main() {\n${parts.map((part) => `if true {${part}\n}`).join('\n')}\n}`;

describe('a server whose authority a program knows', () => {
  it('answers; without the authority nobody speaks to it, not even when its connection stands', async () => {
    const at = await secure();
    const lines = await printed(main(asks(at, ''), asks(at, CA), asks(at, '')), online());
    expect(lines[1]).toBe('hello stranger');
    expect(lines[0]).toContain(at);
    expect(lines[0]).not.toContain('hello');
    expect(lines[2]).toBe(lines[0]);
  });

  it('has to be called by a name that its certificate has', async () => {
    const at = await secure();
    const lines = await printed(
      main(
        asks(at.replace('127.0.0.1', 'localhost'), CA),
        asks(at.replace('127.0.0.1', '127.0.0.2'), CA),
      ),
      online(),
    );
    expect(lines[0]).toBe('hello stranger');
    expect(lines[1]).not.toContain('hello');
  });

  it('is reached through a tunnel of a proxy, which hears nothing else', async () => {
    const at = await secure();
    const proxy = await tunnels();
    const named = `, proxy: "http://${proxy.at}", proxy_auth: {user: "u", pass: "p"}`;
    const lines = await printed(
      main(asks(at, CA, named), asks(at, ''), asks(at, CA)),
      online({ https_proxy: proxy.at }),
    );
    expect([lines[0], lines[2]]).toEqual(['hello stranger', 'hello stranger']);
    expect(lines[1]).not.toContain('hello');
    expect(proxy.asked).toEqual([`${at} Basic dTpw`, `${at} -`, `${at} -`]);
  });
});

describe('a server that asks for a certificate', () => {
  const strict = { ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true };

  it('knows a client by certificate and key, or by both in one file, and nobody else', async () => {
    const at = await secure(strict);
    const lines = await printed(
      main(
        asks(
          at,
          `${CA}, client_cert_path: "/work/client.pem", client_key_path: "/work/client.key"`,
        ),
        asks(at, `${CA}, client_identity_path: "/work/identity.pem"`),
        asks(at, CA),
      ),
      online(),
    );
    expect(lines.slice(0, 2)).toEqual(['hello harn test client', 'hello harn test client']);
    expect(lines[2]).not.toContain('hello');
  });

  it('is not asked with certificates that a program may not read', async () => {
    const at = await secure(strict);
    const lines = await printed(
      { text: main(asks(at, `${CA}, client_identity_path: "/work/identity.pem"`)), deny: ['fs'] },
      online(),
    );
    expect(lines[0]).toMatch(/fs\.read_text/);
  });
});

describe('a pin', () => {
  it.each([
    ['the certificate in hex', sha256(certificate.raw).toString('hex')],
    ['the certificate as tools print it', certificate.fingerprint256],
    ['the certificate in base64', `sha256/${sha256(certificate.raw).toString('base64')}`],
    ['the public key in base64', `sha256/${ofKey.toString('base64')}`],
    ['the public key in hex', ofKey.toString('hex')],
  ])('is %s', async (_, pin) => {
    const at = await secure();
    const pins = `${CA}, pinned_sha256: ["${'0'.repeat(64)}", "${pin}"]`;
    expect(await printed(main(asks(at, pins)), online())).toEqual(['hello stranger']);
  });

  it('refuses another server, and does not stand for its authority', async () => {
    const at = await secure();
    const lines = await printed(
      main(
        asks(at, `${CA}, pinned_sha256: "${'0'.repeat(64)}"`),
        asks(at, `pinned_sha256: "${certificate.fingerprint256}"`),
      ),
      online(),
    );
    expect(lines[0]).toContain('its certificate is not the one that is pinned');
    expect(lines[1]).not.toContain('hello');
  });
});
