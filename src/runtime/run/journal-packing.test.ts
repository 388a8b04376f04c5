import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import type { StoredEvent } from '../../store/index.ts';
import type { JournalEntry } from './journal-entry.ts';
import { entryHead, packEntry, readEntry } from './journal-packing.ts';

const RUN = 'run-1';

function stored(entry: JournalEntry, payload: Json): StoredEvent {
  const { seq: id, kind, at: occurredAtMs } = entry;
  return { topic: `runs.${RUN}`, id, kind, payload, headers: {}, occurredAtMs } as StoredEvent;
}

const head = fc.record(
  {
    epoch: fc.nat(3),
    task: fc.constantFrom('run', 'task_root:main/2:0'),
    mono: fc.nat(),
    out: fc.constant([1, 2]),
    ev: fc.nat(9),
  },
  { requiredKeys: ['epoch', 'task', 'mono'] },
);
const site = fc.record({ module: fc.string(), line: fc.nat() });
const outcome = fc.record(
  {
    kind: fc.constant('outcome'),
    ordinal: fc.nat(99),
    effect: fc.string(),
    args_hash: fc.constantFrom('', 'abc'),
    site,
    how: fc.constantFrom('inline', 'delivered'),
    status: fc.constant('ok'),
    value: fc.jsonValue(),
    reissued: fc.nat(3),
  },
  { requiredKeys: ['kind', 'ordinal', 'effect', 'args_hash', 'how', 'status', 'value'] },
);
const failed = fc.record({
  kind: fc.constant('outcome'),
  ordinal: fc.nat(99),
  effect: fc.string(),
  args_hash: fc.constant(''),
  how: fc.constant('inline'),
  status: fc.constantFrom('error', 'dropped', 'unknown'),
  error: fc.record({ code: fc.string(), message: fc.string() }),
});
const large = fc.record({
  kind: fc.constant('outcome'),
  ordinal: fc.nat(99),
  effect: fc.string(),
  args_hash: fc.constant(''),
  how: fc.constant('delivered'),
  status: fc.constant('ok'),
  blob: fc.string(),
});
const intent = fc.record({
  kind: fc.constant('intent'),
  ordinal: fc.constant(3),
  effect: fc.string(),
  args_hash: fc.constantFrom('', 'abc'),
  key: fc.constantFrom('other', `${RUN}/run/3`),
});
const fact = fc.record({
  kind: fc.constant('lifecycle'),
  fact: fc.string(),
  data: fc.jsonValue(),
});

describe('entries as the store keeps them', () => {
  it('are read back as they were', () => {
    const body = fc.oneof(outcome, failed, large, intent, fact);
    fc.assert(
      fc.property(head, body, fc.nat(), fc.nat(), (above, below, seq, at) => {
        const entry = { v: 1, seq, at, ...above, ...below } as unknown as JournalEntry;
        const kept = JSON.parse(JSON.stringify(packEntry(RUN, entry))) as Json;
        expect(readEntry(RUN, stored(entry, kept))).toEqual(JSON.parse(JSON.stringify(entry)));
        expect(entryHead(stored(entry, kept))).toEqual({ at, epoch: above.epoch });
      }),
    );
  });

  it('are read in the shape of version 1 too, and refused in that of a later one', () => {
    const entry = {
      v: 1,
      seq: 4,
      epoch: 2,
      task: 'run',
      at: 7,
      mono: 5,
      kind: 'main_returned',
      value: 'x',
    } as const;
    expect(readEntry(RUN, stored(entry, entry))).toEqual(entry);
    const later = { ...packEntry(RUN, entry), v: 3 };
    expect(() => readEntry(RUN, stored(entry, later))).toThrow(
      expect.objectContaining({ code: 'HARN-JRN-004' }),
    );
  });

  it('take less than half of the room', () => {
    const entry = {
      v: 1,
      seq: 2653,
      epoch: 1,
      task: 'task_root:main:worker:261/5:0',
      at: 1795185245002,
      mono: 2032,
      kind: 'outcome',
      ordinal: 7,
      effect: 'agent.worker_note',
      args_hash: '0dc2be0042b2c2',
      how: 'inline',
      status: 'ok',
      value: null,
    } as const;
    const size = (value: unknown) => JSON.stringify(value).length;
    expect(size(packEntry(RUN, entry))).toBeLessThan(size(entry) / 2);
  });
});
