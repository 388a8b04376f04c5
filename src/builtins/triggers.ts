// Events of the inbox, as `harness.triggers`: published once, whatever happens to the run, for whoever waits for them.
import type { JsonObject } from '../base/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type PublishOptions,
  publishFromRun,
  requestCancelFromRun,
} from '../runtime/trigger/index.ts';
import {
  type Ctx,
  type Dict,
  dictGet,
  dictKeys,
  display,
  fromJson,
  isDict,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toKept } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { intOf, limitOf } from './sync-arguments.ts';

const PUBLISH = 'triggers.publish';
const CANCEL = 'triggers.request_cancel';

export function triggerRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'triggers.publish(event: dict, options: dict?) -> dict',
      {
        doc: 'Puts an event `{kind, provider?, id?, provider_payload?, ...}` into the inbox, once: `{trigger_id, binding_version, dedupe_for_ms}`; gives `{status, event_id, binding_key}`.',
        effect: 'mutation',
      },
      function* (ctx: Ctx, event: Value, options: Value = null): Steps {
        if (!isDict(event)) throw bad(`the event must be a dict, got ${typeOf(event)}`);
        const given = optionsOf(options);
        return fromJson(
          yield* publishFromRun(ctx as RunContext, toKept(event) as JsonObject, given),
        );
      },
    ),
    builtin(
      'triggers.request_cancel(event_id: string, binding_key: string?) -> nil',
      {
        doc: 'Asks that the dispatch of an event be stopped, or never begun; of one binding or of all.',
        effect: 'mutation',
      },
      function* (ctx: Ctx, event: Value, binding: Value = null): Steps {
        const id = textOf(CANCEL, 'event_id', event);
        const key = textOf(CANCEL, 'binding_key', binding);
        if (id === undefined) {
          throw wrong.argument({ builtin: CANCEL, detail: 'an event_id is needed' });
        }
        yield* requestCancelFromRun(ctx as RunContext, id, key ?? null);
        return null;
      },
    ),
  ];
}

function bad(detail: string) {
  return wrong.argument({ builtin: PUBLISH, detail });
}

const OPTIONS: readonly string[] = ['trigger_id', 'binding_version', 'dedupe_for_ms'];

/** A name that is not known is refused: a misspelt one would publish to everybody. */
function optionsOf(given: Value): PublishOptions {
  if (given === null) return {};
  if (!isDict(given)) throw bad(`options must be a dict, got ${typeOf(given)}`);
  const options = given as Dict;
  const stranger = dictKeys(options).find((name) => !OPTIONS.includes(name));
  if (stranger !== undefined) {
    throw bad(`unknown option "${stranger}"; expected ${OPTIONS.join(', ')}`);
  }
  const trigger_id = textOf(PUBLISH, 'trigger_id', dictGet(options, 'trigger_id'));
  const version = dictGet(options, 'binding_version');
  const binding_version = intOf(PUBLISH, 'binding_version', version, undefined);
  const dedupe_for_ms = limitOf(PUBLISH, dictGet(options, 'dedupe_for_ms'));
  return {
    ...(trigger_id === undefined ? {} : { trigger_id }),
    ...(binding_version === undefined ? {} : { binding_version }),
    ...(dedupe_for_ms === undefined ? {} : { dedupe_for_ms }),
  };
}

/** A text, or undefined for nil and nothing. */
function textOf(builtin: string, name: string, value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return display(value);
  const detail = `${name} must be a text, got ${value === '' ? 'an empty one' : typeOf(value)}`;
  throw wrong.argument({ builtin, detail });
}
