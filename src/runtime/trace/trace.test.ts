// Links between spans as snapshots keep them, and where finished spans go.
import { describe, expect, it } from 'vitest';
import { MemoryExporter } from './exporter.ts';
import { type FinishedSpan, linkFromJson, linkTo, linkToJson } from './span.ts';

const finished = (name: string): FinishedSpan => ({
  name,
  traceId: 'a',
  spanId: name,
  parentSpanId: undefined,
  startMs: 0,
  endMs: 1,
  durationMs: 1,
  attributes: {},
  events: [],
  links: [],
  status: { status: 'ok' },
});

describe('a link', () => {
  it('says why it is there', () => {
    const link = linkTo({ traceId: 'a', spanId: 'b' }, 'suspension');
    expect(link).toEqual({
      traceId: 'a',
      spanId: 'b',
      attributes: { 'harn.link.kind': 'suspension' },
    });
  });

  it('survives in a snapshot', () => {
    const link = { traceId: 'a', spanId: 'b', attributes: { c: 1 } };
    expect(linkToJson(link)).toEqual({ trace_id: 'a', span_id: 'b', attributes: { c: 1 } });
    expect(linkFromJson(linkToJson(link))).toEqual(link);
    expect(linkFromJson({ trace_id: 'a', span_id: 'b' })).toEqual({ traceId: 'a', spanId: 'b' });
    expect([linkFromJson(null), linkFromJson({ trace_id: 1, span_id: 'b' })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('the memory exporter', () => {
  it('keeps the last spans and counts the forgotten ones', () => {
    const exporter = new MemoryExporter(3);
    for (let i = 0; i < 8; i += 1) exporter.export(finished(`s${i}`));
    expect(exporter.spans.map((span) => span.name)).toEqual(['s5', 's6', 's7']);
    expect(exporter.forgotten).toBe(5);
    exporter.clear();
    expect([exporter.spans.length, exporter.forgotten]).toEqual([0, 0]);
  });

  it('finds the only span of a name', () => {
    const exporter = new MemoryExporter();
    for (const name of ['once', 'twice', 'twice']) exporter.export(finished(name));
    expect(exporter.find('once')?.spanId).toBe('once');
    expect([exporter.find('twice'), exporter.find('never')]).toEqual([undefined, undefined]);
  });
});
