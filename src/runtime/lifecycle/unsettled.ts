// Unsettled work: who feeds the buckets, and the snapshot of all of them. The lifecycle knows no owner; each registers
// a source when the run is composed. Sources notify; nobody polls.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { BUCKETS, type Bucket } from './bucket.ts';
import { type Disposition, ledgerKey } from './ledger.ts';

/** What can be done to an open item. `drain` means: let it end by itself, cancel it when the time is up. */
export type SettleAction =
  | 'resume'
  | 'cancel'
  | 'acknowledge'
  | 'defer'
  | 'deliver'
  | 'drain'
  | 'abandon';

/** One open item. */
export interface UnsettledItem {
  readonly bucket: Bucket;
  readonly id: string;
  /** The dict the language sees. */
  readonly view: JsonObject;
  /** Whether it can move with nobody deciding about it: something is under way, or a timer or event may wake it. */
  readonly moves: boolean;
  readonly actions: readonly SettleAction[];
  /** What a later process needs to go on with it. */
  readonly resumeToken?: string;
}

/** Details of an action. */
export interface ActOptions {
  readonly reason: string;
  /** `resume`: what the worker is told. */
  readonly input?: Json;
  /** `defer`: the queue it goes to. */
  readonly target?: string;
  /** `acknowledge`: what was decided. */
  readonly decision?: Json;
}

/** What a receipt shows of an item: everything but what it is about. */
export function withoutContent({ view }: UnsettledItem): JsonObject {
  const { payload: _payload, ...facts } = view;
  return facts;
}

/** What came of an action. `gone`: the item had moved by itself in the meantime. */
export type ActResult =
  | {
      readonly status: 'done';
      readonly disposition: Disposition;
      readonly to?: string;
      readonly resumeToken?: string;
      /** What the language's method returns for it. */
      readonly result?: Json;
    }
  | { readonly status: 'gone' }
  | { readonly status: 'refused'; readonly reason: string };

/** The owner of a kind of open work. */
export interface UnsettledSource {
  readonly bucket: Bucket;
  /**
   * The open items. What lives in this run's memory is answered without suspending; what lives outside is read
   * through an effect, so that a replay sees the same.
   */
  items(ctx: RunContext, nowMs: number): Suspending<readonly UnsettledItem[]>;
  /**
   * One item as it is now, without looking at the others; undefined when it is not open. For owners whose items live
   * in this run's memory; of the others, what the last look showed is taken.
   */
  item?(ctx: RunContext, id: string, nowMs: number): UnsettledItem | undefined;
  /**
   * Does one of the item's actions. When it returns, the item is no longer among the items. Uses `store` and `local`
   * effects only and does not wait, so that the actions of one settlement round are one commit.
   */
  act(
    ctx: RunContext,
    item: UnsettledItem,
    action: SettleAction,
    options: ActOptions,
  ): Suspending<ActResult>;
  /** For items that move outside of this process: waits (through an effect) until they may have changed. */
  moved?(ctx: RunContext): Suspending<unknown>;
}

/**
 * A source whose items live in a service of the run: before there is that service there are no items, and nothing is
 * loaded to say so. `of` is asked when the source is needed; what the source can do has to be known before.
 */
export function sourceWithService(
  service: string,
  bucket: Bucket,
  of: () => UnsettledSource,
  can: 'tell' | 'move',
): UnsettledSource {
  const item: UnsettledSource['item'] = (ctx, id, nowMs) => of().item?.(ctx, id, nowMs);
  const moved: UnsettledSource['moved'] = function* (ctx) {
    const { moved: move } = of();
    return move === undefined ? undefined : yield* move(ctx);
  };
  return {
    bucket,
    *items(ctx, nowMs) {
      return ctx.run.has(service) ? yield* of().items(ctx, nowMs) : [];
    },
    act: (ctx, item, action, options) => of().act(ctx, item, action, options),
    ...(can === 'tell' ? { item } : { moved }),
  };
}

/** The sources of one run and the notification that something changed. */
export class UnsettledHub {
  readonly #sources: UnsettledSource[] = [];
  readonly #byBucket = new Map<Bucket, UnsettledSource[]>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  add(source: UnsettledSource): void {
    this.#sources.push(source);
    this.#byBucket.set(source.bucket, [...this.of(source.bucket), source]);
  }

  of(bucket: Bucket): readonly UnsettledSource[] {
    return this.#byBucket.get(bucket) ?? [];
  }

  get sources(): readonly UnsettledSource[] {
    return this.#sources;
  }

  /** Grows with every change: take it before looking, compare before waiting. */
  get version(): number {
    return this.#version;
  }

  /** Called by sources, in the run's own order of events, whenever an item comes, goes or changes. */
  changed(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The hub of the run; composition adds the sources before the body starts. */
export const unsettledHubKey: ServiceKey<UnsettledHub> = {
  name: 'lifecycle.unsettled',
  create: () => new UnsettledHub(),
};

/** A look at everything open. */
export interface Snapshot {
  /** The five lists the language sees. */
  readonly state: JsonObject;
  readonly items: readonly UnsettledItem[];
  readonly atMs: number;
}

/** Wall time as the program sees it (virtual when mocked), recorded. */
export const programNow = defineSyncEffect(
  { name: 'lifecycle.now_ms', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.clock.nowMs()),
);

/** Looks at every source, in bucket order, and tells the ledger. */
export function* takeSnapshot(ctx: RunContext): Suspending<Snapshot> {
  const hub = ctx.get(unsettledHubKey);
  const nowMs = hub.sources.length === 0 ? 0 : ctx.sync(programNow, []);
  const items: UnsettledItem[] = [];
  const state: { [bucket: string]: readonly Json[] } = {};
  for (const { bucket } of BUCKETS) {
    const mine: UnsettledItem[] = [];
    for (const source of hub.of(bucket)) addAll(mine, yield* source.items(ctx, nowMs));
    state[bucket] = mine.map((item) => item.view);
    addAll(items, mine);
  }
  ctx.get(ledgerKey).observe(items);
  return { state, items, atMs: nowMs };
}

/** The item as it is now; undefined when its owner says that it is not open any more. */
export function findOpen(
  ctx: RunContext,
  listed: UnsettledItem,
  nowMs: number,
): UnsettledItem | undefined {
  const sources = ctx.get(unsettledHubKey).of(listed.bucket);
  for (const source of sources) {
    const item = source.item?.(ctx, listed.id, nowMs);
    if (item !== undefined) return item;
  }
  // Who cannot say so without a look at everything may still have it.
  return canTell(ctx, listed.bucket) ? undefined : listed;
}

/** Whether the owners of a bucket can be asked about one item. */
export function canTell(ctx: RunContext, bucket: Bucket): boolean {
  return ctx
    .get(unsettledHubKey)
    .of(bucket)
    .every(({ item }) => item !== undefined);
}

/** Not by spreading: a call takes only so many arguments. */
function addAll<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}

/** Does an action through the source that has the item. */
export function* actOn(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  options: ActOptions,
): Suspending<ActResult> {
  const sources = ctx.get(unsettledHubKey).of(item.bucket);
  for (const source of sources) {
    const result = yield* source.act(ctx, item, action, options);
    if (result.status !== 'gone') return result;
  }
  return { status: 'gone' };
}
