// What a TypeScript pipeline says about itself: log lines, spans, and the looks of its terminal.
import type { Json } from '../../base/index.ts';
import {
  type EndedSpan,
  endUserSpan,
  logEffects,
  type SpanAttributes,
  startUserSpan,
  styled,
  termEffects,
  traceEffects,
  type UserSpan,
  writeJsonLog,
  writeLog,
} from '../io/index.ts';
import type { RunContext } from '../run/index.ts';
import { need } from './arguments.ts';
import { createFamily, type Family, notData } from './family.ts';

type Fields = { readonly [name: string]: Json };

/** Structured logs and spans. Lines are JSON objects on stdout: `{timestamp, level, message, fields?, trace_id?, span_id?}`. */
export interface LogMethods {
  /** Writes a line; level `info` unless given. Throws HARN-IOE-009 for a level that is none. */
  log(message: string, level?: string, fields?: Fields): void;
  logDebug(message: string, fields?: Fields): void;
  logInfo(message: string, fields?: Fields): void;
  logWarn(message: string, fields?: Fields): void;
  logError(message: string, fields?: Fields): void;
  /** Writes `{timestamp, key, value}`, whatever the level. */
  logJson(key: string, value: Json): void;
  /** The least level that is written: `debug` (the default), `info`, `warn` or `error`. */
  setLevel(level: string): void;
  /** Opens a span of the run. Times in ms since the Unix epoch. */
  traceStart(name: string): UserSpan;
  /** Ends a span; null when it is not open (any more). */
  traceEnd(span: UserSpan): EndedSpan | null;
  /** Opens a span with attributes; they are in the record of the run and at its exporter. */
  startSpan(name: string, attributes?: SpanAttributes): UserSpan;
  /** Ends it, as `traceEnd` does. */
  endSpan(span: UserSpan): EndedSpan | null;
  /** Calls `body` within a span and gives what it gave; the span fails when it throws. */
  span<T>(name: string, body: () => Promise<T> | T, attributes?: SpanAttributes): Promise<T>;
  /** The trace of the innermost open span. */
  traceId(): string | null;
  /** Shows the spans that end from here on in `traceSpans`, or no more. */
  enableTracing(isOn?: boolean): void;
  traceSpans(): readonly EndedSpan[];
  traceSummary(): string;
}

export function logMethods(ctx: RunContext): LogMethods {
  const level =
    (name: string) =>
    (message: string, fields: Fields = {}) =>
      writeLog(ctx, name, message, fields);
  return {
    log: (message, name = 'info', fields = {}) => writeLog(ctx, name, message, fields),
    logDebug: level('debug'),
    logInfo: level('info'),
    logWarn: level('warn'),
    logError: level('error'),
    logJson: (key, value) => writeJsonLog(ctx, key, value),
    setLevel: (name) => void ctx.sync(logEffects.set_level, [name]),
    traceStart: (name) => startUserSpan(ctx, name),
    traceEnd: ({ span_id }) => endUserSpan(ctx, span_id),
    startSpan: (name, attributes) => startUserSpan(ctx, name, attributes),
    endSpan: ({ span_id }) => endUserSpan(ctx, span_id),
    span: async (name, body, attributes) => {
      need('span', 'the body', 'a function', body);
      const { span_id } = startUserSpan(ctx, name, attributes);
      let isDone = false;
      try {
        const value = await body();
        isDone = true;
        return value;
      } finally {
        endUserSpan(ctx, span_id, !isDone);
      }
    },
    traceId: () => ctx.sync(traceEffects.trace_id, []),
    enableTracing: (isOn = true) => void ctx.sync(traceEffects.enable_tracing, [isOn]),
    traceSpans: () => ctx.sync(traceEffects.trace_spans, []),
    traceSummary: () => ctx.sync(traceEffects.trace_summary, []),
  };
}

/** Looks of the terminal. */
export type TermHandle = Family<typeof termEffects> & {
  /** Text in a colour (`red`, `gray`, ...), `bold` or `dim`, where the mode in force allows it. */
  color(text: string, style: string): string;
};

export function termHandle(ctx: RunContext): TermHandle {
  return notData('harness.term', {
    ...createFamily('harness.term', termEffects, ctx),
    color: (text: string, style: string) => styled(ctx, text, style),
  });
}
