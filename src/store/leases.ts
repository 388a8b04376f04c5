// The rules of leases over local tables; claims.ts states them. Every function runs inside a write transaction, so
// looking at a lease and changing it are one step whatever other processes do.
import type { AcquireOptions, Holder, Lease, LeaseState } from './claims.ts';
import { sto } from './errors.ts';
import type { LeaseRecord, Tables } from './tables.ts';

/** Takes a lease or throws `leaseHeld`. */
export function takeLease(
  tables: Tables,
  name: string,
  holder: Holder,
  { ttlMs, force = false, isAlive = () => true }: AcquireOptions,
  nowMs: number,
): Lease {
  const current = tables.lease(name);
  if (current !== undefined && !force && statusOf(current, nowMs) === 'held') {
    if (isAlive(current.holder)) {
      const { host, pid } = current.holder;
      throw sto.leaseHeld({ lease: name, epoch: current.epoch, host, pid });
    }
  }
  const lease: Lease = {
    name,
    epoch: (current?.epoch ?? 0) + 1,
    holder,
    expiresAtMs: ttlMs === undefined ? undefined : nowMs + ttlMs,
  };
  tables.putLease({ ...lease, released: false });
  return lease;
}

/** Throws `fenced` unless the lease was neither taken over nor released since. */
export function requireHeld(tables: Tables, lease: Lease): LeaseRecord {
  const current = tables.lease(lease.name);
  if (current !== undefined && current.epoch === lease.epoch && !current.released) return current;
  const taken = current !== undefined && current.epoch !== lease.epoch && !current.released;
  throw sto.fenced({
    lease: lease.name,
    epoch: lease.epoch,
    currentEpoch: current?.epoch ?? 0,
    host: taken ? current.holder.host : undefined,
    pid: taken ? current.holder.pid : undefined,
  });
}

/** Moves the expiry of a lease that is still ours; an expired one that nobody took counts as ours. */
export function extendLease(tables: Tables, lease: Lease, expiresAtMs: number): Lease {
  const current = requireHeld(tables, lease);
  const { name, epoch, holder } = current;
  tables.putLease({ ...current, expiresAtMs });
  return { name, epoch, holder, expiresAtMs };
}

/** Gives a lease up; its epoch stays, so the next taking is higher. */
export function releaseHeld(tables: Tables, lease: Lease): void {
  tables.putLease({ ...requireHeld(tables, lease), released: true });
}

/** A lease row as readers see it. */
export function toLeaseState(record: LeaseRecord, nowMs: number): LeaseState {
  const { name, epoch, holder, expiresAtMs } = record;
  return { name, epoch, holder, expiresAtMs, status: statusOf(record, nowMs) };
}

function statusOf(record: LeaseRecord, nowMs: number): LeaseState['status'] {
  if (record.released) return 'released';
  return record.expiresAtMs !== undefined && record.expiresAtMs <= nowMs ? 'expired' : 'held';
}
