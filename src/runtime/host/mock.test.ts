// What tests can rely on: the mock host answers only what was prepared, the null host nothing.
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../base/index.ts';
import { hostErrors, isHostError } from './errors.ts';
import { createFetch, responseText } from './http-fetch.ts';
import { createMockHost } from './mock.ts';
import { createNullHost } from './null.ts';

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

describe('the mock host', () => {
  it('starts with the prepared files and shows what was written', async () => {
    const host = createMockHost({ files: { 'a.txt': 'one', '/etc/b': 'two' } });
    await host.fs.writeFile('c.txt', 'three');
    expect(host.files.snapshot()).toEqual({
      '/etc/b': 'two',
      '/work/a.txt': 'one',
      '/work/c.txt': 'three',
    });
  });

  it('refuses by mode, whoever runs it', async () => {
    const host = createMockHost({ files: { 'd/a': 'x', 'e/b': 'y' } });
    host.files.chmod('d', 0o500);
    host.files.chmod('e', 0o600);
    host.files.chmod('d/a', 0o200);
    for (const work of [
      host.fs.writeFile('d/new', ''),
      host.fs.delete('d/a'),
      host.fs.readText('d/a'),
      host.fs.readText('e/b'),
      host.fs.rename('d/a', 'f'),
    ]) {
      expect(isHostError(await errorOf(work), 'permissionDenied')).toBe(true);
    }
  });

  it('takes times of files from its clock', async () => {
    const host = createMockHost({ nowMs: 1000 });
    host.clock.advance(500);
    await host.fs.writeFile('a', '');
    expect((await host.fs.stat('a')).modifiedMs).toBe(1500);
  });

  it('logs every call', async () => {
    const host = createMockHost({ env: { A: '1' } });
    host.env.get('A');
    await host.fs.exists('x');
    expect(host.calls).toEqual([
      { port: 'env', method: 'get', args: ['A'] },
      { port: 'fs', method: 'exists', args: ['x'] },
    ]);
  });

  it('fails the next call as told, once', async () => {
    const host = createMockHost();
    host.failNext('fs', 'writeFile', hostErrors.noSpace({ operation: 'write', path: 'a' }));
    expect(isHostError(await errorOf(host.fs.writeFile('a', '')), 'noSpace')).toBe(true);
    await host.fs.writeFile('a', '');
  });

  it('answers commands as scripted and refuses others', async () => {
    const host = createMockHost();
    host.onCommand('git', (request) => ({ stdout: request.argv?.join(' ') ?? '' }));
    host.onCommand('exit 2', { exitCode: 2 });
    expect((await host.process.run({ argv: ['git', 'status'] })).stdout).toBe('git status');
    expect((await host.process.run({ shell: 'exit 2' })).exitCode).toBe(2);
    expect(isHostError(await errorOf(host.process.run({ argv: ['rm'] })), 'mockMissing')).toBe(
      true,
    );
  });

  it('times a command out on its clock, and ends it when aborted', async () => {
    const host = createMockHost();
    const never = createDeferred<never>();
    host.onCommand('slow', () => never.promise);
    const slow = host.process.run({ argv: ['slow'], timeoutMs: 100 });
    host.clock.advance(100);
    expect(await slow).toMatchObject({ timedOut: true, durationMs: 100 });
    const controller = new AbortController();
    const aborted = errorOf(host.process.run({ argv: ['slow'], signal: controller.signal }));
    expect(host.processes.living).toHaveLength(1);
    controller.abort();
    expect(isHostError(await aborted, 'aborted')).toBe(true);
    expect(host.processes.living).toEqual([]);
  });

  it('ends a survivor of an earlier life, and no other', async () => {
    const host = createMockHost();
    const survivor = host.processes.addLiving();
    expect(await host.process.endGroup({ ...survivor, bootId: 'before' })).toBe('not_ours');
    expect(await host.process.isAlive(survivor)).toBe(true);
    expect(await host.process.endGroup(survivor)).toBe('ended');
    expect(await host.process.endGroup(survivor)).toBe('already_gone');
  });

  it('answers addresses, whole or in pieces', async () => {
    const host = createMockHost();
    host.onRequest('GET', 'https://api.test/*', { json: { ok: true } });
    host.onRequest('POST', 'https://api.test/stream', { chunks: ['a', 'b'] });
    const answer = await host.http.request({ method: 'GET', url: 'https://api.test/x' });
    expect(JSON.parse(responseText(answer))).toEqual({ ok: true });
    const streamed = await createFetch(host.http)('https://api.test/stream', { method: 'POST' });
    expect(await streamed.text()).toBe('ab');
    const missing = host.http.request({ method: 'GET', url: 'https://other.test/' });
    expect(isHostError(await errorOf(missing), 'mockMissing')).toBe(true);
  });

  it('captures output and feeds input', async () => {
    const host = createMockHost({ stdin: 'one\ntwo\nthree' });
    host.stdio.writeOut('a');
    host.stdio.writeErr('b');
    host.stdio.writeOut('c');
    expect([host.stdout, host.stderr]).toEqual(['ac', 'b']);
    expect(await host.stdio.readLine()).toBe('one');
    expect(await host.stdio.readAll()).toBe('two\nthree');
    expect(await host.stdio.readLine()).toBeUndefined();
  });

  it('repeats chance by seed', () => {
    const [a, b] = [createMockHost({ seed: 7 }), createMockHost({ seed: 7 })];
    expect([a.random.next(), a.random.next()]).toEqual([b.random.next(), b.random.next()]);
  });
});

/** The methods of a port, those of its parts among them (what the system tells of its machine). */
function methodsOf(port: object): { readonly [name: string]: (...args: unknown[]) => unknown } {
  const all = Object.entries(port).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [[name, value] as const],
  );
  return Object.fromEntries(all);
}

describe('the null host', () => {
  it('denies and records every method of every port', async () => {
    const host = createNullHost();
    const mock = createMockHost();
    let asked = 0;
    for (const port of [
      'clock',
      'random',
      'fs',
      'process',
      'http',
      'env',
      'stdio',
      'system',
    ] as const) {
      const methods = methodsOf(host[port]);
      const real = Object.keys(
        port === 'clock' || port === 'random' ? methods : methodsOf(mock[port]),
      );
      expect(Object.keys(methods).sort()).toEqual(real.sort());
      for (const name of real) {
        const error = await errorOf((async () => methods[name]?.('x'))());
        expect(isHostError(error, 'denied')).toBe(true);
        expect(String(error)).toContain(`NullHarness denied ${port}.${name}`);
        expect(host.denied[asked]).toEqual({ port, method: name, args: ['x'] });
        asked += 1;
      }
    }
    expect(host.denied).toHaveLength(asked);
  });
});
