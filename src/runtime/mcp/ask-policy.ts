// Whether a server may ask its client in the middle of a call: for an answer of a model (sampling), or of a person
// (elicitation). Nothing is allowed that a declaration does not allow.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { mcpErrors } from './errors.ts';

/** How a server may use models. What the run may spend, its budgets say; this says what is asked, and how often. */
export type McpSampling = {
  /** Who answers; as in `llm.call`. The server's own preferences are not asked. */
  readonly model?: string;
  readonly provider?: string;
  readonly model_tier?: string;
  /** The most for one answer; a server that wants fewer tokens gets fewer. */
  readonly max_tokens?: number;
  /** How many answers one call of a tool may have; 10. Further ones are refused. */
  readonly max_requests?: number;
  /** For one answer; as in `llm.call`. */
  readonly timeout_ms?: number;
};

/** What a server may ask for. */
export type AskPolicy = {
  readonly sampling?: McpSampling;
  /** Its questions are those of the run. */
  readonly elicitation?: 'ask';
};

const TEXTS: ReadonlySet<string> = new Set(['model', 'provider', 'model_tier']);
const COUNTS: ReadonlySet<string> = new Set(['max_tokens', 'max_requests', 'timeout_ms']);

/** Reads `sampling` and `elicitation` of a declaration; undefined when the server may ask for nothing. */
export function readAskPolicy(given: JsonObject): AskPolicy | undefined {
  const sampling = samplingOf(given['sampling'] ?? 'refuse');
  const elicitation = given['elicitation'] ?? 'refuse';
  if (elicitation !== 'refuse' && elicitation !== 'ask') {
    throw mcpErrors.badConfig({ option: 'elicitation', expected: '"refuse" or "ask"' });
  }
  if (sampling === undefined && elicitation === 'refuse') return undefined;
  return {
    ...(sampling === undefined ? {} : { sampling }),
    ...(elicitation === 'ask' ? { elicitation } : {}),
  };
}

function samplingOf(given: Json): McpSampling | undefined {
  if (given === 'refuse') return undefined;
  if (!isJsonObject(given)) {
    throw mcpErrors.badConfig({ option: 'sampling', expected: '"refuse" or a dict' });
  }
  const set = Object.entries(given).filter(([, value]) => value !== null);
  for (const [key, value] of set) {
    const option = `sampling.${key}`;
    if (TEXTS.has(key)) {
      if (typeof value === 'string' && value !== '') continue;
      throw mcpErrors.badConfig({ option, expected: 'a text' });
    }
    if (COUNTS.has(key)) {
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) continue;
      throw mcpErrors.badConfig({ option, expected: 'an int from 1' });
    }
    const known = [...TEXTS, ...COUNTS].join(', ');
    throw mcpErrors.badConfig({ option, expected: `left out; known are ${known}` });
  }
  return Object.fromEntries(set) as McpSampling;
}
