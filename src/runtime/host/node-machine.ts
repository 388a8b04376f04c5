// What this machine tells about its processor and memory. Loaded when somebody asks.
import { readFile } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { Clock } from '../../base/index.ts';
import { onAbort, throwIfAborted } from './abort.ts';
import type { CallOptions, MemoryFacts, ProcessorFacts } from './ports.ts';

/** How long the work of the processor is watched. */
const WATCHED_MS = 100;

/** The processor, with how busy it is: two looks, a tenth of a second apart. */
export async function processorFacts(
  clock: Clock,
  { signal }: CallOptions = {},
): Promise<ProcessorFacts> {
  throwIfAborted(signal, 'looking at the processor');
  const before = spent();
  await passed(clock, signal);
  throwIfAborted(signal, 'looking at the processor');
  const after = spent();
  const all = after.all - before.all;
  const busy = all - (after.idle - before.idle);
  const [first] = cpus();
  return {
    count: cpus().length,
    physicalCount: await coreCount(),
    model: first?.model.trim() ?? '',
    frequencyMhz: first?.speed ?? 0,
    usagePercent: all <= 0 ? 0 : Math.min(100, Math.max(0, (busy / all) * 100)),
  };
}

/** What Node calls free is, on Linux, what the system calls available. */
export async function memoryFacts(): Promise<MemoryFacts> {
  const totalBytes = totalmem();
  return { totalBytes, availableBytes: Math.min(totalBytes, freemem()) };
}

function passed(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(WATCHED_MS, () => {
      release();
      resolve();
    });
    const release = onAbort(signal, () => {
      cancel();
      resolve();
    });
  });
}

function spent(): { readonly all: number; readonly idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { all, idle };
}

/** Linux says of every thread which core it is part of; other systems are not asked. */
async function coreCount(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const cores = new Set<string>();
  for (const thread of text.split('\n\n')) {
    const socket = /^physical id\s*: (\d+)$/m.exec(thread)?.[1];
    const core = /^core id\s*: (\d+)$/m.exec(thread)?.[1];
    if (core !== undefined) cores.add(`${socket ?? 0}/${core}`);
  }
  return cores.size === 0 ? undefined : cores.size;
}
