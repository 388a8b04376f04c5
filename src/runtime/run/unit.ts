// Units as runtime functions ask for them: an agent turn, a stage. The rules are in unit-state.ts.
import { bug } from '../../base/index.ts';
import { RunContext } from './context.ts';
import { defineEffect, type Effect, type EffectSpec } from './effect.ts';
import { takeNotes } from './notes.ts';
import type { EffectOp, Suspending } from './op.ts';
import type { RunEventBody } from './run-events.ts';
import { accountOf } from './spend.ts';
import { fromSpentRecord } from './spent.ts';
import { type UnitScope, unitOf } from './unit-state.ts';

/** What a unit is called, and what authority it takes. */
export type UnitSpec<A extends readonly unknown[]> = Pick<
  EffectSpec<A, unknown>,
  'name' | 'access' | 'identity'
>;

/** Asks for a unit from a generator. The result must be JSON data. */
export function* performUnit<A extends readonly unknown[], R>(
  ctx: RunContext,
  spec: UnitSpec<A>,
  args: A,
  body: (ctx: RunContext, unit: UnitScope) => Suspending<R>,
): Suspending<R> {
  ctx.authority.check(spec);
  const op: EffectOp = {
    kind: 'effect',
    effect: unitEffect(spec),
    args,
    unit: {
      body: (task, state) => {
        task.ctx = new RunContext(ctx.run, task, ctx.authority, ctx.buffer, ctx.scope);
        return body(task.ctx, state);
      },
      skipped: (events, record, notes) => {
        ctx.run.events.skip(events);
        unitOf(ctx.task)?.countEvents(events);
        takeNotes(ctx, notes);
        if (record === undefined) return;
        const spent = fromSpentRecord(record);
        unitOf(ctx.task)?.countSpent(spent);
        accountOf(ctx).chargeAll(spent);
      },
    },
  };
  return (yield op) as R;
}

/** Emits a run event for a task; inside a unit it is counted. */
export function emitRunEvent(ctx: RunContext, event: RunEventBody): void {
  unitOf(ctx.task)?.countEvents(1);
  ctx.run.events.emit(event);
}

function unitEffect<A extends readonly unknown[]>(
  spec: UnitSpec<A>,
): Effect<readonly unknown[], unknown> {
  const run = () => bug(`the unit ${spec.name} is what its body does`);
  return defineEffect({ ...spec, class: 'store' }, run) as unknown as Effect;
}
