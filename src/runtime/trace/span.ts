// What a finished span is, the ids by which it is found again, and links between spans.
import { isJsonObject, type Json } from '../../base/index.ts';
import { HARN, type LinkKind } from './attributes.ts';

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

/** A link to a span with its reason. */
export function linkTo(ref: SpanRef, kind: LinkKind): SpanLink {
  return { traceId: ref.traceId, spanId: ref.spanId, attributes: { [HARN.linkKind]: kind } };
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
