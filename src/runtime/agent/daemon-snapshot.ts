// The file that says how a daemon stands (`persist_path`): for other programs, and for another run to go on with. Within a
// run it is not read: replay makes the daemon again.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { fsEffects } from '../io/index.ts';
import { type RunContext, type Suspending, timestamp } from '../run/index.ts';
import { messageErrors } from './errors.ts';
import type { Session } from './session.ts';
import { Transcript } from './transcript.ts';
import type { WatchState } from './watch-state.ts';

const TYPE = 'daemon_snapshot';

/** How a daemon stands when it is idle or has ended. */
export interface DaemonStand {
  readonly state: string;
  readonly session: Session;
  readonly task: string;
  readonly system: string | null;
  readonly iterations: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly lastText: string;
  readonly watch: WatchState;
  readonly nowMs: number;
}

export function snapshotJson(stand: DaemonStand): JsonObject {
  const { session } = stand;
  const { messages, ...transcript } = session.transcript.toJson();
  return {
    _type: TYPE,
    schema_version: 1,
    daemon_state: stand.state,
    saved_at: timestamp(stand.nowMs),
    session_id: session.id,
    task: stand.task,
    system: stand.system,
    total_iterations: stand.iterations,
    input_tokens: stand.inputTokens,
    output_tokens: stand.outputTokens,
    last_text: stand.lastText,
    transcript_summary: session.transcript.summary,
    recorded_messages: messages ?? [],
    transcript,
    scratchpad: session.scratchpad ?? null,
    watch_state: stand.watch,
  };
}

/** What a snapshot says, for a loop that goes on from it. */
export interface ReadSnapshot {
  readonly sessionId: string;
  readonly transcript: Transcript;
  readonly iterations: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly scratchpad: JsonObject | undefined;
  readonly watch: WatchState;
  readonly json: JsonObject;
}

/** Reads a file of state; what is not one is refused. */
export function* readStateFile(ctx: RunContext, path: string): Suspending<JsonObject> {
  const text = yield* ctx.perform(fsEffects.read_text, [path]);
  let data: Json;
  try {
    data = JSON.parse(String(text)) as Json;
  } catch {
    throw messageErrors.badState({ path, reason: 'it is not JSON' });
  }
  if (!isJsonObject(data)) throw messageErrors.badState({ path, reason: 'it is no object' });
  return data;
}

export function* readSnapshot(ctx: RunContext, path: string): Suspending<ReadSnapshot> {
  const json = yield* readStateFile(ctx, path);
  const { session_id: id, recorded_messages: messages, transcript: kept } = json;
  if (json['_type'] !== TYPE || typeof id !== 'string' || !isJsonObject(kept)) {
    throw messageErrors.badState({ path, reason: 'it is no snapshot of a daemon' });
  }
  const transcript = Transcript.fromJson({ ...kept, messages: messages ?? [] });
  if (transcript === undefined) {
    throw messageErrors.badState({ path, reason: 'its transcript cannot be read' });
  }
  const watch = json['watch_state'];
  const notes = json['scratchpad'];
  return {
    sessionId: id,
    transcript,
    iterations: numberOf(json['total_iterations']),
    inputTokens: numberOf(json['input_tokens']),
    outputTokens: numberOf(json['output_tokens']),
    scratchpad: isJsonObject(notes) ? notes : undefined,
    watch: isJsonObject(watch) ? (watch as WatchState) : {},
    json,
  };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
