// Finished spans on their way to a collector: OTLP over HTTP with JSON bodies, in batches and in the background. A queue of
// bounded length stands between runs and the collector, so a slow or dead one costs spans and never a run.
import { type Clock, systemClock } from '../../base/index.ts';
import { createNodeHost, type HostEnv, type HostHttp } from '../host/index.ts';
import type { SpanExporter } from './exporter.ts';
import { otlpBody } from './otlp-json.ts';
import type { FinishedSpan } from './span.ts';

/** Where spans go, and how patiently. */
export interface OtlpOptions {
  /** The full address, such as `http://localhost:4318/v1/traces`. */
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  /** `service.name` of the resource; `harn` by default. */
  readonly serviceName?: string;
  /** Spans that wait at most; the oldest ones stay, further ones are counted and dropped. 2048 by default. */
  readonly maxQueued?: number;
  /** How long `flush` takes at most, in milliseconds; 3000 by default. */
  readonly flushMs?: number;
  readonly http?: HostHttp;
  readonly clock?: Clock;
}

const BATCH = 512;
const INTERVAL_MS = 1000;
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 5;
const BACKOFF_MS = 200;
const MAX_PAUSE_MS = 5000;

/** Answers after which the same batch is welcome later. */
const LATER: readonly number[] = [429, 502, 503, 504];

/** Sends spans to an OpenTelemetry collector. */
export class OtlpExporter implements SpanExporter {
  readonly #options: OtlpOptions;
  readonly #http: HostHttp;
  readonly #clock: Clock;
  readonly #queue: FinishedSpan[] = [];
  #dropped = 0;
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#http = options.http ?? createNodeHost().http;
    this.#clock = options.clock ?? systemClock;
  }

  /** How many spans were lost: the queue was full, or the collector did not take them. */
  get dropped(): number {
    return this.#dropped;
  }

  export(span: FinishedSpan): void {
    if (this.#queue.length >= (this.#options.maxQueued ?? 2048)) {
      this.#dropped += 1;
      return;
    }
    this.#queue.push(span);
    if (this.#queue.length >= BATCH) this.#send();
    else this.#cancelTimer ??= this.#clock.after(INTERVAL_MS, () => this.#send());
  }

  /** Resolves when everything is delivered or given up, or when the time for it is over. */
  async flush(): Promise<void> {
    if (this.#queue.length > 0) this.#send();
    const sending = this.#sending;
    if (sending === undefined) return;
    await new Promise<void>((ok) => {
      const cancel = this.#clock.after(this.#options.flushMs ?? 3000, ok);
      void sending.then(() => {
        cancel();
        ok();
      });
    });
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH);
      if (!(await this.#deliver(batch))) this.#dropped += batch.length;
    }
  }

  async #deliver(batch: readonly FinishedSpan[]): Promise<boolean> {
    const { url, headers, serviceName = 'harn' } = this.#options;
    const body = JSON.stringify(otlpBody(batch, serviceName));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      let pauseMs = BACKOFF_MS * 2 ** attempt;
      try {
        const answer = await this.#http.request({
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json', ...headers },
          body,
          timeoutMs: TIMEOUT_MS,
        });
        if (answer.status >= 200 && answer.status < 300) return true;
        if (!LATER.includes(answer.status)) return false;
        const asked = Number(answer.headers['retry-after'] ?? Number.NaN);
        if (asked >= 0) pauseMs = asked * 1000;
      } catch {
        // Nobody there, or too slow: the same as an answer that says so.
      }
      if (attempt < ATTEMPTS - 1) await this.#pause(Math.min(pauseMs, MAX_PAUSE_MS));
    }
    return false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((ok) => void this.#clock.after(ms, ok));
  }
}

/** What a project says of its collector; the environment goes before it. */
export interface OtlpSettings {
  /** The address without `/v1/traces`. */
  readonly endpoint?: string | undefined;
  readonly serviceName?: string | undefined;
}

/**
 * The exporter that the environment asks for, as OpenTelemetry names its variables: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
 * else `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces`; `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`; what a project says comes after them. Undefined
 * when no address is set.
 */
export function otlpFromEnv(
  env: HostEnv,
  ports: Pick<OtlpOptions, 'http' | 'clock'> = {},
  project: OtlpSettings = {},
): OtlpExporter | undefined {
  const set = (name: string) => env.get(name) || undefined;
  if (set('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const base = set('OTEL_EXPORTER_OTLP_ENDPOINT') ?? project.endpoint;
  const whole = base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`;
  const url = set('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? whole;
  if (url === undefined) return undefined;
  const headers = headersIn(
    set('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? set('OTEL_EXPORTER_OTLP_HEADERS') ?? '',
  );
  return new OtlpExporter({
    url,
    headers,
    serviceName: set('OTEL_SERVICE_NAME') ?? project.serviceName ?? 'harn',
    ...ports,
  });
}

/** `name=value,name=value`, values percent-encoded. */
function headersIn(text: string): { readonly [name: string]: string } {
  const headers: { [name: string]: string } = {};
  for (const pair of text.split(',')) {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) continue;
    try {
      headers[name.toLowerCase()] = decodeURIComponent(value);
    } catch {
      headers[name.toLowerCase()] = value;
    }
  }
  return headers;
}
