// What a program notes about its own work: metrics of the run, friction reports, and the context packs that come of them.
import type { Json, JsonObject } from '../base/index.ts';
import {
  contextPackSuggestions,
  frictionEffects,
  frictionEvalFixture,
  frictionEvent,
  metricEffects,
  noteMetric,
  readContextPack,
  recErrors,
  recordFriction,
} from '../runtime/records/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import { FormatError, parseExactToml } from '../text/index.ts';
import { type Ctx, display, fromJson, type Steps, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { fromExact } from './exact-data.ts';

export function frictionRows(): readonly BuiltinRow[] {
  return [...metricRows(), ...reportRows(), ...packRows()];
}

function metricRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'obs.eval_metric(name: string, value: any, metadata: dict?) -> nil',
      {
        doc: 'Notes a named value of this run; it stands in the record under `metrics`.',
        effect: 'ambient',
        aliases: ['eval_metric'],
      },
      (ctx: Ctx, name: Value, value: Value, metadata: Value) => {
        const facts = toData(metadata) as JsonObject | null;
        noteMetric(ctx as RunContext, display(name), toData(value), facts);
        return null;
      },
    ),
    effectRow('obs.eval_metrics() -> list', metricEffects.eval_metrics, {
      doc: 'The metrics of this run so far, as `{name, value, metadata?}`.',
      aliases: ['eval_metrics'],
      args: () => [],
    }),
  ];
}

function reportRows(): readonly BuiltinRow[] {
  return [
    pure(
      'friction_event(payload: dict) -> dict',
      'A friction event in its full form, without what looks like a secret.',
      (payload) => frictionEvent(payload),
    ),
    builtin(
      'obs.friction_record(payload: dict, options: dict?) -> dict',
      {
        doc: 'Reports what got in the way: `{recorded, sink, log_path, event}`. Options: `enabled`, `log_path`; `$HARN_FRICTION_LOG` names a log too.',
        effect: 'mutation',
        aliases: ['friction_record'],
      },
      function* (ctx: Ctx, ...[payload, options]: Value[]): Steps {
        const receipt = yield* recordFriction(ctx as RunContext, toData(payload), toData(options));
        return fromJson(receipt as unknown as Json);
      },
    ),
    effectRow('obs.friction_events() -> list', frictionEffects.friction_events, {
      doc: 'The friction that this run has reported so far.',
      aliases: ['friction_events'],
      args: () => [],
    }),
    effectRow('obs.friction_clear() -> nil', frictionEffects.friction_clear, {
      doc: 'Forgets the friction that this run has reported; lines in files stay.',
      aliases: ['friction_clear'],
      args: () => [],
    }),
  ];
}

function packRows(): readonly BuiltinRow[] {
  return [
    pure(
      'context_pack_manifest(payload: dict) -> dict',
      'A context pack manifest with its defaults filled in.',
      (payload) => readContextPack(payload),
    ),
    builtin(
      'context_pack_manifest_parse(source: string) -> dict',
      { doc: 'Reads a context pack manifest from a text of TOML or JSON.' },
      (_ctx: Ctx, source: Value) =>
        fromJson(readContextPack(manifestIn(display(source))) as unknown as Json),
    ),
    builtin(
      'obs.context_pack_suggestions(events: any?, options: dict?) -> list',
      {
        doc: 'Context packs and workflows that repeated friction suggests; without events, that of this run.',
        effect: 'ambient',
        aliases: ['context_pack_suggestions'],
      },
      (ctx: Ctx, events: Value, options: Value) => {
        const given =
          (events ?? null) === null
            ? ((ctx as RunContext).sync(frictionEffects.friction_events, []) as unknown as Json)
            : toData(events);
        return fromJson(contextPackSuggestions(given, toData(options)) as unknown as Json);
      },
    ),
    pure(
      'friction_eval_fixture(fixture: dict) -> dict',
      'Holds `{events, options?, expected_suggestions?}` against what it suggests: `{pass, failures, suggestion_count, ...}`.',
      (fixture) => frictionEvalFixture(fixture),
    ),
  ];
}

function pure(signature: string, doc: string, fn: (given: Json) => object): BuiltinRow {
  return builtin(signature, { doc }, (_ctx: Ctx, given: Value) =>
    fromJson(fn(toData(given)) as Json),
  );
}

/** JSON begins with a brace; a TOML document never does. */
function manifestIn(source: string): Json {
  try {
    if (source.trimStart().startsWith('{')) return JSON.parse(source) as Json;
    return toData(fromExact(parseExactToml(source)));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof FormatError)) throw error;
    throw recErrors.badContextPack({ reason: error.message.split('\n', 1)[0] ?? '' });
  }
}
