// HTTP as programs use it: methods, options, retries, prepared answers; and nothing is asked twice by a resumed run.
import { describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;
const URL_A = 'https://api.test/a';

describe('a request', () => {
  it('has its method, headers, credentials, query and body', async () => {
    const host = createMockHost();
    const seen: string[] = [];
    for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD', 'POST']) {
      host.onRequest(method, 'https://api.test/*', ({ url, headers, body }) => {
        const auth = headers?.['authorization'] ?? '-';
        seen.push(`${method} ${url} ${auth} ${headers?.['x-a'] ?? '-'} ${body ?? '-'}`);
        return { status: 200, body: 'ok' };
      });
    }
    await printed(
      main(`
  http_put("${URL_A}", "text", {headers: {["X-A"]: "1"}, auth: "tok"})
  http_patch("${URL_A}", {n: 1}, {query: {q: "a b", none: nil, n: 2}})
  http_delete("${URL_A}", {auth: {basic: {user: "u", password: "p"}}})
  http_request("head", "${URL_A}")
  harness.net.request("POST", "${URL_A}", {body: "raw", auth: {bearer: "b"}})`),
      host,
    );
    expect(seen).toEqual([
      `PUT ${URL_A} Bearer tok 1 text`,
      `PATCH ${URL_A}?n=2&q=a+b - - {"n":1}`,
      `DELETE ${URL_A} Basic dTpw - -`,
      `HEAD ${URL_A} - - -`,
      `POST ${URL_A} Bearer b - raw`,
    ]);
  });

  it('of no known method is refused', async () => {
    const body = main(
      `try { http_request("FETCH", "${URL_A}") } catch (e) { println(e?.message ?? e) }`,
    );
    expect(await printed(body)).toEqual(['http_request: there is no method FETCH']);
  });

  it('is tried again as the options say, for methods that allow it', async () => {
    const lines = await printed(
      main(`
  let fails = {responses: [{status: 503}, {status: 429, headers: {["Retry-After"]: "3"}}, {status: 200, body: "ok"}]}
  mock_time(0)
  http_mock("GET", "${URL_A}", fails)
  println([http_get("${URL_A}", {retry: {max: 2, backoff_ms: 100}}).status, now_ms()])
  println(http_get("${URL_A}").body)
  http_mock("POST", "${URL_A}", fails)
  println(http_post("${URL_A}", "x", {retry: {max: 2, backoff_ms: 0}}).status)
  http_mock("POST", "${URL_A}", fails)
  println(http_post("${URL_A}", "x", {retries: 2, backoff: 0, retry_methods: ["post"]}).status)
  http_mock("GET", "${URL_A}", fails)
  println(http_get("${URL_A}", {retries: 2, backoff: 0, retry_on: [500]}).status)`),
    );
    expect(lines).toEqual(['[200, 3100]', 'ok', '503', '200', '503']);
  });

  it('that finds nobody is tried again and then fails with the coded error', async () => {
    const host = createMockHost();
    let asked = 0;
    host.onRequest('GET', URL_A, async () => {
      asked += 1;
      throw (await import('../../src/runtime/host/index.ts')).hostErrors.connectionRefused({
        url: URL_A,
      });
    });
    const body = main(
      `try { http_get("${URL_A}", {retry: {max: 2, backoff_ms: 0}}) } catch (e) { println(e?.message ?? e) }`,
    );
    expect(await printed(body, host)).toEqual([`${URL_A}: connection refused`]);
    expect(asked).toBe(3);
  });

  it('can be a form', async () => {
    const lines = await printed(
      main(`
  http_mock("POST", "${URL_A}", {status: 201})
  let parts = [{name: "a", value: "1"}, {name: "f", filename: "x.txt", content_type: "text/plain", value_base64: "aGk="}]
  http_post("${URL_A}", {multipart: parts})
  let call = http_mock_calls()[0]
  println(call.headers["content-type"])
  println(json_stringify(call.body))`),
    );
    expect(lines[0]).toBe('multipart/form-data; boundary=harn-boundary');
    expect(JSON.parse(lines[1] as string)).toBe(
      '--harn-boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
        '--harn-boundary\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n' +
        'Content-Type: text/plain\r\n\r\nhi\r\n--harn-boundary--\r\n',
    );
  });
});

describe('prepared answers', () => {
  it('fit by pattern, are replaced, and hide what is secret in the calls', async () => {
    const lines = await printed(
      main(`
  http_mock("GET", "https://api.test/*/items/*", {body: "old"})
  http_mock("GET", "https://api.test/*/items/*", {body: "new", headers: {ETag: "e"}})
  let got = http_get("https://api.test/u/items/1", {headers: {Authorization: "x"}, query: {token: "t", n: 1}})
  println([got.body, got.status, got.headers.etag, got.ok])
  println([http_mock_calls()[0].url, http_mock_calls()[0].headers])
  println(http_mock_calls({include_sensitive: true})[0].headers)
  http_mock_clear()
  println(http_mock_calls())`),
    );
    expect(lines).toEqual([
      '[new, 200, e, true]',
      '[https://api.test/u/items/1?n=1&token=%5Bredacted%5D, {authorization: [redacted]}]',
      '{authorization: x}',
      '[]',
    ]);
  });
});

it('a download is the whole file or none', async () => {
  const host = createMockHost({ files: { '/work/b': 'before' } });
  host.onRequest('GET', URL_A, { body: Uint8Array.from([0, 255, 1]) });
  host.onRequest('GET', 'https://api.test/b', { status: 404, body: 'no' });
  const lines = await printed(
    main(`
  let got = http_download("${URL_A}", "a")
  println([got.bytes_written, got.status, got.ok])
  println(harness.net.download("https://api.test/b", "b").ok)`),
    host,
  );
  expect(lines).toEqual(['[3, 200, true]', 'false']);
  expect([...(await host.fs.readBytes('/work/a'))]).toEqual([0, 255, 1]);
  expect(await host.fs.readText('/work/b')).toBe('before');
});

it('killed anywhere, prepared answers go on where they were and a server sees one key', async () => {
  const keys = new WeakMap<MockHost, Set<string>>();
  const newHost = () => {
    const host = createMockHost();
    const seen = new Set<string>();
    keys.set(host, seen);
    host.onRequest('PUT', URL_A, ({ headers }) => {
      seen.add(String(headers?.['idempotency-key']));
      return { status: 200 };
    });
    return host;
  };
  const text = main(`
  http_mock("GET", "https://m.test/*", {responses: [{status: 503}, {body: "one"}, {body: "two"}]})
  let first = http_get("https://m.test/x", {retry: {max: 1, backoff_ms: 0}}).body
  http_put("${URL_A}", first)
  let second = http_get("https://m.test/x").body
  write_file("/work/out", "\${first} \${second}")
  println([first, second, len(http_mock_calls())])`);
  const kills = await survivesKills({ text }, newHost, async (host) => [
    await host.fs.readText('/work/out'),
    keys.get(host)?.size,
  ]);
  expect(kills).toBeGreaterThan(2);
});
