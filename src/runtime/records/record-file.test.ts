// Run records in files: whatever was in one is still there after loading and saving, old spellings are understood, and
// what is damaged is named and left alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createMockHost, hostErrors } from '../host/index.ts';
import { actionGraphTopic } from './action-graph.ts';
import { loadRecordFile, normalizeRecord, saveRecord } from './record-file.ts';
import { redactorFor } from './redaction.ts';
import { documentJson, readDocument } from './run-document.ts';
import { fullRecord, wholeRecord } from './whole-record.fixture.ts';

const FILE = '/work/.harn-runs/r1.json';

async function reload(given: Json): Promise<JsonObject> {
  const host = createMockHost({ files: { [FILE]: JSON.stringify(given) } });
  const loaded = await loadRecordFile(host.fs, FILE);
  await saveRecord(host, loaded, { path: FILE });
  return JSON.parse(await host.fs.readText(FILE)) as JsonObject;
}

/** Fields of `given` that are gone or different in `kept`, by path. */
function lost(given: Json, kept: Json | undefined, path = ''): readonly string[] {
  if (Array.isArray(given)) {
    const items = (Array.isArray(kept) ? kept : []) as readonly Json[];
    return given.flatMap((item: Json, i) => lost(item, items[i], `${path}[${i}]`));
  }
  if (typeof given === 'object' && given !== null) {
    return Object.entries(given as JsonObject).flatMap(([name, value]) => {
      const has = typeof kept === 'object' && kept !== null && Object.hasOwn(kept, name);
      return has ? lost(value, (kept as JsonObject)[name], `${path}.${name}`) : [`${path}.${name}`];
    });
  }
  return Object.is(given, kept) ? [] : [`${path}: ${String(given)} -> ${String(kept)}`];
}

/** Every object in a value, as a path. */
function objectsIn(value: Json, path: readonly (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((item: Json, i) => objectsIn(item, [...path, i]));
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, item]) => objectsIn(item, [...path, name]));
  return [[...path], ...below];
}

function withField(
  value: Json,
  path: readonly (string | number)[],
  name: string,
  extra: Json,
): Json {
  const copy = structuredClone(value) as { [name: string]: Json };
  let at = copy;
  for (const step of path) at = at[step] as unknown as { [name: string]: Json };
  Object.defineProperty(at, name, {
    value: extra,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

const redactor = redactorFor({ names: () => [], get: () => undefined });

function isPlain(name: string, extra: Json): boolean {
  const field = JSON.stringify([[name, extra]]);
  return (
    JSON.stringify([Object.entries(redactor.redact({ [name]: extra }) as JsonObject)[0]]) === field
  );
}

describe('loading and saving', () => {
  it('gives back everything that a record held', async () => {
    const given = fullRecord();
    expect(lost(given, await reload(given))).toEqual([]);
  });

  it('keeps fields nobody knows, wherever they stand and whatever they are called', async () => {
    // The values of `effects` have a form; everything else may hold anything more.
    const paths = objectsIn(fullRecord()).filter((path) => path.join('.') !== 'effects');
    expect(paths.length).toBeGreaterThan(60);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.oneof(fc.string(), fc.constant('__proto__'), fc.constant('constructor')),
        fc.jsonValue(),
        async (path, name, extra) => {
          const known = new Set(objectsKeys(fullRecord(), path));
          fc.pre(!known.has(name) && name !== 'parent_id' && JSON.stringify(extra) !== '-0');
          // What is called like a credential is kept as something else, on purpose.
          fc.pre(isPlain(name, extra as Json));
          const given = withField(
            fullRecord(),
            path,
            name,
            JSON.parse(JSON.stringify(extra)) as Json,
          );
          expect(lost(JSON.parse(JSON.stringify(given)) as Json, await reload(given))).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('changes nothing the second time', async () => {
    const once = await reload(wholeRecord());
    expect(await reload(once)).toEqual(once);
  });

  it('fills in what an old writer left out, and keeps the times as they were spelled', async () => {
    const old = {
      _type: 'run_record',
      id: 'r1',
      started_at: 1714470000,
      stages: [{ node_id: 'a' }],
    };
    expect(await reload(old)).toMatchObject({
      id: 'r1',
      started_at: '1714470000',
      finished_at: null,
      pending_nodes: [],
      child_runs: [],
      stages: [{ node_id: 'a', status: '', attempts: [] }],
      replay_fixture: { id: 'fixture_r1', stage_assertions: [{ node_id: 'a' }] },
      observability: { schema_version: 4 },
      persisted_path: FILE,
    });
  });

  it('understands the older name of a span field', async () => {
    const spans = [{ span_id: 2, parent_id: 1, kind: 'llm_call', name: 'x' }];
    expect(
      (await reload({ workflow_id: 'w', stages: [], trace_spans: spans }))['trace_spans'],
    ).toMatchObject([{ span_id: 2, parent_span_id: 1 }]);
  });
});

describe('a damaged file', () => {
  it.each([
    ['no JSON', '{"id": ', 'HARN-REC-002'],
    ['no object', '[1]', 'HARN-REC-002'],
    ['a field of another type', '{"_type":"run_record","stages":{}}', 'HARN-REC-002'],
  ])('with %s is an error that names it', async (_what, text, code) => {
    const host = createMockHost({ files: { [FILE]: text } });
    const error = await loadRecordFile(host.fs, FILE).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, data: { path: FILE } });
    expect(await host.fs.readText(FILE)).toBe(text);
  });

  it('that is not there is an error too', async () => {
    await expect(loadRecordFile(createMockHost().fs, FILE)).rejects.toMatchObject({
      code: 'HARN-REC-001',
    });
  });

  it('or one that is somebody else’s is not saved over', async () => {
    for (const [text, code] of [
      ['half a rec', 'HARN-REC-002'],
      ['{"a": 1}', 'HARN-REC-005'],
    ] as const) {
      const host = createMockHost({ files: { [FILE]: text } });
      const run = readDocument({ id: 'r1' });
      await expect(saveRecord(host, run, { path: FILE })).rejects.toMatchObject({ code });
      expect(await host.fs.readText(FILE)).toBe(text);
    }
  });

  it('is not made by a full disk: the old record stays', async () => {
    const host = createMockHost();
    const run = readDocument({ id: 'r1', status: 'running' });
    await saveRecord(host, run, { path: FILE });
    const before = await host.fs.readText(FILE);
    host.failNext('fs', 'writeFile', hostErrors.denied({ port: 'fs', method: 'writeFile' }));
    await expect(saveRecord(host, { ...run, status: 'x' }, { path: FILE })).rejects.toMatchObject({
      code: 'HARN-REC-004',
    });
    expect(await host.fs.readText(FILE)).toBe(before);
  });
});

describe('saving', () => {
  it('goes to the run root under its id unless told otherwise', async () => {
    const host = createMockHost();
    expect((await saveRecord(host, readDocument({ id: 'r9' }))).path).toBe(
      '/work/.harn-runs/r9.json',
    );
    host.setEnv('HARN_RUN_DIR', 'kept');
    expect((await saveRecord(host, readDocument({ id: 'r9' }))).path).toBe('/work/kept/r9.json');
    host.setEnv('HARN_RUN_DIR', ' ');
    expect((await saveRecord(host, readDocument({ id: 'r9' }))).path).toBe(
      '/work/.harn-runs/r9.json',
    );
  });

  it('announces the action graph and takes questions from the log, which wins', async () => {
    const store = await openStore('memory:');
    const asked = (request_id: string, run_id: string, prompt: string) => ({
      kind: 'hitl.question_asked',
      payload: { request_id, run_id, agent: 'a', requested_at: '2026-01-02', payload: { prompt } },
    });
    await store.tx((tx) => {
      tx.append('hitl.questions', asked('q1', 'r1', 'Which one?'));
      tx.append('hitl.questions', asked('q2', 'other', 'Not ours'));
      tx.append('hitl.questions', { kind: 'hitl.question_asked', payload: { run_id: 'r1' } });
      tx.append('hitl.questions', { kind: 'something', payload: { run_id: 'r1' } });
    });
    const given = readDocument({
      id: 'r1',
      workflow_id: 'w',
      hitl_questions: [
        { request_id: 'q0', prompt: 'Before?', asked_at: '2026-01-01' },
        { request_id: 'q1', prompt: 'Stale', note: 'kept' },
      ],
    });
    const { run } = await saveRecord(createMockHost(), given, { log: store, announce: store });
    expect(run.hitl_questions).toMatchObject([
      { request_id: 'q0', prompt: 'Before?' },
      { request_id: 'q1', prompt: 'Which one?', note: 'kept' },
    ]);
    expect(await store.read(actionGraphTopic.name)).toMatchObject([
      {
        kind: 'action_graph_update',
        headers: { run_id: 'r1', workflow_id: 'w' },
        payload: { run_id: 'r1', observability: { action_graph_nodes: [{ id: 'run:r1' }] } },
      },
    ]);
    await store.close();
  });

  it('finds workers that only their stage tells of, and fills in what a known one lacks', async () => {
    const worker = { id: 'w1', name: 'scout', task: 'look', child_run_id: 'c1', execution: 'bad' };
    const given = readDocument({
      id: 'r1',
      stages: [
        { id: 's1', metadata: { worker } },
        { id: 's2', metadata: { worker: { id: 'w2' } } },
        { id: 's3', metadata: { worker: { name: 'nameless' } } },
      ],
      child_runs: [{ worker_id: 'w1', task: 'mine', status: 'failed' }],
    });
    const { run } = await saveRecord(createMockHost(), given);
    expect(run.child_runs).toMatchObject([
      { worker_id: 'w1', worker_name: 'scout', task: 'mine', status: 'failed', run_id: 'c1' },
      { worker_id: 'w2', worker_name: 'worker', status: 'completed', parent_stage_id: 's2' },
    ]);
  });

  it('reads daemon events from the sidecar, past lines that are damaged', async () => {
    const rows = [
      {
        type: 'daemon_event',
        daemon_id: 'd',
        name: 'n',
        timestamp: '1',
        payload_summary: `é  ${'x'.repeat(200)}`,
      },
      { type: 'message' },
    ];
    const sidecar = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n{"type":"daemon_ev`;
    const files = { '/work/.harn-runs/r1-llm/llm_transcript.jsonl': sidecar };
    const { run } = await saveRecord(createMockHost({ files }), readDocument({ id: 'r1' }));
    const [event, ...more] = run.observability?.daemon_events ?? [];
    expect(more).toEqual([]);
    expect(event).toMatchObject({ daemon_id: 'd', kind: 'spawned' });
    expect(event?.payload_summary).toMatch(/^é x+\.\.\.$/);
    expect(run.observability?.transcript_pointers).toMatchObject([
      { id: 'run:llm_transcript', available: true },
    ]);
  });

  it('keeps handoffs, their artifacts and the links back in step', async () => {
    const handoff = {
      id: 'h1',
      source_persona: 'triage',
      target_persona_or_human: { kind: 'human', label: 'Ada' },
      task: 'decide',
      reason: 'unsure',
    };
    const embedded = { id: 'a1', kind: 'handoff', data: { ...handoff, open_questions: ['why?'] } };
    const given = readDocument({
      id: 'r1',
      workflow_id: 'w',
      handoffs: [handoff],
      artifacts: [embedded],
    });
    const { run } = await saveRecord(createMockHost(), given, { path: FILE });
    expect(run.handoffs).toMatchObject([
      { id: 'h1', parent_run_id: 'r1', receipt_links: [{ run_id: 'r1', path: FILE, label: 'w' }] },
    ]);
    expect(run.artifacts).toMatchObject([
      { id: 'a1', title: 'Handoff to Ada', priority: 85, metadata: { handoff_id: 'h1' } },
    ]);
  });
});

describe('a record made from a few fields', () => {
  it('gets an id, a start, a status, a root and a fixture', async () => {
    const host = createMockHost();
    const run = await normalizeRecord({ workflow_id: 'w' }, { nowMs: 1e12, random: host.random });
    expect(run).toMatchObject({
      _type: 'run_record',
      started_at: '2001-09-09T01:46:40.000Z',
      status: 'running',
      root_run_id: run.id,
      replay_fixture: { source_run_id: run.id, expected_status: 'running' },
    });
    expect(run.id).toMatch(/^run_[0-9a-f-]{36}$/);
  });

  it('keeps an observability block that it is given', async () => {
    const host = createMockHost();
    const given = { id: 'r', observability: { schema_version: 1, mine: true } };
    const run = await normalizeRecord(given, { nowMs: 0, random: host.random });
    expect(documentJson(run)['observability']).toMatchObject({ schema_version: 1, mine: true });
  });
});

function objectsKeys(value: Json, path: readonly (string | number)[]): readonly string[] {
  let at: Json = value;
  for (const step of path) at = (at as { [name: string]: Json })[step] as Json;
  return Object.keys(at as JsonObject);
}
