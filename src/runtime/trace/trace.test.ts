// Spans, ids, links and where they go.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock, type Random, seededRandom } from '../../base/index.ts';
import { MemoryExporter } from './memory-exporter.ts';
import {
  formatTraceparent,
  linkFromJson,
  linkToJson,
  newSpanId,
  newTraceId,
  parseTraceparent,
} from './span.ts';
import { createTracer, inSpan, isSpanRef, linkTo, noTracer } from './tracer.ts';

function start() {
  const clock = new ManualClock(1000);
  const exporter = new MemoryExporter();
  return { clock, exporter, tracer: createTracer({ clock, random: seededRandom(1), exporter }) };
}

describe('a span', () => {
  it('reports times, attributes, events and status when it ends', () => {
    const { clock, exporter, tracer } = start();
    const span = tracer.startSpan('main', { kind: 'pipeline', attributes: { a: 1 } });
    span.setAttribute('b', true);
    clock.advance(5);
    span.addEvent('half', { n: 2 });
    clock.advance(5);
    span.setAttributes({ a: 2 });
    span.end({ status: 'ok' });
    expect(exporter.spans).toEqual([
      {
        name: 'main',
        traceId: span.traceId,
        spanId: span.id,
        parentSpanId: undefined,
        startMs: 1000,
        endMs: 1010,
        durationMs: 10,
        attributes: { 'harn.kind': 'pipeline', 'harn.name': 'main', a: 2, b: true },
        events: [{ name: 'half', atMs: 1005, attributes: { n: 2 } }],
        links: [],
        status: { status: 'ok' },
      },
    ]);
  });

  it('measures its duration even when wall time is set back', () => {
    const { clock, exporter, tracer } = start();
    const span = tracer.startSpan('a');
    clock.advance(20);
    clock.setNow(0);
    span.end();
    expect(exporter.find('a')).toMatchObject({ durationMs: 20, endMs: 0 });
  });

  it('joins the trace of its parent; without one it starts its own', () => {
    const { exporter, tracer } = start();
    const parent = tracer.startSpan('parent');
    const child = tracer.startSpan('child', { parent });
    const detached = tracer.startSpan('detached');
    for (const span of [child, detached, parent]) span.end();
    expect(child.traceId).toBe(parent.traceId);
    expect(exporter.find('child')?.parentSpanId).toBe(parent.id);
    expect(detached.traceId).not.toBe(parent.traceId);
  });

  it('links for a reason, `causal` where none is said, and never to nothing', () => {
    const { exporter, tracer } = start();
    const other = tracer.startSpan('other');
    const { traceId, spanId } = other;
    const bare = { traceId, spanId };
    const span = tracer.startSpan('a', { links: [bare, linkTo(other, 'suspension')] });
    span.addLink(linkTo(noTracer.startSpan('x'), 'pipeline'));
    span.end();
    expect(exporter.find('a')?.links).toEqual([
      { traceId, spanId, attributes: { 'harn.link.kind': 'causal' } },
      { traceId, spanId, attributes: { 'harn.link.kind': 'suspension' } },
    ]);
  });

  it('ends once and ignores what comes after', () => {
    const { exporter, tracer } = start();
    const span = tracer.startSpan('a');
    span.end({ status: 'ok' });
    span.setAttribute('late', 1);
    span.addEvent('late');
    span.end({ status: 'error' });
    expect(span.recording).toBe(false);
    expect(exporter.spans).toHaveLength(1);
    expect(exporter.spans[0]).toMatchObject({
      attributes: {},
      events: [],
      status: { status: 'ok' },
    });
  });

  it('survives an exporter that throws', () => {
    const tracer = createTracer({
      clock: new ManualClock(),
      random: seededRandom(1),
      exporter: {
        export: () => {
          throw new Error('full');
        },
        flush: async () => undefined,
      },
    });
    expect(() => tracer.startSpan('a').end()).not.toThrow();
  });

  it('wraps a function: ok, or error with rethrow', async () => {
    const { exporter, tracer } = start();
    expect(await inSpan(tracer, 'good', {}, async () => 1)).toBe(1);
    const failing = inSpan(tracer, 'bad', {}, async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(exporter.spans.map((span) => span.status)).toEqual([
      { status: 'ok' },
      { status: 'error', message: 'no' },
    ]);
  });
});

describe('the default tracer', () => {
  it('gives spans that name nothing and do nothing', () => {
    const span = noTracer.startSpan('a');
    span.setAttribute('a', 1);
    span.end();
    expect([noTracer.enabled, span.recording, isSpanRef(span)]).toEqual([false, false, false]);
  });
});

describe('ids', () => {
  it('have the sizes of W3C Trace Context and are never zero', () => {
    const zero: Random = { next: () => 0, bytes: (count) => new Uint8Array(count) };
    for (const random of [zero, seededRandom(3)]) {
      expect(newTraceId(random)).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      expect(newSpanId(random)).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    }
  });

  it('go through a traceparent header unchanged', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const ref = { traceId: newTraceId(random), spanId: newSpanId(random) };
        expect(parseTraceparent(formatTraceparent(ref))).toEqual(ref);
      }),
    );
  });

  it.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
    `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'1'.repeat(31)}-${'1'.repeat(16)}-01`,
  ])('are not read from %j', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('survive in a link as snapshots keep it', () => {
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
    const tracer = createTracer({ clock: new ManualClock(), random: seededRandom(1), exporter });
    for (let i = 0; i < 8; i += 1) tracer.startSpan(`s${i}`).end();
    expect(exporter.spans.map((span) => span.name)).toEqual(['s5', 's6', 's7']);
    expect(exporter.forgotten).toBe(5);
    exporter.clear();
    expect([exporter.spans.length, exporter.forgotten]).toEqual([0, 0]);
  });
});
