// The end of a run as programs see it: root methods of the harness, the on_finish slot, hooks, the audit log.
import type { Json } from '../base/index.ts';
import { lifecycleAgent, lifecycleRoot, nestedPipeline } from '../runtime/lifecycle/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  display,
  fromJson,
  functionMeta,
  type HarnFunction,
  isFunction,
  type List,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { rootHandle } from './control.ts';
import { toKept } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { dataHandler } from './handler.ts';
import { hookHandler } from './program-hooks.ts';

type RootMethod = (ctx: RunContext, ...args: readonly Json[]) => Suspending<Json> | Json;

/** Root methods: signature, the older global name where there was one, and what it is for. */
const ROOT: readonly {
  readonly signature: string;
  readonly doc: string;
  readonly aliases?: readonly string[];
}[] = [
  { signature: 'unsettled_state() -> dict', doc: 'Everything still open: five lists of items.' },
  {
    signature: 'is_empty(state: dict?) -> bool',
    doc: 'Whether nothing is open, now or in a given state.',
  },
  { signature: 'counts(state: dict?) -> dict', doc: 'How many items are open, by bucket.' },
  { signature: 'summary(state: dict?) -> string', doc: 'The open work in one line.' },
  { signature: 'current_pipeline_id() -> string | nil', doc: 'The id of this run.' },
  {
    signature: 'resume_subagent(handle: any, input: any?) -> any',
    doc: 'Resumes a suspended worker.',
  },
  {
    signature: 'cancel_subagent(handle: any, reason: any?) -> any',
    doc: 'Ends a suspended worker.',
  },
  {
    signature: 'handoff_to(target: string, payload: any?) -> dict',
    doc: 'Queues work for another pipeline, durably; it is delivered as a run of its own.',
  },
  {
    signature: 'acknowledge_handoff(id: string, decision: any?) -> dict',
    doc: 'Ends an open handoff of this run.',
  },
  { signature: 'acknowledge_trigger(id: string) -> dict', doc: 'Ends a queued trigger.' },
  {
    signature: 'defer_trigger(id: string, target: string?) -> dict',
    doc: 'Hands a queued trigger to a later pipeline.',
  },
  {
    signature: 'wait_for_any_settlement(max: any?) -> dict',
    doc: 'Waits until nothing is open, nothing can move by itself, or the time is up.',
  },
  {
    signature: 'emit_audit(kind: string, payload: any?) -> dict',
    doc: 'Adds an entry to the audit log.',
  },
  { signature: 'finalize(disposition: any?) -> dict', doc: 'Declares how the run ended.' },
  {
    signature: 'spawn_settlement_agent(unsettled: any?, return_value: any?, options: any?) -> dict',
    doc: 'Settles what is open within a budget and gives the drain receipt.',
  },
];

export function lifecycleRows(): readonly BuiltinRow[] {
  return [...ROOT.map(rootRow), ...slotRows(), ...auditRows()];
}

function rootRow({ signature, doc }: (typeof ROOT)[number]): BuiltinRow {
  const name = signature.slice(0, signature.indexOf('(')) as keyof typeof lifecycleRoot;
  const method = lifecycleRoot[name] as unknown as RootMethod;
  return builtin(
    `harness.${signature}`,
    { doc, effect: 'wait' },
    function* (ctx: Ctx, ...args: Value[]): Steps {
      const result = method(ctx as RunContext, ...args.map(rootArgument));
      return fromJson(isSuspendingResult(result) ? yield* result : result);
    },
  );
}

/** Durations keep their spelling (`15s`), everything else is data. */
function rootArgument(value: Value): Json {
  return typeOf(value) === 'duration' ? display(value) : toKept(value);
}

function isSuspendingResult(result: Suspending<Json> | Json): result is Suspending<Json> {
  return (
    typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result
  );
}

function* callPipeline(ctx: Ctx, body: Value, args: Value): Steps {
  const pipeline = dataHandler(body as HarnFunction);
  const value = yield* nestedPipeline(
    ctx as RunContext,
    pipeline,
    args as List,
  ) as Suspending<Json>;
  return fromJson(value ?? null);
}

function slotRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@pipeline(body: any, args: any) -> any',
      {
        doc: 'Calls a pipeline as a part of the run, with an on_finish slot of its own.',
        effect: 'wait',
      },
      callPipeline,
    ),
    builtin(
      'agent.pipeline_on_finish(callback: any) -> nil',
      {
        doc: 'Registers `callback(harness, value)` for the end of the run; its result replaces the value. The last one counts.',
        effect: 'ambient',
        aliases: ['pipeline_on_finish'],
      },
      (ctx: Ctx, ...args: Value[]) => {
        const [callback] = withoutHandle(args);
        if (!isFunction(callback as Value)) {
          throw wrong.argument({
            builtin: 'pipeline_on_finish',
            detail: `the callback must be a closure, got ${typeOf(callback ?? null)}`,
          });
        }
        return lifecycleAgent.pipeline_on_finish(
          ctx as RunContext,
          finishHandler(callback as HarnFunction),
        );
      },
    ),
    builtin(
      'agent.register_session_hook(event: string, pattern: any, handler: any?) -> nil',
      {
        doc: 'Calls `handler(event)` at a moment of the run: PreFinish, OnUnsettledDetected, PostFinish, ...',
        effect: 'ambient',
        aliases: ['register_session_hook'],
      },
      (ctx: Ctx, ...args: Value[]) => {
        const [event, second, third] = withoutHandle(args);
        const handler = (third ?? second) as Value;
        if (!isFunction(handler)) {
          throw wrong.argument({
            builtin: 'register_session_hook',
            detail: `handler must be a closure, got ${typeOf(handler ?? null)}`,
          });
        }
        const pattern =
          third === undefined || third === null || second === null
            ? undefined
            : display(second as Value);
        return lifecycleAgent.register_session_hook(
          ctx as RunContext,
          display(event ?? null),
          pattern,
          hookHandler(handler as HarnFunction),
        );
      },
    ),
    builtin(
      'agent.clear_session_hooks() -> nil',
      {
        doc: 'Removes every hook of this run.',
        effect: 'ambient',
        aliases: ['clear_session_hooks'],
      },
      (ctx: Ctx) => lifecycleAgent.clear_session_hooks(ctx as RunContext),
    ),
  ];
}

function auditRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'obs.pipeline_lifecycle_audit_log_take() -> list',
      {
        doc: 'The lifecycle audits so far, removed from the log of this run.',
        effect: 'ambient',
        aliases: ['pipeline_lifecycle_audit_log_take'],
      },
      (ctx: Ctx) =>
        fromJson([...lifecycleAgent.pipeline_lifecycle_audit_log_take(ctx as RunContext)] as Json),
    ),
    builtin(
      'obs.pipeline_lifecycle_audit_log_snapshot() -> list',
      {
        doc: 'The lifecycle audits so far.',
        effect: 'ambient',
        aliases: ['pipeline_lifecycle_audit_log_snapshot'],
      },
      (ctx: Ctx) =>
        fromJson([
          ...lifecycleAgent.pipeline_lifecycle_audit_log_snapshot(ctx as RunContext),
        ] as Json),
    ),
  ];
}

/** Functions that grew a leading handle take both shapes. */
function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}

/** A closure `(harness, value)` as a callback of the lifecycle. */
function finishHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'on_finish',
    run: function* (ctx, [value]) {
      const args = [rootHandle(ctx), fromJson((value ?? null) as Json)];
      return toKept(yield* call(fn, ctx, args) as Suspending<Value>);
    },
  };
}
