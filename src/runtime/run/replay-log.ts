// The recorded past of a run, indexed for replay: outcomes by identity, and the order in which delivered outcomes and
// interrupts reached their tasks. The whole schedule follows from it.

import { isJsonObject, type JsonObject } from '../../base/index.ts';
import { describeEffect } from './effect-record.ts';
import { journalErrors } from './errors.ts';
import type { EntryBody, EntryHead, JournalEntry } from './journal-entry.ts';

export type OutcomeEntry = EntryHead & Extract<EntryBody, { kind: 'outcome' }>;
export type IntentEntry = EntryHead & Extract<EntryBody, { kind: 'intent' }>;
export type InterruptEntry = EntryHead & Extract<EntryBody, { kind: 'interrupt' }>;
export type WaitEntry = EntryHead & Extract<EntryBody, { kind: 'wait_opened' }>;
export type ChildEntry = EntryHead & Extract<EntryBody, { kind: 'child_started' }>;

interface TaskPast {
  readonly outcomes: Map<number, OutcomeEntry>;
  readonly intents: Map<number, { entry: IntentEntry; facts: JsonObject }>;
  readonly waits: Map<number, WaitEntry>;
  readonly children: Map<number, ChildEntry>;
  readonly interrupts: Map<number, InterruptEntry>;
  readonly tickInterrupts: InterruptEntry[];
}

export class ReplayLog {
  readonly #tasks = new Map<string, TaskPast>();
  readonly #deliveries: (OutcomeEntry | InterruptEntry)[] = [];
  readonly #unused = new Set<OutcomeEntry>();
  /** Interrupts of computing tasks that have not struck again yet. */
  readonly #interrupts = new Set<InterruptEntry>();
  /** Begun and not ended when the last life stopped: the program must ask for each of them again. */
  readonly #begun = new Map<string, IntentEntry | WaitEntry>();
  #next = 0;
  /** Ids of the spans that are written down. */
  readonly #spans = new Set<string>();
  #position: { readonly at: number; readonly mono: number } | undefined;

  constructor(entries: readonly JournalEntry[]) {
    const units = unitPrefixes(entries);
    this.#position = entries[0];
    for (const entry of entries) {
      this.#noteSpan(entry);
      if (units.size > 0 && insideUnit(entry.task, units)) continue;
      this.#index(entry);
    }
  }

  /** True while recorded deliveries wait for their tasks. */
  get hasDeliveries(): boolean {
    return this.#next < this.#deliveries.length;
  }

  /** True while anything recorded has not been asked for again. */
  get hasRest(): boolean {
    return (
      this.hasDeliveries ||
      this.#unused.size > 0 ||
      this.#begun.size > 0 ||
      this.#interrupts.size > 0
    );
  }

  peekDelivery(): OutcomeEntry | InterruptEntry | undefined {
    return this.#deliveries[this.#next];
  }

  takeDelivery(): void {
    const entry = this.#deliveries[this.#next];
    this.#next += 1;
    this.#position = entry;
    if (entry?.kind === 'outcome') this.#unused.delete(entry);
  }

  /** When the recorded life was where the replay is now. */
  get position(): { readonly at: number; readonly mono: number } | undefined {
    return this.#position;
  }

  /** Whether a span is written down. */
  hasSpan(id: string): boolean {
    return this.#spans.has(id);
  }

  #noteSpan(entry: JournalEntry): void {
    if (entry.kind !== 'lifecycle' || !isJsonObject(entry.data)) return;
    const id = entry.data['span_id'];
    if (typeof id === 'string') this.#spans.add(id);
  }

  outcome(task: string, ordinal: number): OutcomeEntry | undefined {
    return this.#tasks.get(task)?.outcomes.get(ordinal);
  }

  /** The program asks for this operation (again). */
  asked(task: string, ordinal: number): void {
    this.#begun.delete(`${task}#${ordinal}`);
  }

  /** The recorded intent of a mutation, model call or wait, with everything noted since. */
  intent(task: string, ordinal: number): { entry: IntentEntry; facts: JsonObject } | undefined {
    return this.#tasks.get(task)?.intents.get(ordinal);
  }

  wait(task: string, ordinal: number): WaitEntry | undefined {
    return this.#tasks.get(task)?.waits.get(ordinal);
  }

  child(task: string, ordinal: number): ChildEntry | undefined {
    return this.#tasks.get(task)?.children.get(ordinal);
  }

  /** An interrupt that hit the task as it began, or held the turn for, this operation. */
  inlineInterrupt(task: string, ordinal: number): InterruptEntry | undefined {
    const entry = this.#tasks.get(task)?.interrupts.get(ordinal);
    if (entry !== undefined) this.#interrupts.delete(entry);
    return entry;
  }

  /** An interrupt that hit the computing task at this tick. */
  tickInterrupt(task: string, ticks: number): InterruptEntry | undefined {
    const first = this.#tasks.get(task)?.tickInterrupts[0];
    if (first === undefined || first.at_n !== ticks) return undefined;
    this.#tasks.get(task)?.tickInterrupts.shift();
    this.#interrupts.delete(first);
    return first;
  }

  /**
   * Whether all that is left of the past are outcomes and interrupts for operations that are open now. Then its last life
   * may have ended while a task computed: nobody else could begin anything, and what was under way still came to its end.
   */
  hasOnlyDeliveries(isOpen: (task: string, ordinal: number) => boolean): boolean {
    if (!this.hasDeliveries || this.#begun.size > 0 || this.#interrupts.size > 0) return false;
    const rest = this.#deliveries.slice(this.#next);
    const outcomes = rest.filter(({ kind }) => kind === 'outcome');
    if (outcomes.length < this.#unused.size) return false;
    return rest.every((entry) => isOpen(entry.task, ordinalOf(entry)));
  }

  use(entry: OutcomeEntry): void {
    if (entry.how === 'inline') this.#position = entry;
    this.#unused.delete(entry);
  }

  /** Called when the program outruns its past: every recorded outcome must have been asked for. */
  assertUsed(): void {
    for (const entry of this.#unused) {
      throw journalErrors.leftover({
        task: entry.task,
        ordinal: entry.ordinal,
        recorded: describeEffect(entry.effect, entry.site),
      });
    }
    this.#unused.clear();
    for (const entry of this.#begun.values()) {
      const recorded = entry.kind === 'intent' ? entry.effect : `a wait (${entry.wait.kind})`;
      throw journalErrors.leftover({ task: entry.task, ordinal: entry.ordinal, recorded });
    }
  }

  #index(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'outcome':
        this.#begun.delete(`${entry.task}#${entry.ordinal}`);
        this.#past(entry.task).outcomes.set(entry.ordinal, entry);
        if (entry.dropped !== true) this.#unused.add(entry);
        if (entry.how === 'delivered' && entry.dropped !== true) this.#deliveries.push(entry);
        break;
      case 'intent':
        this.#begun.set(`${entry.task}#${entry.ordinal}`, entry);
        this.#past(entry.task).intents.set(entry.ordinal, { entry, facts: entry.facts ?? {} });
        break;
      case 'intent_noted': {
        const intent = this.#past(entry.task).intents.get(entry.ordinal);
        if (intent !== undefined) intent.facts = { ...intent.facts, ...entry.facts };
        break;
      }
      case 'wait_opened':
        this.#begun.set(`${entry.task}#${entry.ordinal}`, entry);
        this.#past(entry.task).waits.set(entry.ordinal, entry);
        break;
      case 'child_started':
        this.#past(entry.task).children.set(entry.ordinal, entry);
        break;
      case 'interrupt':
        this.#indexInterrupt(entry);
        break;
      default:
        break;
    }
  }

  #indexInterrupt(entry: InterruptEntry): void {
    if (entry.how === 'delivered') this.#deliveries.push(entry);
    else if (entry.how === 'tick') this.#past(entry.task).tickInterrupts.push(entry);
    else this.#past(entry.task).interrupts.set(entry.at_n, entry);
    if (entry.how !== 'delivered') this.#interrupts.add(entry);
  }

  #past(task: string): TaskPast {
    let past = this.#tasks.get(task);
    if (past === undefined) {
      past = {
        outcomes: new Map(),
        intents: new Map(),
        waits: new Map(),
        children: new Map(),
        interrupts: new Map(),
        tickInterrupts: [],
      };
      this.#tasks.set(task, past);
    }
    return past;
  }
}

/** The operation that a delivery is for. */
export function ordinalOf(entry: OutcomeEntry | InterruptEntry): number {
  return entry.kind === 'outcome' ? entry.ordinal : entry.at_n;
}

/** Ids of bodies that need not be entered again: everything below a recorded unit. */
function unitPrefixes(entries: readonly JournalEntry[]): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'outcome' && entry.unit === true)
      prefixes.add(`${entry.task}/${entry.ordinal}`);
  }
  return prefixes;
}

function insideUnit(task: string, units: ReadonlySet<string>): boolean {
  for (let at = task.indexOf('/'); at !== -1; at = task.indexOf('/', at + 1)) {
    const colon = task.indexOf(':', at);
    const end = colon === -1 ? task.length : colon;
    if (units.has(task.slice(0, end))) return true;
  }
  return false;
}
