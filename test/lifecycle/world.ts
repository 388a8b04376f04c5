// A runtime with all real owners of open work, on a memory store and a mock host.
import type { Json, JsonObject } from '../../src/base/index.ts';
import {
  createMockHost,
  createRuntime,
  type Harness,
  pipeline,
  type SpanExporter,
} from '../../src/index.ts';
import type { SettlementReceipt } from '../../src/runtime/lifecycle/index.ts';
import type { RunRecord } from '../../src/runtime/run/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

export type Body = (harness: Harness) => Promise<unknown>;

export interface World {
  readonly store?: Store;
  readonly mocks?: readonly Json[];
  readonly seed?: number;
  readonly tracer?: SpanExporter;
}

export interface Ended {
  readonly id: string;
  readonly store: Store;
  readonly returned: Json;
  readonly final: Json;
  readonly receipt: SettlementReceipt;
  readonly record: RunRecord;
}

export async function runtimeOf(body: Body, { store, mocks, tracer, seed = 1 }: World = {}) {
  const main = pipeline('main', async (harness: Harness) => body(harness));
  const next = pipeline('next', async () => 'taken over');
  const home = store ?? (await openStore('memory:'));
  const runtime = createRuntime({
    store: home,
    host: createMockHost({ seed }),
    pipelines: [main, next],
    sink: { write: () => undefined },
    ...(tracer === undefined ? {} : { tracer }),
    ...(mocks === undefined ? {} : { llm: { mocks } }),
  });
  return { runtime, main, store: home };
}

/** Runs a body to its end. */
export async function ended(body: Body, world: World = {}): Promise<Ended> {
  const { runtime, main, store } = await runtimeOf(body, world);
  const handle = runtime.start(main, null as never);
  const result = await handle.done;
  if (result.status !== 'settled') throw new Error(`the run ${result.status}`);
  const { returned = null, final = null, receipt, record } = result as unknown as Ended;
  return { id: handle.id, store, returned, final, receipt, record };
}

/** Lines of the settlement receipt in short, by item. */
export function linesOf({ items }: SettlementReceipt): readonly string[] {
  return items.map((item) => `${item.bucket} ${item.disposition} ${item.decided_by}`).sort();
}

/** The signed receipts of decisions in a record. */
export function decisionsOf(record: RunRecord): readonly JsonObject[] {
  const entries = record['lifecycle_receipts'] as readonly JsonObject[];
  return entries
    .filter(({ kind }) => kind === 'drain_decision_receipt')
    .map(({ payload }) => payload as JsonObject);
}
