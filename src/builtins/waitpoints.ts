// Waitpoints, as `harness.waitpoints`, the older globals and the functions of std/waitpoint and std/waitpoints.
import type { Json } from '../base/index.ts';
import { HarnError, isJsonObject } from '../base/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type WaitpointWaitOptions,
  waitForValues,
  waitForWaitpoints,
  waitpointEffects,
  waitpointErrors,
} from '../runtime/waitpoint/index.ts';
import {
  type Ctx,
  type Dict,
  dictGet,
  dictKeys,
  display,
  fromJson,
  HarnThrow,
  isDict,
  isList,
  type List,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toKept } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { limitOf } from './sync-arguments.ts';

export function waitpointRows(): readonly BuiltinRow[] {
  return [
    effectRow('waitpoints.create(id: string?) -> dict', waitpointEffects.create, {
      doc: 'Makes a waitpoint that runs can wait for; one of this id that is there stays as it is.',
      aliases: ['waitpoint_create', '__waitpoint_create'],
      args: (args) => [optionalId('waitpoint_create', withoutHandle(args)[0])],
    }),
    effectRow('waitpoints.complete(id: any, value: any?) -> dict', waitpointEffects.complete, {
      doc: 'Completes a waitpoint with a value and wakes who waits for it; the first resolution counts.',
      aliases: ['waitpoint_complete', '__waitpoint_complete'],
      args: (args) => {
        const [id, value, mustExist] = withoutHandle(args);
        return [idOf('waitpoint_complete', id), toKept(value ?? null), mustExist === true];
      },
    }),
    effectRow('waitpoints.cancel(id: any, reason: string?) -> dict', waitpointEffects.cancel, {
      doc: 'Says that nobody will complete a waitpoint and wakes who waits for it.',
      aliases: ['waitpoint_cancel', '__waitpoint_cancel'],
      args: (args) => {
        const [id, reason, mustExist] = withoutHandle(args);
        const why = reason === undefined || reason === null ? 'cancelled' : display(reason);
        return [idOf('waitpoint_cancel', id), why, mustExist === true];
      },
    }),
    effectRow('waitpoints.get(id: any) -> dict | nil', waitpointEffects.get, {
      doc: 'A waitpoint as it is now; nil when nobody has made or resolved it.',
      args: (args) => [idOf('waitpoints.get', withoutHandle(args)[0])],
    }),
    builtin(
      'waitpoints.wait(ids: any, options: dict?) -> dict',
      {
        doc: 'Waits durably until all of these waitpoints are completed, one is cancelled, or the `timeout` is up: `{status, waitpoints, ...}`.',
        effect: 'wait',
        aliases: ['waitpoint_wait', '__waitpoint_wait'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [ids, options] = withoutHandle(args);
        const given = optionsOf(options);
        return fromJson(
          (yield* waitForWaitpoints(ctx as RunContext, idsOf(ids ?? null), given)) as Json,
        );
      },
    ),
    builtin(
      'waitpoints.wait_value(ids: any, options: dict?) -> any',
      {
        doc: 'Waits like `wait` and gives the completed waitpoint, or the list of them; throws when time is up or one is cancelled.',
        effect: 'wait',
        aliases: ['__waitpoint_wait_value'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [ids = null, options] = withoutHandle(args);
        const given = optionsOf(options);
        const done = yield* asProgramsSeeIt(
          waitForValues(ctx as RunContext, idsOf(ids), given) as Suspending<Json>,
        );
        const values = fromJson(done) as List;
        return isList(ids) ? values : (values[0] ?? null);
      },
    ),
  ];
}

function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}

function optionalId(name: string, given: Value | undefined): string | null {
  return given === undefined || given === null ? null : idOf(name, given);
}

/** An id, or a waitpoint with one. */
function idOf(name: string, given: Value | undefined): string {
  const id = isDict(given as Value) ? dictGet(given as Dict, 'id') : given;
  if (typeof id === 'string') return id;
  const detail = `the id must be a text or a waitpoint, got ${typeOf(given ?? null)}`;
  throw wrong.argument({ builtin: name, detail });
}

function idsOf(given: Value): readonly string[] {
  const all = isList(given) ? (given as List) : [given];
  return all.map((each) => idOf('waitpoint_wait', each));
}

function optionsOf(given: Value | undefined): WaitpointWaitOptions {
  if (given === undefined || given === null) return {};
  const name = 'waitpoint_wait';
  if (!isDict(given)) {
    const detail = `options must be a dict, got ${typeOf(given)}`;
    throw wrong.argument({ builtin: name, detail });
  }
  const options = given as Dict;
  const stranger = dictKeys(options).find((key) => key !== 'timeout' && key !== 'wait_id');
  if (stranger !== undefined) {
    const detail = `unknown option "${stranger}"; expected timeout, wait_id`;
    throw wrong.argument({ builtin: name, detail });
  }
  const waitId = dictGet(options, 'wait_id');
  return {
    timeoutMs: limitOf(name, dictGet(options, 'timeout')),
    waitId: waitId === undefined || waitId === null ? undefined : display(waitId),
  };
}

/** A wait that did not end well is a dict with a `name` to whoever catches it. */
const NAMES: { readonly [code: string]: { readonly name: string; readonly category: string } } = {
  [waitpointErrors.$code('timeout')]: { name: 'WaitpointTimeoutError', category: 'timeout' },
  [waitpointErrors.$code('cancelled')]: { name: 'WaitpointCancelledError', category: 'cancelled' },
};

function* asProgramsSeeIt(waiting: Suspending<Json>): Suspending<Json> {
  try {
    return yield* waiting;
  } catch (error) {
    const known = HarnError.is(error) ? NAMES[error.code] : undefined;
    if (known === undefined || !HarnError.is(error)) throw error;
    const data = isJsonObject(error.data) ? error.data : {};
    const { wait_id = null, waitpoint_ids = [], reason = null } = data;
    const value = { ...known, message: error.message, wait_id, waitpoint_ids, reason };
    throw new HarnThrow(fromJson(value));
  }
}
