// Event logs of programs: `event_log.emit`, `event_log.subscribe`, `event_log.latest`; the same below `harness.event_log`.
import type { Json, JsonObject } from '../base/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import { eventLogEffects, type LogEvent } from '../runtime/trigger/index.ts';
import {
  type Ctx,
  type Dict,
  dictGet,
  dictKeys,
  display,
  fromJson,
  HarnObject,
  isDict,
  isInt,
  KIND,
  type List,
  METHODS,
  type Method,
  type MethodTable,
  type Pulled,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toData, toKept } from './data.ts';
import { type BuiltinRow, builtin, constant } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { streamOfPulls } from './stream-operators.ts';

const NAME = 'event_log';

/** A leading handle is whose authority counts. */
function withHandle(ctx: Ctx, args: List): [RunContext, List] {
  const run = ctx as RunContext;
  const [first, ...rest] = args;
  return first instanceof HarnHandle ? [run.through(first.authority), rest] : [run, args];
}

function* emit(ctx: Ctx, ...given: Value[]): Steps {
  const [run, [topic, kind, payload = null, headers = null]] = withHandle(ctx, given);
  const facts = headers === null ? {} : (toData(headers) as JsonObject);
  const id = yield* run.perform(eventLogEffects.emit, [
    text('topic', topic),
    text('kind', kind),
    toKept(payload),
    facts,
  ]);
  return fromJson(id as Json);
}

function* latest(ctx: Ctx, ...given: Value[]): Steps {
  const [run, [topic]] = withHandle(ctx, given);
  return fromJson(yield* run.perform(eventLogEffects.latest, [text('topic', topic)]));
}

function* subscribe(ctx: Ctx, ...given: Value[]): Steps {
  yield* [];
  const [run, [options = null]] = withHandle(ctx, given);
  const { topic, from } = optionsOf(options);
  let cursor = from;
  let waiting: readonly LogEvent[] = [];
  return streamOfPulls(function* (puller: Ctx): Steps<Pulled> {
    if (waiting.length === 0) {
      const at = (puller as RunContext).through(run.authority);
      waiting = yield* at.perform(eventLogEffects.next, [topic, cursor]) as Suspending<
        readonly LogEvent[]
      >;
    }
    const [event, ...rest] = waiting as readonly [LogEvent, ...LogEvent[]];
    waiting = rest;
    cursor = event.cursor;
    return fromJson(event);
  });
}

function optionsOf(given: Value): { readonly topic: string; readonly from: number } {
  if (!isDict(given))
    throw bad(`subscribe takes a dict {topic, from_cursor?}, got ${typeOf(given)}`);
  const options = given as Dict;
  const stranger = dictKeys(options).find((key) => !['topic', 'from_cursor'].includes(key));
  if (stranger !== undefined) throw bad(`subscribe has no option "${stranger}"`);
  const from = dictGet(options, 'from_cursor') ?? null;
  if (from !== null && !isInt(from)) throw bad(`from_cursor must be an int, got ${typeOf(from)}`);
  return {
    topic: text('topic', dictGet(options, 'topic')),
    from: from === null ? 0 : Number(from),
  };
}

function text(name: string, value: Value | undefined): string {
  if (typeof value === 'string' && value !== '') return display(value);
  throw bad(`${name} must be a text, got ${value === '' ? 'an empty one' : typeOf(value ?? null)}`);
}

function bad(detail: string) {
  return wrong.argument({ builtin: NAME, detail });
}

/** A row's function as a method of the global. */
function method(fn: (ctx: Ctx, ...args: Value[]) => Steps): Method {
  return function* (ctx: Ctx, _self: Value, args: List): Steps {
    return yield* fn(ctx, ...args);
  };
}

const CALLS: MethodTable = new Map<string, Method>([
  ['emit', method(emit)],
  ['subscribe', method(subscribe)],
  ['latest', method(latest)],
]);

/** The value named `event_log`. */
class HarnEventLog extends HarnObject {
  get [KIND](): string {
    return NAME;
  }

  override get [METHODS](): MethodTable {
    return CALLS;
  }
}

export function eventLogRows(): readonly BuiltinRow[] {
  return [
    constant(
      'event_log: any',
      {
        doc: 'Named lists of events that any run adds to and follows: `event_log.emit(topic, kind, payload, headers?)`, `event_log.subscribe({topic, from_cursor})`, `event_log.latest(topic)`.',
        effect: 'wait',
      },
      new HarnEventLog(),
    ),
    builtin(
      'event_log.emit(topic: string, kind: string, payload: any?, headers: dict?) -> int',
      {
        doc: 'Adds an event to a topic, once, whatever happens to the run; gives its id.',
        effect: 'mutation',
        aliases: ['event_log_emit'],
      },
      emit,
    ),
    builtin(
      'event_log.latest(topic: string) -> int',
      { doc: 'The cursor of the last event of a topic; 0 when it has none.', effect: 'read' },
      latest,
    ),
    builtin(
      'event_log.subscribe(options: dict) -> any',
      {
        doc: 'The events of `{topic, from_cursor?}` as a stream of `{id, cursor, topic, kind, payload, headers, occurred_at_ms}`; it waits for those to come.',
        effect: 'wait',
      },
      subscribe,
    ),
  ];
}
