// Requests that come in: routers, streams of events from the side that sends, WebSockets that listen; and what a kill does to them.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, pipeline } from '../../src/index.ts';
import type { HostListener, HostSocket, ListenRequest } from '../../src/runtime/host/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;

describe('a router', () => {
  it('finds routes by method and path, and answers for what has none', async () => {
    const lines = await printed(
      main(`
  const s = http_server()
  http_server_route(s, "GET", "/a/{x}/:y", { r -> http_response_json([r.params, r.query, r.body_bytes, r.client_ip]) })
  http_server_route(s, "*", "/any", { r -> r.method })
  http_server_route(s, "POST", "/none", { _r -> nil })
  println(http_server_test(s, {path: "/a/1%2F2/b/?q=a+b&q=c", query: {z: "9"}, body: "é", remote_addr: "10.0.0.1:99"}).body)
  println([http_server_test(s, {method: "put", path: "/any"}).body, http_server_test(s, {method: "POST", path: "/none"}).status])
  println([http_server_test(s, {path: "/a/1"}).status, http_server_test(s, {path: "/none"}).headers.allow, http_server_test(s, {path: "/none"}).status])
  println(unwrap_err(try { http_server_route(s, "GET", "a", { _r -> nil }) }))
  println(unwrap_err(try { http_server_route(s, "GET", "/x{a}", { _r -> nil }) }))
  println(unwrap_err(try { http_server_test({id: "none"}, {path: "/"}) }))
  http_server_route(s, "GET", "/bad", { _r -> {status: 42} })
  println(unwrap_err(try { http_server_test(s, {path: "/bad"}) }))`),
    );
    expect(lines).toEqual([
      '[{"x":"1/2","y":"b"},{"q":"c","z":"9"},2,"10.0.0.1"]',
      '[PUT, 204]',
      '[404, POST, 405]',
      '"a" is no path of a route: it begins with `/`',
      '"/x{a}" is no path of a route: a name is a whole part',
      'there is no open http_server "none"',
      'a response cannot have the status 42',
    ]);
  });

  it('lets what stands before a route answer, and what stands behind it change the response', async () => {
    const lines = await printed(
      main(`
  const s = http_server({max_body_bytes: 3})
  let seen = []
  http_server_before(s, { r ->
    seen = seen + [r.path]
    if r.path == "/stop" {
      return http_response_text("stopped", {status: 403})
    }
    return r + {user: "ann"}
  })
  http_server_after(s, { response, r -> response + {headers: response.headers + {["x-for"]: r.path}} })
  http_server_route(s, "*", "/{p}", { r -> r.user })
  for request in [{path: "/go"}, {path: "/stop"}, {path: "/long", body: "1234"}] {
    const got = http_server_request(s, request)
    println([got.status, got.body, http_header(got, "X-For"), http_header(got, "x-harn-body-limit")])
  }
  println(seen)
  http_server_on_shutdown(s, { _s -> println("bye") })
  println([http_server_shutdown(s), http_server_shutdown(s), http_server_test(s, {path: "/go"}).status])`),
    );
    expect(lines).toEqual([
      '[200, ann, /go, nil]',
      '[403, stopped, /stop, nil]',
      '[413, the body is too long, nil, 3]',
      '[/go, /stop]',
      'bye',
      '[true, false, 503]',
    ]);
  });

  it('gives the same answers to a run that was killed, whose handlers do nothing twice', async () => {
    const text = main(`
  const s = http_server()
  http_server_route(s, "POST", "/add", { r ->
    append_file("/work/log.txt", r.body)
    return {status: 201, body: uuid()}
  })
  let got = []
  for word in ["a", "b", "c"] {
    got = got + [http_server_request(s, {method: "POST", path: "/add", body: word}).body]
  }
  println([len(set(...got)), read_file("/work/log.txt")])`);
    const kills = await survivesKills({ text }, createMockHost, (host) =>
      host.fs.readText('/work/log.txt'),
    );
    expect(kills).toBeGreaterThan(3);
  });

  it('is there in TypeScript, with a harness for each handler', async () => {
    const served = pipeline('served', async ({ net, fs }) => {
      const server = net
        .httpServer({ retain_raw_body: true })
        .before((_h, request) => ({ ...request, user: request.headers['x-user'] ?? 'nobody' }))
        .after((_h, response) => ({ ...response, headers: { ...response.headers, via: 'us' } }))
        .route('POST', '/files/{name}', async (h, request) => {
          await h.fs.writeText(`/work/${request.path_params['name']}`, request.body);
          return { status: 201, body: { user: String(request['user']) } };
        });
      const answer = await server.request({
        method: 'post',
        path: '/files/a.txt',
        headers: { 'X-User': 'ann' },
        body: 'text',
      });
      return [
        answer.status,
        answer.headers,
        answer.body,
        await fs.readText('/work/a.txt'),
      ] as never;
    });
    await using store = await openStore('memory:');
    const runtime = createRuntime({ store, host: createMockHost(), pipelines: [served] });
    expect(await runtime.start(served, null).done).toMatchObject({
      final: [201, { via: 'us' }, { user: 'ann' }, 'text'],
    });
  });
});

describe('what is said about TLS', () => {
  it('becomes headers where clients speak HTTPS, and names files that are there', async () => {
    const host = createMockHost({ files: { '/work/c.pem': '', '/work/k.pem': '' } });
    const lines = await printed(
      main(`
  println([http_server_tls_plain(), http_server_security_headers(http_server_tls_plain())])
  println(http_server_security_headers(http_server_tls_edge({hsts_max_age_seconds: 5, hsts_include_subdomains: true})))
  println(http_server_security_headers(http_server_tls_edge({hsts: false})))
  const pem = http_server_tls_pem("/work/c.pem", "/work/k.pem")
  println([pem.mode, pem.terminate_tls, pem.cert_path, http_server_security_headers(pem)])
  println(unwrap_err(try { http_server_tls_pem("/work/c.pem", "/work/none.pem") }))`),
      host,
    );
    expect(lines).toEqual([
      '[{mode: plain, scheme: http, terminate_tls: false}, {}]',
      '{strict-transport-security: max-age=5; includeSubDomains}',
      '{}',
      '[pem, true, /work/c.pem, {strict-transport-security: max-age=63072000}]',
      'http_server_tls_pem: /work/none.pem is not there',
    ]);
  });
});

describe('a stream of events from the side that sends', () => {
  it('keeps frames until they are taken, refuses what is too much, and says how it ended', async () => {
    const lines = await printed(
      main(`
  const s = harness.net.sse_server_response({headers: {["X-A"]: "1"}, max_buffered_events: 2, max_event_bytes: 60})
  println([s.headers["x-a"], s.headers["content-type"], s.streaming])
  println([sse_server_send(s, {id: 7, data: {a: 1}}), sse_server_heartbeat(s), sse_server_flush(s)])
  println(unwrap_err(try { sse_server_send(s, "x") }))
  println([sse_server_mock_receive(s), sse_server_mock_receive(s), sse_server_mock_receive(s)])
  println(unwrap_err(try { sse_server_send(s, ("x" * 70)) }))
  println(unwrap_err(try { sse_server_send(s, {event: "a\\nb"}) }))
  println([sse_server_cancel(s, "late"), sse_server_close(s), sse_server_send(s, "x"), sse_server_mock_receive(s).type])
  println(sse_server_status(s))
  const t = sse_server_response()
  println([t.id != s.id, sse_server_mock_disconnect(t), sse_server_disconnected(t), sse_server_cancelled(t)])`),
    );
    expect(lines).toEqual([
      '[1, text/event-stream; charset=utf-8, true]',
      '[true, true, true]',
      'the event stream has 2 messages that nobody has taken yet',
      '[{data: {"a":1}, event: message, id: 7, retry_ms: nil, type: event}, {comment: heartbeat, type: comment}, {type: timeout}]',
      'an event is longer than 60 bytes',
      'the event of a server-sent event cannot have line breaks',
      '[true, false, false, close]',
      expect.stringContaining('cancel_reason: late, cancelled: true, closed: true'),
      '[true, true, true, false]',
    ]);
  });
});

/** A host whose clients are a list: each listening gets those that the lives before it did not take. */
function withClients(clients: readonly string[]) {
  const host = createMockHost();
  const asked: string[] = [];
  let came = 0;
  const listen = async ({ host: at, port, admit }: ListenRequest): Promise<HostListener> => {
    asked.push(`${at}:${port}`);
    return {
      host: at,
      port: port === 0 ? 4100 : port,
      connections: {
        async next() {
          const name = clients[came];
          came += 1;
          if (name === undefined) return { done: true, value: undefined };
          const upgrade = { path: '/in', search: `n=${name}`, headers: {}, peer: '127.0.0.1:5' };
          expect(admit(upgrade)).toBeUndefined();
          return { done: false, value: { ...upgrade, socket: saying(name) } };
        },
      },
      close: async () => undefined,
    };
  };
  return { host: Object.assign(host, { http: Object.assign(host.http, { listen }) }), asked };
}

function saying(name: string): HostSocket {
  const messages = [name];
  return {
    messages: {
      async next() {
        const data = messages.shift();
        if (data === undefined) return { done: true, value: undefined };
        return { done: false, value: { type: 'text', data } };
      },
    },
    send: async () => true,
    close: async () => undefined,
  };
}

describe('WebSockets that come in', () => {
  it('are let in by path and token, and talk both ways over a real network', async () => {
    const seen: unknown[] = [];
    const talk = pipeline('talk', async ({ net }) => {
      const server = await net.websocketServer();
      net.websocketRoute(server, '/open', { max_message_bytes: 4, idle_timeout_ms: 1 });
      net.websocketRoute(server, '/closed', { auth: { bearer: 'tok' }, send_buffer_messages: 0 });
      seen.push(server.addr.startsWith('127.0.0.1:'), server.url === `ws://${server.addr}`);
      for (const path of ['/none', '/closed']) {
        seen.push(
          await net.websocketConnect(server.url + path).catch((e: Error) => e.message.slice(-3)),
        );
      }
      const client = await net.websocketConnect(`${server.url}/open?a=1`, {
        headers: { authorization: 'mine' },
      });
      const peer = (await net.websocketAccept(server, 20_000)) as {
        id: string;
        query: object;
        headers: { authorization: string };
      };
      seen.push(peer.query, peer.headers.authorization, await net.websocketReceive(peer));
      await net.websocketSend(client, { type: 'text', data: 'hi' });
      seen.push(await net.websocketReceive(peer, 20_000));
      await net.websocketSend(peer, { type: 'ping', data_base64: 'AQI=' });
      seen.push(
        await net.websocketReceive(client, 20_000),
        await net.websocketReceive(peer, 20_000),
      );
      await net.websocketSend(client, { type: 'text', data: 'too long' });
      seen.push(await net.websocketReceive(peer, 20_000).catch((e: Error) => e.message));
      await net.websocketConnect(`${server.url}/closed`, { auth: 'tok' });
      const guarded = (await net.websocketAccept(server, 20_000)) as {
        id: string;
        headers: object;
      };
      seen.push('authorization' in guarded.headers);
      seen.push(
        await net
          .websocketSend(guarded, { type: 'text', data: 'x' })
          .catch((e: Error) => e.message),
      );
      seen.push(await net.websocketAccept(server, 1), await net.websocketServerClose(server));
      seen.push(await net.websocketServerClose(server));
    });
    await using store = await openStore('memory:');
    await createRuntime({ store, pipelines: [talk] }).start(talk, null).done;
    expect(seen).toEqual([
      ...[true, true, '404', '401', { a: '1' }, 'mine', { type: 'timeout' }],
      { type: 'text', data: 'hi' },
      { type: 'ping', data_base64: 'AQI=' },
      { type: 'pong', data_base64: 'AQI=' },
      'a message is longer than 4 bytes',
      false,
      'the WebSocket has 0 messages that nobody has taken yet',
      { type: 'timeout' },
      true,
      false,
    ]);
  });

  it('come to the same address after a kill, which has broken those that were there', async () => {
    const text = main(`
  const s = websocket_server("127.0.0.1:0")
  websocket_route(s, "/in")
  let said = []
  while true {
    const c = websocket_accept(s)
    if c == nil {
      break
    }
    write_file("/work/last.txt", c.query.n)
    const m = websocket_receive(c)
    said = said + [m.data ?? m.code]
  }
  println(s.addr)
  write_file("/work/said.txt", json_stringify(said))`);
    const names = ['a', 'b', 'c', 'd'];
    const whole = withClients(names);
    expect(await printed(text, whole.host)).toEqual(['127.0.0.1:4100']);
    expect(await whole.host.fs.readText('/work/said.txt')).toBe('["a","b","c","d"]');
    const outcomes = new Set<string>();
    const asked: string[][] = [];
    const newHost = () => {
      const made = withClients(names);
      asked.push(made.asked);
      return made.host;
    };
    const kills = await survivesKills({ text }, newHost, async (host) => {
      outcomes.add(await host.fs.readText('/work/said.txt'));
      return 'a client that nobody had accepted yet goes with the process, as in any network';
    });
    expect(kills).toBeGreaterThan(5);
    expect(asked).toContainEqual(['127.0.0.1:0', '127.0.0.1:4100']);
    // Killed between a connection and what it says: that one is broken, the others are not.
    expect([...outcomes]).toContain('[1006,"c","d"]');
  });

  it('are refused at addresses that are none, and where somebody listens', async () => {
    const lines = await printed(
      main(`
  println(unwrap_err(try { websocket_server("nowhere") }))
  println(unwrap_err(try { websocket_server() }))`),
    );
    expect(lines).toEqual(['"nowhere" is no address to listen at', 'this host has no WebSockets']);
    let problem = '';
    const twice = pipeline('twice', async ({ net }) => {
      const { addr } = await net.websocketServer();
      problem = await net.websocketServer(addr).then(String, (e: Error) => e.message);
    });
    await using store = await openStore('memory:');
    await createRuntime({ store, pipelines: [twice] }).start(twice, null).done;
    expect(problem).toMatch(/^cannot listen at ws:\/\/127\.0\.0\.1:\d+: somebody listens there$/);
  });
});
