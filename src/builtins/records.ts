// Run records, as `harness.fs` and the older globals: saving, loading, trees, differences, evaluation.
import type { Json, JsonObject } from '../base/index.ts';
import {
  diffRuns,
  evalSuiteShape,
  evaluateRun,
  fixtureIn,
  readDocument,
  readPack,
  recordEffects,
  replayFixtureOf,
} from '../runtime/records/index.ts';
import { type Ctx, display, fromJson, type List, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';

const path = ([first]: List) => [display(first ?? null)];

export function recordRows(): readonly BuiltinRow[] {
  return [...fileRows(), ...pureRows()];
}

function fileRows(): readonly BuiltinRow[] {
  return [
    effectRow('fs.run_record(fields: dict?) -> dict', recordEffects.run_record, {
      doc: 'A complete run record from the fields given; what is missing gets its default.',
      aliases: ['run_record'],
      args: ([fields]) => [toData(fields) ?? {}],
    }),
    effectRow(
      'fs.run_record_save(run: dict, path: string?) -> dict',
      recordEffects.run_record_save,
      {
        doc: 'Saves a run record, all of it or nothing, and answers `{path, run}`.',
        aliases: ['run_record_save'],
      },
    ),
    effectRow('fs.run_record_load(path: string) -> dict', recordEffects.run_record_load, {
      doc: 'Loads a run record of any version.',
      aliases: ['run_record_load'],
      args: path,
    }),
    effectRow('fs.load_run_tree(path: string) -> dict', recordEffects.load_run_tree, {
      doc: 'A run record with those of the runs it started: `{worker, run, children}`.',
      aliases: ['load_run_tree'],
      args: path,
    }),
    effectRow(
      'fs.run_record_eval_suite(cases: list) -> dict',
      recordEffects.run_record_eval_suite,
      {
        doc: 'Evaluates records, or cases `{run, fixture?, path?}`.',
        aliases: ['run_record_eval_suite'],
      },
    ),
    effectRow(
      'fs.eval_suite_run(manifest: dict, folder: string?) -> dict',
      recordEffects.eval_suite_run,
      {
        doc: 'Runs a suite of saved runs; its paths are relative to `folder`.',
        aliases: ['eval_suite_run'],
      },
    ),
    effectRow(
      'fs.eval_pack_run(manifest: dict, folder: string?) -> dict',
      recordEffects.eval_pack_run,
      {
        doc: 'Runs a pack of saved runs with its rubrics and thresholds.',
        aliases: ['eval_pack_run'],
      },
    ),
  ];
}

function pureRows(): readonly BuiltinRow[] {
  return [
    pure(
      'run_record_fixture(run: dict) -> dict',
      'What this run is expected to look like: a replay fixture.',
      (run) => replayFixtureOf(readDocument(run)),
    ),
    pure(
      'run_record_eval(run: dict, fixture: dict?) -> dict',
      'Compares a run with a fixture, by default its own: `{pass, failures, stage_count}`.',
      (run, fixture) => {
        const document = readDocument(run);
        const own = document.replay_fixture ?? replayFixtureOf(document);
        return evaluateRun(document, fixture === null ? own : fixtureIn(fixture));
      },
    ),
    pure(
      'run_record_diff(left: dict, right: dict) -> dict',
      'Everything that is different between two runs; `identical` when nothing is.',
      (left, right) => diffRuns(readDocument(left), readDocument(right)),
    ),
    pure(
      'eval_suite_manifest(fields: dict) -> dict',
      'A suite manifest with its defaults filled in.',
      (fields) => evalSuiteShape(fields, ''),
    ),
    pure(
      'eval_pack_manifest(fields: dict) -> dict',
      'A pack manifest with its defaults filled in.',
      (fields) => readPack(fields),
    ),
    builtin(
      '@eval_pack(name: string, id: string, fields: dict) -> dict',
      { doc: 'The manifest of an eval_pack declaration.' },
      (_ctx: Ctx, _name: Value, id: Value, fields: Value) =>
        fromJson(
          readPack({ version: 1, id: toData(id), ...(toData(fields) as JsonObject) }) as Json,
        ),
    ),
  ];
}

/** A row over a function of JSON data. */
function pure(
  signature: string,
  doc: string,
  fn: (first: Json, second: Json) => object,
): BuiltinRow {
  return builtin(signature, { doc }, (_ctx: Ctx, ...args: Value[]) =>
    fromJson(fn(toData(args[0]), toData(args[1])) as Json),
  );
}
