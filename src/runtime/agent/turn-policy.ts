// The shape that the turns of a loop are to have (`turn_policy`): whether a turn must act or say that it is done, whether
// nudges speak of the end mark, and how much prose goes with a call.
import { isJsonObject, type Json } from '../../base/index.ts';
import { loopErrors } from './errors.ts';
import { unknownField } from './option-readers.ts';

export interface TurnPolicy {
  /** A text without a call and without the end mark does not end the loop: it is nudged. */
  readonly requireAction: boolean;
  /** Whether the model is told of the end mark. */
  readonly allowDone: boolean;
  readonly maxProseChars: number;
}

const KNOWN: ReadonlySet<string> = new Set([
  'require_action_or_yield',
  'allow_done_sentinel',
  'max_prose_chars',
]);

/** Reads the option. */
export function parseTurnPolicy(value: Json | undefined): TurnPolicy {
  if (value !== undefined && !isJsonObject(value)) throw bad('a dict');
  const given = value ?? {};
  const unknown = Object.keys(given).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw unknownField('turn_policy', unknown, KNOWN);
  const { require_action_or_yield: act = false, allow_done_sentinel: done = true } = given;
  const most = given['max_prose_chars'] ?? null;
  if (typeof act !== 'boolean') throw bad('given require_action_or_yield as a bool');
  if (typeof done !== 'boolean') throw bad('given allow_done_sentinel as a bool');
  const isSize = typeof most === 'number' && Number.isInteger(most) && most > 0;
  if (most !== null && !isSize) throw bad('given max_prose_chars as an int above 0');
  return {
    requireAction: act,
    allowDone: done,
    maxProseChars: isSize ? most : Number.POSITIVE_INFINITY,
  };
}

/** What is said to a model that wrote too much; undefined when it did not. */
export function proseProblem({ maxProseChars }: TurnPolicy, prose: string): string | undefined {
  if (prose.length <= maxProseChars) return undefined;
  return `Your last answer had ${prose.length} characters of prose; ${maxProseChars} are the most. Act, and keep the words short.`;
}

function bad(expected: string): Error {
  return loopErrors.badOption({ option: 'turn_policy', expected });
}
