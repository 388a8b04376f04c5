// What a settlement is asked for: rounds, time, and whether a model chooses. Read once, at the edge.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { durationMs } from './duration.ts';
import { lifErrors } from './errors.ts';

const MOST_ROUNDS = 20;
const DEFAULT_WAIT_MS = 30_000;
const DEFAULT_CALLS = 20;

/** Options of `spawn_settlement_agent` and `on_finish_drain_with`. */
export interface SettlementCall {
  /**
   * Lets a model choose among the legal actions of each item: its name, a dict of model-call options (`{model,
   * provider, temperature}`), or true for the model that calls without a name go to. The fixed table decides where
   * the model gives no usable answer or its budget is spent, and the reason says so.
   */
  readonly model?: string | true | JsonObject;
  /** What the model is told besides the facts. */
  readonly instructions?: string;
  /** The most model calls; a round of up to five items is one call. Default 20. */
  readonly model_budget_calls?: number;
  /** No further call once this many tokens were used. */
  readonly model_budget_tokens?: number;
  /** Rounds, 1 to 20; by default enough for what is open. */
  readonly drain_budget_iterations?: number;
  /** How long to wait in all for work that ends by itself: ms or `"30s"`. Default 30 s. */
  readonly drain_budget_ms?: number | string;
}

/** A model that is to choose, and within which bounds. */
export interface ModelWish {
  /** Options of the model call. */
  readonly call: JsonObject;
  readonly instructions: string | undefined;
  readonly maxCalls: number;
  readonly maxTokens: number;
}

export interface SettlementOptions {
  /** Undefined: enough for what is there. */
  readonly rounds: number | undefined;
  readonly waitMs: number;
  readonly model: ModelWish | undefined;
}

/** Reads options: a dict, or a number of rounds. What is no number of rounds or no time means the default. */
export function parseSettlement(options: Json): SettlementOptions {
  const given = isJsonObject(options) ? options : { drain_budget_iterations: options };
  const rounds = given['drain_budget_iterations'];
  const waitMs = durationMs(given['drain_budget_ms'] ?? null);
  const isCount = typeof rounds === 'number' && Number.isInteger(rounds) && rounds > 0;
  return {
    rounds: isCount ? Math.min(rounds, MOST_ROUNDS) : undefined,
    waitMs: waitMs !== undefined && waitMs >= 0 ? waitMs : DEFAULT_WAIT_MS,
    model: modelOf(given),
  };
}

function modelOf(given: JsonObject): ModelWish | undefined {
  const model = given['model'] ?? null;
  if (model === null || model === false) return undefined;
  const isName = typeof model === 'string' && model !== '';
  if (!isName && model !== true && !isJsonObject(model)) {
    throw bad('model', 'a model name, true, or a dict of model-call options');
  }
  const instructions = given['instructions'] ?? undefined;
  if (instructions !== undefined && typeof instructions !== 'string') {
    throw bad('instructions', 'a text');
  }
  return {
    call: isName ? { model } : isJsonObject(model) ? model : {},
    instructions,
    maxCalls: countOf(given, 'model_budget_calls') ?? DEFAULT_CALLS,
    maxTokens: countOf(given, 'model_budget_tokens') ?? Number.POSITIVE_INFINITY,
  };
}

function countOf(given: JsonObject, option: string): number | undefined {
  const value = given[option] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw bad(option, 'a whole number');
  }
  return value;
}

function bad(option: string, expected: string): Error {
  return lifErrors.badSettlement({ option, expected });
}
