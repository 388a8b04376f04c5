// Pools: bounded concurrency, as `harness.agent.pool_*` and the older globals.
import type { Json } from '../base/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type PoolOptions,
  type PoolSnapshot,
  type PoolTaskRef,
  poolCreate,
  poolGet,
  poolList,
  poolSize,
  poolSnapshot,
  poolSubmit,
  poolWait,
  poolWaitAll,
  type SubmitOptions,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  display,
  fromJson,
  type HarnFunction,
  HarnObject,
  isFunction,
  isList,
  KIND,
  type List,
  METHODS,
  type Method,
  type MethodTable,
  PROPERTY,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { dataHandler } from './handler.ts';

/** A pool as a program holds it: its facts as fields, `submit`, `size` and `snapshot` as methods. */
export class HarnPool extends HarnObject {
  readonly made: PoolSnapshot;

  constructor(made: PoolSnapshot) {
    super();
    this.made = made;
  }

  get [KIND](): string {
    return 'pool';
  }

  override [PROPERTY](name: string): Value | undefined {
    const facts = this.made as unknown as { readonly [field: string]: Json };
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    return fact === undefined ? undefined : fromJson(fact);
  }

  override get [METHODS](): MethodTable {
    return POOL_METHODS;
  }
}

const POOL_METHODS: MethodTable = new Map<string, Method>([
  [
    'submit',
    function* (ctx, self, args): Steps {
      return yield* submit(ctx as RunContext, (self as HarnPool).made, args);
    },
  ],
  ['size', (ctx, self) => poolSize(ctx as RunContext, (self as HarnPool).made)],
  [
    'snapshot',
    (ctx, self) => fromJson(poolSnapshot(ctx as RunContext, (self as HarnPool).made) as Json),
  ],
]);

function* submit(ctx: RunContext, pool: PoolSnapshot, [fn, options]: List): Steps {
  if (!isFunction(fn as Value)) {
    throw wrong.argument({
      builtin: 'pool.submit',
      detail: `closure is required, got ${typeOf(fn ?? null)}`,
    });
  }
  const given = optionsOf<SubmitOptions>(options);
  return fromJson((yield* poolSubmit(ctx, pool, dataHandler(fn as HarnFunction), given)) as Json);
}

export function poolRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'agent.pool_create(options: any?) -> any',
      {
        doc: 'Makes a pool: `{name?, max_concurrent?, queue?, backpressure?}`. Submit with `pool.submit(closure, options?)`.',
        effect: 'ambient',
        aliases: ['pool_create'],
      },
      (ctx: Ctx, ...args: Value[]) => {
        const [options] = withoutHandle(args);
        return new HarnPool(poolCreate(ctx as RunContext, optionsOf<PoolOptions>(options)));
      },
    ),
    builtin(
      'agent.pool_get(name_or_id: any) -> any',
      {
        doc: 'A pool of this run by name or id; nil when there is none.',
        effect: 'ambient',
        aliases: ['pool_get'],
      },
      (ctx: Ctx, ...args: Value[]) => {
        const [name] = withoutHandle(args);
        const found = poolGet(ctx as RunContext, display(name ?? null));
        return found === null ? null : new HarnPool(found);
      },
    ),
    builtin(
      'agent.pool_list() -> list',
      {
        doc: 'The pools of this run as dicts, in the order they were made.',
        effect: 'ambient',
        aliases: ['pool_list'],
      },
      (ctx: Ctx) => fromJson([...poolList(ctx as RunContext)] as Json),
    ),
    builtin(
      'agent.pool_wait(task: any) -> any',
      {
        doc: 'Waits for a task, or for every task of a list, and gives what came of it. A failure does not throw.',
        effect: 'wait',
        aliases: ['pool_wait'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [task] = withoutHandle(args);
        const run = ctx as RunContext;
        if (isList(task as Value)) {
          const refs = (task as List).map((each) => toData(each) as PoolTaskRef);
          return fromJson([...(yield* poolWaitAll(run, refs))] as Json);
        }
        return fromJson((yield* poolWait(run, toData(task) as PoolTaskRef)) as Json);
      },
    ),
  ];
}

/** Functions that grew a leading handle take both shapes. */
function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}
