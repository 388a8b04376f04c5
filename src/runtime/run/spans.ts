// Spans of a run: what took how long and because of what. A span is one entry of the journal, written when it ends; its
// ids follow from its place in the call tree. So a replay writes none twice, a span that was open when a process died
// goes on in the next one, and links hold across processes. What takes no span costs nothing.
//
// The run's own span is made by the fold (see span-section.ts): one per life, the first of which stands for the run.
import { checkHash, type Json, type JsonObject } from '../../base/index.ts';
import {
  type Attributes,
  type AttributeValue,
  type LinkKind,
  linkTo,
  linkToJson,
  type SpanKind,
  type SpanLink,
  type SpanRef,
} from '../trace/index.ts';
import type { ServiceKey } from './effect.ts';
import type { RunCore } from './run-core.ts';
import type { Task } from './task.ts';

/** The fact under which a span stands in the journal. */
export const SPAN_FACT = 'span';

/** A span as the journal keeps it. Times in ms since the Unix epoch; the duration is of the run's own time. */
export type SpanFacts = {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly kind: SpanKind;
  readonly name: string;
  readonly at_ms: number;
  readonly duration_ms: number;
  readonly status: 'ok' | 'error' | 'unset';
  readonly links: readonly Json[];
  readonly metadata: JsonObject;
};

export interface RunSpanOptions {
  /** Stands by itself, whatever its task does: a resumption days later, a decision. Links say what it belongs to. */
  readonly detached?: boolean;
  readonly links?: readonly SpanLink[];
  readonly attributes?: Attributes;
}

/** An open span of a run. */
export interface RunSpan extends SpanRef {
  set(attributes: Attributes): void;
  /** Closes it, once. */
  end(status?: SpanFacts['status']): void;
}

/** The trace of a run and of everything it started: the digits of the root's id, where that is a UUID. */
export function traceIdOf(rootRunId: string): string {
  const digits = rootRunId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? digits : idOf(32, `trace ${rootRunId}`);
}

/** The id of a span from its place. */
export function spanIdOf(runId: string, place: string): string {
  return idOf(16, `span ${runId} ${place}`);
}

/** Hex digits that follow from a text. Not a cryptographic hash: a run that only prints shall not load one. */
function idOf(digits: 16 | 32, text: string): string {
  let id = '';
  for (let n = 0; id.length < digits; n += 1) id += checkHash(`${n} ${text}`);
  return id.slice(0, digits);
}

/** The span of one life of a run; the first stands for the run as a whole. */
export function lifeSpanId(runId: string, life: number): string {
  return spanIdOf(runId, `life ${life}`);
}

export class RunSpans {
  readonly #run: RunCore;
  readonly #current = new WeakMap<Task, SpanRef>();
  readonly #places = new WeakMap<Task, { ordinal: number; count: number }>();
  readonly #open = new Set<RunSpan>();
  #isClosed = false;

  constructor(run: RunCore) {
    this.#run = run;
    run.endings.push(() => this.#close());
  }

  /** The span that stands for the run. */
  get run(): SpanRef {
    const { id, start } = this.#run;
    return { traceId: traceIdOf(start.root_run_id), spanId: lifeSpanId(id, 1) };
  }

  /** The innermost span that a task works in. */
  currentOf(task: Task): SpanRef {
    for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
      const span = this.#current.get(at);
      if (span !== undefined) return span;
    }
    return this.run;
  }

  /** Opens a span at the task's place. */
  start(task: Task, kind: SpanKind, name: string, options: RunSpanOptions = {}): RunSpan {
    const { scheduler, replay, host, journal } = this.#run;
    const place = this.#placeOf(task);
    const past = scheduler.isReplaying ? replay.position : undefined;
    const atMs = past?.at ?? host.clock.nowMs();
    const startMono = past?.mono ?? journal.monoMs();
    const metadata: { [name: string]: AttributeValue } = { ...options.attributes };
    const parent = options.detached === true ? null : this.currentOf(task).spanId;
    const facts = {
      trace_id: this.run.traceId,
      span_id: spanIdOf(this.#run.id, place),
      parent_span_id: parent,
      kind,
      name,
      at_ms: Math.floor(atMs),
    };
    const span: RunSpan = {
      traceId: facts.trace_id,
      spanId: facts.span_id,
      set: (attributes) => {
        Object.assign(metadata, attributes);
      },
      end: (status = 'unset') => {
        if (!this.#open.delete(span)) return;
        const links = (options.links ?? []).map(linkToJson);
        this.#write(task, startMono, { ...facts, status, links, metadata: metadata as JsonObject });
      },
    };
    this.#open.add(span);
    return span;
  }

  /** Makes a span the current one of a task; the result undoes it. */
  enter(task: Task, span: SpanRef): () => void {
    const before = this.#current.get(task);
    this.#current.set(task, span);
    return () => {
      if (before === undefined) this.#current.delete(task);
      else this.#current.set(task, before);
    };
  }

  /** A link from a span to the run. */
  linkToRun(kind: LinkKind = 'pipeline'): SpanLink {
    return linkTo(this.run, kind);
  }

  #placeOf(task: Task): string {
    const ordinal = task.lastOrdinal;
    let last = this.#places.get(task);
    if (last?.ordinal !== ordinal) {
      last = { ordinal, count: 0 };
      this.#places.set(task, last);
    }
    last.count += 1;
    return `${task.id}#${ordinal}.${last.count}`;
  }

  #write(task: Task, startMono: number, facts: Omit<SpanFacts, 'duration_ms'>): void {
    const { scheduler, replay, journal, interrupts } = this.#run;
    // A run that parks or breaks takes its open spans along: the next life goes on with them.
    if (this.#isClosed || scheduler.halted || replay.hasSpan(facts.span_id)) return;
    if (scheduler.isReplaying) {
      // Not before the program is known to be the one that was recorded.
      interrupts.onLive(() => this.#write(task, startMono, facts));
      return;
    }
    const duration_ms = Math.max(0, Math.round(journal.monoMs() - startMono));
    // The trace is the run's, and what is empty goes without saying; the fold adds both.
    const { trace_id: _trace, links, ...rest } = facts;
    const data: JsonObject = { ...rest, ...(links.length === 0 ? {} : { links }), duration_ms };
    journal.append(task.id, { kind: 'lifecycle', fact: SPAN_FACT, data }, { urgent: false });
  }

  #close(): void {
    for (const span of [...this.#open]) span.end();
    this.#isClosed = true;
  }
}

/** The spans of the run. */
export const runSpansKey: ServiceKey<RunSpans> = {
  name: 'run.spans',
  create: (services) => new RunSpans(services as RunCore),
};
