// Model calls in flight, of one run. A call is here from the moment its task asks until the task has the answer, the
// error, or is gone. Entering and leaving happen in the task's own turns, so a replayed run sees the same calls open at
// the same points, although nothing is asked again. There is no other book: the durable form of an open call is its
// intent in the run's journal, and of a finished one its outcome.
import { unsettledHubKey } from '../lifecycle/index.ts';
import type { ServiceKey, Task } from '../run/index.ts';

/** One open call, as the list of unsettled work shows it. */
export type OpenLlmCall = {
  readonly call_id: string;
  readonly model: string;
  /** Of the last message. */
  readonly role: string;
  readonly started_at_ms: number;
};

export class LlmCallRegistry {
  readonly #open = new Map<string, OpenLlmCall>();
  readonly #controllers = new Map<string, AbortController>();
  /** Why calls were cut, for as long as they may come back: a lost call is asked again under its own id. */
  readonly #cut = new Map<string, string>();
  readonly #changed: () => void;

  /** `changed` is told whenever a call enters or leaves. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Adds a call that `task` makes; the result takes it out again. The end of the task does so too. */
  enter(call: OpenLlmCall, task: Task): () => void {
    const { call_id: callId } = call;
    const leave = () => {
      task.owned.delete(leave);
      this.#controllers.delete(callId);
      if (this.#open.delete(callId)) this.#changed();
    };
    this.#open.set(callId, call);
    task.owned.add(leave);
    this.#changed();
    return leave;
  }

  /** The open calls in the order they began: the order of their ids, but for ties within one millisecond. */
  list(): readonly OpenLlmCall[] {
    return [...this.#open.values()];
  }

  get(callId: string): OpenLlmCall | undefined {
    return this.#open.get(callId);
  }

  has(callId: string): boolean {
    return this.#open.has(callId);
  }

  /** What cuts this call; undefined when it is over. */
  controllerOf(callId: string): AbortController | undefined {
    const known = this.#controllers.get(callId);
    if (known !== undefined || !this.#open.has(callId)) return known;
    const controller = new AbortController();
    this.#controllers.set(callId, controller);
    return controller;
  }

  /** Why this call was cut, if it was: it must not be made again. */
  cutReasonOf(callId: string): string | undefined {
    return this.#cut.get(callId);
  }

  /** Cuts the call: it is no longer open, and its task gets a coded `cancelled` error. False when it was not open. */
  abort(callId: string, reason: string): boolean {
    const controller = this.controllerOf(callId);
    if (!this.#open.delete(callId)) return false;
    this.#cut.set(callId, reason);
    controller?.abort(reason);
    this.#changed();
    return true;
  }
}

/** The open calls of this run. */
export const llmCallsKey: ServiceKey<LlmCallRegistry> = {
  name: 'llm.calls',
  create: (services) => {
    const hub = services.get(unsettledHubKey);
    return new LlmCallRegistry(() => hub.changed());
  },
};
