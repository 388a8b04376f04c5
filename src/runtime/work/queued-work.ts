// What a run has put into durable queues (jobs of worker queues, events of the inbox) and has not seen end: its own open
// work, however many others use the same queues. Re-made by replay.
import type { ServiceKey } from '../run/index.ts';

/** A job, or an event of the inbox. */
export type QueuedWork =
  | { readonly source: 'worker_queue'; readonly queue: string; readonly job_event_id: number }
  | {
      readonly source: 'trigger_inbox';
      readonly event_id: string;
      readonly binding_key: string | null;
    };

/** The id of an item, as programs see it. */
export function queuedWorkId(work: QueuedWork): string {
  if (work.source === 'worker_queue') return `worker://${work.queue}/${work.job_event_id}`;
  const { event_id, binding_key } = work;
  return binding_key === null ? `trigger://${event_id}` : `trigger://${binding_key}/${event_id}`;
}

/** The queued work of one run. */
export class QueuedWorkRegistry {
  readonly #open = new Map<string, QueuedWork>();

  add(work: QueuedWork): void {
    this.#open.set(queuedWorkId(work), work);
  }

  /** The run answers for it no longer. */
  remove(id: string): void {
    this.#open.delete(id);
  }

  find(id: string): QueuedWork | undefined {
    return this.#open.get(id);
  }

  all(): readonly QueuedWork[] {
    return [...this.#open.values()];
  }
}

export const queuedWorkKey: ServiceKey<QueuedWorkRegistry> = {
  name: 'work.queued',
  create: () => new QueuedWorkRegistry(),
};
