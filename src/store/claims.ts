// Leases: who may act on a named thing. Each taking raises the epoch, the fencing token: a late writer shows an old
// epoch and is refused inside the transaction, however sure it is of itself.
//
// States of a lease row: held (holder alive as far as anyone knows, not expired) -> expired (its ttl passed) or
// released; from any state a successful `acquireLease` makes it held again with epoch + 1. Epochs never go back.

/** A process, identified so that a recycled pid or a reboot is not mistaken for it. */
export type Holder = {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  /** Start time of the process as its system reports it; opaque. */
  readonly startTime: string;
};

/** Proof of holding: give it to `tx.fence`. */
export interface Lease {
  readonly name: string;
  /** Grows with every taking; 1 for the first. */
  readonly epoch: number;
  readonly holder: Holder;
  /** After this anyone may take it; undefined means only death, release or force ends it. */
  readonly expiresAtMs: number | undefined;
}

/** What the store knows about a lease now. */
export interface LeaseState extends Lease {
  readonly status: 'held' | 'expired' | 'released';
}

/** How to take a lease. */
export interface AcquireOptions {
  /** Expires by itself after so long unless renewed; left out: never by time. */
  readonly ttlMs?: number | undefined;
  /** Take it whoever holds it; the old holder is fenced off. */
  readonly force?: boolean | undefined;
  /** Whether the present holder still lives. Synchronous and quick: it is asked inside the transaction. */
  readonly isAlive?: ((holder: Holder) => boolean) | undefined;
}

/** Leases by name. */
export interface Claims {
  /** Takes the lease, or refuses with `leaseHeld` naming the living holder (which may be the caller itself). */
  acquireLease(name: string, holder: Holder, options?: AcquireOptions): Promise<Lease>;
  /** Moves the expiry to now + ttlMs; refuses with `fenced` when someone else has taken it or it was released. */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease>;
  /** Gives it up; false when it was not ours any more. */
  releaseLease(lease: Lease): Promise<boolean>;
  /** The present state; undefined when it was never taken. */
  lease(name: string): Promise<LeaseState | undefined>;
  /** All leases whose name starts so, by name. */
  leases(prefix?: string): Promise<readonly LeaseState[]>;
}
