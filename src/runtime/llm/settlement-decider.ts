// A model as the one who chooses among the legal actions of open work. One ordinary, journaled call per round: the model
// sees the facts of each item and may answer only with actions that are legal for it. What it does not answer, or
// answers wrongly, is said to be a problem and left to the fixed table.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type {
  Advice,
  DecideOptions,
  ModelWish,
  SettleAction,
  SettlementDecider,
  UnsettledItem,
  Wish,
} from '../lifecycle/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { llmCallSafe } from './call.ts';
import { type LlmOptions, parseCall } from './options.ts';

const SYSTEM = [
  'A program has returned while some of its work is still open. Decide what becomes of each open item.',
  'For every item choose one of its legal actions and say why in one sentence. Answer with JSON only.',
].join('\n');

const MEANING: { readonly [A in SettleAction]: string } = {
  resume: 'let it go on; `input` is what it is told',
  cancel: 'end it now; what it has not done is lost',
  acknowledge: 'close it as dealt with',
  defer: 'keep it, durably, for a later run',
  deliver: 'start the pipeline it is meant for, with its payload',
  drain: 'wait until it ends by itself; it is cancelled when the time is up',
  abandon: 'leave it behind; nobody answers for it',
};

/** Asks the model that the settlement names; without one it has no opinion. */
export const modelDecider: SettlementDecider = {
  check: ({ call }) => {
    parseCall('check', SYSTEM, call as LlmOptions);
  },
  *decide(ctx, items, options) {
    const { model } = options;
    if (model === undefined || items.length === 0) return { wishes: [] };
    const problem = overBudget(model, options);
    if (problem !== undefined) return { wishes: items.map(() => ({ problem })) };
    return yield* ask(ctx, items, model, options);
  },
};

function overBudget(model: ModelWish, { spent, leftMs }: DecideOptions): string | undefined {
  if (spent.calls >= model.maxCalls) return `its budget of ${model.maxCalls} calls is spent`;
  if (spent.tokens >= model.maxTokens) return `its budget of ${model.maxTokens} tokens is spent`;
  return leftMs > 0 ? undefined : 'the time of the settlement is spent';
}

function* ask(
  ctx: RunContext,
  items: readonly UnsettledItem[],
  model: ModelWish,
  { spent, leftMs }: DecideOptions,
): Suspending<Advice> {
  const prompt = promptOf(items, model.instructions);
  const schema = schemaOf(items);
  spent.calls += 1;
  const { ok, response, error } = yield* llmCallSafe(ctx, prompt, SYSTEM, {
    timeout_ms: Math.max(1, Math.ceil(leftMs)),
    ...(model.call as LlmOptions),
    schema,
  });
  if (!ok) {
    const named = typeof model.call['model'] === 'string' ? { model: model.call['model'] } : {};
    return { wishes: items.map(() => ({ problem: error.message })), prompt, ...named };
  }
  spent.tokens += response.input_tokens + response.output_tokens;
  const answers = isJsonObject(response.data) ? response.data : {};
  const wishes = items.map((item, index) => wishOf(item, answers[nameOf(index)]));
  return { wishes, prompt, model: response.model };
}

/** Names are short and in order; ids are for machines. */
function nameOf(index: number): string {
  return `item_${index + 1}`;
}

function promptOf(items: readonly UnsettledItem[], instructions: string | undefined): string {
  const shown = items.map((item, index) => ({
    item: nameOf(index),
    kind: item.bucket,
    facts: item.view,
    legal_actions: Object.fromEntries(item.actions.map((action) => [action, MEANING[action]])),
  }));
  const told = instructions === undefined ? '' : `${instructions}\n\n`;
  return `${told}Open items:\n${JSON.stringify(shown, null, 1)}`;
}

function schemaOf(items: readonly UnsettledItem[]): JsonObject {
  const names = items.map((_, index) => nameOf(index));
  const properties = Object.fromEntries(
    items.map((item, index) => [nameOf(index), answerSchema(item)]),
  );
  return { type: 'object', properties, required: names, additionalProperties: false };
}

function answerSchema({ actions }: UnsettledItem): JsonObject {
  const input = actions.includes('resume') ? { input: { type: 'string' } } : {};
  return {
    type: 'object',
    properties: { action: { enum: [...actions] }, reason: { type: 'string' }, ...input },
    required: ['action', 'reason'],
    additionalProperties: false,
  };
}

function wishOf({ actions }: UnsettledItem, answer: Json | undefined): Wish {
  if (!isJsonObject(answer)) return { problem: 'it gave no answer for this item' };
  const { action, reason, input } = answer;
  const legal = actions.find((one) => one === action);
  if (legal === undefined) return { problem: `it chose ${short(action)}, which is not legal here` };
  const why = typeof reason === 'string' && reason !== '' ? reason : 'no reason given';
  const told = legal === 'resume' && typeof input === 'string' && input !== '' ? { input } : {};
  return { action: legal, reason: why, ...told };
}

function short(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
