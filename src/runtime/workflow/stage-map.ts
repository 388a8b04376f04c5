// A map: the same work for many items beside each other, until all of them, the first, or enough of them are done. What
// failed is kept beside what succeeded.
import { dataText, type Json, type JsonObject } from '../../base/index.ts';
import { type Artifact, bodyOf } from '../agent/index.ts';
import type { RunContext, Suspending, Task } from '../run/index.ts';
import { DEFAULT_PARALLEL } from './options.ts';
import {
  now,
  outputKind,
  type StageInput,
  type StageResult,
  type StageUsage,
  simple,
  stageArtifact,
} from './stage.ts';
import { errorText, sumUsage } from './stage-attempts.ts';
import { doWork, endsMore, type WorkResult } from './stage-work.ts';

interface Item {
  readonly text: string;
  readonly source: Artifact | null;
}

type Worked =
  | { readonly ok: true; readonly work: WorkResult | null }
  | { readonly ok: false; readonly error: string };

type ItemEnd = Worked & {
  readonly index: number;
  readonly startedAt: string;
  readonly finishedAt: string;
};

type Success = ItemEnd & { readonly ok: true };

/** What became of the items: those that ended, in their order, and when those began that were stopped. */
interface Ends {
  readonly ended: readonly ItemEnd[];
  readonly stopped: ReadonlyMap<number, string>;
}

/** Runs a map stage. */
export function* runMap(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
): Suspending<StageResult> {
  const items = itemsOf(input);
  const ends = yield* runItems(ctx, input, items);
  const done = ends.ended.filter((end): end is Success => end.ok);
  const failures = ends.ended.flatMap((end) =>
    end.ok ? [] : [{ index: end.index, error: end.error }],
  );
  const artifacts = done.map((end) => artifactOf(input, items, end, startedAt));
  const wanted = neededOf(input, items.length);
  const isEnough = items.length === 0 || done.length >= Math.min(wanted, 1) || wanted === 0;
  const isQuorum = strategyOf(input) !== 'quorum' || done.length >= wanted;
  const ok = isEnough && isQuorum;
  return simple(ctx, input, startedAt, {
    status: ok ? 'completed' : 'failed',
    outcome: ok ? (failures.length === 0 ? 'mapped' : 'partial') : 'error',
    branch: ok ? 'success' : 'failed',
    visible_text: artifacts.map(bodyOf).join('\n\n'),
    artifacts,
    usage: usageOf(done),
    metadata: {
      map: {
        items: items.length,
        completed: done.length,
        strategy: strategyOf(input),
        failures,
        stages: items.map((_, index) => itemStage(input, index, ends)),
      },
      ...(ok ? {} : { error: `${done.length} of ${items.length} items succeeded` }),
    },
  });
}

/** The stage of one item, as the record of the map has it. */
function itemStage(input: StageInput, index: number, { ended, stopped }: Ends): JsonObject {
  const id = itemId(input, index);
  const end = ended.find((one) => one.index === index);
  if (end === undefined) {
    const startedAt = stopped.get(index) ?? null;
    return {
      id,
      index,
      status: startedAt === null ? 'skipped' : 'cancelled',
      started_at: startedAt,
    };
  }
  const times = { started_at: end.startedAt, finished_at: end.finishedAt };
  if (!end.ok) return { id, index, status: 'failed', ...times, error: end.error };
  const { usage = null, text = null } = end.work ?? {};
  const made = [`${input.stageId}:artifact:${index + 1}`];
  const facts = { visible_text: text, usage: usage as Json, produced_artifact_ids: made };
  return { id, index, status: 'completed', ...times, ...facts };
}

function itemId({ stageId }: StageInput, index: number): string {
  return `${stageId}:item:${index + 1}`;
}

function itemsOf({ node, selected }: StageInput): readonly Item[] {
  const { items, item_artifact_kind: kind } = node.map_policy;
  if (Array.isArray(items)) {
    return items.map((item: Json) => ({ text: dataText(item), source: null }));
  }
  const inputs = typeof kind === 'string' ? selected.filter((one) => one.kind === kind) : selected;
  return inputs.map((source) => ({ text: bodyOf(source), source }));
}

function strategyOf({ node }: StageInput): string {
  return String(node.join_policy['strategy'] ?? 'all');
}

/** How many successes end the map. */
function neededOf(input: StageInput, items: number): number {
  const strategy = strategyOf(input);
  if (strategy === 'first') return 1;
  if (strategy === 'quorum') return Number(input.node.join_policy['min_completed'] ?? 1);
  return items;
}

/** Runs items as tasks, so many at a time; items still at work when it is enough are dropped. */
function* runItems(ctx: RunContext, input: StageInput, items: readonly Item[]): Suspending<Ends> {
  const cap = Number(input.node.map_policy['max_concurrent'] ?? DEFAULT_PARALLEL);
  const needed = neededOf(input, items.length);
  const group = ctx.task.nextGroup('map');
  const tasks: Task[] = [];
  const began = new Map<number, string>();
  const ended: ItemEnd[] = [];
  let fatal: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const isOver = () =>
    fatal !== undefined ||
    ended.length === items.length ||
    ended.filter((end) => end.ok).length >= needed;
  const startNext = () => {
    const index = tasks.length;
    const item = items[index] as Item;
    const task = ctx.startTask(`${group}:${index}`, function* (inner) {
      const startedAt = now(inner);
      began.set(index, startedAt);
      const worked = yield* runItem(inner, input, item);
      return { ...worked, index, startedAt, finishedAt: now(inner) } satisfies ItemEnd;
    });
    tasks.push(task);
    task.onDone((outcome) => {
      if (isOver()) return;
      if (outcome.ok) ended.push(outcome.value as ItemEnd);
      else fatal = { error: outcome.error };
      began.delete(index);
      if (isOver()) wake?.();
      else if (tasks.length < items.length) startNext();
    });
  };
  try {
    while (tasks.length < Math.min(cap, items.length)) startNext();
    if (!isOver()) {
      yield* ctx.block(`map of ${items.length}`, (resume) => {
        wake = () => resume({ ok: true, value: undefined });
        return () => {
          wake = undefined;
        };
      });
    }
  } finally {
    for (const task of tasks) ctx.run.scheduler.drop(task);
  }
  if (fatal !== undefined) throw (fatal as { readonly error: unknown }).error;
  return { ended: [...ended].sort((a, b) => a.index - b.index), stopped: began };
}

function* runItem(ctx: RunContext, input: StageInput, item: Item): Suspending<Worked> {
  const { node, code } = input;
  const works = code.handler !== undefined || node.mode !== null || node.prompt !== null;
  if (!works) return { ok: true, work: null };
  try {
    const own = item.source === null ? input : { ...input, selected: [item.source] };
    const work = yield* doWork(ctx, own, { number: 1, feedback: null, said: [], item: item.text });
    if (work.ok) return { ok: true, work };
    return { ok: false, error: work.feedback ?? work.outcome ?? 'the item failed' };
  } catch (error) {
    if (endsMore(ctx, error, input.isAbort)) throw error;
    return { ok: false, error: errorText(ctx, error) };
  }
}

function artifactOf(
  input: StageInput,
  items: readonly Item[],
  { index, work }: Success,
  createdAt: string,
): Artifact {
  const { node } = input;
  const { text, source } = items[index] as Item;
  const named = node.map_policy['output_kind'];
  const fields: JsonObject = {
    kind: typeof named === 'string' ? named : outputKind(node, 'artifact'),
    title: `${node.id} ${index + 1}`,
    text: work?.text ?? text,
    data: work?.data ?? null,
    lineage: source === null ? input.selected.map(({ id }) => id) : [...source.lineage, source.id],
    metadata: { item_index: index },
  };
  return stageArtifact(input, index + 1, createdAt, fields);
}

function usageOf(ends: readonly Success[]): StageUsage | null {
  return sumUsage(ends.flatMap(({ work }) => (work?.usage == null ? [] : [work.usage])));
}
