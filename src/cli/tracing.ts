// Spans of runs for whoever asked: lines on stderr (`--trace`), a collector that the environment names, or both.
import type { Host } from '../runtime/host/index.ts';
import {
  type FinishedSpan,
  type OtlpSettings,
  otlpFromEnv,
  type SpanExporter,
} from '../runtime/trace/index.ts';

/** The exporter of a command. */
export function createTracer(host: Host, isAsked: boolean, project?: OtlpSettings): SpanExporter {
  const otlp = otlpFromEnv(host.env, { http: host.http, clock: host.clock }, project);
  return {
    export(span) {
      if (isAsked) host.stdio.writeErr(lineOf(span));
      otlp?.export(span);
    },
    async flush() {
      await otlp?.flush();
      const lost = otlp?.dropped ?? 0;
      if (lost > 0) host.stdio.writeErr(`harn: ${lost} spans did not reach the collector\n`);
    },
  };
}

/** One line: how long, what, how it ended, and what is known of it. */
function lineOf({
  name,
  durationMs,
  status,
  attributes,
  spanId,
  parentSpanId,
}: FinishedSpan): string {
  const { 'harn.kind': kind, 'harn.name': _name, ...rest } = attributes;
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const place = parentSpanId === undefined ? spanId : `${spanId} in ${parentSpanId}`;
  const words = [`${durationMs}ms`, `${kind} ${name}`, status.status, `(${place})`, ...facts];
  return `trace: ${words.join(' ')}\n`;
}
