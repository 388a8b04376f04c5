// Results of tools that are too long for what a conversation may be: each is shortened where it stands, by the program's code
// or to its beginning and end. The whole is kept by the compaction that this is a part of.
import type { Json } from '../../base/index.ts';
import { callHandler, type RunContext, type Suspending } from '../run/index.ts';
import { isToolResult, shortText } from './compact-cut.ts';
import type { CompactPlan } from './compact-options.ts';
import { transcriptErrors } from './errors.ts';
import type { TranscriptMessage } from './transcript.ts';

/** The messages, and how many of them are not what they were. */
export interface Shortened {
  readonly messages: readonly TranscriptMessage[];
  readonly count: number;
}

/** Shortens the results that are texts of more than `outputChars` characters. */
export function* shortenOutputs(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  plan: CompactPlan,
): Suspending<Shortened> {
  const { outputChars: most } = plan;
  if (most === undefined) return { messages, count: 0 };
  let count = 0;
  const kept: TranscriptMessage[] = [];
  for (const message of messages) {
    const { content } = message;
    if (!isToolResult(message) || typeof content !== 'string' || content.length <= most) {
      kept.push(message);
      continue;
    }
    count += 1;
    const given = yield* asked(ctx, content, most, plan);
    // Also code keeps to the limit: else the next compaction would shorten the same text again.
    kept.push({ ...message, content: shortText(given ?? content, most) });
  }
  return { messages: kept, count };
}

function* asked(
  ctx: RunContext,
  content: string,
  most: number,
  { parts }: CompactPlan,
): Suspending<string | null> {
  if (parts.compress === undefined) return null;
  const given = ((yield* callHandler(ctx, parts.compress, [content, most])) ?? null) as Json;
  if (given === null || typeof given === 'string') return given;
  throw transcriptErrors.badAnswer({ fn: 'compress_callback', expected: 'a text or nil' });
}
