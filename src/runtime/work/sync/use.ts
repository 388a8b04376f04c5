// What programs do to things that tasks of one run share, as effects: so that a handle can refuse them, and so that the
// replay of a recorded unit knows that the unit changed memory. All of it is re-made by replay; nothing is written down.
import { defineSyncEffect, type RunContext, type SyncEffect } from '../../run/index.ts';

const READS = [
  'atomic_get',
  'channel_is_closed',
  'circuit_check',
  'context',
  'context_get',
  'context_values',
  'mailbox_lookup',
  'mailbox_metrics',
  'shared_metrics',
  'supervisor_events',
  'supervisor_metrics',
  'supervisor_state',
] as const;

const WRITES = [
  'atomic',
  'atomic_add',
  'atomic_cas',
  'atomic_set',
  'channel',
  'channel_select',
  'circuit_breaker',
  'circuit_record',
  'circuit_reset',
  'close_channel',
  'context_clear',
  'context_set',
  'mailbox_close',
  'mailbox_open',
  'mailbox_receive',
  'mailbox_send',
  'parallel_race',
  'receive',
  'send',
  'shared_cell',
  'shared_get',
  'shared_map',
  'shared_set',
  'supervisor_start',
  'supervisor_stop',
  'sync_acquire',
  'sync_release',
] as const;

type UseName = (typeof READS)[number] | (typeof WRITES)[number];

function declare(names: readonly string[], access: 'read' | 'write') {
  return names.map((name) => {
    const spec = { name: `runtime.${name}`, class: 'local', access } as const;
    return [name, defineSyncEffect(spec, () => null)] as const;
  });
}

const USES: ReadonlyMap<string, SyncEffect<[], null>> = new Map([
  ...declare(READS, 'read'),
  ...declare(WRITES, 'write'),
]);

/** Says that the task is about to do this; throws when its authority does not allow it. */
export function use(ctx: RunContext, name: UseName): void {
  ctx.sync(USES.get(name) as SyncEffect<[], null>, []);
}
