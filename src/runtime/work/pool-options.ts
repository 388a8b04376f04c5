// The options of pools and of submissions, read once.
import type { Json, JsonObject } from '../../base/index.ts';
import { poolErrors } from './pool-errors.ts';
import {
  type Backpressure,
  parseBackpressure,
  parseStrategy,
  type QueueStrategy,
} from './pool-strategy.ts';

/** What pool_create takes. */
export type PoolOptions = {
  readonly name?: string | null;
  /** How many tasks run at once; 1 by default. `capacity` means the same. */
  readonly max_concurrent?: number | null;
  readonly capacity?: number | null;
  /** `fifo`, `lifo`, `priority` (default), or `{kind: "fair_round_robin", key}`. */
  readonly queue?: Json;
  /** Nothing (no limit), `fail_fast`, `{kind: "queue", max_depth, on_full}` or `{kind: "ring_buffer", max_depth}`. */
  readonly backpressure?: Json;
  /** Who can see it: `pipeline` (this run). */
  readonly scope?: string | null;
};

export interface ParsedPool {
  readonly name: string | null;
  readonly maxConcurrent: number;
  readonly strategy: QueueStrategy;
  readonly backpressure: Backpressure;
  readonly scope: 'pipeline' | 'session';
}

const POOL_OPTIONS = ['name', 'max_concurrent', 'capacity', 'queue', 'backpressure', 'scope'];

/** Reads what pool_create was given. */
export function parsePool(options: PoolOptions): ParsedPool {
  onlyKnown('pool_create', options as JsonObject, POOL_OPTIONS);
  const { name = null } = options;
  if (name !== null && (typeof name !== 'string' || name === '')) {
    throw poolErrors.badOption({ option: 'name', expected: 'a text' });
  }
  const max = options.max_concurrent ?? options.capacity ?? 1;
  if (typeof max !== 'number' || !Number.isInteger(max) || max < 1) {
    throw poolErrors.badOption({ option: 'max_concurrent', expected: 'an int of at least 1' });
  }
  return {
    name,
    maxConcurrent: max,
    strategy: parseStrategy(options.queue),
    backpressure: parseBackpressure(options.backpressure),
    scope: scopeOf(options.scope ?? 'pipeline'),
  };
}

function scopeOf(scope: string): 'pipeline' | 'session' {
  if (scope === 'pipeline' || scope === 'session') return scope;
  if (scope === 'tenant' || scope === 'org') throw poolErrors.scopeElsewhere({ scope });
  const known = 'session, pipeline, tenant, org';
  throw poolErrors.unknownChoice({ option: 'scope', choice: scope, known });
}

/** What a submission takes; the fair key may have another name, which its pool says. */
export type SubmitOptions = {
  /** Higher runs first under the strategy `priority`; 0 by default. */
  readonly priority?: number | null;
  readonly key?: string | null;
  /** A second submission with the same key gives the first one's task. `id` means the same. */
  readonly idempotency_key?: string | null;
  readonly id?: string | null;
  readonly [fairKey: string]: Json | undefined;
};

export interface ParsedSubmit {
  readonly priority: number;
  readonly key: string | null;
  readonly idempotencyKey: string | null;
}

/** Reads what a submission was given. */
export function parseSubmit(options: SubmitOptions, strategy: QueueStrategy): ParsedSubmit {
  const fair = strategy.kind === 'fair_round_robin' ? strategy.key : 'key';
  onlyKnown('pool.submit', options, ['priority', 'key', 'idempotency_key', 'id', fair]);
  const priority = options.priority ?? 0;
  if (typeof priority !== 'number' || !Number.isInteger(priority)) {
    throw poolErrors.badSubmit({ option: 'priority', expected: 'an int' });
  }
  return {
    priority,
    key: text(options, fair) ?? text(options, 'key'),
    idempotencyKey: text(options, 'idempotency_key') ?? text(options, 'id'),
  };
}

function text(options: SubmitOptions, option: string): string | null {
  const value = options[option];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value !== '') return value;
  throw poolErrors.badSubmit({ option, expected: 'a text that is not empty' });
}

function onlyKnown(
  call: string,
  options: { readonly [name: string]: Json | undefined },
  known: readonly string[],
): void {
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw poolErrors.unknownOption({ call, option, known: [...new Set(known)].join(', ') });
  }
}
