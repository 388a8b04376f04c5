// People, as `harness.interaction` and the older globals: a question waits durably for whoever answers it.
import type { Json } from '../base/index.ts';
import { HarnError, isJsonObject } from '../base/index.ts';
import {
  type AskOptions,
  askUser,
  hitlPending,
  humanErrors,
  type RunContext,
  type Suspending,
} from '../runtime/index.ts';
import {
  type Ctx,
  type Dict,
  display,
  fromJson,
  HarnDuration,
  HarnThrow,
  isDict,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';

export function humanRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'interaction.ask_user(prompt: any, options: dict?) -> any',
      {
        doc: 'Asks a person and waits durably for the answer: `{schema, timeout, default}`, a day by default.',
        effect: 'wait',
        aliases: ['ask_user'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, options] = questionOf(withoutHandle(args));
        return fromJson(yield* asProgramsSeeIt(askUser(ctx as RunContext, prompt, options)));
      },
    ),
    builtin(
      'interaction.ask(question: any, kind: string?) -> any',
      {
        doc: 'Asks a person a question; `kind` tells whoever shows it what sort of answer is meant.',
        effect: 'wait',
      },
      function* (ctx: Ctx, question: Value, kind: Value = null): Steps {
        const details = kind === null ? null : { answer_kind: display(kind) };
        const asking = askUser(ctx as RunContext, display(question), {}, details);
        return fromJson(yield* asProgramsSeeIt(asking));
      },
    ),
    builtin(
      'interaction.hitl_pending(filters: any?) -> list',
      {
        doc: 'What people have been asked and not answered yet, newest first: `{since, until, kinds, agent, limit}`.',
        effect: 'wait',
        aliases: ['hitl_pending'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [filters = null] = withoutHandle(args);
        return fromJson(yield* hitlPending(ctx as RunContext, toData(filters)));
      },
    ),
  ];
}

/** `(prompt, options)`, or one dict of named arguments. */
function questionOf([first = null, second = null]: List): readonly [string, AskOptions] {
  const named = isDict(first) && (first as Dict)['prompt'] !== undefined;
  const options = (named ? first : second) as Value;
  const prompt = named ? ((first as Dict)['prompt'] as Value) : first;
  return [display(prompt), isDict(options) ? optionsOf(options as Dict) : {}];
}

function optionsOf(given: Dict): AskOptions {
  const { timeout, schema, default: otherwise } = given as { readonly [name: string]: Value };
  return {
    ...(schema === undefined ? {} : { schema: toData(schema) }),
    ...(timeout === undefined || timeout === null ? {} : { timeout: timeoutOf(timeout) }),
    ...(otherwise === undefined ? {} : { default: toData(otherwise) }),
  };
}

function timeoutOf(timeout: Value): number | string {
  if (timeout instanceof HarnDuration) return timeout.ms;
  return typeof timeout === 'number' ? timeout : display(timeout);
}

/** Functions that grew a leading handle take both shapes. */
function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}

/** A question that nobody answered in time, or that was withdrawn, is a dict with a `name` to whoever catches it. */
const NAMES: { readonly [code: string]: { readonly name: string; readonly category: string } } = {
  [humanErrors.$code('timeout')]: { name: 'HumanTimeoutError', category: 'timeout' },
  [humanErrors.$code('cancelled')]: { name: 'HumanCancelledError', category: 'cancelled' },
};

function* asProgramsSeeIt(asking: Suspending<Json>): Suspending<Json> {
  try {
    return yield* asking;
  } catch (error) {
    const known = HarnError.is(error) ? NAMES[error.code] : undefined;
    if (known === undefined || !HarnError.is(error)) throw error;
    const data = isJsonObject(error.data) ? error.data : {};
    const { request_id = null, kind = 'question', reason = null } = data;
    const value = { ...known, message: error.message, request_id, kind, reason };
    throw new HarnThrow(fromJson(value));
  }
}
