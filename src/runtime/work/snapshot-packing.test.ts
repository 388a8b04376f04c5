import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import {
  blobsOf,
  type Packed,
  packChanges,
  packSnapshot,
  unpackSnapshot,
} from './snapshot-packing.ts';
import { listWorkers, showWorker } from './worker-record.ts';

const ID = 'worker_01a1f960-fa9f-77a8-ba6f-94a8945fae66';

function blobsIn(packed: readonly Packed[]): ReadonlyMap<string, Json> {
  const texts = packed.flatMap(({ blobs }) => blobs);
  return new Map(texts.map((text) => [sha256(text), JSON.parse(text) as Json]));
}

const asStored = (value: JsonObject) => JSON.parse(JSON.stringify(value)) as JsonObject;

/** Any JSON in place of a part, so that nothing leans on a shape that is not there. */
const anything = fc.jsonValue() as fc.Arbitrary<Json>;
const name = fc.constantFrom('=', '-', '#', 'a', 'session_id');
const odd = fc.dictionary(name, anything) as fc.Arbitrary<Json>;
const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.string() });
const transcript = fc.record(
  {
    _type: fc.constant('transcript'),
    version: fc.constant(2),
    id: fc.string(),
    messages: fc.array(message, { maxLength: 3 }),
    events: anything,
  },
  { requiredKeys: ['messages'] },
) as fc.Arbitrary<Json>;
const part = fc.oneof(anything, odd, fc.constant(null));
const snapshot = fc.record(
  {
    _type: fc.constant('worker_snapshot'),
    id: fc.constant(ID),
    name: fc.constantFrom('sub-agent', 'other'),
    task: fc.string(),
    status: fc.constantFrom('running', 'suspended', 'completed'),
    mode: fc.constantFrom('sub_agent', 'stage'),
    created_at: fc.constantFrom(ID.slice(7), 'x'),
    created_at_ms: fc.constantFrom<Json>(1795185244831, 7),
    history: fc.array(fc.string(), { maxLength: 2 }),
    config: part,
    code: part,
    audit: part,
    suspension: part,
    transcript: fc.oneof(part, transcript),
    latest_payload: fc.oneof(part, fc.record({ transcript }) as fc.Arbitrary<Json>),
    extra: anything,
  },
  { requiredKeys: ['id', 'task', 'status'] },
) as unknown as fc.Arbitrary<JsonObject>;

describe('snapshots as facts keep them', () => {
  it('are the same again when they are read', () => {
    fc.assert(
      fc.property(snapshot, fc.constantFrom('run-1', ''), (given, runId) => {
        const whole = asStored(given);
        const packed = packSnapshot(whole, runId);
        const blobs = blobsIn([packed]);
        expect([...blobsOf(packed.value)].sort()).toEqual([...blobs.keys()].sort());
        expect(unpackSnapshot(asStored(packed.value), { runId, blobs })).toEqual(whole);
      }),
    );
  });

  it('are the same again when only what changed was kept', () => {
    fc.assert(
      fc.property(snapshot, snapshot, (first, second) => {
        const [before, after] = [asStored(first), asStored(second)];
        const changes = packChanges(after, before, 'run-1');
        const isLess = Object.keys(before).some((key) => !(key in after));
        expect(changes === undefined).toBe(isLess);
        if (changes === undefined) return;
        const blobs = blobsIn([changes]);
        const given = { runId: 'run-1', before, blobs };
        expect(unpackSnapshot(asStored(changes.value), given)).toEqual(after);
      }),
    );
  });

  it('share what is large and the same', () => {
    const system = 'You look into tickets, one at a time. '.repeat(50);
    const made = (task: string) =>
      packSnapshot(
        { id: ID, task, status: 'running', config: { mode: 'sub_agent', spec: { task, system } } },
        'run-1',
      );
    const [one, other] = [made('first'), made('second')];
    expect(one.blobs).toEqual([JSON.stringify(system)]);
    expect(other.blobs).toEqual(one.blobs);
    expect(JSON.stringify(one.value).length).toBeLessThan(700);
  });

  it('are read as older builds wrote them: spelt out in every fact', async () => {
    const store = await openStore('memory:');
    const audit = { session_id: 's1' };
    const snapshot = {
      _type: 'worker_snapshot',
      v: 1,
      id: ID,
      task: 't',
      status: 'running',
      audit,
    };
    const payload = { snapshot, worker_id: ID, run_id: 'r1', at_ms: 5, v: 1 };
    await store.tx((tx) => tx.append('agent.workers', { kind: 'worker_spawned', payload }));
    const later = { ...payload, snapshot: { ...snapshot, status: 'completed' } };
    await store.tx((tx) =>
      tx.append('agent.workers', { kind: 'worker_completed', payload: later }),
    );
    const [row] = await listWorkers(store);
    expect(row).toMatchObject({ id: ID, status: 'completed', session_id: 's1', run_id: 'r1' });
    expect(await showWorker(store, ID)).toEqual({ ...snapshot, status: 'completed' });
    await store.close();
  });
});
