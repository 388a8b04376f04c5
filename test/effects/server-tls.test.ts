// TLS of what listens: certificates of files and those made for development, spoken to by clients that trust them; after a kill too.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRuntime, pipeline } from '../../src/index.ts';
import {
  createMockHost,
  type HostListener,
  type ListenRequest,
  type MockHost,
} from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const pem = (name: string) =>
  readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8');

function online(): MockHost {
  const host = createMockHost({
    files: {
      '/work/ca.pem': pem('ca.pem'),
      '/work/server.pem': pem('server.pem'),
      '/work/server.key': pem('server.key'),
      '/work/client.key': pem('client.key'),
    },
  });
  return Object.assign(host, { http: createNodeHttp({ clock: host.clock }) });
}

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;
/** A client comes, trusts the authority in a file, and is told something. */
const TALK = `
fn talk(server, authority) {
  websocket_route(server, "/tea")
  const client = websocket_connect(server.url + "/tea", {tls: {ca_bundle_path: authority}, timeout_ms: 20000})
  websocket_send(websocket_accept(server, 20000), "milk?")
  return websocket_receive(client, 20000).data
}
`;

describe('a WebSocket server with a certificate of files', () => {
  it('speaks TLS with clients that know its authority, and with no others', async () => {
    const lines = await printed(
      TALK +
        main(`
  const tls = http_server_tls_pem("/work/server.pem", "/work/server.key")
  const s = websocket_server("127.0.0.1:0", {tls: tls})
  println(starts_with(s.url, "wss://127.0.0.1:"))
  println(talk(s, "/work/ca.pem"))
  println(contains(unwrap_err(try { websocket_connect(s.url + "/tea") }), "no secure connection"))
  println(is_err(try { websocket_connect(s.url.replace("wss", "ws") + "/tea") }))
  println(websocket_server_close(s))`),
      online(),
    );
    expect(lines).toEqual(['true', 'milk?', 'true', 'true', 'true']);
  });

  it('listens in clear where TLS ends before it, or is not spoken on purpose', async () => {
    const lines = await printed(
      main(`
  for tls in [http_server_tls_plain(), http_server_tls_edge(), nil] {
    const s = websocket_server(nil, {tls: tls})
    println(s.url.starts_with("ws://"))
    websocket_route(s, "/")
    websocket_connect(s.url + "/")
  }`),
      online(),
    );
    expect(lines).toEqual(['true', 'true', 'true']);
  });

  it('does not listen with what is no pair, is not there, may not be read, or is no such record', async () => {
    const listens = (tls: string) =>
      `println(unwrap_err(try { websocket_server("127.0.0.1:0", {tls: ${tls}}) }))`;
    const files = (key: string) =>
      `{mode: "pem", cert_path: "/work/server.pem", key_path: "/work/${key}"}`;
    const lines = await printed(
      main(
        [files('client.key'), files('none.key'), '{mode: "pem"}', '{mode: "tea"}', '{}']
          .map(listens)
          .join('\n'),
      ),
      online(),
    );
    expect(lines).toEqual([
      'cannot listen at wss://127.0.0.1:0: its certificate and key are not a pair of PEM texts',
      expect.stringContaining('/work/none.key'),
      '"pem" is no way to speak TLS that has all it needs',
      '"tea" is no way to speak TLS that has all it needs',
      '"nothing" is no way to speak TLS that has all it needs',
    ]);
    const [refused] = await printed(
      { text: main(listens(files('server.key'))), deny: ['fs'] },
      online(),
    );
    expect(refused).toMatch(/fs\.read_text/);
  });
});

describe('a certificate for development', () => {
  it('is trusted by who has it, for the hosts it names, from yesterday for a year', async () => {
    const host = online();
    const lines = await printed(
      TALK +
        main(`
  const dev = http_server_tls_self_signed_dev(["localhost", "*.tea.test", "127.0.0.1", "::1"])
  println([dev.mode, dev.scheme, dev.terminate_tls, dev.hsts, http_server_security_headers(dev)])
  println(contains(dev.key_pem, "-----BEGIN PRIVATE KEY-----"))
  write_file("/work/dev.pem", dev.cert_pem)
  println(talk(websocket_server(nil, {tls: dev}), "/work/dev.pem"))
  const other = http_server_tls_self_signed_dev("other.test")
  write_file("/work/other.pem", other.cert_pem)
  println(is_err(try { talk(websocket_server(nil, {tls: other}), "/work/other.pem") }))
  println(other.key_pem == dev.key_pem)`),
      host,
    );
    expect(lines).toEqual([
      '[self_signed_dev, https, true, false, {}]',
      'true',
      'milk?',
      'true',
      'false',
    ]);
    const made = new X509Certificate(await host.fs.readText('/work/dev.pem'));
    expect(made.subjectAltName).toBe(
      'DNS:localhost, DNS:*.tea.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(made.verify(made.publicKey)).toBe(true);
    expect([made.ca, made.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.1']]);
    const days = (date: string) => Math.round((Date.parse(date) - host.clock.nowMs()) / 86_400_000);
    expect([days(made.validFrom), days(made.validTo)]).toEqual([-1, 365]);
  });

  it('is for this machine when no host is named, and for no host that is none', async () => {
    const lines = await printed(
      main(`
  println(http_server_tls_self_signed_dev().hosts)
  for bad in [[], "", "a b", "tea.test:80", ["ok.test", "a..b"], "é.test"] {
    println(unwrap_err(try { http_server_tls_self_signed_dev(bad) }))
  }`),
      online(),
    );
    const refused = (host: string) => `a certificate cannot be for the host ${host}`;
    expect(lines).toEqual([
      '[localhost, 127.0.0.1, ::1]',
      ...['""', '""', '"a b"', '"tea.test:80"', '"a..b"', '"é.test"'].map(refused),
    ]);
    const [none] = await printed(
      main('println(unwrap_err(try { http_server_tls_self_signed_dev() }))'),
    );
    expect(none).toBe('this host makes no certificates');
  });

  it('stays the same when the run is killed anywhere, and what listens again has it and its address', async () => {
    const text = main(`
  const dev = http_server_tls_self_signed_dev()
  write_file("/work/first.pem", dev.cert_pem)
  const s = websocket_server(nil, {tls: dev})
  write_file("/work/second.pem", dev.cert_pem)
  println(websocket_accept(s))
  println(s.url)`);
    /** Where a host was asked to listen, with what. */
    const asked: [port: number, cert: string | undefined][][] = [];
    const newHost = () => {
      const host = online();
      const own: (typeof asked)[number] = [];
      asked.push(own);
      const listen = async ({ host: at, port, tls }: ListenRequest): Promise<HostListener> => {
        own.push([port, tls?.cert]);
        const connections = { next: async () => ({ done: true, value: undefined }) as const };
        return { host: at, port: 4100, connections, close: async () => undefined };
      };
      return Object.assign(host, { http: { ...host.http, listen } });
    };
    expect(await printed(text, newHost())).toEqual(['nil', 'wss://127.0.0.1:4100']);
    const kills = await survivesKills({ text }, newHost, async (host) => {
      const certs = await Promise.all(
        ['first', 'second'].map((name) => host.fs.readText(`/work/${name}.pem`)),
      );
      return new Set(certs).size;
    });
    expect(kills).toBeGreaterThan(3);
    const twice = asked.filter((each) => each.length === 2);
    expect(twice.map(([, again]) => again?.[0])).toContain(4100);
    for (const [first, again] of twice) {
      expect(first?.[1]).toContain('BEGIN CERTIFICATE');
      expect(again?.[1]).toBe(first?.[1]);
    }
  });

  it('is made for TypeScript too, as what a server takes', async () => {
    const seen: unknown[] = [];
    const talk = pipeline('talk', async ({ net }) => {
      const tls = await net.tlsSelfSignedDev(['127.0.0.1']);
      const server = await net.websocketServer(null, { tls });
      net.websocketRoute(server, '/');
      const problem = await net
        .websocketConnect(`${server.url}/`)
        .catch((error: Error) => error.message);
      seen.push(tls.mode, server.url.slice(0, 6), problem);
    });
    await using store = await openStore('memory:');
    await createRuntime({ store, pipelines: [talk] }).start(talk, null).done;
    expect(seen).toEqual([
      'self_signed_dev',
      'wss://',
      expect.stringContaining('no secure connection'),
    ]);
  });
});
