// Ending runs from a program: its own ones, parked ones, and those that another process works on.
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { pipeline } from './index.ts';

const long = pipeline('long', async (harness) => {
  await harness.fs.writeText('/begun.txt', 'yes');
  await harness.clock.sleepMs(600_000);
  return 'slept';
});

/** A process of its own; all live on one machine. */
function processOf(store: Store, pid: number, alive: () => boolean = () => true) {
  const host = createMockHost({ seed: pid });
  const identity = { hostname: 'here', bootId: 'boot', pid, startTime: String(pid) };
  const system = Object.assign(Object.create(host.system) as MockHost['system'], {
    identity: async () => identity,
  });
  const process = Object.assign(Object.create(host.process) as MockHost['process'], {
    isAlive: async () => alive(),
  });
  const own = Object.assign(Object.create(host) as MockHost, { system, process });
  const sink = { write: () => undefined };
  return { host, runtime: createRuntime({ store, pipelines: [long], host: own, sink }) };
}

async function sleeping(host: MockHost): Promise<void> {
  while (host.clock.pendingTimers === 0) await new Promise((ok) => setImmediate(ok));
}

const CANCELLED = {
  status: 'failed',
  error: { code: 'HARN-RUN-011', message: expect.stringContaining('enough') as string },
  record: { status: 'cancelled' },
};

describe('ending a run', () => {
  it('ends one of this process', async () => {
    await using store = await openStore('memory:');
    const { runtime, host } = processOf(store, 1);
    const run = runtime.start(long, null as never);
    await sleeping(host);
    expect(await runtime.cancel(run.id, 'enough')).toMatchObject(CANCELLED);
    expect(await run.done).toMatchObject(CANCELLED);
  });

  it('takes over one that is parked', async () => {
    await using store = await openStore('memory:');
    const first = processOf(store, 1);
    const run = first.runtime.start(long, null as never);
    await sleeping(first.host);
    expect(await run.park()).toMatchObject({ status: 'parked' });
    const { runtime } = processOf(store, 2);
    expect(await runtime.cancel(run.id, 'enough')).toMatchObject(CANCELLED);
  });

  it('asks the process that works on it, which ends it', async () => {
    await using store = await openStore('memory:');
    const first = processOf(store, 1);
    const run = first.runtime.start(long, null as never);
    await sleeping(first.host);
    const { runtime } = processOf(store, 2);
    expect(await runtime.cancel(run.id, 'enough')).toBe(undefined);
    expect(await run.done).toMatchObject(CANCELLED);
  });

  it('leaves a run alone that has ended', async () => {
    await using store = await openStore('memory:');
    const { runtime, host } = processOf(store, 1);
    const run = runtime.start(long, null as never);
    await sleeping(host);
    host.clock.advance(600_000);
    expect(await run.done).toMatchObject({ status: 'settled', returned: 'slept' });
    await expect(runtime.cancel(run.id)).rejects.toMatchObject({ code: 'HARN-RUN-003' });
  });
});
