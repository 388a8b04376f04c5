// Real child processes: results, endings, and who they are.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeferred } from '../../base/index.ts';
import { isHostError } from './errors.ts';
import { createNodeHost } from './node.ts';
import type { ProcessIdentity } from './ports.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/harn-node-process-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const host = () => createNodeHost({ cwd: root });

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

describe('running a process', () => {
  it('gives exit code and both streams', async () => {
    const result = await host().process.run({ shell: 'echo out; echo err >&2; exit 3' });
    expect(result).toMatchObject({
      exitCode: 3,
      signal: undefined,
      stdout: 'out\n',
      stderr: 'err\n',
      timedOut: false,
    });
  });

  it('passes arguments as they are, without a shell', async () => {
    const argv = ['printf', '%s|', 'a b', '$HOME', ''];
    expect((await host().process.run({ argv })).stdout).toBe('a b|$HOME||');
    const gated = await host().process.run({ argv, onStarted: () => undefined });
    expect(gated.stdout).toBe('a b|$HOME||');
  });

  it('passes stdin, working directory and environment', async () => {
    const request = {
      shell: 'cat; pwd; echo "$ONE-$TWO"',
      stdin: 'in\n',
      cwd: '.',
      env: { ONE: '1', TWO: undefined, PATH: process.env['PATH'] },
      inheritEnv: false,
    };
    const { stdout } = await host().process.run(request);
    expect(stdout.split('\n')).toEqual([
      'in',
      expect.stringContaining('harn-node-process'),
      '1-',
      '',
    ]);
  });

  it('does not mind a command that leaves its input unread', async () => {
    const result = await host().process.run({ argv: ['true'], stdin: 'x'.repeat(1_000_000) });
    expect(result.exitCode).toBe(0);
  });

  it('names the signal that ended it', async () => {
    const result = await host().process.run({ shell: 'kill -9 $$' });
    expect(result).toMatchObject({ exitCode: undefined, signal: 'SIGKILL' });
  });

  it('keeps the beginning of long output and says so', async () => {
    const shell = 'i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done; echo end >&2';
    const result = await host().process.run({ shell, maxOutputBytes: 100 });
    expect(result.stdout).toHaveLength(100);
    expect(result).toMatchObject({ stdoutTruncated: true, stderrTruncated: false, exitCode: 0 });
  });

  it('hands output out as it comes', async () => {
    const seen: string[] = [];
    await host().process.run({
      shell: 'echo a; echo b >&2',
      onOutput: (stream, bytes) => seen.push(`${stream}:${Buffer.from(bytes).toString()}`),
    });
    expect(seen.sort()).toEqual(['stderr:b\n', 'stdout:a\n']);
  });

  it('does not wait for what a command leaves in the background', async () => {
    const { process: port } = host();
    const { stdout, durationMs } = await port.run({ shell: 'sleep 30 & echo $!' });
    expect(durationMs).toBeLessThan(10_000);
    process.kill(Number(stdout), 'SIGKILL');
  });

  it.each([
    ['commandNotFound', { argv: ['no-such-program-here'] }],
    ['commandNotFound', { argv: ['./none'] }],
    ['commandNotFound', { argv: ['no-such-program-here'], onStarted: () => undefined }],
    ['notExecutable', { argv: ['./plain'] }],
    ['badWorkingDirectory', { argv: ['true'], cwd: 'none' }],
    ['startFailed', { argv: [] }],
    ['startFailed', { argv: ['true', 'a\0b'] }],
    ['startFailed', { argv: ['true', 'x'.repeat(3_000_000)] }],
  ] as const)('answers %s, case %#', async (name, request) => {
    writeFileSync(`${root}/plain`, 'x');
    const error = await errorOf(host().process.run(request));
    expect(isHostError(error, name), String(error)).toBe(true);
  });
});

describe('ending a process', () => {
  it('ends the whole group at the timeout', async () => {
    const result = await host().process.run({
      shell: 'sleep 60 & echo $!; sleep 60; echo never',
      timeoutMs: 300,
    });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
    expect(result.stdout).toMatch(/^\d+\n$/);
    expect(await host().process.identify(Number(result.stdout))).toBeUndefined();
  });

  it('kills what ignores the first signal', async () => {
    const result = await host().process.run({
      shell: `trap '' TERM; echo ready; while :; do sleep 0.05; done`,
      timeoutMs: 300,
      graceMs: 100,
    });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', stdout: 'ready\n' });
  });

  it('rejects with the coded error when aborted, after the group is gone', async () => {
    const controller = new AbortController();
    let identity: ProcessIdentity | undefined;
    const work = host().process.run({
      shell: 'echo go; sleep 60',
      signal: controller.signal,
      onStarted: (started) => {
        identity = started;
      },
      onOutput: () => controller.abort(),
    });
    expect(isHostError(await errorOf(work), 'aborted')).toBe(true);
    expect(identity).toBeDefined();
    expect(await host().process.isAlive(identity as ProcessIdentity)).toBe(false);
  });

  it('starts nothing when aborted before', async () => {
    const work = host().process.run({ shell: 'touch made', signal: AbortSignal.abort() });
    expect(isHostError(await errorOf(work), 'aborted')).toBe(true);
    expect(await host().fs.exists('made')).toBe(false);
  });
});

describe('knowing a process', () => {
  it('tells who it is before the command begins', async () => {
    const { process: port, fs } = host();
    let alive = false;
    let began = true;
    const result = await port.run({
      shell: 'touch began; echo $$',
      onStarted: async (identity) => {
        alive = await port.isAlive(identity);
        began = await fs.exists('began');
        writeFileSync(`${root}/pid`, String(identity.pid));
      },
    });
    expect([alive, began]).toEqual([true, false]);
    expect(result.stdout.trim()).toBe(readFileSync(`${root}/pid`, 'utf8'));
  });

  it('never begins the command when the caller could not write it down', async () => {
    const { process: port, fs } = host();
    const failure = new Error('disk full');
    const work = port.run({
      shell: 'touch began',
      onStarted: () => {
        throw failure;
      },
    });
    expect(await errorOf(work)).toBe(failure);
    expect(await fs.exists('began')).toBe(false);
  });

  it('ends a survivor only when pid, start time and boot all match', async () => {
    const { process: port } = host();
    const started = createDeferred<ProcessIdentity>();
    const running = port.run({ shell: 'sleep 60', onStarted: (one) => started.resolve(one) });
    const identity = await started.promise;
    expect(await port.identify(identity.pid)).toEqual(identity);
    for (const other of [{ startTime: '1' }, { bootId: 'other' }]) {
      const stranger = { ...identity, ...other };
      expect(await port.isAlive(stranger)).toBe(false);
      expect(await port.endGroup(stranger)).toBe('not_ours');
    }
    expect(await port.isAlive(identity)).toBe(true);
    expect(await port.endGroup(identity)).toBe('ended');
    expect((await running).signal).toBe('SIGTERM');
    expect(await port.isAlive(identity)).toBe(false);
    expect(await port.endGroup(identity)).toBe('already_gone');
  });

  it('knows this process, the same each time', async () => {
    const { system, process: port } = host();
    const self = await system.identity();
    expect(self.pid).toBe(process.pid);
    expect(await system.identity()).toEqual(self);
    const { hostname, ...identity } = self;
    expect(hostname).not.toBe('');
    expect(await port.isAlive(identity)).toBe(true);
    // It leads no group of ours, so it is never ended.
    expect(await port.identify(0)).toBeUndefined();
  });
});
