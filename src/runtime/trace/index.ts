// Front door of trace: the Tracer port, span shapes, names of attributes.
// Names
export { GEN_AI, HARN, type LinkKind, SPAN_METADATA, type SpanKind } from './attributes.ts';
// Exporters
export { MemoryExporter } from './memory-exporter.ts';
// Spans
export {
  type Attributes,
  type AttributeValue,
  type FinishedSpan,
  formatTraceparent,
  linkFromJson,
  linkToJson,
  newSpanId,
  newTraceId,
  parseTraceparent,
  type Span,
  type SpanEvent,
  type SpanLink,
  type SpanRef,
  type SpanStatus,
} from './span.ts';
// Tracer
export {
  createTracer,
  inSpan,
  isSpanRef,
  linkTo,
  noTracer,
  type SpanExporter,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
} from './tracer.ts';
