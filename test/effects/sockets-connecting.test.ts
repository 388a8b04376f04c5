import { createServer as createProxy, type Server as HttpServer } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../src/base/index.ts';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { closeAfter, listening, pem, tunnels } from './local-servers.fixture.ts';
import { printed } from './scene.ts';

/** A server of WebSockets that says who it is. */
async function greeter(server: HttpServer = createProxy()): Promise<string> {
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send('hello'));
  closeAfter(() => {
    for (const client of sockets.clients) client.terminate();
  });
  return listening(server);
}

const secureGreeter = () =>
  greeter(createServer({ cert: pem('server.pem'), key: pem('server.key') }));

function online(env: { readonly [name: string]: string } = {}): MockHost {
  const host = createMockHost({ files: { '/work/ca.pem': pem('ca.pem') } });
  return Object.assign(host, {
    http: createNodeHttp({ clock: systemClock, env: (name) => env[name] }),
  });
}

const CA = 'tls: {ca_bundle_path: "/work/ca.pem"}';
/** Connects, and prints what it is told or what went wrong. */
const asks = (url: string, options: string) => `
  const s = try { websocket_connect("${url}", {${options}}) }
  println(is_ok(s) ? websocket_receive(unwrap(s), 20000).data : unwrap_err(s))`;
const main = (...parts: readonly string[]) =>
  `pipeline main() {\n${parts.map((part) => `if true {${part}\n}`).join('\n')}\n}`;

describe('a WebSocket goes through a proxy', () => {
  it('that its options name, by a tunnel, with who asks', async () => {
    const [proxy, plain, secure] = [await tunnels(), await greeter(), await secureGreeter()];
    const lines = await printed(
      main(
        asks(`ws://${plain}/a`, `proxy: "http://${proxy.at}", proxy_auth: {user: "u", pass: "p"}`),
        asks(`ws://${plain}/`, `proxy: "http://u:p@${proxy.at}"`),
        asks(`ws://${plain}/`, `proxy: {url: "${proxy.at}", no_proxy: "127.0.0.1"}`),
        asks(`wss://${secure}/`, `proxy: "${proxy.at}", ${CA}`),
        asks(`wss://${secure}/`, `proxy: "${proxy.at}"`),
      ),
      online(),
    );
    expect(lines.slice(0, 4)).toEqual(['hello', 'hello', 'hello', 'hello']);
    expect(lines[4]).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/: no secure connection/);
    expect(proxy.asked).toEqual([
      `${plain} Basic dTpw`,
      `${plain} Basic dTpw`,
      `${secure} -`,
      `${secure} -`,
    ]);
  });

  it('that the environment names, but for hosts that it excepts and for those that want none', async () => {
    const [proxy, plain] = [await tunnels(), await greeter()];
    const lines = await printed(
      main(
        asks(`ws://${plain}/`, ''),
        asks(`ws://${plain}/`, 'proxy: false'),
        asks(`ws://${plain.replace('127.0.0.1', 'localhost')}/`, ''),
      ),
      online({ HTTP_PROXY: proxy.at, no_proxy: 'localhost' }),
    );
    expect(lines).toEqual(['hello', 'hello', 'hello']);
    expect(proxy.asked).toEqual([`${plain} -`]);
  });

  it('and what goes wrong there is said of the proxy, without its password', async () => {
    const proxy = await tunnels();
    const lines = await printed(
      main(
        asks('wss://a.test:9/x?y=1', `proxy: "http://me:secret@${proxy.at}"`),
        asks('ws://a.test/', 'proxy: "http://127.0.0.1:1"'),
        asks('ws://a.test/', 'proxy: "socks5://127.0.0.1:1"'),
        asks('ws://a.test/', 'proxy: 7'),
      ),
      online(),
    );
    expect(lines).toEqual([
      `wss://a.test:9/x: the proxy http://${proxy.at} did not let it through`,
      'ws://a.test/: the proxy http://127.0.0.1:1 refuses connections',
      '"socks5://127.0.0.1:1" is not the address of an http or https proxy',
      'the option proxy of a request must be an address or {url, no_proxy}',
    ]);
  });

  it('only where the policy lets it, and no longer than it may take', async () => {
    const proxy = await tunnels();
    const silent = await listening(createProxy().on('connect', () => undefined) as HttpServer);
    const lines = await printed(
      `pipeline main() {
  println(unwrap_err(try { websocket_connect("ws://a.test/", {proxy: "${silent}", timeout_ms: 50}) }))
  egress_policy({allow: ["a.test"], default: "deny"})
  const refused = try { websocket_connect("ws://a.test/", {proxy: "http://${proxy.at}"}) }
  println(unwrap_err(refused).category)
  println(event_log.latest("connectors.egress.audit"))
}`,
      online(),
    );
    expect(lines).toEqual(['ws://a.test/: no complete answer within 50 ms', 'egress_blocked', '1']);
    expect(proxy.asked).toEqual([]);
  });
});

describe('a secure WebSocket', () => {
  it('is spoken to when its authority is known, and when its certificate is the one that is pinned', async () => {
    const at = await secureGreeter();
    const pinned = CA.replace('}', `, pinned_sha256: "${'0'.repeat(64)}"}`);
    const lines = await printed(
      main(asks(`wss://${at}/`, CA), asks(`wss://${at}/`, ''), asks(`wss://${at}/`, pinned)),
      online(),
    );
    expect(lines[0]).toBe('hello');
    expect(lines[1]).toContain('no secure connection');
    expect(lines[2]).toContain('its certificate is not the one that is pinned');
  });

  it('does not read certificates that a program may not read', async () => {
    const at = await secureGreeter();
    const lines = await printed({ text: main(asks(`wss://${at}/`, CA)), deny: ['fs'] }, online());
    expect(lines[0]).toMatch(/fs\.read_text/);
  });
});
