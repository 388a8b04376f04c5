// How what happens in a chat reads: one line per call, per result, per turn.
import type { Json } from '../../base/index.ts';
import { oneLine } from '../output.ts';
import type { ChatSpent, ChatState } from './pipeline.ts';

/** `read_file(path: "src/a.ts", from: 3)`. */
export function callText(name: string, args: Json): string {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  const parts = isObject
    ? Object.entries(args).map(([key, value]) => `${key}: ${oneLine(JSON.stringify(value), 60)}`)
    : [JSON.stringify(args)];
  return oneLine(`${name}(${parts.join(', ')})`, 140);
}

/** The beginning of a result, and how long it took. */
export function resultText(result: Json, ms: number): string {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  const lines = text.split('\n').length;
  const more = lines > 1 ? ` (${lines} lines)` : '';
  return `${oneLine(text, 100)}${more} ${ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`}`;
}

/** `1,234 tokens in, 56 out, $0.0123`. */
export function spentText({ input_tokens, output_tokens, cost_usd }: ChatSpent): string {
  const cost = cost_usd > 0 ? `, $${cost_usd.toFixed(4)}` : '';
  return `${grouped(input_tokens)} tokens in, ${grouped(output_tokens)} out${cost}`;
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** What is worth saying of how a turn ended; undefined when it just did. */
export function endText({ last }: ChatState): string | undefined {
  if (last === null || last.status === 'done') return undefined;
  if (last.status === 'stopped') return 'stopped';
  if (last.error !== null) return `${last.error.message} [${last.error.code}]`;
  return `ended: ${last.status.replaceAll('_', ' ')}`;
}
