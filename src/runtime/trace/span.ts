// What a span is, live and finished, and the ids it has.
import { isJsonObject, type Json, type Random } from '../../base/index.ts';

/** An attribute value, as OpenTelemetry allows them. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[];

export type Attributes = { readonly [name: string]: AttributeValue };

/** The ids by which a span is found again, also by another process: 32 and 16 hex digits as in W3C Trace Context. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

/** A pointer to a span that is not the parent. JSON, so it survives in snapshots. */
export interface SpanLink extends SpanRef {
  readonly attributes?: Attributes | undefined;
}

/** How a span ended. `unset` says nothing about success. */
export type SpanStatus =
  | { readonly status: 'unset' | 'ok' }
  | { readonly status: 'error'; readonly message?: string | undefined };

/** Something that happened while a span was open. */
export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Attributes;
}

/** An open span. After `end` every method does nothing. */
export interface Span extends SpanRef {
  /** The same as `spanId`. */
  readonly id: string;
  /** False when nobody will see it; then building expensive attributes can be left out. */
  readonly recording: boolean;
  setAttribute(name: string, value: AttributeValue): void;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes?: Attributes): void;
  addLink(link: SpanLink): void;
  /** Closes the span, once. */
  end(status?: SpanStatus): void;
}

/** A finished span, as exporters get it. */
export interface FinishedSpan extends SpanRef {
  readonly name: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  /** From the monotonic clock; `endMs - startMs` can be off when wall time was set in between. */
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly status: SpanStatus;
}

/** A trace id: 16 random bytes, never all zero. */
export function newTraceId(random: Random): string {
  return randomHex(random, 16);
}

/** A span id: 8 random bytes, never all zero. */
export function newSpanId(random: Random): string {
  return randomHex(random, 8);
}

/** The W3C `traceparent` header of a span. */
export function formatTraceparent(ref: SpanRef, sampled = true): string {
  return `00-${ref.traceId}-${ref.spanId}-${sampled ? '01' : '00'}`;
}

/** Reads a `traceparent` header; undefined when it is none. */
export function parseTraceparent(text: string): SpanRef | undefined {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/.exec(
    text.trim(),
  );
  const [, traceId, spanId] = match ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/** A link as snapshots keep it: `{trace_id, span_id, attributes?}`. */
export function linkToJson(link: SpanLink): Json {
  return {
    trace_id: link.traceId,
    span_id: link.spanId,
    ...(link.attributes === undefined ? {} : { attributes: link.attributes }),
  };
}

/** Reads what `linkToJson` wrote; undefined when it is something else. */
export function linkFromJson(json: Json): SpanLink | undefined {
  if (!isJsonObject(json)) return undefined;
  const { trace_id: traceId, span_id: spanId, attributes } = json;
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  if (!isJsonObject(attributes)) return { traceId, spanId };
  return { traceId, spanId, attributes: attributes as Attributes };
}

function randomHex(random: Random, count: number): string {
  const bytes = random.bytes(count);
  // All zero means "no id" in W3C Trace Context; one bit makes it valid.
  if (bytes.every((byte) => byte === 0)) bytes[count - 1] = 1;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
