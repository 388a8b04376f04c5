// What restricts the start of work, for work that another run goes on with, and what of a scope reaches tasks of pools.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { type CommandPolicy, commandPolicies } from '../boundary/index.ts';
import { ExecutionScope, type RunContext, SpendAccount, type Suspending } from '../run/index.ts';
import {
  budgetLeft,
  codeSourceKey,
  poolCreate,
  poolResult,
  poolSubmit,
  resumeAgent,
  spawnAgent,
  underPolicy,
  type WorkerKind,
  waitAgent,
} from './index.ts';
import { body, type LifeOptions, newStore, resultOf } from './worker-run.fixture.ts';

const hook = body(function* () {});
const policy = (more: Partial<CommandPolicy> = {}): CommandPolicy => ({
  ...commandPolicies.readRules({ deny_patterns: ['rm *'] }),
  pre: undefined,
  post: undefined,
  ...more,
});

/** What restricts a place. */
function seen(ctx: RunContext): Json {
  const { policies } = commandPolicies.save(ctx, { refOf: () => 1, hook: () => undefined });
  return {
    env: ctx.authority.allows({ name: 'env.get', access: 'read' }),
    clock: ctx.authority.allows({ name: 'clock.now_ms', access: 'read' }),
    patterns: policies.map(({ deny_patterns: patterns = null }) => patterns),
    roots: ctx.scope.roots as Json,
    policy: ctx.scope.policy,
    session: ctx.scope.mutation?.['session_id'] ?? null,
    left: budgetLeft(ctx).left ?? null,
  };
}

const lookKind: WorkerKind = {
  mode: 'look',
  *run(ctx) {
    yield* [];
    return { status: 'completed', payload: seen(ctx) };
  },
};

const later = { task: 't', mode: 'look', options: { resume_when: { on_event: 'never' } } };

/** Starts a worker that waits, in a run of its own; its id. */
async function parked(
  start: (ctx: RunContext) => Suspending<JsonObject>,
  store: Awaited<ReturnType<typeof newStore>>,
  options: LifeOptions = {},
): Promise<string> {
  const id = await resultOf(
    function* (ctx) {
      return (yield* start(ctx))['id'] as string;
    },
    { store, kinds: [lookKind], ...options },
  );
  return String(id);
}

function* resumed(ctx: RunContext, id: string): Suspending<JsonObject> {
  yield* resumeAgent(ctx, id, 'go on');
  return (yield* waitAgent(ctx, id))['result'] as JsonObject;
}

describe('a worker that another run goes on with', () => {
  it('is under what it was started under', async () => {
    const store = await newStore();
    const id = await parked(function* (ctx) {
      commandPolicies.push(ctx, policy());
      const narrow = ctx.withAuthority(ctx.authority.without(['env'], 'a test'));
      return yield* spawnAgent(narrow, {
        ...later,
        without: ['clock'],
        policy: { tools: ['read'], workspace_roots: ['/'] },
      });
    }, store);
    const result = await resultOf((ctx) => resumed(ctx, id), { store, kinds: [lookKind] });
    expect(result).toMatchObject({
      env: false,
      clock: false,
      patterns: [['rm *']],
      roots: [['/']],
      policy: { tools: ['read'] },
    });
  });

  it('is under what restricts whoever goes on with it, too', async () => {
    const store = await newStore();
    const id = await parked((ctx) => spawnAgent(ctx, later), store);
    const result = await resultOf(
      function* (ctx) {
        commandPolicies.push(ctx, policy());
        const narrow = underPolicy(ctx, { tools: ['read'], workspace_roots: ['/'] });
        return yield* resumed(
          narrow.withAuthority(narrow.authority.without(['env'], 'a test')),
          id,
        );
      },
      { store, kinds: [lookKind] },
    );
    expect(result).toMatchObject({
      env: false,
      clock: true,
      patterns: [['rm *']],
      roots: [['/']],
      policy: { tools: ['read'] },
    });
  });

  it('is not loaded by who may do less than it', async () => {
    const store = await newStore();
    const id = await parked(
      (ctx) => spawnAgent(ctx, { ...later, tools: ['read', 'write'] }),
      store,
    );
    const narrow = resultOf((ctx) => resumed(underPolicy(ctx, { tools: ['read'] }), id), {
      store,
      kinds: [lookKind],
    });
    await expect(narrow).rejects.toThrow('requested tools exceed host ceiling: write');
  });

  it('needs the hooks of its command policies', async () => {
    const fn = () => undefined;
    const source = (known: boolean) => ({
      refOf: () => ({ fn: 'hook' }),
      body: () => undefined,
      callback: () => (known ? hook : undefined),
      tool: () => undefined,
    });
    const store = await newStore();
    const start = (pre: CommandPolicy['pre']) =>
      parked(
        function* (ctx) {
          commandPolicies.push(ctx, policy({ pre }));
          return yield* spawnAgent(ctx, later);
        },
        store,
        { equip: (core) => core.provide(codeSourceKey, { source: source(true) }) },
      );
    const goOn = (id: string, known: boolean) =>
      resultOf((ctx) => resumed(ctx, id), {
        store,
        kinds: [lookKind],
        equip: (core) => core.provide(codeSourceKey, { source: source(known) }),
      });
    const found = await start({ ...hook, fn });
    expect(await goOn(found, true)).toMatchObject({ patterns: [['rm *']] });
    const gone = await start({ ...hook, fn });
    await expect(goOn(gone, false)).rejects.toThrow('the hook `pre` of its command policy');
    const closure = await start(hook);
    await expect(goOn(closure, true)).rejects.toThrow('the hook `pre` of its command policy');
  });
});

describe('a task of a pool', () => {
  it('is paid by, audited and approved as whoever submits it', async () => {
    const result = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const scope = ExecutionScope.root.with({
        account: new SpendAccount(undefined, 40),
        mutation: { session_id: 's' },
        roots: ['/in'],
        policy: { approval_policies: [{ require_approval: ['*'] }] },
      });
      const look = {
        ...body(function* (inner) {
          yield* [];
          return seen(inner);
        }),
      };
      const task = yield* poolSubmit(ctx.withScope(scope), 'p', look);
      return yield* poolResult(ctx, task);
    });
    expect(result).toMatchObject({
      left: 40,
      session: 's',
      roots: [['/in']],
      policy: { approval_policies: [{ require_approval: ['*'] }] },
    });
  });
});
