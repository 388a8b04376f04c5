// Sessions, answers in pieces, server-sent events and WebSockets as programs use them; a resumed run has what it received and
// connects again only where the protocol can go on.
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createMockHost, createRuntime, pipeline } from '../../src/index.ts';
import type { HostSocket } from '../../src/runtime/host/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;

/** A host with events 1 to 4, which goes on after the one that is named. */
function withEvents(asked: string[] = []) {
  const host = createMockHost();
  host.onRequest('GET', 'https://api.test/events', ({ headers }) => {
    const last = Number(headers?.['last-event-id'] ?? 0);
    asked.push(`${headers?.['accept']} ${last}`);
    const events = [1, 2, 3, 4]
      .filter((n) => n > last)
      .map((n) => `id: ${n}\nevent: tick\ndata: n${n}\n\n`);
    return { status: 200, chunks: [': hello\n\nretry: 50\n', ...events] };
  });
  return host;
}

const FOLLOW = main(`
  const s = sse_connect("GET", "https://api.test/events")
  let seen = [sse_receive(s).type]
  while true {
    const e = sse_receive(s, 1000)
    if e == nil {
      break
    }
    seen = seen + [e.data]
    write_file("/work/at.txt", e.id)
  }
  println(seen + [sse_close(s), sse_close(s)])`);

describe('server-sent events', () => {
  it('come one by one, with their fields', async () => {
    const asked: string[] = [];
    const lines = await printed(
      main(`
  const s = harness.net.sse_connect("get", "https://api.test/events", {max_events: 2})
  println(harness.net.sse_receive(s))
  println(sse_receive(s))
  println(sse_receive(s))
  println(sse_receive(s))`),
      withEvents(asked),
    );
    expect(lines).toEqual([
      '{type: open}',
      '{data: n1, event: tick, id: 1, retry_ms: 50, type: event}',
      '{data: n2, event: tick, id: 2, retry_ms: nil, type: event}',
      'nil',
    ]);
    expect(asked).toEqual(['text/event-stream 0']);
  });

  it('are recorded: a run that is killed anywhere goes on after the last one it has', async () => {
    const kills = await survivesKills({ text: FOLLOW }, withEvents, (host) =>
      host.fs.readText('/work/at.txt'),
    );
    expect(kills).toBeGreaterThan(4);
    expect(await printed(FOLLOW, withEvents())).toEqual(['[open, n1, n2, n3, n4, true, false]']);
  });

  it('that are refused, too long, or of no open stream are errors', async () => {
    const host = createMockHost();
    host.onRequest('GET', 'https://api.test/none', { status: 404 });
    host.onRequest('GET', 'https://api.test/long', { chunks: [`data: ${'x'.repeat(100)}\n\n`] });
    const lines = await printed(
      main(`
  println(unwrap_err(try { sse_connect("GET", "https://api.test/none") }))
  const s = sse_connect("GET", "https://api.test/long", {max_message_bytes: 10})
  sse_receive(s)
  println(unwrap_err(try { sse_receive(s) }))
  println(unwrap_err(try { sse_receive("sse_9") }))`),
      host,
    );
    expect(lines).toEqual([
      'https://api.test/none answered with status 404 instead of events',
      'an event is longer than 10 bytes',
      'there is no open sse "sse_9"',
    ]);
  });
});

describe('what a resumed run cannot have again', () => {
  it('is a stream that was asked for by POST: what came is there, the rest is an error', async () => {
    const text = main(`
  const s = sse_connect("POST", "https://api.test/answer", {body: "q"})
  let got = [sse_receive(s).type, sse_receive(s).data]
  write_file("/work/got.txt", json_stringify(got))
  const next = try { sse_receive(s) }
  write_file("/work/next.txt", if is_err(next) { "gone" } else { unwrap(next).data })`);
    const newHost = () => {
      const host = createMockHost();
      host.onRequest('POST', 'https://api.test/answer', { chunks: ['data: a\n\n', 'data: b\n\n'] });
      return host;
    };
    const next = new Set<string>();
    const got = new Set<string>();
    const kills = await survivesKills({ text }, newHost, async (host) => {
      next.add(await host.fs.readText('/work/next.txt'));
      got.add(await host.fs.readText('/work/got.txt'));
      return 'either';
    });
    expect(kills).toBeGreaterThan(1);
    expect([...got]).toEqual(['["open","a"]']);
    expect([...next].sort()).toEqual(['b', 'gone']);
  });

  it('is a WebSocket, which counts as broken', async () => {
    const text = main(`
  const s = websocket_connect("wss://api.test/")
  const first = websocket_receive(s).data
  write_file("/work/first.txt", first)
  const next = websocket_receive(s)
  const after = websocket_send(s, "x")
  write_file("/work/next.txt", json_stringify([next.data ?? next.code, after]))`);
    const newHost = () => {
      const host = createMockHost();
      const connect = async (): Promise<HostSocket> => {
        const waiting = ['a', 'b'];
        return {
          messages: {
            async next() {
              const data = waiting.shift();
              if (data === undefined) return { done: true, value: undefined };
              return { done: false, value: { type: 'text', data } };
            },
          },
          send: async () => true,
          close: async () => undefined,
        };
      };
      return Object.assign(host, { http: Object.assign(host.http, { connect }) });
    };
    const next = new Set<string>();
    await survivesKills({ text }, newHost, async (host) => {
      next.add(await host.fs.readText('/work/next.txt'));
      return host.fs.readText('/work/first.txt');
    });
    expect([...next]).toContain('["b",true]');
    expect([...next]).toContain('[1006,false]');
  });
});

describe('an answer in pieces', () => {
  const host = () => {
    const made = createMockHost();
    made.onRequest('GET', 'https://api.test/file', { status: 206, chunks: ['abcdefg'] });
    made.onRequest('GET', 'https://api.test/two', { chunks: ['abcde', 'fg'] });
    return made;
  };

  it('is read with the sizes that are asked, and closed', async () => {
    const lines = await printed(
      main(`
  const s = http_stream_open("https://api.test/two")
  let sizes = []
  while true {
    const piece = http_stream_read(s, 4)
    if piece == nil {
      break
    }
    sizes = sizes + [bytes_len(piece)]
  }
  println(sizes)
  println([http_stream_close(s), http_stream_close(s)])`),
      host(),
    );
    expect(lines).toEqual(['[4, 1, 2]', '[true, false]']);
  });

  it('is gone with the process that held it, and can be opened again for the rest', async () => {
    const text = main(`
  let s = http_stream_open("https://api.test/file")
  let all = ""
  let done = false
  while !done {
    const piece = try { http_stream_read(s, 2) }
    if is_err(piece) {
      s = http_stream_open("https://api.test/file")
      if len(all) > 0 {
        http_stream_read(s, len(all))
      }
    } else if unwrap(piece) == nil {
      done = true
    } else {
      all = all + bytes_to_string(unwrap(piece))
      write_file("/work/x.txt", all)
    }
  }
  println(all)`);
    const kills = await survivesKills({ text }, host, (made) => made.fs.readText('/work/x.txt'));
    expect(kills).toBeGreaterThan(4);
    expect(await printed(text, host())).toEqual(['abcdefg']);
  });

  it('that was prepared is there again for a resumed run, wherever that was killed', async () => {
    const text = main(`
  http_mock("GET", "https://api.test/*", {body: "abcdef"})
  sse_mock("https://api.test/e", ["one", "two"])
  websocket_mock("wss://api.test/", {messages: ["hi"], echo: true})
  const s = http_stream_open("https://api.test/file")
  const e = sse_connect("GET", "https://api.test/e")
  const w = websocket_connect("wss://api.test/")
  let seen = []
  for i in 0 to 3 exclusive {
    seen = seen + [[bytes_to_string(http_stream_read(s, 2)), sse_receive(e), websocket_receive(w)]]
    websocket_send(w, "sent \${i}")
    write_file("/work/x.txt", "\${i}")
  }
  const closed = [http_stream_close(s), sse_close(e), websocket_close(w)]
  println([seen, closed, transport_mock_calls().map({ c -> "\${c.kind} \${c.operation}" })])`);
    const kills = await survivesKills({ text }, createMockHost, (made) =>
      made.fs.readText('/work/x.txt'),
    );
    expect(kills).toBeGreaterThan(4);
  });
});

describe('sessions', () => {
  it('give their options to requests, which have the last word', async () => {
    const lines = await printed(
      main(`
  http_mock("*", "https://api.test/*", {body: "ok"})
  const s = http_session({headers: {["X-A"]: "1", ["X-B"]: "1"}, query: {k: 1}})
  http_session_request(s, "POST", "https://api.test/a", {headers: {["X-B"]: "2"}, body: "b"})
  http_get("https://api.test/b", {session: s})
  for call in http_mock_calls() {
    println([call.method, call.url, call.headers["x-a"], call.headers["x-b"], call.body])
  }
  println([http_session_close(s), http_session_close(s)])
  println(unwrap_err(try { http_get("https://api.test/b", {session: s}) }))`),
    );
    expect(lines).toEqual([
      '[POST, https://api.test/a?k=1, 1, 2, b]',
      '[GET, https://api.test/b?k=1, 1, 1, nil]',
      '[true, false]',
      'there is no HTTP session "http_session_1"',
    ]);
  });
});

describe('the egress policy', () => {
  it('refuses hosts, ports, ranges and every kind of connection', async () => {
    const lines = await printed(
      main(`
  http_mock("GET", "*", {body: "in"})
  egress_policy({allow: ["a.test", "*.b.test", "10.0.0.0/8", "c.test:8443", "fd00::/8"], deny: ["x.b.test"], default: "deny"})
  for url in ["https://a.test/", "https://y.b.test/", "https://x.b.test/", "https://b.test/", "http://10.9.9.9/", "http://11.0.0.1/", "https://c.test:8443/", "https://c.test/", "http://[fd12::1]/", "http://[fe80::1]/", "http://[::ffff:10.0.0.1]/"] {
    const got = try { http_get(url).body }
    println("\${url} \${if is_err(got) { unwrap_err(got).reason } else { "in" }}")
  }
  for make in [{ -> sse_connect("GET", "https://n.test/") }, { -> websocket_connect("wss://n.test/") }, { -> http_stream_open("https://n.test/") }, { -> http_download("https://n.test/", "/work/f") }] {
    const e = unwrap_err(try { make() })
    println([e.type, e.category, e.host, e.port])
  }`),
    );
    expect(lines).toEqual([
      'https://a.test/ in',
      'https://y.b.test/ in',
      'https://x.b.test/ the rule x.b.test denies it',
      'https://b.test/ no rule allows it',
      'http://10.9.9.9/ in',
      'http://11.0.0.1/ no rule allows it',
      'https://c.test:8443/ in',
      'https://c.test/ no rule allows it',
      'http://[fd12::1]/ in',
      'http://[fe80::1]/ no rule allows it',
      'http://[::ffff:10.0.0.1]/ in',
      ...Array.from({ length: 4 }, () => '[EgressBlocked, egress_blocked, n.test, 443]'),
    ]);
  });

  it('is asked again about where a redirect leads', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
      const target = request.url === '/in' ? '/there' : 'http://localhost:1/out';
      if (request.url === '/there') response.end('there');
      else response.writeHead(302, { location: target }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const seen: unknown[] = [];
    const go = pipeline('go', async ({ net }) => {
      net.egressPolicy({ allow: ['127.0.0.1'], default: 'deny' });
      seen.push((await net.get(`http://127.0.0.1:${port}/in`)).body);
      seen.push(
        await net.get(`http://127.0.0.1:${port}/out`).catch((error: Error) => error.message),
      );
    });
    await using store = await openStore('memory:');
    try {
      await createRuntime({ store, pipelines: [go] }).start(go, null).done;
      expect(seen).toEqual(['there', 'egress to localhost:1 is blocked: no rule allows it']);
    } finally {
      server.close();
    }
  });

  it('of the environment cannot be lifted by a program', async () => {
    const host = createMockHost({
      env: { HARN_EGRESS_ALLOW: 'a.test', HARN_EGRESS_DEFAULT: 'deny' },
    });
    host.onRequest('GET', 'https://a.test/', { body: 'in' });
    const lines = await printed(
      main(`
  egress_policy({default: "allow"})
  println(http_get("https://a.test/").body)
  println(is_err(try { http_get("https://b.test/") }))
  println(unwrap_err(try { egress_policy({allow: ["a b"]}) }))`),
      host,
    );
    expect(lines).toEqual(['in', 'true', '"a b" is no egress rule']);
  });
});

describe('a real WebSocket', () => {
  it('says hello, echoes text and bytes, and tells how it was closed; in both languages', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { readonly port: number };
    server.on('connection', (socket, request) => {
      socket.send(`hello ${request.headers['authorization']}`);
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (data.toString() === 'bye') socket.close(4000, 'as asked');
        else socket.send(data, { binary: isBinary });
      });
    });
    const seen: unknown[] = [];
    const talk = pipeline('talk', async ({ net }) => {
      const id = await net.websocketConnect(`ws://127.0.0.1:${port}/`, { auth: 'tok' });
      const next = async () => seen.push(await net.websocketReceive(id, 20_000));
      await next();
      seen.push(await net.websocketReceive(id, 1));
      await net.websocketSend(id, { type: 'text', data: 'a' });
      await next();
      await net.websocketSend(id, { type: 'binary', data_base64: 'AQI=' });
      await next();
      await net.websocketSend(id, { type: 'text', data: 'bye' });
      await next();
      await next();
      seen.push(await net.websocketSend(id, { type: 'text', data: 'late' }));
      seen.push(await net.websocketClose(id));
    });
    await using store = await openStore('memory:');
    const runtime = createRuntime({ store, pipelines: [talk] });
    try {
      await runtime.start(talk, null).done;
      expect(seen).toEqual([
        { type: 'text', data: 'hello Bearer tok' },
        { type: 'timeout' },
        { type: 'text', data: 'a' },
        { type: 'binary', data_base64: 'AQI=' },
        { type: 'close', code: 4000, reason: 'as asked' },
        null,
        false,
        true,
      ]);
    } finally {
      server.close();
    }
  });
});
