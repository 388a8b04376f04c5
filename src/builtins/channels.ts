// Channels, `select`, mailboxes and races: how tasks talk to each other.
import type { RunContext } from '../runtime/run/index.ts';
import {
  channelIsClosed,
  closeChannel,
  closeMailbox,
  lookupMailbox,
  mailboxMetrics,
  mailboxReceive,
  mailboxSend,
  mailboxTryReceive,
  makeChannel,
  openMailbox,
  parallelRace,
  receive,
  select,
  send,
  tryReceive,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  type Dict,
  display,
  type HarnFunction,
  isDict,
  isErr,
  isFunction,
  isInt,
  isList,
  isOk,
  type List,
  payload,
  type Steps,
  typeOf,
  uncaughtText,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { valueHandler } from './handler.ts';
import { intOf, limitOf, sharedName } from './sync-arguments.ts';
import { HarnChannel, HarnMailbox } from './sync-values.ts';

function channelOf(builtin: string, value: Value | undefined, which = 'first argument') {
  if (value instanceof HarnChannel) return value.channel;
  throw wrong.argument({ builtin, detail: `${which} must be a channel` });
}

function channelsOf(name: string, values: List) {
  return values.map((value) => channelOf(name, value, 'every argument'));
}

export function channelRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.channel(name: any?, capacity: int?) -> any',
      {
        doc: 'Makes a channel with a buffer, of 256 values if not said; with 0 a sender waits until its value is taken.',
        effect: 'ambient',
        aliases: ['channel'],
      },
      (ctx: Ctx, name: Value = null, capacity: Value = null) => {
        // A number alone says how much fits.
        const [label, size] = isInt(name) && capacity === null ? [null, name] : [name, capacity];
        const places = intOf('channel', 'the capacity', size, undefined);
        const text = label === null ? undefined : display(label);
        return new HarnChannel(makeChannel(ctx as RunContext, text, places));
      },
    ),
    builtin(
      'runtime.send(ch: any, value: any) -> bool',
      {
        doc: 'Sends a value, waiting for room. False when the channel is closed.',
        effect: 'wait',
        aliases: ['send'],
      },
      function* (ctx: Ctx, ch: Value, value: Value = null): Steps {
        return yield* send(ctx as RunContext, channelOf('send', ch), value);
      },
    ),
    builtin(
      'runtime.receive(ch: any) -> any',
      {
        doc: 'Takes the next value, waiting for one. Nil when the channel is closed and empty.',
        effect: 'wait',
        aliases: ['receive'],
      },
      function* (ctx: Ctx, ch: Value): Steps {
        const taken = yield* receive(ctx as RunContext, channelOf('receive', ch));
        return (taken?.value ?? null) as Value;
      },
    ),
    builtin(
      'runtime.try_receive(ch: any) -> any',
      {
        doc: 'Takes the next value if there is one now; nil if not.',
        effect: 'ambient',
        aliases: ['try_receive'],
      },
      (ctx: Ctx, ch: Value) =>
        (tryReceive(ctx as RunContext, channelOf('try_receive', ch))?.value ?? null) as Value,
    ),
    builtin(
      'runtime.close_channel(ch: any) -> nil',
      {
        doc: 'Closes a channel: nothing more is accepted, what is in it can still be taken.',
        effect: 'ambient',
        aliases: ['close_channel'],
      },
      (ctx: Ctx, ch: Value) => {
        closeChannel(ctx as RunContext, channelOf('close_channel', ch));
        return null;
      },
    ),
    builtin(
      'runtime.channel_is_closed(ch: any) -> bool',
      {
        doc: 'Whether a channel was closed; values may still be in it.',
        effect: 'ambient',
        aliases: ['channel_is_closed'],
      },
      (ctx: Ctx, ch: Value) =>
        channelIsClosed(ctx as RunContext, channelOf('channel_is_closed', ch)),
    ),
    ...selectRows(),
    ...mailboxRows(),
    raceRow(),
  ];
}

function* selected(ctx: Ctx, name: string, channels: List, limit?: number): Steps {
  const taken = yield* select(ctx as RunContext, channelsOf(name, channels), limit);
  if (taken === undefined) return null;
  return { channel: taken.channel.name, index: taken.index, value: taken.value as Value };
}

/** What `select { }` without a ready channel gives. */
const NOT_READY: Dict = { index: -1, value: null };

function selectRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@select(channels: list, mode: string, timeout: any) -> any',
      { doc: 'Waits for the first of some channels.', effect: 'wait' },
      function* (ctx: Ctx, channels: Value, mode: Value, timeout: Value): Steps {
        const limit =
          mode === 'default' ? 0 : mode === 'wait' ? undefined : limitOf('select', timeout);
        return (yield* selected(ctx, 'select', channels as List, limit)) ?? NOT_READY;
      },
    ),
    builtin(
      'runtime.select(...channels: any) -> any',
      {
        doc: 'Takes a value from the first channel that has one: `{index, value, channel}`; nil when all are closed.',
        effect: 'wait',
        aliases: ['select'],
      },
      function* (ctx: Ctx, ...channels: Value[]): Steps {
        return yield* selected(ctx, 'select', channels);
      },
    ),
    builtin(
      'runtime.channel_select(channels: list, timeout: any?) -> any',
      {
        doc: 'As `select`, for a list of channels; nil when the time is up or all are closed. 0 does not wait.',
        effect: 'wait',
        aliases: ['channel_select'],
      },
      function* (ctx: Ctx, channels: Value, timeout: Value = null): Steps {
        if (!isList(channels)) {
          const detail = `the first argument must be a list of channels, got ${typeOf(channels)}`;
          throw wrong.argument({ builtin: 'channel_select', detail });
        }
        const limit = limitOf('channel_select', timeout);
        return yield* selected(ctx, 'channel_select', channels, limit);
      },
    ),
  ];
}

function find(ctx: Ctx, builtinName: string, target: Value) {
  if (target instanceof HarnMailbox) return target.it;
  const { key, scope, tenantId } = sharedName(builtinName, target, 'name');
  return lookupMailbox(ctx as RunContext, { name: key, scope, tenantId });
}

function boxOf(ctx: Ctx, builtinName: string, target: Value) {
  const box = find(ctx, builtinName, target);
  if (box !== undefined) return box;
  const detail = `there is no mailbox ${display(target)}`;
  throw wrong.argument({ builtin: builtinName, detail });
}

function mailboxRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.mailbox_open(name: any, capacity: int?) -> any',
      {
        doc: 'Opens an inbox by name, or by `{name, scope, capacity, tenant_id}`; the scope is `task_group` if not said.',
        effect: 'ambient',
        aliases: ['mailbox_open'],
      },
      (ctx: Ctx, given: Value, capacity: Value = null) => {
        const { key, scope, tenantId, options } = sharedName('mailbox_open', given, 'name');
        const size = capacity ?? options['capacity'];
        const places = intOf('mailbox_open', 'the capacity', size, undefined);
        const name = { name: key, scope, tenantId };
        return new HarnMailbox(openMailbox(ctx as RunContext, name, places));
      },
    ),
    builtin(
      'runtime.mailbox_lookup(target: any) -> any',
      {
        doc: 'A mailbox by name; nil when there is none.',
        effect: 'ambient',
        aliases: ['mailbox_lookup'],
      },
      (ctx: Ctx, target: Value) => {
        if (target instanceof HarnMailbox) return target;
        const box = find(ctx, 'mailbox_lookup', target);
        return box === undefined ? null : new HarnMailbox(box);
      },
    ),
    builtin(
      'runtime.mailbox_send(target: any, value: any) -> bool',
      {
        doc: 'Sends a message, waiting for room. False when there is no such mailbox or it is closed.',
        effect: 'wait',
        aliases: ['mailbox_send'],
      },
      function* (ctx: Ctx, target: Value, value: Value = null): Steps {
        return yield* mailboxSend(ctx as RunContext, find(ctx, 'mailbox_send', target), value);
      },
    ),
    builtin(
      'runtime.mailbox_receive(target: any) -> any',
      {
        doc: 'Takes the next message, waiting for one. Nil when the mailbox is closed and empty.',
        effect: 'wait',
        aliases: ['mailbox_receive'],
      },
      function* (ctx: Ctx, target: Value): Steps {
        const box = boxOf(ctx, 'mailbox_receive', target);
        return ((yield* mailboxReceive(ctx as RunContext, box))?.value ?? null) as Value;
      },
    ),
    builtin(
      'runtime.mailbox_try_receive(target: any) -> any',
      {
        doc: 'Takes the next message if there is one now; nil if not.',
        effect: 'ambient',
        aliases: ['mailbox_try_receive'],
      },
      (ctx: Ctx, target: Value) => {
        const box = boxOf(ctx, 'mailbox_try_receive', target);
        return (mailboxTryReceive(ctx as RunContext, box)?.value ?? null) as Value;
      },
    ),
    builtin(
      'runtime.mailbox_close(target: any) -> nil',
      {
        doc: 'Closes a mailbox: nothing more is accepted, what is in it can still be taken.',
        effect: 'ambient',
        aliases: ['mailbox_close'],
      },
      (ctx: Ctx, target: Value) => {
        closeMailbox(ctx as RunContext, boxOf(ctx, 'mailbox_close', target));
        return null;
      },
    ),
    builtin(
      'runtime.mailbox_metrics(target: any) -> dict',
      {
        doc: '`{depth, capacity, sent_count, received_count, failed_send_count, closed}`.',
        effect: 'ambient',
        aliases: ['mailbox_metrics'],
      },
      (ctx: Ctx, target: Value) => ({
        ...mailboxMetrics(ctx as RunContext, boxOf(ctx, 'mailbox_metrics', target)),
      }),
    ),
  ];
}

function raceRow(): BuiltinRow {
  return builtin(
    'runtime.parallel_race(items: list, callable: any, options: dict?) -> any',
    {
      doc: 'Calls a function for every item at once and gives the first success; the others are cancelled.',
      effect: 'wait',
      aliases: ['parallel_race'],
    },
    function* (ctx: Ctx, items: Value, callable: Value, options: Value = null): Steps {
      if (!isList(items) || !isFunction(callable)) {
        const detail = 'a list and a function are needed';
        throw wrong.argument({ builtin: 'parallel_race', detail });
      }
      const limit = isDict(options) ? options['max_concurrent'] : undefined;
      const won = (yield* parallelRace(
        ctx as RunContext,
        items,
        valueHandler(callable as HarnFunction),
        {
          maxConcurrent: intOf('parallel_race', 'max_concurrent', limit, undefined),
          failureOf: (value) => {
            const given = value as Value;
            return isErr(given) ? display(payload(given)) : undefined;
          },
          errorText: uncaughtText,
        },
      )) as Value;
      return isOk(won) ? payload(won) : won;
    },
  );
}
