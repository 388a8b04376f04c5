// The Tracer port, the tracer that hands finished spans to an exporter, and the one that does nothing. Spans are given
// along explicitly; nothing here is ambient, so a span's parent is always what the caller said.
import { assertNever, type Clock, type Random } from '../../base/index.ts';
import { HARN, type LinkKind, type SpanKind } from './attributes.ts';
import {
  type Attributes,
  type AttributeValue,
  type FinishedSpan,
  newSpanId,
  newTraceId,
  type Span,
  type SpanEvent,
  type SpanLink,
  type SpanRef,
  type SpanStatus,
} from './span.ts';

export interface SpanOptions {
  /** None makes a detached span: the first of its own trace. */
  readonly parent?: SpanRef | undefined;
  /** `harn.link.kind` is `causal` where a link does not say. */
  readonly links?: readonly SpanLink[] | undefined;
  readonly attributes?: Attributes | undefined;
  /** Sets `harn.kind` and `harn.name`. */
  readonly kind?: SpanKind | undefined;
}

/** Starts spans. */
export interface Tracer {
  /** False when no span will be seen by anybody. */
  readonly enabled: boolean;
  startSpan(name: string, options?: SpanOptions): Span;
}

/** Where finished spans go. What it throws is its own affair: tracing never breaks a run. */
export interface SpanExporter {
  export(span: FinishedSpan): void;
  /** Resolves when everything exported so far is delivered. */
  flush(): Promise<void>;
}

/** What a tracer is made of. */
export interface TracerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly exporter: SpanExporter;
}

/** A tracer whose finished spans go to `exporter`. */
export function createTracer({ clock, random, exporter }: TracerOptions): Tracer {
  return {
    enabled: true,
    startSpan: (name, options = {}) =>
      new OpenSpan({
        name,
        clock,
        exporter,
        traceId: options.parent?.traceId ?? newTraceId(random),
        spanId: newSpanId(random),
        options,
      }),
  };
}

/** A tracer whose spans go nowhere and cost nothing; the default. Their ids are all zero, which means "none". */
export const noTracer: Tracer = { enabled: false, startSpan: () => NO_SPAN };

/** A link to a span with its reason. */
export function linkTo(ref: SpanRef, kind: LinkKind): SpanLink {
  return { traceId: ref.traceId, spanId: ref.spanId, attributes: { [HARN.linkKind]: kind } };
}

/** Whether ids name a span at all; those of `noTracer` do not. */
export function isSpanRef(ref: SpanRef): boolean {
  return !/^0*$/.test(ref.spanId) && !/^0*$/.test(ref.traceId);
}

/** Runs `fn` in a span that ends with it: `ok`, or `error` with the text of what was thrown. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  fn: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, options);
  try {
    const value = await fn(span);
    span.end({ status: 'ok' });
    return value;
  } catch (error) {
    span.end({ status: 'error', message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

const NO_SPAN: Span = {
  id: '0'.repeat(16),
  spanId: '0'.repeat(16),
  traceId: '0'.repeat(32),
  recording: false,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  addLink: () => undefined,
  end: () => undefined,
};

interface OpenSpanFields {
  readonly name: string;
  readonly clock: Clock;
  readonly exporter: SpanExporter;
  readonly traceId: string;
  readonly spanId: string;
  readonly options: SpanOptions;
}

class OpenSpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly #fields: OpenSpanFields;
  readonly #startMs: number;
  readonly #startedAt: number;
  readonly #attributes: { [name: string]: AttributeValue };
  readonly #events: SpanEvent[] = [];
  readonly #links: SpanLink[] = [];
  #state: 'open' | 'ended' = 'open';

  constructor(fields: OpenSpanFields) {
    const { name, options, clock } = fields;
    this.#fields = fields;
    this.traceId = fields.traceId;
    this.spanId = fields.spanId;
    this.#startMs = clock.nowMs();
    this.#startedAt = clock.monotonicMs();
    const own = options.kind === undefined ? {} : { [HARN.kind]: options.kind, [HARN.name]: name };
    this.#attributes = { ...own, ...options.attributes };
    for (const link of options.links ?? []) this.addLink(link);
  }

  get id(): string {
    return this.spanId;
  }

  get recording(): boolean {
    return this.#state === 'open';
  }

  setAttribute(name: string, value: AttributeValue): void {
    if (this.recording) this.#attributes[name] = value;
  }

  setAttributes(attributes: Attributes): void {
    if (this.recording) Object.assign(this.#attributes, attributes);
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    if (this.recording) this.#events.push({ name, atMs: this.#fields.clock.nowMs(), attributes });
  }

  /** A link to no span (tracing was off when it was made) is left out. */
  addLink(link: SpanLink): void {
    if (!this.recording || !isSpanRef(link)) return;
    const { traceId, spanId } = link;
    const attributes = { [HARN.linkKind]: 'causal', ...link.attributes };
    this.#links.push({ traceId, spanId, attributes });
  }

  end(status: SpanStatus = { status: 'unset' }): void {
    switch (this.#state) {
      case 'ended':
        return;
      case 'open':
        this.#state = 'ended';
        this.#export(status);
        return;
      default:
        assertNever(this.#state);
    }
  }

  #export(status: SpanStatus): void {
    const { name, clock, exporter, options } = this.#fields;
    try {
      exporter.export({
        name,
        traceId: this.traceId,
        spanId: this.spanId,
        parentSpanId: options.parent?.spanId,
        startMs: this.#startMs,
        endMs: clock.nowMs(),
        durationMs: clock.monotonicMs() - this.#startedAt,
        attributes: { ...this.#attributes },
        events: [...this.#events],
        links: [...this.#links],
        status,
      });
    } catch {
      // Losing a span is better than losing a run.
    }
  }
}
