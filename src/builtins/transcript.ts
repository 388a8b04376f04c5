// Transcripts as programs see them: `transcript_*`, global and as methods of `harness.agent`. Documents are dicts; what a
// closure of the program does in a compaction is a task of it.
import type { Json } from '../base/index.ts';
import {
  type CompactParts,
  sessionCalls,
  transcriptCalls,
  transcripts,
} from '../runtime/agent/index.ts';
import { fsEffects } from '../runtime/io/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  dictFrom,
  display,
  fromJson,
  functionMeta,
  type HarnFunction,
  isDict,
  isFunction,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';
import { renderTemplate } from './template-render.ts';

export function transcriptRows(): readonly BuiltinRow[] {
  return [...viewRows(), ...changeRows(), ...runRows(), ...compactRows()];
}

/** Functions that take a leading handle take it or not. */
function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}

const name = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** A pure row. */
function pureRow(
  signature: string,
  doc: string,
  method: (args: readonly Json[]) => unknown,
): BuiltinRow {
  return builtin(signature, { doc }, (_: Ctx, ...given: Value[]) =>
    fromJson(method(withoutHandle(given).map((arg) => toData(arg))) as Json),
  );
}

function viewRows(): readonly BuiltinRow[] {
  return [
    pureRow(
      'transcript_messages(transcript: any) -> list',
      'What was said: `[{role, content, ...}]`.',
      ([of]) => transcripts.messages(of ?? null),
    ),
    pureRow(
      'transcript_events(transcript: any) -> list',
      'The history: messages and what else happened, in order.',
      ([of]) => transcripts.events(of ?? null),
    ),
    pureRow(
      'transcript_events_by_kind(transcript: any, kind: string) -> list',
      'The events of one kind, in order.',
      ([of, kind]) => transcripts.eventsByKind(of ?? null, name(kind)),
    ),
    pureRow(
      'transcript_assets(transcript: any) -> list',
      'Descriptions of what is too large for a prompt.',
      ([of]) => transcripts.assets(of ?? null),
    ),
    pureRow(
      'transcript_summary(transcript: any) -> string | nil',
      'What stands for the messages that were compacted; nil when none were.',
      ([of]) => transcripts.summary(of ?? null),
    ),
    pureRow('transcript_id(transcript: any) -> string', 'The id of a transcript.', ([of]) =>
      transcripts.id(of ?? null),
    ),
    pureRow(
      'transcript_stats(transcript: any) -> dict',
      'Counts of messages by role, of calls and of events. Nil counts as an empty transcript.',
      ([of]) => transcripts.stats(of ?? null),
    ),
    pureRow(
      'transcript_render_visible(transcript: any) -> string',
      'What people were meant to see: a line `role: text` per public message.',
      ([of]) => transcripts.renderVisible(of ?? null),
    ),
    pureRow(
      'transcript_render_full(transcript: any) -> string',
      'The whole history: a line `[visibility] role: text` per event.',
      ([of]) => transcripts.renderFull(of ?? null),
    ),
    pureRow('transcript_export(transcript: any) -> string', 'A transcript as JSON text.', ([of]) =>
      transcripts.stringify(of ?? null),
    ),
  ];
}

function changeRows(): readonly BuiltinRow[] {
  return [
    pureRow(
      'transcript_from_messages(messages: any) -> dict',
      'A complete transcript of a list of messages, or of one that is not complete.',
      ([of]) => transcripts.from(of ?? null),
    ),
    pureRow('transcript_import(text: string) -> dict', 'A transcript from JSON text.', ([text]) =>
      transcripts.parse(name(text)),
    ),
    pureRow(
      'transcript_add_asset(transcript: any, asset: dict) -> dict',
      'The transcript with the description of something large: `{kind, name?, mime_type?, storage?}`.',
      ([of, asset]) => transcripts.addAsset(of ?? null, asset ?? null),
    ),
    pureRow('transcript_archive(transcript: any) -> dict', 'The transcript, put aside.', ([of]) =>
      transcripts.archive(of ?? null),
    ),
    pureRow('transcript_abandon(transcript: any) -> dict', 'The transcript, given up.', ([of]) =>
      transcripts.abandon(of ?? null),
    ),
    pureRow('transcript_resume(transcript: any) -> dict', 'The transcript, in use again.', ([of]) =>
      transcripts.resume(of ?? null),
    ),
    pureRow(
      'add_user(transcript: any, content: any) -> dict',
      'The transcript with what a user said: text or a list of blocks.',
      ([of, content]) => transcripts.add(of ?? null, 'user', content ?? null),
    ),
    pureRow(
      'add_assistant(transcript: any, content: any) -> dict',
      'The transcript with what an assistant said.',
      ([of, content]) => transcripts.add(of ?? null, 'assistant', content ?? null),
    ),
    pureRow(
      'add_message(transcript: any, role: string, content: any) -> dict',
      'The transcript with what somebody said.',
      ([of, role, content]) => transcripts.add(of ?? null, name(role), content ?? null),
    ),
  ];
}

/** A row that draws an id. */
function idRow(
  signature: string,
  doc: string,
  method: (ctx: RunContext, args: readonly Json[]) => Json,
): BuiltinRow {
  const global = signature.slice(0, signature.indexOf('('));
  const impl = (ctx: Ctx, ...given: Value[]) => {
    const args = withoutHandle(given).map((arg) => toData(arg));
    return fromJson(method(ctx as RunContext, args));
  };
  return builtin(`agent.${signature}`, { doc, effect: 'ambient', aliases: [global] }, impl);
}

function runRows(): readonly BuiltinRow[] {
  return [
    idRow('transcript(metadata: any?) -> dict', 'An empty transcript.', (ctx, [metadata]) =>
      transcriptCalls.create(ctx, metadata ?? null),
    ),
    idRow(
      'transcript_fork(transcript: any, options: any?) -> dict',
      'A copy under a new id: `{messages: false}` leaves what was said behind, `{summary: false}` the summary.',
      (ctx, [of, options]) => transcriptCalls.fork(ctx, of ?? null, options ?? null),
    ),
    idRow(
      'transcript_reset(options: any?) -> dict',
      'An empty transcript: `{metadata}`.',
      (ctx, [options]) => transcriptCalls.reset(ctx, options ?? null),
    ),
  ];
}

/** Options of a compaction: what is data, and what the program does in it. */
function split(
  ctx: RunContext,
  options: Value | undefined,
): { readonly data: Json; readonly parts: CompactParts } {
  if (options === undefined || options === null || !isDict(options)) {
    return { data: toData(options), parts: {} };
  }
  const { summarize_prompt, ...rest } = options as unknown as { readonly [key: string]: Value };
  const prompt = promptOf(summarize_prompt, ctx.site?.module ?? '');
  const code: { [part: string]: Handler } = prompt === undefined ? {} : { prompt };
  const data: { [key: string]: Value } = {};
  for (const [option, value] of Object.entries(rest)) {
    const part = CODE[option];
    // What is no closure stays among the data, where it is refused.
    if (part !== undefined && value !== null && isFunction(value)) code[part] = jsonHandler(value);
    else data[option] = value;
  }
  return { data: toData(dictFrom(Object.entries(data))), parts: code };
}

/** Options of a compaction that are code, by the part that they are. */
const CODE: { readonly [option: string]: keyof CompactParts | undefined } = {
  compact_callback: 'compact',
  custom_compactor: 'compact',
  mask_callback: 'mask',
  compress_callback: 'compress',
};

/**
 * The prompt of a summary: a closure that writes it, or a template with `archived_count` and `formatted_messages`. The
 * template is a text, or a `.prompt` file beside the module that calls.
 */
function promptOf(value: Value | undefined, site: string): Handler | undefined {
  if (value === undefined || value === null) return undefined;
  if (isFunction(value)) return jsonHandler(value);
  const given = display(value);
  const isFile = given.endsWith('.prompt') && !given.includes('\n');
  const path = isFile ? besideModule(site, given) : '<summarize_prompt>';
  return {
    kind: 'generator',
    name: 'summarize_prompt',
    *run(ctx: RunContext, [facts]) {
      const text = isFile ? yield* ctx.perform(fsEffects.read_text, [path]) : given;
      const bindings = fromJson((facts ?? null) as Json);
      if (!isDict(bindings)) return text;
      return renderTemplate({ path, text }, bindings, () => undefined);
    },
  };
}

/** A path as it is meant in a module: relative to the folder that the module lies in. */
function besideModule(site: string, file: string): string {
  const folder = site.slice(0, Math.max(0, site.lastIndexOf('/')));
  return file.startsWith('/') || folder === '' ? file : `${folder}/${file}`;
}

function jsonHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'closure',
    run: function* (ctx: RunContext, args) {
      const given = args.map((arg) => fromJson((arg ?? null) as Json));
      return toData(yield* call(fn, ctx, given) as Suspending<Value>);
    },
  };
}

/** A row that may ask a model. */
function compactRow(
  signature: string,
  doc: string,
  method: (ctx: RunContext, of: Json, options: Json, parts: CompactParts) => Suspending<unknown>,
): BuiltinRow {
  const global = signature.slice(0, signature.indexOf('('));
  return builtin(
    `agent.${signature}`,
    { doc, effect: 'wait', aliases: [global] },
    function* (ctx: Ctx, ...given: Value[]): Steps {
      const [of, options] = withoutHandle(given);
      const { data, parts } = split(ctx as RunContext, options);
      return fromJson((yield* method(ctx as RunContext, toData(of), data, parts)) as Json);
    },
  );
}

function compactRows(): readonly BuiltinRow[] {
  return [
    compactRow(
      'transcript_compact(transcript: any, options: any?) -> dict',
      'The transcript with its older part as a summary: `{strategy, keep_last, keep_first, target_tokens, tool_output_max_chars, hard_limit_tokens, summary, compact_callback, ...}`.',
      transcriptCalls.compact,
    ),
    compactRow(
      'transcript_summarize(transcript: any, options: any?) -> dict',
      'The transcript with its older part as a summary that a model writes.',
      transcriptCalls.summarize,
    ),
    compactRow(
      'transcript_auto_compact(messages: list, options: any?) -> list',
      'Messages with the older ones as one message that sums them up.',
      transcriptCalls.autoCompact,
    ),
    builtin(
      'agent.compact(id: any, options: any?) -> int',
      {
        doc: 'Compacts what was said in a session and gives how many messages stay.',
        effect: 'wait',
        aliases: ['agent_session_compact'],
      },
      function* (ctx: Ctx, ...given: Value[]): Steps {
        const [id, options] = withoutHandle(given);
        const { data, parts } = split(ctx as RunContext, options);
        return yield* sessionCalls.compact(ctx as RunContext, display(id ?? null), data, parts);
      },
    ),
  ];
}
