// A map: the same work for many items beside each other, until all of them, the first, or enough of them are done. What
// failed is kept beside what succeeded.
import type { Json, JsonObject } from '../../base/index.ts';
import { type Artifact, bodyOf } from '../agent/index.ts';
import type { RunContext, Suspending, Task } from '../run/index.ts';
import {
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

type ItemEnd =
  | { readonly ok: true; readonly index: number; readonly work: WorkResult | null }
  | { readonly ok: false; readonly index: number; readonly error: string };

/** Runs a map stage. */
export function* runMap(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
): Suspending<StageResult> {
  const items = itemsOf(input);
  const ends = yield* runItems(ctx, input, items);
  const done = ends.filter((end) => end.ok);
  const failures = ends.flatMap((end) => (end.ok ? [] : [{ index: end.index, error: end.error }]));
  const artifacts = done.map((end, i) => artifactOf(input, items, end, i + 1, startedAt));
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
      map: { items: items.length, completed: done.length, strategy: strategyOf(input), failures },
      ...(ok ? {} : { error: `${done.length} of ${items.length} items succeeded` }),
    },
  });
}

function itemsOf({ node, selected }: StageInput): readonly Item[] {
  const { items, item_artifact_kind: kind } = node.map_policy;
  if (Array.isArray(items)) {
    return items.map((item: Json) => ({ text: textOf(item), source: null }));
  }
  const inputs = typeof kind === 'string' ? selected.filter((one) => one.kind === kind) : selected;
  return inputs.map((source) => ({ text: bodyOf(source), source }));
}

function textOf(item: Json): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
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

/** Runs items as tasks and gives their ends in the order they came; items still at work when it is enough are dropped. */
function* runItems(
  ctx: RunContext,
  input: StageInput,
  items: readonly Item[],
): Suspending<readonly ItemEnd[]> {
  const cap = Number(input.node.map_policy['max_concurrent'] ?? 0);
  const limit = cap > 0 ? cap : items.length;
  const needed = neededOf(input, items.length);
  const group = ctx.task.nextGroup('map');
  const tasks: Task[] = [];
  const ends: ItemEnd[] = [];
  let fatal: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const isOver = () =>
    fatal !== undefined ||
    ends.length === items.length ||
    ends.filter((end) => end.ok).length >= needed;
  const startNext = () => {
    const index = tasks.length;
    const item = items[index] as Item;
    const task = ctx.startTask(`${group}:${index}`, (inner) => runItem(inner, input, item, index));
    tasks.push(task);
    task.onDone((outcome) => {
      if (isOver()) return;
      if (outcome.ok) ends.push(outcome.value as ItemEnd);
      else fatal = { error: outcome.error };
      if (isOver()) wake?.();
      else if (tasks.length < items.length) startNext();
    });
  };
  try {
    while (tasks.length < Math.min(limit, items.length)) startNext();
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
  return strategyOf(input) === 'all' ? [...ends].sort((a, b) => a.index - b.index) : ends;
}

function* runItem(
  ctx: RunContext,
  input: StageInput,
  item: Item,
  index: number,
): Suspending<ItemEnd> {
  const { node, code } = input;
  const works = code.handler !== undefined || node.mode !== null || node.prompt !== null;
  if (!works) return { ok: true, index, work: null };
  try {
    const own = item.source === null ? input : { ...input, selected: [item.source] };
    const work = yield* doWork(ctx, own, { number: 1, feedback: null, said: [], item: item.text });
    if (work.ok) return { ok: true, index, work };
    return { ok: false, index, error: work.feedback ?? work.outcome ?? 'the item failed' };
  } catch (error) {
    if (endsMore(ctx, error, input.isAbort)) throw error;
    return { ok: false, index, error: errorText(ctx, error) };
  }
}

function artifactOf(
  input: StageInput,
  items: readonly Item[],
  { index, work }: ItemEnd & { readonly ok: true },
  number: number,
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
  return stageArtifact(input, number, createdAt, fields);
}

function usageOf(ends: readonly (ItemEnd & { readonly ok: true })[]): StageUsage | null {
  return sumUsage(ends.flatMap(({ work }) => (work?.usage == null ? [] : [work.usage])));
}
