// One disposition each: random open work, random ways to end, and a kill at a random commit. The receipt is the same
// as without the kill, every item is in it once, and nothing is done twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { loadJournal, type RunContext, type RunResult } from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import {
  lifecycleAgent as agent,
  callInline,
  type FinishCallback,
  listHandoffs,
  onFinishAbandon,
  onFinishBlockUntilSettled,
  onFinishDrain,
  onFinishHandoffTo,
  lifecycleRoot as root,
  type SettleAction,
  type SettlementReceipt,
  settingsFrom,
} from './index.ts';
import {
  acts,
  type Fakes,
  finishCallbackOf,
  type LifeOptions,
  live,
  newStore,
  type Scenario,
} from './kit.fixture.ts';

interface Spec {
  readonly items: readonly ItemSpec[];
  readonly handoffs: readonly ('known' | 'unknown')[];
  readonly ending: Ending;
  readonly fails: boolean;
  readonly onFailure: 'cancel' | 'keep';
}

interface ItemSpec {
  readonly where: keyof Fakes;
  readonly actions: readonly SettleAction[];
  readonly endsAfter: number | undefined;
  readonly moves: boolean;
  readonly trouble: 'none' | 'throws' | 'refuses';
}

type Ending = 'none' | 'abandon' | 'drain' | 'drain_one' | 'block' | 'known' | 'unknown' | 'throws';

const itemSpec: fc.Arbitrary<ItemSpec> = fc.record({
  where: fc.constantFrom('workers', 'triggers', 'calls', 'tasks'),
  actions: fc.subarray<SettleAction>(['resume', 'cancel', 'acknowledge', 'defer', 'drain']),
  endsAfter: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  moves: fc.constantFrom(false, false, false, true),
  trouble: fc.constantFrom('none', 'none', 'none', 'throws', 'refuses'),
});

const spec: fc.Arbitrary<Spec> = fc.record({
  items: fc.array(itemSpec, { maxLength: 7 }),
  handoffs: fc.array(fc.constantFrom('known', 'unknown'), { maxLength: 3 }),
  ending: fc.constantFrom(
    'none',
    'abandon',
    'drain',
    'drain_one',
    'block',
    'known',
    'unknown',
    'throws',
  ),
  fails: fc.constantFrom(false, false, false, true),
  onFailure: fc.constantFrom('cancel', 'keep'),
});

function endingOf(ending: Ending): FinishCallback | undefined {
  switch (ending) {
    case 'none':
      return undefined;
    case 'abandon':
      return onFinishAbandon;
    case 'drain':
      return onFinishDrain;
    case 'drain_one':
      return finishCallbackOf((ctx) => root.spawn_settlement_agent(ctx, null, null, 1));
    case 'block':
      return onFinishBlockUntilSettled('2s');
    case 'known':
    case 'unknown':
      return onFinishHandoffTo(ending);
    case 'throws':
      return finishCallbackOf(function* (ctx: RunContext) {
        yield* callInline(ctx, onFinishAbandon, null);
        throw new Error('the callback failed');
      });
  }
}

function scenarioOf({ items, handoffs, ending, fails }: Spec): Scenario {
  return (fakes) =>
    function* (ctx) {
      for (const [index, item] of items.entries()) {
        const { where, actions, endsAfter, moves, trouble } = item;
        fakes[where].open(ctx, {
          id: `${where}-${index}`,
          actions,
          ...(endsAfter === undefined ? { moves } : { endsAfter }),
          ...(trouble === 'throws' ? { failsWith: 'trouble' } : {}),
          ...(trouble === 'refuses' ? { refusesWith: 'not now' } : {}),
        });
      }
      for (const target of handoffs) yield* root.handoff_to(ctx, target, { for: target });
      const callback = endingOf(ending);
      if (callback !== undefined) agent.pipeline_on_finish(ctx, callback);
      if (fails) throw new Error('the body failed');
      return 'v';
    };
}

/** Runs until it ends or dies; the clock moves while anything waits for it. */
async function outlast(
  host: MockHost,
  done: Promise<RunResult>,
  isAlive: () => boolean,
): Promise<RunResult | undefined> {
  let result: RunResult | undefined;
  void done.then((r) => {
    result = r;
  });
  for (let i = 0; result === undefined && isAlive() && i < 20_000; i += 1) {
    await new Promise<void>((ok) => setImmediate(ok));
    if (i % 50 === 49) host.clock.advance(1000);
  }
  return isAlive() ? result : undefined;
}

interface Outcome {
  readonly receipt: SettlementReceipt;
  readonly store: Store;
  readonly runId: string;
  /** How many commits the first life asked for. */
  readonly commits: number;
}

async function play(given: Spec, killAfter: number): Promise<Outcome> {
  const store = await newStore();
  const scenario = scenarioOf(given);
  const settings = settingsFrom({ settlement: { on_failure: given.onFailure } });
  const options: LifeOptions = { parts: { settings }, pipelines: ['main', 'known'] };
  const mortal = stoppingStore(store, killAfter);
  const host = createMockHost();
  const first = await live(scenario, { ...options, store: mortal.store, host });
  let result = await outlast(host, first.done, mortal.alive);
  if (!mortal.alive()) {
    await store.flush();
    const known = await store.latest(`runs.${first.run.id}`);
    const again = createMockHost();
    const second = await live(scenario, {
      ...options,
      store,
      host: again,
      ...(known === undefined ? {} : { resume: first.run.id }),
    });
    expect(second.run.id).toBe(first.run.id);
    result = await outlast(again, second.done, () => true);
  }
  if (result?.status !== 'settled') {
    throw new Error(`did not settle: ${JSON.stringify(result ?? null)}`, {
      cause: (result as { error?: unknown } | undefined)?.error,
    });
  }
  const receipt = result.receipt as unknown as SettlementReceipt;
  return { receipt, store, runId: first.run.id, commits: mortal.asked() };
}

/**
 * What must be equal with and without a kill. Work that races the settlement may end before or while it is awaited;
 * both mean that it ended.
 */
function essence({ items, status }: SettlementReceipt) {
  const lines = items.map(({ bucket, id, disposition, to }) => {
    const how = disposition === 'settled' || disposition === 'drained' ? 'ended' : disposition;
    return `${bucket} ${id} ${how} ${to ?? ''}`;
  });
  return { status, lines: lines.sort() };
}

function expectOneEach(given: Spec, { receipt }: Outcome): void {
  const keys = receipt.items.map(({ bucket, id }) => `${bucket} ${id}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(receipt.items.map(({ seq }) => seq)).toEqual(keys.map((_, index) => index + 1));
  for (const [index, item] of given.items.entries()) {
    if (item.endsAfter !== undefined) continue;
    expect(receipt.items.filter(({ id }) => id === `${item.where}-${index}`)).toHaveLength(1);
  }
  const counted = Object.values(receipt.counts).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(receipt.items.length);
}

/** A kill may only move the moment: work that raced its end may have been ended by the other side. */
const racing = (given: Spec) => given.items.some(({ endsAfter }) => endsAfter !== undefined);

describe('settlement', () => {
  it('gives every item exactly one disposition, whatever is open and however the run ends', async () => {
    await fc.assert(
      fc.asyncProperty(spec, async (given) => {
        const whole = await play(given, Number.POSITIVE_INFINITY);
        expectOneEach(given, whole);
        const done = await acts(whole.store);
        expect(new Set(done).size).toBe(done.length);
        const rows = await listHandoffs(whole.store);
        expect(rows.filter(({ status }) => status === 'partial')).toEqual([]);
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it('writes the same receipt when it is killed at any commit and resumed', async () => {
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(spec, fc.nat({ max: 99 }), async (given, killAfter) => {
        const whole = await play(given, Number.POSITIVE_INFINITY);
        if (whole.commits === 0) return;
        kills += 1;
        const killed = await play(given, killAfter % whole.commits);
        expectOneEach(given, killed);
        if (!racing(given)) {
          expect(essence(killed.receipt)).toEqual(essence(whole.receipt));
          expect(await acts(killed.store)).toEqual(await acts(whole.store));
        }
        const done = await acts(killed.store);
        expect(new Set(done).size).toBe(done.length);
        const children = (await killed.store.topics('runs.')).length;
        expect(children).toBe((await whole.store.topics('runs.')).length);
      }),
      { numRuns: 120 },
    );
    expect(kills).toBeGreaterThan(60);
  }, 60_000);

  it('writes the very same receipt when all but its last entry is replayed', async () => {
    await fc.assert(
      fc.asyncProperty(spec, async (given) => {
        const whole = await play(given, Number.POSITIVE_INFINITY);
        if ((await whole.store.latest(`runs.${whole.runId}`)) === undefined) return;
        const { entries } = await loadJournal(whole.store, whole.runId);
        const store = await newStore();
        await store.tx((tx) => {
          for (const entry of entries.filter(({ kind }) => kind !== 'settled')) {
            const event = { kind: entry.kind, payload: entry as never };
            tx.append(`runs.${whole.runId}`, event);
          }
        });
        const settings = settingsFrom({ settlement: { on_failure: given.onFailure } });
        const host = createMockHost();
        const parts = { parts: { settings }, pipelines: ['main', 'known'] };
        const again = await live(scenarioOf(given), {
          ...parts,
          store,
          host,
          resume: whole.runId,
        });
        const result = await outlast(host, again.done, () => true);
        expect(result).toMatchObject({ status: 'settled', receipt: whole.receipt });
        expect(await acts(store)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
