// Requests over connections of their own kind, against servers of this machine: proxies, limits, bodies as they came.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { printed } from './scene.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, at: await listening(server) };
}

/** A proxy that tells what it was asked for. */
async function proxy() {
  const asked: string[] = [];
  const { server, at } = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
    response.end('by the proxy');
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  return { asked, at };
}

function online(env: { readonly [name: string]: string } = {}): MockHost {
  const host = createMockHost();
  return Object.assign(host, {
    http: createNodeHttp({ clock: host.clock, env: (name) => env[name] }),
  });
}

const main = (body: string) => `pipeline main() {\n${body}\n}`;

describe('a request goes through a proxy', () => {
  it('that its options name, with who asks', async () => {
    const { asked, at } = await proxy();
    const lines = await printed(
      main(`
  println(http_get("http://a.test/x?y=1", {proxy: "http://${at}", proxy_auth: {user: "u", pass: "p"}}).body)
  println(http_get("http://a.test/z", {proxy: {url: "${at}", no_proxy: "b.test"}}).body)`),
      online(),
    );
    expect(lines).toEqual(['by the proxy', 'by the proxy']);
    expect(asked).toEqual(['http://a.test/x?y=1 Basic dTpw', 'http://a.test/z -']);
  });

  it('that the environment names, but for hosts that it excepts and for requests that want none', async () => {
    const { asked, at } = await proxy();
    const { at: direct } = await serve((_, response) => response.end('direct'));
    const env = { http_proxy: at, NO_PROXY: 'localhost, .b.test' };
    const lines = await printed(
      main(`
  println(http_get("http://a.test/").body)
  println(http_get("http://${direct.replace('127.0.0.1', 'localhost')}/").body)
  println(http_get("http://${direct}/", {proxy: false}).body)
  println(http_get("http://${direct}/").body)`),
      online(env),
    );
    expect(lines).toEqual(['by the proxy', 'direct', 'direct', 'by the proxy']);
    expect(asked).toEqual(['http://a.test/ -', `http://${direct}/ -`]);
  });

  it('by a tunnel when it is a secure one; what the proxy refuses is said of the proxy', async () => {
    const { asked, at } = await proxy();
    const lines = await printed(
      main(`
  println(unwrap_err(try { http_get("https://a.test/", {proxy: "http://me:secret@${at}"}) }))
  println(unwrap_err(try { http_get("http://a.test/", {proxy: "http://127.0.0.1:1"}) }))
  println(unwrap_err(try { http_get("http://a.test/", {proxy: "socks5://127.0.0.1:1"}) }))
  println(unwrap_err(try { http_get("http://a.test/", {proxy: 7}) }))`),
      online(),
    );
    expect(lines).toEqual([
      `https://a.test/: the proxy http://${at} did not let it through`,
      'http://a.test/: the proxy http://127.0.0.1:1 refuses connections',
      '"socks5://127.0.0.1:1" is not the address of an http or https proxy',
      'the option proxy of a request must be an address or {url, no_proxy}',
    ]);
    expect(asked).toEqual(['CONNECT a.test:443']);
  });

  it('only where the policy lets it', async () => {
    const { asked, at } = await proxy();
    const lines = await printed(
      main(`
  egress_policy({allow: ["a.test"], default: "deny"})
  const refused = try { http_get("http://a.test/", {proxy: "http://${at}"}) }
  println(unwrap_err(refused).category)
  println(event_log.latest("connectors.egress.audit"))`),
      online(),
    );
    expect(lines).toEqual(['egress_blocked', '1']);
    expect(asked).toEqual([]);
  });
});

describe('a request has limits of its own', () => {
  it('for silence, before the answer and within it', async () => {
    const { at } = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    const lines = await printed(
      main(`
  println(unwrap_err(try { http_get("http://${at}/none", {read_timeout_ms: 50}) }))
  const s = http_stream_open("http://${at}/half", {read_timeout_ms: 50})
  println(bytes_to_string(http_stream_read(s)))
  println(unwrap_err(try { http_stream_read(s) }))
  println(unwrap_err(try { http_get("http://${at}/", {read_timeout_ms: 0}) }))`),
      online(),
    );
    expect(lines).toEqual([
      `http://${at}/none: the server sent nothing for 50 ms`,
      'half',
      `http://${at}/half: the server sent nothing for 50 ms`,
      'the option read_timeout_ms of a request must be a number of milliseconds, at least 1',
    ]);
  });

  it('for connecting, secure or not', async () => {
    // Takes connections and never greets.
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined));
    closing.push(() => void silent.close());
    const at = await listening(silent);
    const lines = await printed(
      main(`println(unwrap_err(try { http_get("https://${at}/", {connect_timeout_ms: 50}) }))`),
      online(),
    );
    expect(lines).toEqual([`https://${at}/: no connection within 50 ms`]);
  });
});

describe('a body', () => {
  it('is left as it came when asked', async () => {
    const packed = gzipSync('hello');
    const { at } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(packed);
    });
    const lines = await printed(
      main(`
  println(http_get("http://${at}/").body)
  const s = http_stream_open("http://${at}/", {decompress: false})
  const bytes = http_stream_read(s)
  println([http_stream_info(s).headers["content-encoding"], bytes_to_string(gzip_decode(bytes))])`),
      online(),
    );
    expect(lines).toEqual(['hello', '[gzip, hello]']);
  });
});
