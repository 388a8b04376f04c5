// Where a conversation is cut, and how the part before the cut is told in few words without asking a model. Pure.
import { type TranscriptMessage, textOfContent } from './transcript.ts';

/** A conversation parted in three: what stays at its head, what is archived, what stays at its end. */
export interface Cut {
  readonly head: readonly TranscriptMessage[];
  readonly archived: readonly TranscriptMessage[];
  readonly kept: readonly TranscriptMessage[];
}

/**
 * Cuts so that at least the last `keepLast` messages stay. The rest begins with what a user said where there is such a
 * place: a conversation that begins with an answer, or with a tool's result, is refused by providers.
 */
export function cutMessages(
  messages: readonly TranscriptMessage[],
  keepLast: number,
  keepFirst = 0,
): Cut {
  const first = Math.min(keepFirst, messages.length);
  const wanted = Math.max(first, messages.length - keepLast);
  const cut = wanted === messages.length ? wanted : snapped(messages, wanted, first);
  return {
    head: messages.slice(0, first),
    archived: messages.slice(first, cut),
    kept: messages.slice(cut),
  };
}

/** How far before the wanted place the words of a user are looked for. */
const SNAP = 4;

/** A place shortly before `wanted` where a user speaks; else one that does not part a result from its call. */
function snapped(messages: readonly TranscriptMessage[], wanted: number, first: number): number {
  for (let at = wanted; at > Math.max(first, wanted - SNAP); at -= 1) {
    if (messages[at]?.role === 'user') return at;
  }
  let cut = wanted;
  while (cut > first && isToolResult(messages[cut])) cut -= 1;
  return cut;
}

export function isToolResult(message: TranscriptMessage | undefined): boolean {
  return message?.role === 'tool' || message?.role === 'tool_result';
}

/** The largest part of what `limit` allows that the kept messages may fill; the rest is for the summary. */
const KEPT_SHARE = 0.75;

/** A cut like `cutMessages`, with fewer kept messages where they alone would come near the limit; the last one stays. */
export function cutBelow(
  messages: readonly TranscriptMessage[],
  limit: number,
  keepLast: number,
  keepFirst: number,
): Cut {
  let last = Math.min(keepLast, messages.length);
  for (;;) {
    const cut = cutMessages(messages, last, keepFirst);
    const size = estimateMessageTokens([...cut.head, ...cut.kept]);
    if (last <= 1 || size <= limit * KEPT_SHARE) return cut;
    last -= 1;
  }
}

/** Roughly: what a token is in characters, for deciding when a conversation is long. */
export const CHARS_PER_TOKEN = 4;

/** Loops ask before every turn; messages never change. */
const known = new WeakMap<TranscriptMessage, number>();

/** About how many tokens messages cost. */
export function estimateMessageTokens(messages: readonly TranscriptMessage[]): number {
  let chars = 0;
  for (const message of messages) {
    let own = known.get(message);
    if (own === undefined) {
      own = JSON.stringify(message).length;
      known.set(message, own);
    }
    chars += own;
  }
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

const SUMMARY_LINES = 20;
const SUMMARY_CHARS = 120;

/** How the last of the archived messages began. */
export function truncatedSummary(archived: readonly TranscriptMessage[]): string {
  const lines = archived
    .slice(-SUMMARY_LINES)
    .map((message) => `${message.role}: ${begin(oneLine(message), SUMMARY_CHARS)}`);
  return [`${count(archived)} were left out. The last of them began:`, ...lines].join('\n');
}

const LONG_CHARS = 500;
const MASK_LINES = 3;

/**
 * Every archived message; long ones (what tools and commands print) masked down to the lines that say what went wrong.
 * `shown` has what stands for a message instead, at its place.
 */
export function maskedSummary(
  archived: readonly TranscriptMessage[],
  shown: readonly (string | null)[] = [],
): string {
  const lines = archived.map((message, k) => {
    const text = textOfContent(message.content);
    const own = shown[k] ?? null;
    return `${message.role}: ${own ?? (text.length <= LONG_CHARS ? text : masked(text))}`;
  });
  return [`${count(archived)}, with long output masked:`, ...lines].join('\n');
}

/** A long text as its first lines, the lines that name a problem, and how much is gone. */
function masked(text: string): string {
  const lines = text.split('\n');
  const telling = lines
    .slice(MASK_LINES)
    .filter((line) => /\b(error|failed|failure|exception|panic|warning)\b/i.test(line))
    .slice(0, MASK_LINES);
  const shown = [...lines.slice(0, MASK_LINES), ...telling].map((line) => begin(line, LONG_CHARS));
  return [...shown, `[masked: ${lines.length} lines, ${text.length} characters]`].join('\n');
}

/** A long text as its beginning and its end, in so many characters. */
export function shortText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const mark = `\n[${text.length - chars} characters or more were left out]\n`;
  const room = chars - mark.length;
  if (room <= 0) return begin(text, chars).slice(0, chars);
  const tail = Math.floor(room / 3);
  return `${text.slice(0, room - tail)}${mark}${text.slice(text.length - tail)}`;
}

/** Messages as the text that a model is asked to summarise. */
export function formatMessages(messages: readonly TranscriptMessage[]): string {
  return messages
    .map((message) => {
      const calls = message['tool_calls'];
      const asked = calls === undefined ? '' : ` ${JSON.stringify(calls)}`;
      return `${message.role}: ${textOfContent(message.content)}${asked}`;
    })
    .join('\n');
}

function count(messages: readonly TranscriptMessage[]): string {
  return messages.length === 1 ? '1 earlier message' : `${messages.length} earlier messages`;
}

function oneLine(message: TranscriptMessage): string {
  return textOfContent(message.content).replace(/\s+/g, ' ').trim();
}

function begin(text: string, chars: number): string {
  return [...text].slice(0, chars).join('');
}
