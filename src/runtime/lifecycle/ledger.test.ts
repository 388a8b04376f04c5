// The ledger keeps one line per item, whatever happens to it.
import { describe, expect, it } from 'vitest';
import { type Decision, Ledger } from './ledger.ts';

const item = { bucket: 'suspended_subagents', id: 'w1' } as const;
const resumed: Decision = { disposition: 'resumed', by: 'callback', reason: 'r' };
const cancelled: Decision = { disposition: 'cancelled', by: 'settlement', reason: 'r' };
const abandoned: Decision = { disposition: 'abandoned', by: 'policy', reason: 'r' };

function begun(): Ledger {
  const ledger = new Ledger();
  ledger.begin();
  return ledger;
}

describe('the ledger', () => {
  it('notes nothing before the body has returned', () => {
    const ledger = new Ledger();
    ledger.observe([item]);
    ledger.decide(item, abandoned);
    expect(ledger.items()).toEqual([]);
  });

  it('calls settled what is gone without a decision', () => {
    const ledger = begun();
    ledger.observe([item]);
    expect(ledger.isOpen(item)).toBe(true);
    ledger.observe([]);
    expect(ledger.items()).toMatchObject([
      { id: 'w1', disposition: 'settled', decided_by: 'item' },
    ]);
  });

  it('opens an item again that was resumed and is suspended once more', () => {
    const ledger = begun();
    ledger.observe([item]);
    ledger.decide(item, resumed);
    ledger.observe([]);
    ledger.observe([item]);
    expect(ledger.open()).toMatchObject([item]);
    ledger.decide(item, abandoned);
    expect(ledger.items()).toMatchObject([{ disposition: 'abandoned', seq: 1 }]);
  });

  it('does not believe an owner that still lists what it ended', () => {
    const ledger = begun();
    ledger.observe([item]);
    ledger.decide(item, cancelled);
    ledger.observe([item]);
    expect(ledger.open()).toEqual([]);
    expect(ledger.items()).toMatchObject([
      { disposition: 'unknown', reason: 'still open after it was cancelled' },
    ]);
  });

  it('numbers lines in the order the dispositions fell', () => {
    const ledger = begun();
    const other = { bucket: 'pool_pending_tasks', id: 't1' } as const;
    ledger.observe([item, other]);
    ledger.decide(other, abandoned);
    ledger.decide(item, resumed);
    ledger.decide(other, cancelled);
    expect(ledger.items().map(({ id, seq }) => [id, seq])).toEqual([
      ['w1', 1],
      ['t1', 2],
    ]);
  });
});
