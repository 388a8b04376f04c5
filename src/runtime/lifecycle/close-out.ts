// The last look: everything that is still open when the program has had its say gets its one disposition, by the
// declared policy. Nothing here can fail the run or hang it: what throws becomes `unknown`.
//
// | how the run ends                  | handoffs                     | suspended, triggers | calls, pool tasks |
// |-----------------------------------|------------------------------|---------------------|-------------------|
// | on_finish ran                     | delivered, else deferred     | abandoned           | abandoned         |
// | on_finish abandons                | abandoned (callback)         | abandoned           | abandoned         |
// | no on_finish                      | abandoned                    | abandoned           | abandoned         |
// | failed or cancelled, `cancel`     | cancelled                    | cancelled           | cancelled         |
// | failed or cancelled, `keep`       | deferred                     | deferred            | cancelled         |
//
// An abandoned or deferred handoff waits in the durable queue of its target.
import type { RunContext, Suspending } from '../run/index.ts';
import { messageOf } from './audit.ts';
import type { Bucket } from './bucket.ts';

import { type Decision, ledgerKey } from './ledger.ts';
import { decisionOf, leave, tryAct } from './settle-item.ts';
import { type SettleAction, type Snapshot, takeSnapshot, type UnsettledItem } from './unsettled.ts';

/** How the run ends, as far as its open work is concerned. */
export type CloseMode =
  | 'after_callback'
  | 'abandoned_by_callback'
  | 'no_callback'
  | 'failed_cancel'
  | 'failed_keep';

/** Items may come to be while others are ended; after so many looks the rest is abandoned by name. */
const LOOKS = 3;

/** Gives every open item its disposition and answers the last snapshot; undefined when sources cannot be read. */
export function* closeOut(ctx: RunContext, mode: CloseMode): Suspending<Snapshot | undefined> {
  const ledger = ctx.get(ledgerKey);
  for (let look = 1; ; look += 1) {
    let snapshot: Snapshot;
    try {
      snapshot = yield* takeSnapshot(ctx);
    } catch (error) {
      const reason = `its owner could not be asked: ${messageOf(error)}`;
      for (const item of ledger.open()) {
        ledger.decide(item, { disposition: 'unknown', by: 'policy', reason });
      }
      return undefined;
    }
    const open = snapshot.items.filter((item) => !ledger.isDecided(item));
    if (open.length === 0) {
      const released = yield* release(ctx, snapshot.items);
      if (!released || look > LOOKS) return snapshot;
    }
    for (const item of open) {
      if (look > LOOKS) leave(ctx, item, 'policy', 'it came to be while the run was ending');
      else yield* closeItem(ctx, item, mode);
    }
  }
}

function* closeItem(ctx: RunContext, item: UnsettledItem, mode: CloseMode): Suspending<void> {
  const { action, by, reason } = planFor(item, mode);
  if (!item.actions.includes(action)) {
    leave(ctx, item, by, action === 'abandon' ? reason : `${reason}; it cannot be ${PAST[action]}`);
    return;
  }
  const result = yield* tryAct(ctx, item, action, { reason });
  if (result.status === 'gone') return;
  ctx.get(ledgerKey).decide(item, decisionOf(item, result, by, reason));
}

/** What stays behind, whoever decided so, is let go by its owner: a handoff becomes free for others to take. */
function* release(ctx: RunContext, items: readonly UnsettledItem[]): Suspending<boolean> {
  const letGo = items.filter(({ actions }) => actions.includes('abandon'));
  for (const item of letGo) {
    yield* tryAct(ctx, item, 'abandon', { reason: ctx.get(ledgerKey).reasonOf(item) });
  }
  return letGo.length > 0;
}

interface Plan {
  readonly action: SettleAction;
  readonly by: Decision['by'];
  readonly reason: string;
}

const PAST: { readonly [A in SettleAction]: string } = {
  resume: 'resumed',
  cancel: 'cancelled',
  acknowledge: 'acknowledged',
  defer: 'deferred',
  deliver: 'delivered',
  drain: 'drained',
  abandon: 'abandoned',
};

/** Work that lives only in this process cannot be kept. */
const IN_PROCESS: ReadonlySet<Bucket> = new Set(['in_flight_llm_calls', 'pool_pending_tasks']);

function planFor(item: UnsettledItem, mode: CloseMode): Plan {
  switch (mode) {
    case 'abandoned_by_callback':
      return { action: 'abandon', by: 'callback', reason: 'on_finish left it behind' };
    case 'no_callback':
      return { action: 'abandon', by: 'policy', reason: 'no on_finish callback was registered' };
    case 'after_callback':
      return afterCallback(item);
    case 'failed_cancel':
      return { action: 'cancel', by: 'policy', reason: 'the run did not end well' };
    case 'failed_keep': {
      const action = IN_PROCESS.has(item.bucket) ? 'cancel' : 'defer';
      return { action, by: 'policy', reason: 'the run did not end well' };
    }
  }
}

function afterCallback(item: UnsettledItem): Plan {
  if (item.bucket !== 'partial_handoffs') {
    return { action: 'abandon', by: 'policy', reason: 'still open after on_finish' };
  }
  if (item.actions.includes('deliver')) {
    const reason = 'its target is a pipeline of this program';
    return { action: 'deliver', by: 'settlement', reason };
  }
  const reason = 'its target is not at hand; it waits in the queue of its target';
  return { action: 'defer', by: 'settlement', reason };
}
