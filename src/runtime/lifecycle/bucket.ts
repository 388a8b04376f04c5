// The five buckets of unsettled work, always in this order, and the pure questions one can ask of a state dict.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { lifErrors } from './errors.ts';

export type Bucket =
  | 'suspended_subagents'
  | 'queued_triggers'
  | 'partial_handoffs'
  | 'in_flight_llm_calls'
  | 'pool_pending_tasks';

interface BucketFacts {
  readonly bucket: Bucket;
  /** The field of `counts`. */
  readonly count: string;
  /** What one item is called in decisions. */
  readonly category: string;
  /** What people read. */
  readonly noun: string;
  /** Fields of an item's view that hold its identity, first one wins. */
  readonly idFields: readonly string[];
}

export const BUCKETS: readonly BucketFacts[] = [
  {
    bucket: 'suspended_subagents',
    count: 'suspended',
    category: 'suspended_subagent',
    noun: 'suspended subagents',
    idFields: ['handle', 'id'],
  },
  {
    bucket: 'queued_triggers',
    count: 'queued',
    category: 'queued_trigger',
    noun: 'queued triggers',
    idFields: ['id'],
  },
  {
    bucket: 'partial_handoffs',
    count: 'partial',
    category: 'partial_handoff',
    noun: 'partial handoffs',
    idFields: ['handoff_id', 'envelope_id'],
  },
  {
    bucket: 'in_flight_llm_calls',
    count: 'in_flight',
    category: 'in_flight_llm_call',
    noun: 'in-flight llm calls',
    idFields: ['call_id'],
  },
  {
    bucket: 'pool_pending_tasks',
    count: 'pool_pending',
    category: 'pool_pending_task',
    noun: 'pool pending tasks',
    idFields: ['task_id', 'id'],
  },
];

/** The facts of one bucket. */
export function bucketFacts(bucket: Bucket): BucketFacts {
  return BUCKETS.find((facts) => facts.bucket === bucket) as BucketFacts;
}

/** The identity of an item, from the dict the language sees. */
export function itemId(bucket: Bucket, view: JsonObject): string {
  for (const field of bucketFacts(bucket).idFields) {
    const id = view[field];
    if (typeof id === 'string') return id;
  }
  return '';
}

/** The items of one bucket of a state dict; a missing bucket is empty. */
export function bucketOf(state: Json, bucket: Bucket): readonly Json[] {
  if (!isJsonObject(state)) throw lifErrors.notState({});
  const items = state[bucket];
  if (items === undefined) return [];
  if (!Array.isArray(items)) throw lifErrors.notBucket({ bucket, type: typeName(items as Json) });
  return items as readonly Json[];
}

export function isEmptyState(state: Json): boolean {
  return BUCKETS.every(({ bucket }) => bucketOf(state, bucket).length === 0);
}

/** `{suspended, queued, partial, in_flight, pool_pending}`. */
export function stateCounts(state: Json): { readonly [count: string]: number } {
  return Object.fromEntries(
    BUCKETS.map(({ bucket, count }) => [count, bucketOf(state, bucket).length]),
  );
}

/** One line for people. */
export function stateSummary(state: Json): string {
  if (isEmptyState(state)) return 'no unsettled work';
  const parts = BUCKETS.map(({ bucket, noun }) => `${bucketOf(state, bucket).length} ${noun}`);
  return `unsettled work: ${parts.join(', ')}`;
}

function typeName(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'list' : 'dict';
}
