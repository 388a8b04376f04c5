// Front door of trace: what spans are, the names they carry, and where they go when they have ended.
// Names
export { GEN_AI, HARN, type LinkKind, SPAN_METADATA, type SpanKind } from './attributes.ts';
// Exporters
export { MemoryExporter, type SpanExporter } from './exporter.ts';
export { OtlpExporter, type OtlpOptions, type OtlpSettings, otlpFromEnv } from './otlp.ts';
// Spans
export {
  type Attributes,
  type AttributeValue,
  type FinishedSpan,
  linkFromJson,
  linkTo,
  linkToJson,
  type SpanEvent,
  type SpanLink,
  type SpanRef,
} from './span.ts';
