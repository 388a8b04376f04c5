// What the lifecycle remembers of one run: the on_finish slot, the audit log, the last disposition, one counter. In
// memory only; replay re-makes it. Nothing of one run can leak into the next, because each run has its own.
//
// Phases: body -> finishing (the slot is taken; registering is refused).
import type { Json } from '../../base/index.ts';
import type { ServiceKey } from '../run/index.ts';
import type { DecidedBy } from './ledger.ts';
import { FinishSlots } from './slot.ts';

/** One audit entry as the language sees it. */
export type AuditEntry = {
  readonly seq: number;
  readonly kind: string;
  readonly payload: Json;
  readonly pipeline_id: string | null;
};

export class LifecycleState {
  readonly runId: string;
  readonly slots = new FinishSlots();
  /** The disposition given to `finalize`, last one wins. */
  disposition: Json = null;
  /** Whether the settlement loop is at work. */
  settling = false;
  /** Set when the program has said, while finishing, that it leaves its open work behind. */
  abandoning = false;
  #seq = 0;
  #audits: AuditEntry[] = [];
  #audited = 0;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Whether the run's own body is over. */
  get isFinishing(): boolean {
    return this.slots.run.isFinishing;
  }

  /** Who answers for a decision made by a method call now. */
  get actor(): DecidedBy {
    return this.settling ? 'settlement' : 'callback';
  }

  /** One counter for audits and handoffs, from 1. */
  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** How many audits were made so far, taken or not. */
  get audited(): number {
    return this.#audited;
  }

  addAudit(entry: AuditEntry): void {
    this.#audited += 1;
    this.#audits.push(entry);
  }

  /** The audit log since the last taking; empties it. The counter goes on. */
  takeAudits(): readonly AuditEntry[] {
    const audits = this.#audits;
    this.#audits = [];
    return audits;
  }

  audits(): readonly AuditEntry[] {
    return [...this.#audits];
  }
}

/** The lifecycle of the run. */
export const lifecycleKey: ServiceKey<LifecycleState> = {
  name: 'lifecycle.state',
  create: (run) => new LifecycleState(run.runId),
};
