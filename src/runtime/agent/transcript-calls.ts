// Transcripts as programs use them: functions over documents, which are plain JSON. Those under `transcripts` are pure,
// so a document read from a file gives the same as one that a run just made; the others need a run.
import {
  isJsonObject,
  type Json,
  type JsonObject,
  nearestName,
  shortHash,
} from '../../base/index.ts';
import { randomEffects } from '../io/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import { compactMessages, compactTranscript } from './compact.ts';
import { type CompactParts, readCompactOptions } from './compact-options.ts';
import { transcriptErrors } from './errors.ts';
import { isMessage, Transcript, type TranscriptMessage } from './transcript.ts';
import { readMessages, readTranscript } from './transcript-read.ts';
import {
  eventsByKind,
  renderFull,
  renderVisible,
  type TranscriptStats,
  transcriptStats,
} from './transcript-view.ts';

/** The transcript of an argument. One without an id is named for what it says. */
function read(verb: string, value: Json | undefined): Transcript {
  return readTranscript(`transcript_${verb}`, value, () => {
    return `transcript_${shortHash(JSON.stringify(value ?? null))}`;
  });
}

/** Functions over transcript documents (or lists of messages, or nothing). None of them changes its argument. */
export const transcripts = {
  /** A complete document of messages, or of a document that is not complete. */
  from: (value: Json): JsonObject => read('from_messages', value).toJson(),

  messages: (value: Json): readonly TranscriptMessage[] =>
    read('messages', value).messages.toArray(),

  events: (value: Json): readonly JsonObject[] => read('events', value).events.toArray(),

  eventsByKind: (value: Json, kind: string): readonly JsonObject[] =>
    eventsByKind(read('events_by_kind', value), kind),

  assets: (value: Json): readonly JsonObject[] => read('assets', value).assets.toArray(),

  summary: (value: Json): string | null => read('summary', value).summary,

  id: (value: Json): string => read('id', value).id,

  stats: (value: Json): TranscriptStats => transcriptStats(read('stats', value)),

  /** What people were meant to see: a line per public message. */
  renderVisible: (value: Json): string => renderVisible(read('render_visible', value)),

  /** The whole history, each line with its visibility. */
  renderFull: (value: Json): string => renderFull(read('render_full', value)),

  /** With one more message; its content is text or a list of blocks. */
  add: (value: Json, role: string, content: Json): JsonObject =>
    read('add', value).append(message(role, content)).toJson(),

  /** With the description of something large; it gets an id when it has none. */
  addAsset(value: Json, asset: Json): JsonObject {
    const transcript = read('add_asset', value);
    if (!isJsonObject(asset)) {
      throw transcriptErrors.badOption({
        fn: 'transcript_add_asset',
        option: 'asset',
        expected: 'a dict',
      });
    }
    const place = [transcript.id, transcript.assets.length, asset];
    const id = `asset_${shortHash(JSON.stringify(place))}`;
    return transcript.withAsset({ id, visibility: 'internal', ...asset }).toJson();
  },

  archive: (value: Json): JsonObject =>
    read('archive', value).withState('archived', 'transcript archived').toJson(),

  abandon: (value: Json): JsonObject =>
    read('abandon', value).withState('abandoned', 'transcript abandoned').toJson(),

  resume: (value: Json): JsonObject =>
    read('resume', value).withState('active', 'transcript resumed').toJson(),

  /** The document as text, to be read back by `parse`. */
  stringify: (value: Json): string => JSON.stringify(read('export', value).toJson()),

  parse(text: string): JsonObject {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      throw transcriptErrors.badImport({ detail: (error as Error).message });
    }
    if (value === null) throw transcriptErrors.badImport({ detail: 'null is no transcript' });
    return read('import', value).toJson();
  },
} as const;

/** Those that draw an id, ask a model or call back. */
export const transcriptCalls = {
  create: (ctx: RunContext, metadata: Json): JsonObject =>
    Transcript.empty(drawn(ctx), isJsonObject(metadata) ? metadata : {}).toJson(),

  /** A copy under a new id; `{messages: false}` leaves what was said behind, `{summary: false}` the summary. */
  fork(ctx: RunContext, value: Json, options: Json): JsonObject {
    const known = ['messages', 'retain_messages', 'summary', 'retain_summary', 'metadata'];
    const given = optionsOf('transcript_fork', options, known);
    const source = read('fork', value);
    const id = drawn(ctx);
    const bare =
      given['messages'] === false || given['retain_messages'] === false
        ? source.keepLast(0)
        : source;
    const silent = given['summary'] === false || given['retain_summary'] === false;
    const metadata = isJsonObject(given['metadata']) ? given['metadata'] : {};
    return (silent ? bare.withSummary(null) : bare)
      .fork(id, metadata)
      .withState('forked', 'transcript forked')
      .toJson();
  },

  /** An empty one: `{metadata}`, or the metadata itself. */
  reset(ctx: RunContext, options: Json): JsonObject {
    const given = optionsOf('transcript_reset', options, ['metadata']);
    return transcriptCalls.create(ctx, given['metadata'] ?? null);
  },

  *compact(
    ctx: RunContext,
    value: Json,
    options: Json,
    parts: CompactParts = {},
  ): Suspending<JsonObject> {
    const plan = readCompactOptions('transcript_compact', options, parts);
    return (yield* compactTranscript(ctx, read('compact', value), plan)).toJson();
  },

  /** Compacts with a summary that a model writes, whatever the strategy says. */
  *summarize(
    ctx: RunContext,
    value: Json,
    options: Json,
    parts: { readonly prompt?: Handler | undefined } = {},
  ): Suspending<JsonObject> {
    const given = isJsonObject(options) ? options : {};
    const plan = readCompactOptions('transcript_summarize', { ...given, strategy: 'llm' }, parts);
    return (yield* compactTranscript(ctx, read('summarize', value), plan)).toJson();
  },

  *autoCompact(
    ctx: RunContext,
    messages: Json,
    options: Json,
    parts: CompactParts = {},
  ): Suspending<readonly TranscriptMessage[]> {
    const fn = 'transcript_auto_compact';
    const plan = readCompactOptions(fn, options, parts);
    return yield* compactMessages(ctx, readMessages(fn, messages), plan);
  },
} as const;

/** Options that are all known; the name that may be meant is said of others. */
function optionsOf(fn: string, options: Json, known: readonly string[]): JsonObject {
  if (!isJsonObject(options)) return {};
  const option = Object.keys(options).find((name) => !known.includes(name));
  if (option === undefined) return options;
  const suggestion = nearestName(option, known, 2);
  const about = suggestion === undefined ? { fn, option } : { fn, option, suggestion };
  throw transcriptErrors.unknownOption(about);
}

function drawn(ctx: RunContext): string {
  return `transcript_${ctx.sync(randomEffects.uuid_v7, [])}`;
}

function message(role: string, content: Json): TranscriptMessage {
  const made = { role, content };
  if (!isMessage(made)) throw transcriptErrors.badMessage({ fn: 'add_message', index: 0 });
  return made;
}
