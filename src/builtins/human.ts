// People, as `harness.interaction` and the older globals: a question waits durably for whoever answers it.
import type { Json } from '../base/index.ts';
import { HarnError, isJsonObject } from '../base/index.ts';
import {
  type ApprovalOptions,
  type AskOptions,
  askUser,
  dualControl,
  escalateTo,
  hitlPending,
  humanErrors,
  requestApproval,
} from '../runtime/human/index.ts';
import { callHandler, type RunContext, type Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  type Dict,
  dictKeys,
  display,
  fromJson,
  functionMeta,
  HarnDuration,
  type HarnFunction,
  HarnThrow,
  isDict,
  isFunction,
  type List,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { valueHandler } from './handler.ts';

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
    ...approvalRows(),
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

function approvalRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'interaction.request_approval(action: any, options: dict?) -> dict',
      {
        doc: 'Waits durably until `quorum` of the `reviewers` approve an action, and gives `{approved, reviewers, signatures, ...}`; denial throws. Options: `args`, `detail`, `quorum`, `reviewers`, `deadline`, `principal`, `evidence_refs`, `undo_metadata`, `capabilities_requested`.',
        effect: 'wait',
        aliases: ['request_approval'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [action, options] = approvalArguments(withoutHandle(args));
        const asking = requestApproval(ctx as RunContext, action, options);
        return fromJson(yield* asProgramsSeeIt(asking as Suspending<Json>));
      },
    ),
    builtin(
      'interaction.dual_control(n: int, m: int, action: any, approvers: list<string>?) -> any',
      {
        doc: 'Calls a closure only after `n` of `m` people have approved it, and gives its result; denial throws.',
        effect: 'wait',
        aliases: ['dual_control'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [n = null, m = null, action = null, approvers = null] = withoutHandle(args);
        if (!isFunction(action)) {
          const detail = `the action must be a closure, got ${typeOf(action)}`;
          throw wrong.argument({ builtin: 'dual_control', detail });
        }
        const act = valueHandler(action as HarnFunction);
        const names = approvers === null ? undefined : (toData(approvers) as readonly string[]);
        return (yield* asProgramsSeeIt(
          dualControl(ctx as RunContext, {
            n: toData(n) as number,
            m: toData(m) as number,
            name: functionMeta(action as HarnFunction).name ?? 'an action',
            approvers: names,
            act: (inner) => callHandler(inner, act, []) as Suspending<Json>,
          }),
        )) as Value;
      },
    ),
    builtin(
      'interaction.escalate_to(role: string, reason: string) -> dict',
      {
        doc: 'Waits durably, without a limit, until somebody of a role takes over: `{request_id, role, status, reviewer, accepted_at, ...}`; a refusal throws.',
        effect: 'wait',
        aliases: ['escalate_to'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [role = null, reason = null] = withoutHandle(args);
        const asking = escalateTo(ctx as RunContext, display(role), display(reason));
        return fromJson(yield* asProgramsSeeIt(asking as Suspending<Json>));
      },
    ),
  ];
}

const APPROVAL_OPTIONS: readonly string[] = [
  ...['args', 'detail', 'quorum', 'reviewers', 'deadline', 'principal'],
  ...['evidence_refs', 'undo_metadata', 'capabilities_requested'],
];

/** `(action, options)`, or one dict of named arguments. */
function approvalArguments([first = null, second = null]: List): [string, ApprovalOptions] {
  const named = isDict(first) ? (first as { readonly [name: string]: Value }) : undefined;
  const { action, ...rest } = named ?? { action: first };
  const given = (named === undefined ? second : rest) as Value;
  if (given === null) return [display(action ?? null), {}];
  const detail = 'request_approval';
  if (!isDict(given)) {
    throw wrong.argument({
      builtin: detail,
      detail: `options must be a dict, got ${typeOf(given)}`,
    });
  }
  const options = given as { readonly [name: string]: Value };
  const stranger = dictKeys(given as Dict).find((key) => !APPROVAL_OPTIONS.includes(key));
  if (stranger !== undefined) {
    const known = APPROVAL_OPTIONS.join(', ');
    throw wrong.argument({
      builtin: detail,
      detail: `unknown option "${stranger}"; expected ${known}`,
    });
  }
  const { deadline = null, ...facts } = options;
  const kept = Object.entries(facts).filter(([, value]) => value !== null);
  const data = Object.fromEntries(kept.map(([key, value]) => [key, toData(value)]));
  return [
    display(action ?? null),
    { ...data, ...(deadline === null ? {} : { deadline: timeoutOf(deadline) }) } as ApprovalOptions,
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
  [humanErrors.$code('denied')]: { name: 'ApprovalDeniedError', category: 'denied' },
};

function* asProgramsSeeIt(asking: Suspending<Json>): Suspending<Json> {
  try {
    return yield* asking;
  } catch (error) {
    const known = HarnError.is(error) ? NAMES[error.code] : undefined;
    if (known === undefined || !HarnError.is(error)) throw error;
    const data = isJsonObject(error.data) ? error.data : {};
    const { request_id = null, kind = 'question', reason = null, reviewers = [] } = data;
    const value = { ...known, message: error.message, request_id, kind, reason, reviewers };
    throw new HarnThrow(fromJson(value));
  }
}
