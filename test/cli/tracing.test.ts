// Spans of `harn run`: lines on stderr, and a collector on this machine, named by the environment or by harn.toml.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

interface Post {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let cli: Cli;
let server: Server;
let origin: string;
let posts: Post[] = [];

beforeAll(async () => {
  cli = await Cli.build();
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      posts.push({ url: request.url ?? '', headers: request.headers, text });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterEach(() => {
  posts = [];
});
afterAll(() => {
  server.close();
  cli.remove();
});

const ASKS =
  'llm_mock({text: "hi"})\nprintln(llm_call("a secret prompt", nil, {provider: "mock"}).text)\n';

const run = (manifest: string | undefined, env: Readonly<Record<string, string>>) =>
  cli
    .project({ 'a.harn': ASKS, ...(manifest === undefined ? {} : { 'harn.toml': manifest }) })
    .with(env)
    .start('run', 'a.harn').done;

it('shows spans on stderr with --trace, and nothing of what was said', () => {
  const done = cli.project({ 'a.harn': ASKS }).harn('run', '--trace', 'a.harn');
  expect(done).toMatchObject({ status: 0, stdout: 'hi\n' });
  expect(done.stderr).toMatch(/^trace: \d+ms llm_call /m);
  expect(done.stderr).not.toContain('secret');
});

it('sends spans to the collector that the environment names, with its headers and name', async () => {
  const done = await run(undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: origin,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-token=t%201',
    OTEL_SERVICE_NAME: 'shop',
  });
  expect(done).toMatchObject({ status: 0, stdout: 'hi\n', stderr: '' });
  expect(posts[0]).toMatchObject({ url: '/v1/traces', headers: { 'x-token': 't 1' } });
  const told = posts.map(({ text }) => text).join('');
  expect(told).toContain('"shop"');
  expect(told).toContain('gen_ai.request.model');
  expect(told).not.toContain('secret');
});

it('sends them to the collector of harn.toml, and the environment goes before it', async () => {
  const manifest = `[telemetry]\notlp_endpoint = "${origin}/project"\nservice_name = "mine"\n`;
  await run(manifest, {});
  expect(posts[0]?.url).toBe('/project/v1/traces');
  expect(posts[0]?.text).toContain('"mine"');
  posts = [];
  await run(manifest, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${origin}/env` });
  expect(posts.map(({ url }) => url)).toEqual(['/env']);
  posts = [];
  expect(await run(manifest, { OTEL_SDK_DISABLED: 'true' })).toMatchObject({ status: 0 });
  expect(posts).toEqual([]);
});

it('refuses a collector that makes no sense', async () => {
  const done = await run('[telemetry]\notlp_endpoint = "nowhere"\n', {});
  expect(done.status).not.toBe(0);
  expect(done.stderr).toContain('[telemetry] otlp_endpoint');
});
