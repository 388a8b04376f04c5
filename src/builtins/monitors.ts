// Monitors, as `harness.monitors` and `wait_for` of std/monitors.
import type { Json } from '../base/index.ts';
import { callHandler, type RunContext, type Suspending } from '../runtime/run/index.ts';
import { type MonitorSpec, waitForState } from '../runtime/trigger/index.ts';
import {
  type Ctx,
  type Dict,
  dictGet,
  dictKeys,
  display,
  fromJson,
  type HarnFunction,
  isDict,
  isFunction,
  type Steps,
  truthy,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { valueHandler } from './handler.ts';
import { limitOf } from './sync-arguments.ts';

const WAIT_FOR = 'wait_for';
const OPTIONS = ['timeout', 'poll_interval', 'source', 'condition', 'wait_id'];
const SOURCE = ['label', 'poll', 'prefers_push', 'push_filter'];

export function monitorRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'monitors.wait_for(options: dict) -> dict',
      {
        doc: 'Looks until something is as it should be: `{source: {poll, label?, prefers_push?, push_filter?}, condition, timeout?, poll_interval?, wait_id?}`.',
        effect: 'wait',
        aliases: ['__monitor_wait_for'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [given = null] = args[0] instanceof HarnHandle ? args.slice(1) : args;
        const ended = yield* waitForState(ctx as RunContext, specOf(given));
        const { state, condition_value, ...facts } = ended;
        const shown = fromJson({ _type: 'monitor_wait', ...facts } as Json) as Dict;
        return { ...shown, state, condition_value } as unknown as Value;
      },
    ),
  ];
}

function specOf(given: Value): MonitorSpec<Value, Value> {
  const options = dictOf('the options', given, OPTIONS);
  const source = dictOf('source', dictGet(options, 'source') ?? null, SOURCE);
  const filter = dictGet(source, 'push_filter') ?? null;
  const isPushed = truthy(dictGet(source, 'prefers_push') ?? null);
  const label = dictGet(source, 'label') ?? null;
  const waitId = dictGet(options, 'wait_id') ?? null;
  const poll = functionOf('source.poll', dictGet(source, 'poll') ?? null);
  const condition = functionOf('condition', dictGet(options, 'condition') ?? null);
  const spec: MonitorSpec<Value, Value> = {
    poll: (ctx, about) => calling(ctx, poll, fromJson(about as Json)),
    condition: (ctx, state) => calling(ctx, condition, state),
    isMet: truthy,
    timeoutMs: limitOf(WAIT_FOR, dictGet(options, 'timeout')),
    pollIntervalMs: limitOf(WAIT_FOR, dictGet(options, 'poll_interval')),
    label: label === null ? undefined : display(label),
    waitId: waitId === null ? undefined : display(waitId),
  };
  if (!isPushed) return spec;
  const asked = filter === null ? undefined : functionOf('source.push_filter', filter);
  return {
    ...spec,
    // Who prefers push and says nothing more is woken by every event.
    pushFilter: function* (ctx, entry) {
      return asked === undefined || truthy(yield* calling(ctx, asked, fromJson(entry)));
    },
  };
}

function calling(ctx: RunContext, fn: HarnFunction, arg: Value): Suspending<Value> {
  return callHandler(ctx, valueHandler(fn), [arg]) as Suspending<Value>;
}

function functionOf(name: string, given: Value): HarnFunction {
  if (isFunction(given)) return given as HarnFunction;
  throw bad(`${name} must be a closure, got ${typeOf(given)}`);
}

function dictOf(name: string, given: Value, known: readonly string[]): Dict {
  if (!isDict(given)) throw bad(`${name} must be a dict, got ${typeOf(given)}`);
  const stranger = dictKeys(given as Dict).find((key) => !known.includes(key));
  if (stranger === undefined) return given as Dict;
  throw bad(`${name} has no "${stranger}"; expected ${known.join(', ')}`);
}

function bad(detail: string) {
  return wrong.argument({ builtin: WAIT_FOR, detail });
}
