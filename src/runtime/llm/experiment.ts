// Experiments with the structure of prompts (`structural_experiment`): the messages of a call are rearranged just before it is
// made, by a rule that is known by name or by code of the program, so that two forms of a prompt can be compared.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { callHandler, type Handler, type RunContext, type Suspending } from '../run/index.ts';
import { llmErrors } from './errors.ts';
import { toMessages } from './messages.ts';
import type { LlmMessage, LlmRequest } from './request.ts';

/** An experiment by name, or by what code makes of the messages. */
export type Experiment = {
  readonly label: string;
  readonly args: JsonObject;
  readonly transform?: Handler | undefined;
};

/** What the result tells of it. */
export type ExperimentFacts = {
  readonly label: string;
  readonly args: JsonObject;
  readonly metadata: Json;
};

type Shape = Pick<LlmRequest, 'system' | 'messages'>;

const RULES: { readonly [label: string]: (shape: Shape, args: JsonObject) => Shape } = {
  prompt_order_permutation: permuted,
  doubled_prompt: doubled,
  chain_of_draft: drafted,
  inverted_system: inverted,
};

/** Reads the option: a text such as `prompt_order_permutation(seed: 42)`, or `{name, args}`. */
export function experimentOf(given: Json | undefined): Experiment | undefined {
  if (given === undefined || given === null) return undefined;
  const parts = typeof given === 'string' ? /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(given) : null;
  if (parts !== null) return named(parts[1] ?? '', argsIn(parts[2] ?? ''));
  if (isJsonObject(given)) {
    const { name, label = name, args } = given;
    if (typeof label === 'string') return named(label, isJsonObject(args) ? args : {});
  }
  throw bad();
}

function named(label: string, args: JsonObject): Experiment {
  if (!Object.hasOwn(RULES, label)) throw bad();
  return { label, args };
}

/** `seed: 42` as data. */
function argsIn(text: string): JsonObject {
  const args: { [name: string]: Json } = {};
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [name = '', value = ''] = part.split(':').map((one) => one.trim());
    if (!/^\w+$/.test(name) || !/^-?\d+$/.test(value)) throw bad();
    args[name] = Number(value);
  }
  return args;
}

function bad(): Error {
  return llmErrors.badOption({
    option: 'structural_experiment',
    expected: `one of ${Object.keys(RULES).join(', ')}, with whole numbers as arguments, or code`,
  });
}

/** The request as the experiment has it. */
export function* experimented(
  ctx: RunContext,
  request: LlmRequest,
  { label, args, transform }: Experiment,
): Suspending<{ readonly request: LlmRequest; readonly facts: ExperimentFacts }> {
  const { system, messages } = request;
  if (transform === undefined) {
    const shape = RULES[label]?.({ system, messages }, args) ?? { system, messages };
    return { request: { ...request, ...shape }, facts: { label, args, metadata: null } };
  }
  const asked = { system, messages, args } as unknown as Json;
  const told = (yield* callHandler(ctx, transform, [asked])) as Json;
  const given: JsonObject = Array.isArray(told)
    ? { messages: told as readonly Json[] }
    : isJsonObject(told)
      ? told
      : {};
  const shape = {
    ...(given['messages'] === undefined ? {} : { messages: toMessages(given['messages']) }),
    ...(typeof given['system'] === 'string' ? { system: given['system'] } : {}),
  };
  const metadata = given['metadata'] ?? null;
  return { request: { ...request, ...shape }, facts: { label, args, metadata } };
}

/** Where the latest plain text of a user is. */
function latest(
  messages: readonly LlmMessage[],
): { readonly at: number; readonly text: string } | undefined {
  const at = messages.findLastIndex(
    ({ role, content }) => role === 'user' && typeof content === 'string',
  );
  return at === -1 ? undefined : { at, text: messages[at]?.content as string };
}

function withText(messages: readonly LlmMessage[], at: number, content: string): LlmMessage[] {
  return messages.map((message, i) => (i === at ? { ...message, content } : message));
}

/** The sections of the prompt in another order; the same one for the same seed. */
function permuted(shape: Shape, { seed = 0 }: JsonObject): Shape {
  const found = latest(shape.messages);
  if (found === undefined) return shape;
  const parts = found.text.split(/\n\s*\n/);
  const order = shuffled(parts, typeof seed === 'number' ? seed : 0);
  // Of several sections one at least stands elsewhere.
  const moved = order.join() === parts.join() ? [...parts.slice(1), ...parts.slice(0, 1)] : order;
  return { ...shape, messages: withText(shape.messages, found.at, moved.join('\n\n')) };
}

function shuffled(parts: readonly string[], seed: number): string[] {
  const out = [...parts];
  let state = seed >>> 0;
  for (let i = out.length - 1; i > 0; i -= 1) {
    // A linear congruential generator: good enough to order a handful of sections, and the same everywhere.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [out[i], out[j]] = [out[j] as string, out[i] as string];
  }
  return out;
}

/** The prompt at the beginning and at the end. */
function doubled(shape: Shape): Shape {
  const found = latest(shape.messages);
  if (found === undefined) return shape;
  const user: LlmMessage = { role: 'user', content: found.text };
  const between: readonly LlmMessage[] = [
    { role: 'assistant', content: 'Understood. Once more, please, so that nothing is missed.' },
  ];
  const rest = shape.messages.filter((_, i) => i !== found.at);
  return { ...shape, messages: [user, ...(rest.length === 0 ? between : rest), user] };
}

function drafted(shape: Shape): Shape {
  const found = latest(shape.messages);
  if (found === undefined) return shape;
  const text = `${found.text}\n\nThink in short notes first, a few words each, between <draft> and </draft>. After that give the answer.`;
  return { ...shape, messages: withText(shape.messages, found.at, text) };
}

/** System text and prompt in each other's place. */
function inverted(shape: Shape): Shape {
  const found = latest(shape.messages);
  if (found === undefined || shape.system === null) return shape;
  return { system: found.text, messages: withText(shape.messages, found.at, shape.system) };
}
