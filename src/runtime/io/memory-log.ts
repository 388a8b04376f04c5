// The file behind a namespace of memories: `<root>/<namespace>/events.jsonl`, one event per line, only ever added to. A
// line that was cut off by a kill is passed over by readers, and the next line begins after it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { isHostError, joinPath } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { stateFile } from './state-file.ts';

/** One memory. `score` is there in what was recalled. */
export type MemoryRecord = {
  readonly _type: 'memory_record';
  readonly id: string;
  readonly namespace: string;
  readonly key: string;
  readonly value: Json;
  /** The value as text: itself, or its JSON. */
  readonly text: string;
  readonly tags: readonly string[];
  /** RFC 3339. */
  readonly stored_at: string;
  readonly provenance: Json;
  readonly score?: number;
};

/** `by` is the call that wrote the line: issued again, it finds its own. */
export type MemoryEvent =
  | { readonly v: 1; readonly kind: 'stored'; readonly by: string; readonly record: MemoryRecord }
  | {
      readonly v: 1;
      readonly kind: 'forgotten';
      readonly by: string;
      readonly ids: readonly string[];
      readonly at: string;
    };

const NEWLINE = 10;

/** The path of a namespace's file; what would lead out of the root is refused. */
export async function memoryFile(
  env: EffectEnv,
  namespace: string,
  root: string | undefined,
): Promise<string> {
  const parts = namespace.split('/');
  const leaves = parts.some((part) => part === '' || part === '.' || part === '..');
  if (leaves || /[\\\0]/.test(namespace) || /^[a-z]:/i.test(namespace)) {
    const detail = `the namespace must be a relative path without "..", got ${JSON.stringify(namespace)}`;
    throw ioErrors.badMemory({ detail });
  }
  const base = root ?? (await stateFile(env, 'memory'));
  return joinPath(base, ...parts, 'events.jsonl');
}

/** All events of a file in order; none when it is not there. */
export async function readEvents(env: EffectEnv, file: string): Promise<readonly MemoryEvent[]> {
  let text: string;
  try {
    text = await env.host.fs.readText(file, { signal: env.signal });
  } catch (error) {
    if (isHostError(error, 'notFound')) return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => eventOf(line) ?? []);
}

function eventOf(line: string): MemoryEvent | undefined {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(data)) return undefined;
  const isStored = data['kind'] === 'stored' && isJsonObject(data['record']);
  const isForgotten = data['kind'] === 'forgotten' && Array.isArray(data['ids']);
  return isStored || isForgotten ? (data as unknown as MemoryEvent) : undefined;
}

/** What is remembered after these events, oldest first. A record stored again under its id takes its place. */
export function activeRecords(events: readonly MemoryEvent[]): readonly MemoryRecord[] {
  const active = new Map<string, MemoryRecord>();
  for (const event of events) {
    if (event.kind === 'stored') active.set(event.record.id, event.record);
    else for (const id of event.ids) active.delete(id);
  }
  return [...active.values()];
}

/** Adds an event at the end of the file, whoever else adds to it. */
export async function appendEvent(
  env: EffectEnv,
  file: string,
  event: MemoryEvent & JsonObject,
): Promise<void> {
  const { fs } = env.host;
  await fs.mkdir(joinPath(file, '..'));
  for (;;) {
    const expectedSizeBytes = await sizeOf(env, file);
    const gap = expectedSizeBytes > 0 && !(await endsLine(env, file, expectedSizeBytes));
    const line = `${gap ? '\n' : ''}${JSON.stringify(event)}\n`;
    try {
      await fs.append(file, line, { signal: env.signal, expectedSizeBytes });
      return;
    } catch (error) {
      // Somebody else's line has gone in before ours.
      if (!isHostError(error, 'fileChanged')) throw error;
    }
  }
}

async function sizeOf(env: EffectEnv, file: string): Promise<number> {
  try {
    return (await env.host.fs.stat(file)).sizeBytes;
  } catch (error) {
    if (isHostError(error, 'notFound')) return 0;
    throw error;
  }
}

async function endsLine(env: EffectEnv, file: string, size: number): Promise<boolean> {
  const [last] = await env.host.fs.readBytes(file, { offset: size - 1, length: 1 });
  return last === NEWLINE;
}
