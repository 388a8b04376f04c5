// Answers that must fit a schema: what is wrong with one, the request that asks again, and the error when the attempts
// are spent. A correction is one more user message on the original conversation; the wrong answer is not shown to the
// model again.
import type { HarnError, JsonObject } from '../../base/index.ts';
import { categorised } from './errors.ts';
import type { ParsedCall } from './options.ts';
import { jsonIn, type LlmResult } from './result.ts';
import { schemaProblems } from './schema-check.ts';

/** What is wrong with the text of an answer; empty when it holds JSON that fits. */
export function answerProblems(text: string, schema: JsonObject | undefined): readonly string[] {
  const data = jsonIn(text);
  if (data === undefined) return ['the answer holds no parseable JSON'];
  return schema === undefined ? [] : schemaProblems(data, schema);
}

/** The original request with a correction at its end, unless its caller wants it repeated as it was. */
export function corrected(call: ParsedCall, problems: readonly string[]): ParsedCall {
  if (call.nudge === false) return call;
  const { request } = call;
  const content = [
    ...(typeof call.nudge === 'string' ? [call.nudge] : ['Answer again, with JSON only.']),
    `The last answer did not fit the schema: ${problems.join('; ')}.`,
    ...(request.output.kind === 'json' && request.output.schema !== undefined
      ? [`The schema is ${JSON.stringify(request.output.schema)}`]
      : []),
  ].join('\n');
  return {
    ...call,
    request: { ...request, messages: [...request.messages, { role: 'user', content }] },
  };
}

/** The error of an answer that still does not fit. */
export function mismatch(
  problems: readonly string[],
  { provider, model }: Pick<LlmResult, 'provider' | 'model'>,
): HarnError {
  const message = `the answer does not fit the schema: ${problems.join('; ')}`;
  return categorised({ category: 'schema_validation', message, provider, model });
}
