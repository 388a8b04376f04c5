// Servers of this machine for tests of connections: ports of their own, a proxy that makes tunnels, certificates.
import { readFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { afterEach } from 'vitest';

/** What the test that runs has opened. */
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Done when the test that runs is over. */
export function closeAfter(close: () => void): void {
  closing.push(close);
}

/** A file of the certificates of the tests. */
export function pem(name: string): string {
  return readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8');
}

/** Where a server listens until the test is over: `127.0.0.1:port`. */
export async function listening(server: Server & { closeAllConnections(): void }): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfter(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that makes tunnels, except to the port 9, and tells to where and with which credentials. */
export async function tunnels(): Promise<{ readonly asked: string[]; readonly at: string }> {
  const asked: string[] = [];
  const proxy = createProxy();
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    if (port === '9') {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    for (const end of [there, socket]) end.on('error', () => undefined);
    closeAfter(() => there.destroy());
  });
  return { asked, at: await listening(proxy) };
}
