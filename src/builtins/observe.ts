// What a program says about itself: colours, structured logs, spans and timers, as `harness.term`, `harness.obs` and the
// older globals.
import { isJsonObject } from '../base/index.ts';
import {
  endUserSpan,
  logEffects,
  obsNow,
  type SpanAttributes,
  startUserSpan,
  stdioEffects,
  styled,
  termEffects,
  traceEffects,
  writeJsonLog,
  writeLog,
} from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  dictGet,
  display,
  fromJson,
  intFromNumber,
  isDict,
  isFunction,
  type List,
  type Steps,
  truthy,
  type Value,
} from '../values/index.ts';
import { toData, toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

const none = () => [];
const text = ([first]: List) => [display(first ?? null)];

export function termRows(): readonly BuiltinRow[] {
  const style = (name: 'bold' | 'dim', doc: string) =>
    builtin(
      `term.${name}(text: any) -> string`,
      { doc, effect: 'ambient', aliases: [name] },
      (ctx: Ctx, value: Value) => styled(ctx as RunContext, display(value), name),
    );
  return [
    builtin(
      'term.color(text: any, name: string) -> string',
      {
        doc: 'Text in a colour ("red", "green", "gray", ...) where the terminal takes colours.',
        effect: 'ambient',
        aliases: ['color'],
      },
      (ctx: Ctx, value: Value, name: Value) =>
        styled(ctx as RunContext, display(value), display(name)),
    ),
    style('bold', 'Bold text where the terminal takes it.'),
    style('dim', 'Dim text where the terminal takes it.'),
    effectRow('term.set_color_mode(mode: string) -> nil', termEffects.set_color_mode, {
      doc: 'When text is coloured: "auto" (on a terminal, unless NO_COLOR is set), "always" or "never".',
      aliases: ['set_color_mode'],
      args: text,
    }),
    effectRow('term.width() -> int', termEffects.width, {
      doc: 'The columns of the terminal; 80 when there is none.',
      aliases: ['term_width', 'terminal_width'],
      args: none,
      result: (columns: number) => intFromNumber(columns),
    }),
    effectRow('term.height() -> int', termEffects.height, {
      doc: 'The lines of the terminal; 24 when there is none.',
      args: none,
      result: (lines: number) => intFromNumber(lines),
    }),
    effectRow('term.is_tty(stream: string) -> bool', termEffects.is_tty, {
      doc: 'Whether "stdin", "stdout" or "stderr" is a terminal.',
      args: text,
    }),
    effectRow('term.clear() -> nil', termEffects.clear, {
      doc: 'Empties the screen, where stdout is one.',
      args: none,
    }),
  ];
}

export function obsRows(): readonly BuiltinRow[] {
  return [...logRows(), ...spanRows(), ...openSpanRows(), ...timerRows()];
}

function logRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'obs.log(message: any, level: string?, fields: dict?) -> nil',
      {
        doc: 'Writes a line of JSON to stdout: `{timestamp, level, message, fields}`; level "info" unless given.',
        effect: 'output',
      },
      (ctx: Ctx, message: Value, level: Value = null, fields: Value = null) => {
        const named = level === null ? 'info' : display(level);
        writeLog(ctx as RunContext, named, display(message), toData(fields));
        return null;
      },
    ),
    ...(['debug', 'info', 'warn', 'error'] as const).map((level) =>
      builtin(
        `obs.log_${level}(message: any, fields: dict?) -> nil`,
        {
          doc: `Writes a log line of level ${level} as JSON to stdout, if that level is in force.`,
          effect: 'output',
          aliases: [`log_${level}`],
        },
        (ctx: Ctx, message: Value, fields: Value = null) => {
          writeLog(ctx as RunContext, level, display(message), toData(fields));
          return null;
        },
      ),
    ),
    builtin(
      'obs.log_json(key: string, value: any) -> nil',
      {
        doc: 'Writes `{timestamp, key, value}` as a line of JSON to stdout.',
        effect: 'output',
        aliases: ['log_json'],
      },
      (ctx: Ctx, key: Value, value: Value) => {
        writeJsonLog(ctx as RunContext, display(key), toData(value));
        return null;
      },
    ),
    effectRow('obs.set_level(level: string) -> nil', logEffects.set_level, {
      doc: 'The least level that is written: "debug" (the default), "info", "warn" or "error".',
      aliases: ['log_set_level'],
      args: text,
    }),
  ];
}

function spanRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'obs.trace_start(name: any) -> dict',
      {
        doc: 'Opens a span: `{trace_id, span_id, name, start_ms}`. It is in the record of the run as well.',
        effect: 'ambient',
        aliases: ['trace_start'],
      },
      (ctx: Ctx, name: Value) => fromJson(startUserSpan(ctx as RunContext, display(name))),
    ),
    builtin(
      'obs.trace_end(span: dict) -> nil',
      {
        doc: 'Ends a span and writes a log line of level info with its duration.',
        effect: 'output',
        aliases: ['trace_end'],
      },
      (ctx: Ctx, span: Value) => {
        const id = isDict(span) ? dictGet(span, 'span_id') : undefined;
        const ended = endUserSpan(ctx as RunContext, display(id ?? null));
        if (ended === null) return null;
        const { name, duration_ms, span_id, trace_id } = ended;
        writeLog(ctx as RunContext, 'info', 'span_end', { name, duration_ms, span_id, trace_id });
        return null;
      },
    ),
    effectRow('obs.trace_id() -> string | nil', traceEffects.trace_id, {
      doc: 'The trace of the innermost span that is open; nil when none is.',
      aliases: ['trace_id'],
      args: none,
    }),
    effectRow('obs.enable_tracing(enabled: bool?) -> nil', traceEffects.enable_tracing, {
      doc: 'Collects the spans that end from here on for `trace_spans`, or no more.',
      aliases: ['enable_tracing'],
      args: ([enabled]) => [enabled === undefined || truthy(enabled)],
    }),
    effectRow('obs.trace_spans() -> list', traceEffects.trace_spans, {
      doc: 'The spans that ended while tracing was on, oldest first.',
      aliases: ['trace_spans'],
      args: none,
    }),
    effectRow('obs.trace_summary() -> string', traceEffects.trace_summary, {
      doc: 'The same as lines for people.',
      aliases: ['trace_summary'],
      args: none,
    }),
  ];
}

/** The attributes of a span: a dict, or none. */
function attributesOf(builtinName: string, value: Value): SpanAttributes {
  const attributes = toData(value) ?? {};
  if (isJsonObject(attributes)) return attributes;
  throw wrong.argument({ builtin: builtinName, detail: 'the attributes must be a dict' });
}

function openSpanRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'obs.start_span(name: any, attributes: dict?) -> dict',
      {
        doc: 'Opens a span with attributes: `{trace_id, span_id, name, start_ms}`. It is in the record of the run as well.',
        effect: 'ambient',
      },
      (ctx: Ctx, name: Value, attributes: Value = null) =>
        fromJson(
          startUserSpan(
            ctx as RunContext,
            display(name),
            attributesOf('obs.start_span', attributes),
          ),
        ),
    ),
    builtin(
      'obs.end_span(span: dict) -> dict | nil',
      {
        doc: 'Ends a span and tells it, with `duration_ms` and its attributes as `metadata`; nil when it is not open. Writes no line.',
        effect: 'ambient',
      },
      (ctx: Ctx, span: Value) => {
        const id = isDict(span) ? dictGet(span, 'span_id') : undefined;
        return fromJson(endUserSpan(ctx as RunContext, display(id ?? null)));
      },
    ),
    builtin(
      'obs.span(name: any, attributes: any?, body: any?) -> any',
      {
        doc: 'Calls the closure within a span and gives what it gave; the span fails when the closure throws. Without a closure it opens a span, as start_span does.',
        effect: 'ambient',
      },
      function* (ctx: Ctx, name: Value, ...rest: Value[]): Steps {
        const [first = null, second = null] = rest;
        const [attributes, body] = isFunction(first) ? [null, first] : [first, second];
        const facts = attributesOf('obs.span', attributes);
        if (body !== null && !isFunction(body)) {
          throw wrong.argument({ builtin: 'obs.span', detail: '`body` must be a closure' });
        }
        const run = ctx as RunContext;
        const span = startUserSpan(run, display(name), facts);
        if (body === null) return fromJson(span);
        let isDone = false;
        try {
          const value = yield* call(body, ctx, []);
          isDone = true;
          return value;
        } finally {
          endUserSpan(run, span.span_id, !isDone);
        }
      },
    ),
  ];
}

function timerRows(): readonly BuiltinRow[] {
  return [
    effectRow('runtime.timer_start(name: any?) -> dict', obsNow, {
      doc: 'Starts a timer: `{name, start_ms}`.',
      aliases: ['timer_start'],
      args: none,
      result: (now: number, [name = 'default']) => ({
        name: display(name),
        start_ms: intFromNumber(now),
      }),
    }),
    builtin(
      'runtime.timer_end(timer: dict) -> int',
      {
        doc: 'The milliseconds since the timer was started; writes them to stdout.',
        effect: 'output',
        aliases: ['timer_end'],
      },
      (ctx: Ctx, timer: Value) => {
        const start = isDict(timer) ? dictGet(timer, 'start_ms') : undefined;
        if (!isDict(timer) || start === undefined) {
          throw wrong.argument({ builtin: 'timer_end', detail: 'give what timer_start gave' });
        }
        const run = ctx as RunContext;
        const elapsed = Math.max(0, run.sync(obsNow, []) - toNumber(start));
        const name = display(dictGet(timer, 'name') ?? null);
        run.sync(stdioEffects.println, [`[timer] ${name}: ${elapsed}ms`]);
        return intFromNumber(elapsed);
      },
    ),
  ];
}
