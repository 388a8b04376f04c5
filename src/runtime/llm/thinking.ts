// How much a model is to think, as callers say it.
import { isJsonObject, type Json } from '../../base/index.ts';
import { llmErrors } from './errors.ts';
import type { LlmThinking } from './request.ts';

const EXPECTED =
  'true, {mode: "enabled", budget_tokens?}, {mode: "adaptive"}, {mode: "effort", level: "low" | "medium" | "high"} or {mode: "disabled"}';

/** The option `thinking`. `true` and `{budget_tokens}` are short for the mode `enabled`. */
export function thinkingOf(given: Json | undefined): LlmThinking | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return { mode: 'enabled' };
  if (!isJsonObject(given)) throw bad();
  const { mode = 'enabled', level, budget_tokens: budget } = given;
  if (mode === 'disabled' || mode === 'adaptive') return { mode };
  if (mode === 'effort') {
    if (level === 'low' || level === 'medium' || level === 'high') return { mode, level };
    throw bad();
  }
  if (mode !== 'enabled') throw bad();
  if (budget === undefined || budget === null) return { mode };
  if (typeof budget !== 'number' || !Number.isInteger(budget) || budget < 1) throw bad();
  return { mode, budget_tokens: budget };
}

/** The option `anthropic_beta_features`: one name or several. */
export function betasOf(given: Json | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const list = typeof given === 'string' ? given.split(',') : given;
  if (!Array.isArray(list) || !list.every((one: Json) => typeof one === 'string')) {
    throw llmErrors.badOption({ option: 'anthropic_beta_features', expected: 'a list of texts' });
  }
  return (list as readonly string[]).map((one) => one.trim()).filter((one) => one !== '');
}

function bad(): Error {
  return llmErrors.badOption({ option: 'thinking', expected: EXPECTED });
}
