// The events of a session as a file: with HARN_EVENT_LOG_DIR every event that is in the store also becomes a line of
// `<dir>/event_log-<session>.jsonl`. The store is the source: a writer looks once at what the file ends with and adds what is
// behind that, so a killed process leaves at most half a line, which the next one mends, and no event is there twice. From
// then on it knows where the file ends, and reads and writes only what is new; where that is wrong it looks again.
import { isJsonObject, type Json, sha256 } from '../../base/index.ts';
import { type Store, topicComponent } from '../../store/index.ts';
import { type Host, isHostError, joinPath } from '../host/index.ts';
import type { RunContext, ServiceKey } from '../run/index.ts';
import {
  type AgentEvent,
  type ReplayEvent,
  readAgentEvent,
  readAgentEvents,
} from './agent-events.ts';

/** One line. */
export type LoggedAgentEvent = {
  /** From 0, without gaps. */
  readonly index: number;
  readonly emitted_at_ms: number;
  readonly frame_depth: null;
  /** The run that wrote it. */
  readonly execution_id: string;
  /** Its place in the store. */
  readonly event_id: number;
} & AgentEvent;

/** A file that is longer is gone on with in another one: `-000001`, `-000002`, ... */
const ROTATE_BYTES = 100 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

/** The events in the text of such a file. What a killed writer left of a line at its end is no event. */
export function parseAgentEventLog(text: string): readonly LoggedAgentEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LoggedAgentEvent]));
}

/** Where a file stands. */
interface End {
  readonly path: string;
  readonly number: number;
  readonly sizeBytes: number;
  readonly last: LoggedAgentEvent | undefined;
}

/** Where a file is gone on with. */
interface Position {
  readonly path: string;
  readonly number: number;
  readonly sizeBytes: number;
  /** Of the next line. */
  readonly index: number;
  /** The last event that is written; 0 for none. */
  readonly eventId: number;
}

/** Writes the files of one run. */
class EventSidecar {
  readonly #ctx: RunContext;
  readonly #dir: string;
  /** What is under way, by session; null: it could not be written, and that was said. */
  readonly #work = new Map<string, Promise<void> | null>();
  /** Where the file of a session ended after the last write of this run. */
  readonly #ends = new Map<string, Position>();

  constructor(ctx: RunContext, dir: string) {
    this.#ctx = ctx;
    this.#dir = dir;
  }

  /** From here on the session is written, at the latest when this process lets go of the run. */
  follow(sessionId: string): void {
    if (!this.#work.has(sessionId)) this.#work.set(sessionId, Promise.resolve());
  }

  /** There are new events, which are durable soon. */
  soon(sessionId: string): void {
    this.follow(sessionId);
    const before = this.#work.get(sessionId);
    if (before == null) return;
    const next = before.then(() => this.#write(sessionId));
    this.#work.set(sessionId, next);
  }

  async finish(): Promise<void> {
    for (const id of this.#work.keys()) this.soon(id);
    await Promise.all(this.#work.values());
  }

  async #write(sessionId: string): Promise<void> {
    const { journal, host } = this.#ctx.run;
    if (!journal.isDurable || this.#work.get(sessionId) === null) return;
    try {
      await journal.barrier();
      const store = journal.home?.store;
      if (store === undefined) return;
      const place = { host, store, dir: this.#dir };
      const end = await writeEvents(place, sessionId, this.#ends.get(sessionId));
      if (end !== undefined) this.#ends.set(sessionId, end);
    } catch (error) {
      this.#work.set(sessionId, null);
      const reason = error instanceof Error ? error.message : String(error);
      host.stdio.writeErr(`harn: events of session ${sessionId} were not written: ${reason}\n`);
    }
  }
}

const sidecarKey: ServiceKey<{ of: (ctx: RunContext, dir: string) => EventSidecar }> = {
  name: 'agent.event_sidecar',
  create: (run) => {
    let made: EventSidecar | undefined;
    return {
      of: (ctx, dir) => {
        if (made === undefined) {
          const sidecar = new EventSidecar(ctx, dir);
          run.onRelease(() => sidecar.finish());
          made = sidecar;
        }
        return made;
      },
    };
  },
};

/** The files of a run; undefined where nobody asks for any. */
export function eventSidecar(ctx: RunContext): EventSidecar | undefined {
  const dir = ctx.run.host.env.get('HARN_EVENT_LOG_DIR');
  return dir === undefined || dir === '' ? undefined : ctx.get(sidecarKey).of(ctx, dir);
}

interface Place {
  readonly host: Host;
  readonly store: Store;
  readonly dir: string;
}

/**
 * Adds what the file of a session does not have; gives where it ends then. Another process that does the same is noticed, and
 * what it wrote counts.
 */
async function writeEvents(
  place: Place,
  sessionId: string,
  known: Position | undefined,
): Promise<Position | undefined> {
  const { host, store, dir } = place;
  let at = known;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    at ??= await whereToGoOn(place, sessionId);
    const events = await readAgentEvents(store, sessionId, { from: at.eventId });
    const last = events.at(-1);
    if (last === undefined) return at;
    const { path, number, sizeBytes } = rotated(place, sessionId, at);
    const { index } = at;
    const text = events.map((event, k) => lineOf(event, index + k)).join('');
    try {
      if (known === undefined) await host.fs.mkdir(dir);
      await host.fs.append(path, text, { expectedSizeBytes: sizeBytes, mode: 0o600 });
      const added = ENCODER.encode(text).length;
      return {
        path,
        number,
        sizeBytes: sizeBytes + added,
        index: index + events.length,
        eventId: last.event_id,
      };
    } catch (error) {
      if (!isHostError(error, 'fileChanged')) throw error;
      at = undefined;
    }
  }
  return undefined;
}

const ENCODER = new TextEncoder();

/** Behind what is there; in a file of its own when that is of another store. */
async function whereToGoOn(place: Place, sessionId: string): Promise<Position> {
  const { path, number, sizeBytes, last } = await endOf(place, sessionId);
  if (last === undefined) return { path, number, sizeBytes, index: 0, eventId: 0 };
  const { event_id: eventId } = last;
  const stored = await readAgentEvent(place.store, sessionId, eventId);
  const isOurs =
    stored?.occurred_at_ms === last.emitted_at_ms && stored.execution_id === last.execution_id;
  if (isOurs) return { path, number, sizeBytes, index: last.index + 1, eventId };
  const next = pathOf(place, sessionId, number + 1);
  return { path: next, number: number + 1, sizeBytes: 0, index: 0, eventId: 0 };
}

/** A file that is long is gone on with in another one. */
function rotated(place: Place, sessionId: string, { path, number, sizeBytes }: Position) {
  if (sizeBytes < ROTATE_BYTES) return { path, number, sizeBytes };
  return { path: pathOf(place, sessionId, number + 1), number: number + 1, sizeBytes: 0 };
}

function lineOf(stored: ReplayEvent, index: number): string {
  const { occurred_at_ms: emitted_at_ms, execution_id, event_id, event } = stored;
  const head = { index, emitted_at_ms, frame_depth: null, execution_id, event_id };
  return `${JSON.stringify({ ...head, ...event })}\n`;
}

function pathOf({ dir }: Place, sessionId: string, number: number): string {
  const name = topicComponent(sessionId);
  // Ids that only differ in odd characters have files of their own.
  const own = name === sessionId ? name : `${name}-${sha256(sessionId).slice(0, 8)}`;
  const part = number === 0 ? '' : `-${String(number).padStart(6, '0')}`;
  return joinPath(dir, `event_log-${own}${part}.jsonl`);
}

/** The last file of a session and what it ends with; half a line at its end is taken away. */
async function endOf(place: Place, sessionId: string): Promise<End> {
  const { fs } = place.host;
  let number = 0;
  while (await fs.exists(pathOf(place, sessionId, number + 1))) number += 1;
  const path = pathOf(place, sessionId, number);
  if (!(await fs.exists(path))) return { path, number, sizeBytes: 0, last: undefined };
  const { sizeBytes } = await fs.stat(path);
  for (let length = TAIL_BYTES; ; length *= 4) {
    const offset = Math.max(0, sizeBytes - length);
    const tail = await fs.readBytes(path, { offset, length: sizeBytes - offset });
    const end = tail.lastIndexOf(LINE_BREAK);
    const start = end < 1 ? -1 : tail.lastIndexOf(LINE_BREAK, end - 1);
    if (offset > 0 && start === -1) continue;
    const whole = offset + end + 1;
    if (whole < sizeBytes) {
      await fs.writeFile(path, await fs.readBytes(path, { offset: 0, length: whole }));
    }
    const text = new TextDecoder().decode(tail.subarray(start + 1, Math.max(end, 0)));
    return { path, number, sizeBytes: whole, last: text === '' ? undefined : readLine(text) };
  }
}

const LINE_BREAK = 10;

function readLine(text: string): LoggedAgentEvent | undefined {
  const line = JSON.parse(text) as Json;
  return isJsonObject(line) ? (line as unknown as LoggedAgentEvent) : undefined;
}
