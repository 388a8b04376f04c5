// What is to be delivered, as far as the model has said it with its tool for progress: the `task_ledger` of a loop's result.
// It is made from the results of turns alone, so a replay that does not enter a turn comes to the same.
import { isJsonObject, type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { progressEvent } from './progress-tool.ts';
import type { TurnResult } from './turn.ts';

/** States of deliverables by the states of steps. */
const STATUS: { readonly [status: string]: string } = {
  pending: 'open',
  in_progress: 'open',
  completed: 'done',
};

export class TaskLedger {
  readonly #steps = new Map<string, string>();
  readonly #observations: string[] = [];

  /** Takes up the reports of a turn. */
  note({ messages, tools }: TurnResult, progressTool: string): void {
    const given = messages[0]?.['tool_calls'];
    const calls = Array.isArray(given) ? given.filter(isJsonObject) : [];
    for (const { id, name, arguments: args } of calls) {
      const end = tools.find(({ tool_call_id: called }) => called === id);
      if (name === progressTool && end?.status === 'ok') this.#report(args ?? null);
    }
  }

  #report(args: Json): void {
    const report = progressEvent(args);
    if (report.type !== 'progress_reported') return;
    if (report.replace) this.#steps.clear();
    for (const entry of report.entries) {
      const { content, status = 'pending' } = isJsonObject(entry) ? entry : {};
      if (typeof content !== 'string') continue;
      this.#steps.set(content, ownEntry(STATUS, String(status)) ?? 'open');
    }
    if (report.message !== undefined) this.#observations.push(report.message);
  }

  /** Empty where nothing was reported. */
  toJson(task: string): JsonObject {
    if (this.#steps.size + this.#observations.length === 0) return {};
    return {
      root_task: task,
      deliverables: [...this.#steps].map(([text, status], k) => ({
        id: `d${k + 1}`,
        text,
        status,
      })),
      observations: this.#observations,
    };
  }
}
