// Spans in the JSON form of OTLP: ids in hex, times in nanoseconds as texts, every value with its type.
import type { Json, JsonObject } from '../../base/index.ts';
import { HARN } from './attributes.ts';
import type { FinishedSpan } from './span.ts';

const INTERNAL = 1;
const CLIENT = 3;
const STATUS = { unset: 0, ok: 1, error: 2 } as const;

/** The body of one request. */
export function otlpBody(spans: readonly FinishedSpan[], serviceName: string): JsonObject {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': serviceName }) },
        scopeSpans: [{ scope: { name: 'harn' }, spans: spans.map(spanOf) }],
      },
    ],
  };
}

function spanOf(span: FinishedSpan): JsonObject {
  const { traceId, spanId, parentSpanId, name, attributes, status } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: attributes[HARN.kind] === 'llm_call' ? CLIENT : INTERNAL,
    startTimeUnixNano: nanos(span.startMs),
    endTimeUnixNano: nanos(span.endMs),
    attributes: attributesOf(attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanos(event.atMs),
      attributes: attributesOf(event.attributes),
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: attributesOf(link.attributes ?? {}),
    })),
    status: {
      code: STATUS[status.status],
      ...(status.status === 'error' && status.message !== undefined
        ? { message: status.message }
        : {}),
    },
  };
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

function attributesOf(attributes: { readonly [name: string]: unknown }): Json[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: typedValue(value) }],
  );
}

function typedValue(value: unknown): JsonObject {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return Array.isArray(value)
        ? { arrayValue: { values: value.map(typedValue) } }
        : { stringValue: JSON.stringify(value) };
  }
}
