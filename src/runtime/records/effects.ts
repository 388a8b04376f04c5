// Run records as effects of a program: methods of `harness.fs`, because files are what they touch.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { HostFs } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { recErrors } from './errors.ts';
import { readPack, runPack } from './eval-pack.ts';
import {
  type EvalSources,
  evalSuiteShape,
  evaluateCase,
  fixtureIn,
  runSuite,
  suiteReport,
} from './eval-suite.ts';
import {
  loadRecordFile,
  normalizeRecord,
  parseJson,
  readRecordText,
  saveRecord,
} from './record-file.ts';
import { documentJson, type RunDocument, readDocument } from './run-document.ts';
import { isFixture } from './run-fixture.ts';
import { loadRunTree, type RunTree } from './run-tree.ts';
import { redactorKey } from './saver.ts';

const reading = { class: 'read', access: 'read' } as const;

const onPath = (scope: ExecutionScope, [path]: readonly [string]): readonly [string] => [
  scope.path(path),
];

/** Relative paths of a manifest are relative to the folder. */
const inFolder = (
  scope: ExecutionScope,
  [manifest, folder]: readonly [Json, (string | null)?],
): readonly [Json, string] => [manifest, scope.path(folder ?? '.')];

export const recordEffects = {
  /** A complete run record from the fields given. */
  run_record: defineEffect({ name: 'fs.run_record', ...reading }, async (env, fields: Json) =>
    documentJson(await completed(fields ?? {}, env)),
  ),
  /** Saves a record: `{path, run}`. */
  run_record_save: defineEffect(
    {
      name: 'fs.run_record_save',
      class: 'mutation',
      access: 'write',
      onUnknown: 'retry',
      // Without a path it goes where records of the whole run go.
      scoped: (scope, [run, path]: readonly [Json, (string | null)?]) =>
        path == null ? [run] : [run, scope.path(path)],
    },
    async (env, run: Json, path: string | null = null) => {
      const saved = await saveRecord(env.host, await completed(run, env), {
        path: path ?? undefined,
        redactor: await env.get(redactorKey)(),
      });
      return { path: saved.path, run: documentJson(saved.run) };
    },
  ),
  /** Loads a record of any version. */
  run_record_load: defineEffect(
    { name: 'fs.run_record_load', ...reading, scoped: onPath },
    async (env, path: string) => documentJson(await loadRecordFile(env.host.fs, path)),
  ),
  /** The record and those of the runs it started, as `{worker, run, children}`. */
  load_run_tree: defineEffect(
    { name: 'fs.load_run_tree', ...reading, scoped: onPath },
    async (env, path: string) => treeJson(await loadRunTree(env.host.fs, path)),
  ),
  /** Evaluates a list of `{run, fixture?, path?}`, or of plain records. */
  run_record_eval_suite: defineEffect(
    { name: 'fs.run_record_eval_suite', ...reading },
    async (env, cases: readonly Json[]) => {
      const reports = [];
      for (const each of cases) reports.push(evaluateCase(await caseOf(env.host.fs, each)));
      return suiteReport(reports) as unknown as Json;
    },
  ),
  /** Runs a suite manifest; paths are relative to `folder`. */
  eval_suite_run: defineEffect(
    { name: 'fs.eval_suite_run', ...reading, scoped: inFolder },
    async (env, manifest: Json, folder: string | null = null) => {
      const suite = evalSuiteShape(manifest, '');
      const from = folder ?? env.host.system.cwd();
      return (await runSuite(suite, sourcesOf(env.host.fs), from)) as unknown as Json;
    },
  ),
  /** Runs a pack manifest; paths are relative to `folder`. */
  eval_pack_run: defineEffect(
    { name: 'fs.eval_pack_run', ...reading, scoped: inFolder },
    async (env, manifest: Json, folder: string | null = null) => {
      const from = folder ?? env.host.system.cwd();
      const report = await runPack(readPack(manifest), sourcesOf(env.host.fs), { folder: from });
      return report as unknown as Json;
    },
  ),
};

/** Sources that read records; what must be executed needs `harn eval`. */
function sourcesOf(fs: HostFs): EvalSources {
  const json = async (path: string) => parseJson(await readRecordText(fs, path), path);
  return {
    json,
    run: async (path) => {
      if (isFixture(await json(path))) {
        throw recErrors.needsExecution({ path });
      }
      return { run: await loadRecordFile(fs, path) };
    },
  };
}

function completed(run: Json, env: EffectEnv): Promise<RunDocument> {
  return normalizeRecord(run, { nowMs: env.clock.nowMs(), random: env.host.random });
}

async function caseOf(fs: HostFs, given: Json) {
  const { run, fixture, path } = (isJsonObject(given) ? given : {}) as { [name: string]: Json };
  if (run === undefined && typeof path !== 'string') return { run: readDocument(given) };
  const sourcePath = typeof path === 'string' ? path : null;
  return {
    run: run === undefined ? await loadRecordFile(fs, String(path)) : readDocument(run),
    ...(fixture === undefined || fixture === null ? {} : { fixture: fixtureIn(fixture) }),
    sourcePath,
  };
}

function treeJson({ worker, run, children }: RunTree): Json {
  return {
    worker: worker as unknown as Json,
    run: run === null ? null : documentJson(run),
    children: children.map(treeJson),
  };
}
