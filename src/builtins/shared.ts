// Shared cells and maps: values with a version that several tasks of a run read and write.
import type { RunContext } from '../runtime/run/index.ts';
import {
  readShared,
  Shared,
  sharedCell,
  sharedMap,
  sharedMetrics,
  syncErrors,
  writeShared,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  display,
  equal,
  isDict,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { expectation, sharedName } from './sync-arguments.ts';
import { HarnSharedCell, HarnSharedMap } from './sync-values.ts';

function cellOf(name: string, value: Value) {
  if (value instanceof HarnSharedCell) return value.it;
  throw wrong.argument({ builtin: name, detail: 'first argument must be a shared cell' });
}

function mapOf(name: string, value: Value) {
  if (value instanceof HarnSharedMap) return value.it;
  throw wrong.argument({ builtin: name, detail: 'first argument must be a shared map' });
}

/** A plain object as the dict of a program. */
const dict = (fields: object): Dict => fields as Dict;

export function sharedRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.shared_cell(name: any, initial: any?) -> any',
      {
        doc: 'Opens a shared value by name, or by `{key, scope, initial, tenant_id}`; the scope is `task_group` if not said.',
        effect: 'ambient',
        aliases: ['shared_cell'],
      },
      (ctx: Ctx, given: Value, initial: Value = null) => {
        const { options, ...name } = sharedName('shared_cell', given, 'key');
        const first = initial ?? options['initial'] ?? null;
        return new HarnSharedCell(sharedCell<Value>(ctx as RunContext, name, first));
      },
    ),
    builtin(
      'runtime.shared_get(cell: any) -> any',
      { doc: 'Reads a shared cell.', effect: 'ambient', aliases: ['shared_get'] },
      (ctx: Ctx, cell: Value) => readShared(ctx as RunContext, cellOf('shared_get', cell)).get(),
    ),
    builtin(
      'runtime.shared_snapshot(cell: any) -> dict',
      {
        doc: 'Reads a shared cell with its version: `{value, version}`, for `shared_cas`.',
        effect: 'ambient',
        aliases: ['shared_snapshot'],
      },
      (ctx: Ctx, cell: Value) =>
        dict(readShared(ctx as RunContext, cellOf('shared_snapshot', cell)).snapshot()),
    ),
    builtin(
      'runtime.shared_set(cell: any, value: any) -> any',
      {
        doc: 'Writes a shared cell, whatever is there, and gives what was there before.',
        effect: 'ambient',
        aliases: ['shared_set'],
      },
      (ctx: Ctx, cell: Value, value: Value) =>
        writeShared(ctx as RunContext, cellOf('shared_set', cell)).set(value),
    ),
    builtin(
      'runtime.shared_cas(cell: any, expected: any, value: any) -> bool',
      {
        doc: 'Writes a shared cell if it is as expected; with a snapshot also only if nobody wrote since.',
        effect: 'ambient',
        aliases: ['shared_cas'],
      },
      (ctx: Ctx, cell: Value, expected: Value, value: Value) => {
        const change = { ...expectation(expected), value, same: equal };
        return writeShared(ctx as RunContext, cellOf('shared_cas', cell)).cas(change);
      },
    ),
    builtin(
      'runtime.shared_metrics(handle: any) -> dict',
      {
        doc: '`{read_count, write_count, cas_success_count, cas_failure_count, stale_read_count, version}`.',
        effect: 'ambient',
        aliases: ['shared_metrics'],
      },
      (ctx: Ctx, handle: Value) => {
        const it =
          handle instanceof HarnSharedCell || handle instanceof HarnSharedMap ? handle.it : null;
        if (it instanceof Shared) return dict(sharedMetrics(ctx as RunContext, it));
        const detail = 'first argument must be a shared cell or map';
        throw wrong.argument({ builtin: 'shared_metrics', detail });
      },
    ),
    ...mapRows(),
  ];
}

function mapRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'runtime.shared_map(name: any, initial: dict?) -> any',
      {
        doc: 'Opens a shared map by name, or by `{key, scope, initial, tenant_id}`; the scope is `task_group` if not said.',
        effect: 'ambient',
        aliases: ['shared_map'],
      },
      (ctx: Ctx, given: Value, initial: Value = null) => {
        const { options, ...name } = sharedName('shared_map', given, 'key');
        const first = initial ?? options['initial'] ?? null;
        if (first !== null && !isDict(first)) {
          const option = 'initial';
          throw syncErrors.badOption({ call: 'shared_map', option, expected: 'a dict' });
        }
        const entries = first === null ? [] : Object.entries(first);
        return new HarnSharedMap(sharedMap<Value>(ctx as RunContext, name, entries));
      },
    ),
    builtin(
      'runtime.shared_map_get(map: any, key: string, fallback: any?) -> any',
      {
        doc: 'What is under a key; the fallback or nil when nothing is.',
        effect: 'ambient',
        aliases: ['shared_map_get'],
      },
      (ctx: Ctx, map: Value, key: Value, fallback: Value = null) =>
        readShared(ctx as RunContext, mapOf('shared_map_get', map)).get(display(key)) ?? fallback,
    ),
    builtin(
      'runtime.shared_map_set(map: any, key: string, value: any) -> any',
      {
        doc: 'Writes under a key and gives what was there before.',
        effect: 'ambient',
        aliases: ['shared_map_set'],
      },
      (ctx: Ctx, map: Value, key: Value, value: Value) => {
        const shared = writeShared(ctx as RunContext, mapOf('shared_map_set', map));
        return shared.set(display(key), value) ?? null;
      },
    ),
    builtin(
      'runtime.shared_map_delete(map: any, key: string) -> any',
      {
        doc: 'Takes a key out and gives what was there.',
        effect: 'ambient',
        aliases: ['shared_map_delete'],
      },
      (ctx: Ctx, map: Value, key: Value) => {
        const shared = writeShared(ctx as RunContext, mapOf('shared_map_delete', map));
        return shared.delete(display(key)) ?? null;
      },
    ),
    builtin(
      'runtime.shared_map_entries(map: any) -> dict',
      { doc: 'All that is in it, as a dict.', effect: 'ambient', aliases: ['shared_map_entries'] },
      (ctx: Ctx, map: Value) =>
        dictFrom(readShared(ctx as RunContext, mapOf('shared_map_entries', map)).entries()),
    ),
    builtin(
      'runtime.shared_map_snapshot(map: any, key: string) -> dict',
      {
        doc: 'What is under a key, with the version of the map: `{value, version}`.',
        effect: 'ambient',
        aliases: ['shared_map_snapshot'],
      },
      (ctx: Ctx, map: Value, key: Value) => {
        const shared = readShared(ctx as RunContext, mapOf('shared_map_snapshot', map));
        const { value, version } = shared.snapshot(display(key));
        return { value: value ?? null, version };
      },
    ),
    builtin(
      'runtime.shared_map_cas(map: any, key: string, expected: any, value: any) -> bool',
      {
        doc: 'Writes under a key if it is as expected; with a snapshot also only if nobody wrote to the map since.',
        effect: 'ambient',
        aliases: ['shared_map_cas'],
      },
      (ctx: Ctx, map: Value, key: Value, expected: Value, value: Value) => {
        const same = (a: Value | undefined, b: Value | undefined) => equal(a ?? null, b ?? null);
        const shared = writeShared(ctx as RunContext, mapOf('shared_map_cas', map));
        return shared.cas(display(key), { ...expectation(expected), value, same });
      },
    ),
  ];
}
