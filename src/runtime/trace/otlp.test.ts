// Spans at a collector on loopback: in the shape it expects, again when it asks for that, and never in the way of a run.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { createMockHost, createNodeHost } from '../host/index.ts';
import { OtlpExporter, otlpFromEnv } from './otlp.ts';
import type { FinishedSpan } from './span.ts';

interface Seen {
  readonly path: string;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: JsonObject;
}

let server: Server;
let origin: string;
let seen: Seen[];
let statuses: number[];

beforeEach(async () => {
  seen = [];
  statuses = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { url = '', headers } = request;
      seen.push({ path: url, headers, body: JSON.parse(text) as JsonObject });
      response.writeHead(statuses.shift() ?? 200, { 'retry-after': '0' });
      response.end('{}');
    });
  });
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((ok) => server.close(ok)));

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const span = (spanId: string, more: Partial<FinishedSpan> = {}): FinishedSpan => ({
  traceId: TRACE,
  spanId,
  parentSpanId: undefined,
  name: 'a span',
  startMs: 1_700_000_000_123,
  endMs: 1_700_000_000_223,
  durationMs: 100,
  attributes: {},
  events: [],
  links: [],
  status: { status: 'ok' },
  ...more,
});

const exporter = (more: object = {}) => {
  const { http, clock } = createNodeHost();
  return new OtlpExporter({ url: `${origin}/v1/traces`, http, clock, ...more });
};

const spansIn = ({ body }: Seen) => {
  const [resource] = body['resourceSpans'] as unknown as [
    { scopeSpans: [{ spans: JsonObject[] }] },
  ];
  return resource.scopeSpans[0].spans;
};

describe('the OTLP exporter', () => {
  it('sends ids, parents, links, times and typed attributes', async () => {
    const otlp = exporter({ serviceName: 'shop' });
    otlp.export(
      span('b7ad6b7169203331', {
        parentSpanId: '00f067aa0ba902b7',
        attributes: {
          'harn.kind': 'llm_call',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.response.finish_reasons': ['end_turn'],
          cost_usd: 0.5,
          cached: true,
        },
        links: [
          { traceId: TRACE, spanId: '1111111111111111', attributes: { 'harn.link.kind': 'drain' } },
        ],
      }),
    );
    otlp.export(span('2222222222222222', { status: { status: 'error', message: 'no' } }));
    await otlp.flush();
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen[0]?.body)).toContain(
      '"service.name","value":{"stringValue":"shop"}',
    );
    const [first, second] = spansIn(seen[0] as Seen);
    expect(first).toEqual({
      traceId: TRACE,
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      name: 'a span',
      kind: 3,
      startTimeUnixNano: '1700000000123000000',
      endTimeUnixNano: '1700000000223000000',
      attributes: [
        { key: 'harn.kind', value: { stringValue: 'llm_call' } },
        { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o' } },
        { key: 'gen_ai.usage.input_tokens', value: { intValue: '12' } },
        {
          key: 'gen_ai.response.finish_reasons',
          value: { arrayValue: { values: [{ stringValue: 'end_turn' }] } },
        },
        { key: 'cost_usd', value: { doubleValue: 0.5 } },
        { key: 'cached', value: { boolValue: true } },
      ],
      events: [],
      links: [
        {
          traceId: TRACE,
          spanId: '1111111111111111',
          attributes: [{ key: 'harn.link.kind', value: { stringValue: 'drain' } }],
        },
      ],
      status: { code: 1 },
    });
    expect(second).toMatchObject({ kind: 1, status: { code: 2, message: 'no' } });
    expect(second).not.toHaveProperty('parentSpanId');
  });

  it('sends the same spans again when the collector asks for that', async () => {
    statuses = [503, 429];
    const otlp = exporter();
    otlp.export(span('b7ad6b7169203331'));
    await otlp.flush();
    expect(seen).toHaveLength(3);
    expect(seen[2]?.body).toEqual(seen[0]?.body);
    expect(otlp.dropped).toBe(0);
  });

  it('gives up what the collector refuses, and counts it', async () => {
    statuses = [400];
    const otlp = exporter();
    otlp.export(span('b7ad6b7169203331'));
    await otlp.flush();
    expect([seen.length, otlp.dropped]).toEqual([1, 1]);
  });

  it('keeps no more than it may, and ends in time when nobody answers', async () => {
    const http = {
      request: () => new Promise<never>(() => undefined),
      open: () => new Promise<never>(() => undefined),
    };
    const otlp = exporter({ http, maxQueued: 2, flushMs: 20 });
    for (const id of ['1', '2', '3']) otlp.export(span(id));
    expect(otlp.dropped).toBe(1);
    await otlp.flush();
  });

  it('is set up by the variables of OpenTelemetry', async () => {
    const { http, clock } = createNodeHost();
    const { env } = createMockHost({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${origin}/otel/`,
        OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b, other = c',
      },
    });
    const otlp = otlpFromEnv(env, { http, clock });
    otlp?.export(span('b7ad6b7169203331'));
    await otlp?.flush();
    expect(seen[0]).toMatchObject({
      path: '/otel/v1/traces',
      headers: { 'x-key': 'a b', other: 'c' },
    });
    expect(otlpFromEnv(createMockHost().env)).toBeUndefined();
  });
});
