// What a long-running tool came to, as data and as it is said to a model: no longer than the result of any tool, with the
// whole kept where the model can read on.
import { dataText, HarnError, type JsonObject } from '../../base/index.ts';
import { coerceError, journalErrors, type RunContext } from '../run/index.ts';
import type { HandleResult } from './handles.ts';
import type { Feedback } from './session.ts';
import { overflowOf } from './tool-overflow.ts';

/** The kind under which a loop is told of results that come later. */
export const HANDLE_FEEDBACK = 'tool_result';

/** A failure as data. */
export function handleFailure(
  ctx: RunContext,
  error: unknown,
): Pick<HandleResult, 'status' | 'error' | 'error_category'> {
  const isUnknown = HarnError.is(error) && error.code === journalErrors.$code('outcomeUnknown');
  const thrown = ctx.run.codec?.toJson(error);
  return {
    status: 'failed',
    error: thrown === undefined ? coerceError(error).message : dataText(thrown),
    error_category: isUnknown ? 'unknown' : 'tool_error',
  };
}

/** A result as it is said, and the asset that keeps what is too long to say. */
export function feedbackOf(
  result: HandleResult,
  maxChars: number,
): { readonly feedback: Feedback; readonly asset?: JsonObject } {
  const whole = JSON.stringify(result);
  if (whole.length <= maxChars) return { feedback: { kind: HANDLE_FEEDBACK, content: whole } };
  const { handle_id, operation } = result;
  const { text, asset } = overflowOf(whole, maxChars, {
    id: `output_${handle_id}`,
    title: operation,
  });
  return { feedback: { kind: HANDLE_FEEDBACK, content: text }, asset };
}
