// Answers: whether one fits its question, and as which value the program sees it. People type text; what the question
// expects decides what that text means.
import { isJsonObject, type Json } from '../../base/index.ts';
import { schemaProblems } from '../llm/index.ts';

/** What a question expects. */
export type Expectation = {
  readonly schema: Json;
  readonly default: Json;
  readonly has_default: boolean;
};

/** An answer as a value, or why it is none. */
export type Reading =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly problems: string };

/** Reads an answer: by the schema, else towards the type of the default, else as it is. */
export function readAnswer(answer: Json, expected: Expectation): Reading {
  const { schema } = expected;
  if (!isJsonObject(schema)) {
    const value = expected.has_default ? towards(answer, expected.default) : answer;
    return { ok: true, value };
  }
  const problems = schemaProblems(answer, schema);
  if (problems.length === 0) return { ok: true, value: answer };
  for (const value of typeof answer === 'string' ? meanings(answer) : []) {
    if (schemaProblems(value, schema).length === 0) return { ok: true, value };
  }
  return { ok: false, problems: problems.join('; ') };
}

/** What typed text may stand for besides itself. */
function meanings(text: string): readonly Json[] {
  const found: Json[] = [];
  const trimmed = text.trim();
  if (trimmed !== text) found.push(trimmed);
  const json = parsed(trimmed);
  if (json !== undefined) found.push(json);
  const truth = truthOf(trimmed);
  if (truth !== undefined) found.push(truth);
  return found;
}

function towards(answer: Json, wanted: Json): Json {
  if (typeof answer !== 'string' || typeof wanted === 'string' || wanted === null) return answer;
  if (typeof wanted === 'boolean') return truthOf(answer.trim()) ?? answer;
  const value = parsed(answer.trim());
  if (typeof wanted === 'number') return typeof value === 'number' ? value : answer;
  const fits = Array.isArray(wanted) ? Array.isArray(value) : isJsonObject(value);
  return fits && value !== undefined ? value : answer;
}

function truthOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'yes' || word === 'y') return true;
  if (word === 'false' || word === 'no' || word === 'n') return false;
  return undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
