// Question: what does settling an item cost, and does that depend on how many there are? A run ends with open items in
// all five buckets: once with the settlement loop as its on_finish, once without a callback, where the last look
// decides. Owners of the items are in memory and so is the store: neither disk nor workers have a part in it. That
// every item has exactly one line in the receipt is asserted.
// Time of the processor beside time on the clock: on a busy machine only the first says what it costs.
// Aim: <= 100 us per item, at any number.
// Usage: npm run bench -- settlement [most items] [rounds]
import { createMockHost } from '../src/runtime/host/index.ts';
import {
  BUCKETS,
  type Bucket,
  createFinisher,
  type Disposition,
  equipLifecycle,
  handoffIndex,
  lifecycleKey,
  onFinishDrain,
  queueHandoff,
  type SettleAction,
  type SettlementReceipt,
  type UnsettledItem,
  type UnsettledSource,
  unsettledHubKey,
} from '../src/runtime/lifecycle/index.ts';
import { Run, type RunContext, runIndex } from '../src/runtime/run/index.ts';
import { openStore } from '../src/store/index.ts';

const MOST = Number(process.argv[2] ?? '10000');
const ROUNDS = Number(process.argv[3] ?? '5');

type Owned = Exclude<Bucket, 'partial_handoffs'>;

const OWNED: {
  readonly [B in Owned]: { readonly field: string; readonly actions: readonly SettleAction[] };
} = {
  suspended_subagents: { field: 'handle', actions: ['cancel', 'defer', 'abandon'] },
  queued_triggers: { field: 'id', actions: ['acknowledge', 'defer', 'abandon'] },
  in_flight_llm_calls: { field: 'call_id', actions: ['cancel', 'abandon'] },
  pool_pending_tasks: { field: 'task_id', actions: ['cancel', 'abandon'] },
};

const DONE: { readonly [A in SettleAction]: Disposition } = {
  resume: 'resumed',
  cancel: 'cancelled',
  acknowledge: 'acknowledged',
  defer: 'deferred',
  deliver: 'handed_off',
  drain: 'drained',
  abandon: 'abandoned',
};

/** Open work of one bucket, in memory. */
class Source implements UnsettledSource {
  readonly bucket: Owned;
  readonly #open = new Map<string, UnsettledItem>();

  constructor(bucket: Owned) {
    this.bucket = bucket;
  }

  open(count: number): void {
    const { bucket } = this;
    const { field, actions } = OWNED[bucket];
    for (let n = 0; n < count; n += 1) {
      const id = `${bucket}_${n}`;
      const view = { [field]: id, mode: 'sub_agent', age_ms: 12, reason: 'bench' };
      this.#open.set(id, { bucket, id, view, moves: false, actions });
    }
  }

  *items() {
    yield* [];
    return [...this.#open.values()];
  }

  item(_ctx: RunContext, id: string): UnsettledItem | undefined {
    return this.#open.get(id);
  }

  act: UnsettledSource['act'] = function* (this: Source, ctx, { id }, action) {
    yield* [];
    if (!this.#open.delete(id)) return { status: 'gone' };
    ctx.get(unsettledHubKey).changed();
    return { status: 'done', disposition: DONE[action] };
  };
}

const SPEC = { pipeline: 'bench', origin: 'bench', program: null, version: '1', input: null };

interface Cost {
  readonly clock: number;
  readonly processor: number;
}

function now(): Cost {
  const { user, system } = process.cpuUsage();
  return { clock: performance.now() * 1_000, processor: user + system };
}

/** Microseconds per item from the end of the body to the receipt. */
async function settle(count: number, callback: boolean): Promise<Cost> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex);
  const sources = (Object.keys(OWNED) as Owned[]).map((bucket) => new Source(bucket));
  const each = count / BUCKETS.length;
  const run = Run.create(
    {
      host: createMockHost(),
      openStore: async () => store,
      finish: createFinisher(),
      sink: { write: () => undefined },
      equip: (core) => equipLifecycle(core, { sources }),
    },
    SPEC,
  );
  let start = now();
  const result = await run.begin(function* (ctx) {
    if (callback) ctx.get(lifecycleKey).slots.run.register(onFinishDrain);
    for (const source of sources) source.open(each);
    for (let n = 0; n < each; n += 1) yield* queueHandoff(ctx, 'elsewhere', { n });
    start = now();
    return null;
  });
  const end = now();
  await store.close();
  if (result.status !== 'settled') throw new Error(`the run is ${result.status}`);
  assertOneEach(result.receipt as unknown as SettlementReceipt, count);
  return {
    clock: (end.clock - start.clock) / count,
    processor: (end.processor - start.processor) / count,
  };
}

function assertOneEach({ items }: SettlementReceipt, count: number): void {
  const seen = new Set(items.map(({ bucket, id }) => `${bucket} ${id}`));
  const ok = items.length === count && seen.size === count;
  if (!ok) throw new Error(`${items.length} lines for ${seen.size} of ${count} items`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const WAYS = ['settlement loop', 'last look'] as const;
const sizes = [100, 1_000, 10_000, 100_000].filter((size) => size <= MOST);
const costs = sizes.map(() => WAYS.map((): Cost[] => []));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [at, size] of sizes.entries()) {
    for (const [way, name] of WAYS.entries()) {
      costs[at]?.[way]?.push(await settle(size, name === 'settlement loop'));
    }
  }
}
process.stdout.write(
  `us per item, ${ROUNDS} interleaved rounds, Node ${process.version}, medians (least)\n`,
);
for (const [at, size] of sizes.entries()) {
  for (const [way, name] of WAYS.entries()) {
    const taken = costs[at]?.[way] ?? [];
    const cell = (which: keyof Cost) => {
      const values = taken.map((cost) => cost[which]);
      return `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)})`.padStart(16);
    };
    process.stdout.write(
      `${String(size).padStart(7)} items  ${name.padEnd(16)}processor${cell('processor')}   clock${cell('clock')}\n`,
    );
  }
}
