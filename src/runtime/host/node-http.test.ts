// Real HTTP against servers on this machine.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/index.ts';
import { type HostErrorName, isHostError } from './errors.ts';
import { createFetch, responseText } from './http-fetch.ts';
import { createNodeHttp } from './node-http.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function expectFailure(work: Promise<unknown>, name: HostErrorName): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isHostError(error, name), String(error)).toBe(true);
}

const http = createNodeHttp({ clock: new ManualClock() });

describe('an HTTP request', () => {
  it('sends method, headers and body and gives back status, headers and body', async () => {
    const url = await serve(async (request, response) => {
      response.writeHead(418, {
        'X-Seen': String(request.headers['x-test']),
        'Set-Cookie': ['a=1', 'b=2'],
      });
      response.end(`${request.method} ${await bodyOf(request)}`);
    });
    const answer = await http.request({
      method: 'post',
      url,
      headers: { 'X-Test': 'yes' },
      body: 'hé',
    });
    expect(answer.status).toBe(418);
    expect(answer.headers).toMatchObject({ 'x-seen': 'yes', 'set-cookie': 'a=1\nb=2' });
    expect(responseText(answer)).toBe('POST hé');
  });

  it('follows redirects, turns a POST into a GET, and keeps secrets from another host', async () => {
    const seen: string[] = [];
    const note = (request: IncomingMessage) =>
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    const other = await serve((request, response) => {
      note(request);
      response.end('there');
    });
    const url = await serve((request, response) => {
      note(request);
      const location = request.url === '/a' ? '/b' : `${other}/c`;
      response.writeHead(302, { location });
      response.end();
    });
    const answer = await http.request({
      method: 'POST',
      url: `${url}/a`,
      headers: { Authorization: 'secret', 'Content-Type': 'text/plain' },
      body: 'x',
    });
    expect(responseText(answer)).toBe('there');
    expect(answer.url).toBe(`${other}/c`);
    expect(seen).toEqual(['POST /a secret', 'GET /b secret', 'GET /c -']);
  });

  it('keeps method and body at a 307', async () => {
    const url = await serve(async (request, response) => {
      if (request.url === '/') response.writeHead(307, { location: '/next' }).end();
      else response.end(`${request.method} ${await bodyOf(request)}`);
    });
    const answer = await http.request({ method: 'POST', url, body: 'x' });
    expect(responseText(answer)).toBe('POST x');
  });

  it('hands a redirect back when asked, and stops at the limit', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
    });
    expect((await http.request({ method: 'GET', url, maxRedirects: 0 })).status).toBe(302);
    await expectFailure(http.request({ method: 'GET', url, maxRedirects: 3 }), 'tooManyRedirects');
  });

  it('refuses an answer over the limit', async () => {
    const url = await serve((_request, response) => response.end('12345'));
    await expectFailure(http.request({ method: 'GET', url, maxBodyBytes: 4 }), 'responseTooLarge');
    expect((await http.request({ method: 'GET', url, maxBodyBytes: 5 })).body).toHaveLength(5);
  });

  it('ends at the timeout, before the head and in the body', async () => {
    const clock = new ManualClock();
    const timed = createNodeHttp({ clock });
    const silent = await serve(() => clock.advance(1000));
    await expectFailure(
      timed.request({ method: 'GET', url: silent, timeoutMs: 1000 }),
      'httpTimeout',
    );
    const slow = await serve((_request, response) => {
      response.write('start');
      clock.advance(1000);
    });
    await expectFailure(
      timed.request({ method: 'GET', url: slow, timeoutMs: 1000 }),
      'httpTimeout',
    );
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends when aborted', async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    await expectFailure(http.request({ method: 'GET', url, signal: controller.signal }), 'aborted');
    await expectFailure(
      http.request({ method: 'GET', url, signal: AbortSignal.abort() }),
      'aborted',
    );
  });

  it('names what went wrong on the way', async () => {
    const url = await serve((_request, response) => response.end());
    const { port } = new URL(url);
    servers.splice(0).forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
    const get = (address: string) => http.request({ method: 'GET', url: address });
    await expectFailure(get(`http://127.0.0.1:${port}/`), 'connectionRefused');
    await expectFailure(get('http://no-such-host.invalid/'), 'hostUnknown');
    await expectFailure(get('ftp://example.com/'), 'invalidUrl');
    await expectFailure(get('nonsense'), 'invalidUrl');
    const plain = await serve((_request, response) => response.end());
    await expectFailure(get(plain.replace('http:', 'https:')), 'tlsFailed');
    const broken = await serve((request) => request.socket.destroy());
    await expectFailure(get(broken), 'connectionLost');
    const cut = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part');
      request.socket.end();
    });
    await expectFailure(get(cut), 'connectionLost');
  });

  it('turns a user in the address into basic authorization', async () => {
    const url = await serve((request, response) => response.end(request.headers.authorization));
    const address = url.replace('http://', 'http://me:p%40ss@');
    const answer = await http.request({ method: 'GET', url: address });
    expect(responseText(answer)).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it.each([
    { method: 'GET', url: 'http://user:pass@no-such-host.invalid/x?key=secret' },
    { method: 'GET', url: 'http://127.0.0.1:1/', headers: { authorization: 'secret\nmore' } },
    { method: 'GET', url: 'ftp://user:pass@host/?secret' },
    { method: 'GET', url: 'http://user:pass@127.0.0.1:1/?secret', signal: AbortSignal.abort() },
  ])('keeps passwords, queries and headers out of its errors, case %#', async (request) => {
    const error = await http.request(request).catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).toContain('HARN-HST-');
    expect(JSON.stringify(error)).not.toMatch(/pass|secret/);
  });
});

describe('an answer read as it comes', () => {
  it('gives pieces, and closes the connection when the reader leaves', async () => {
    let closed: (() => void) | undefined;
    const done = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await serve((_request, response) => {
      response.on('close', () => closed?.());
      response.write('one');
    });
    const answer = await http.open({ method: 'GET', url });
    for await (const chunk of answer.chunks) {
      expect(Buffer.from(chunk).toString()).toBe('one');
      break;
    }
    await done;
  });

  it('serves libraries that want a fetch', async () => {
    const url = await serve(async (request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ got: await bodyOf(request), type: request.headers['x-a'] }));
    });
    const fetch = createFetch(http);
    const response = await fetch(url, { method: 'POST', body: 'hi', headers: { 'x-a': 'b' } });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ got: 'hi', type: 'b' });
  });
});
