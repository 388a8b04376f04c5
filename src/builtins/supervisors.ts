// Supervisors, and what a task knows about itself (`runtime_context`).
import type { Json } from '../base/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  contextClear,
  contextGet,
  contextSet,
  contextValues,
  runtimeContext,
  type SupervisorChildSpec,
  startSupervisor,
  stopSupervisor,
  supervisorEvents,
  supervisorMetrics,
  supervisorState,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  display,
  fromJson,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { valueHandler } from './handler.ts';
import { limitOf } from './sync-arguments.ts';

function bad(detail: string) {
  return wrong.argument({ builtin: 'supervisor_start', detail });
}

const textOr = <F>(value: Value | undefined, otherwise: F): string | F =>
  value === undefined || value === null ? otherwise : display(value);

function childOf(given: Value): SupervisorChildSpec {
  if (!isDict(given)) throw bad(`a child must be a dict, got ${typeOf(given)}`);
  const { name, kind, restart, task, active_lease } = given as Dict;
  if (!isFunction(task ?? null)) {
    throw bad(
      `the task of child ${textOr(name, '?')} must be a closure, got ${typeOf(task ?? null)}`,
    );
  }
  return {
    name: textOr(name, ''),
    kind: textOr(kind, undefined),
    restart: restart === undefined || restart === null ? undefined : (toData(restart) as string),
    active_lease: textOr(active_lease, undefined),
    task: valueHandler(task as HarnFunction),
  };
}

/** Whatever names a supervisor: its id, its name, or the dict that `supervisor_start` gave. */
function refOf(given: Value): string {
  const id = isDict(given) ? (given as Dict)['id'] : given;
  if (id === undefined || id === null) {
    throw wrong.argument({ builtin: 'supervisor', detail: 'a handle or an id is needed' });
  }
  return display(id);
}

const json = (data: unknown): Value => fromJson(data as Json);

export function supervisorRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.supervisor_start(spec: dict) -> dict',
      {
        doc: 'Starts tasks that are started again when they fail: `{name, strategy, children: [{name, kind, restart, task}]}`.',
        effect: 'ambient',
        aliases: ['supervisor_start'],
      },
      (ctx: Ctx, given: Value) => {
        if (!isDict(given)) throw bad(`a dict is needed, got ${typeOf(given)}`);
        const { name, strategy, children } = given as Dict;
        if (!isList(children ?? null)) throw bad('children must be a list');
        const view = startSupervisor(ctx as RunContext, {
          name: textOr(name, undefined),
          strategy: textOr(strategy, undefined),
          children: (children as readonly Value[]).map(childOf),
        });
        return { _type: 'supervisor', id: view.id, name: view.name };
      },
    ),
    builtin(
      'runtime.supervisor_state(supervisor: any) -> dict',
      {
        doc: 'Status, children and counters of a supervisor.',
        effect: 'ambient',
        aliases: ['supervisor_state'],
      },
      (ctx: Ctx, ref: Value) => json(supervisorState(ctx as RunContext, refOf(ref))),
    ),
    builtin(
      'runtime.supervisor_events(supervisor: any) -> list',
      {
        doc: 'What happened below a supervisor, oldest first.',
        effect: 'ambient',
        aliases: ['supervisor_events'],
      },
      (ctx: Ctx, ref: Value) => json(supervisorEvents(ctx as RunContext, refOf(ref))),
    ),
    builtin(
      'runtime.supervisor_metrics(supervisor: any) -> dict',
      {
        doc: '`{started, stopped, failed, restarted, suppressed, escalated}`.',
        effect: 'ambient',
        aliases: ['supervisor_metrics'],
      },
      (ctx: Ctx, ref: Value) => json(supervisorMetrics(ctx as RunContext, refOf(ref))),
    ),
    builtin(
      'runtime.supervisor_stop(supervisor: any, timeout: any?) -> dict',
      {
        doc: 'Asks the children to stop, waits so long (5 s if not said), drops the rest, and gives the state.',
        effect: 'wait',
        aliases: ['supervisor_stop'],
      },
      function* (ctx: Ctx, ref: Value, timeout: Value = null): Steps {
        const limit = limitOf('supervisor_stop', timeout);
        return json(yield* stopSupervisor(ctx as RunContext, refOf(ref), limit));
      },
    ),
    ...contextRows(),
  ];
}

/** The values of a task as a dict of the language. */
const values = (locals: { readonly [name: string]: unknown }): Dict =>
  dictFrom(Object.entries(locals) as [string, Value][]);

function contextRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.context() -> dict',
      {
        doc: 'Who is acting: ids of task, group, run, worker, session and trace, the values of the task, supervisors.',
        effect: 'ambient',
        aliases: ['runtime_context', 'task_current'],
      },
      (ctx: Ctx) => {
        const { context_values, debug, ...facts } = runtimeContext(ctx as RunContext);
        return {
          ...(json(facts) as Dict),
          context_values: values(context_values),
          debug: json(debug),
        };
      },
    ),
    builtin(
      'runtime.context_values() -> dict',
      {
        doc: 'The values that this task keeps.',
        effect: 'ambient',
        aliases: ['runtime_context_values'],
      },
      (ctx: Ctx) => values(contextValues(ctx as RunContext)),
    ),
    builtin(
      'runtime.context_get(key: string, fallback: any?) -> any',
      {
        doc: 'A value that this task keeps; the fallback or nil when there is none.',
        effect: 'ambient',
        aliases: ['runtime_context_get'],
      },
      (ctx: Ctx, key: Value, fallback: Value = null) =>
        (contextGet(ctx as RunContext, display(key)) ?? fallback) as Value,
    ),
    builtin(
      'runtime.context_set(key: string, value: any) -> any',
      {
        doc: 'Keeps a value with this task and gives what was there; tasks it starts from here on get a copy.',
        effect: 'ambient',
        aliases: ['runtime_context_set'],
      },
      (ctx: Ctx, key: Value, value: Value) => {
        if (value instanceof HarnHandle) toData(value);
        return (contextSet(ctx as RunContext, display(key), value) ?? null) as Value;
      },
    ),
    builtin(
      'runtime.context_clear(key: string) -> any',
      {
        doc: 'Takes a value away from this task and gives what it was.',
        effect: 'ambient',
        aliases: ['runtime_context_clear'],
      },
      (ctx: Ctx, key: Value) => (contextClear(ctx as RunContext, display(key)) ?? null) as Value,
    ),
  ];
}
