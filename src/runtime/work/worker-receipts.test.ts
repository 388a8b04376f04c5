// A signed receipt for every suspension and every resumption, whoever asked for it.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import {
  createFinisher,
  finishCallback,
  lifecycleKey,
  lifecycleRoot,
  settlementDeciderKey,
  unsettledHubKey,
} from '../lifecycle/index.ts';
import type { RunBody, RunContext, RunResult, Suspending } from '../run/index.ts';
import {
  receiptsSnapshot,
  resumeAgent,
  spawnAgent,
  suspendAgent,
  suspendSelf,
  verifyReceipt,
  waitAgent,
  workerCheckpoint,
} from './index.ts';
import {
  body,
  live,
  newHost,
  newStore,
  newWorld,
  pauses,
  turnConfig,
  turnKind,
  until,
} from './worker-run.fixture.ts';

/** Kind and initiator of every receipt of the run, all of them verified. */
function seen(ctx: RunContext): readonly string[] {
  return receiptsSnapshot(ctx).map(({ kind, payload }) => {
    verifyReceipt(ctx, kind, payload);
    return `${kind.split('_')[0]} ${String(payload['initiator'] ?? payload['decided_by'])}`;
  });
}

async function receiptsOf(
  program: (ctx: RunContext) => Suspending<unknown>,
  more: Parameters<typeof live>[1] = {},
): Promise<readonly string[]> {
  const run: RunBody = function* (ctx) {
    yield* program(ctx);
    yield* pauses(ctx, 4);
    return seen(ctx) as unknown as Json;
  };
  const { result } = await live(run, { kinds: [turnKind(newWorld())], ...more });
  return resultOf(await result) as readonly string[];
}

function resultOf(result: RunResult): Json {
  if (result.status === 'broken') throw result.error;
  if (result.status !== 'settled' || !result.main.ok) throw new Error(result.status);
  return result.main.value as Json;
}

function* parked(ctx: RunContext, options: Json = null): Suspending<string> {
  const handle = yield* spawnAgent(ctx, turnConfig('w', 20));
  yield* pauses(ctx, 3);
  yield* suspendAgent(ctx, handle, 'overnight', options);
  yield* waitAgent(ctx, handle);
  return String(handle['id']);
}

describe('a signed receipt is left by', () => {
  it.each(['parent', 'operator', 'triggered'])(
    'a suspension and a resumption by %s',
    async (who) => {
      const kinds = await receiptsOf(function* (ctx) {
        const id = yield* parked(ctx, { initiator: who });
        yield* resumeAgent(ctx, id, { input: 'go', initiator: who });
      });
      expect(kinds).toEqual([`suspension ${who}`, `resumption ${who}`]);
    },
  );

  it('a body that suspends itself', async () => {
    const kinds = await receiptsOf(function* (ctx) {
      const own = body(function* (inner) {
        yield* suspendSelf(inner, 'needs a person');
        return yield* workerCheckpoint(inner);
      });
      const handle = yield* spawnAgent(ctx, { name: 'w', task: 't' }, { body: own });
      yield* waitAgent(ctx, handle);
    });
    expect(kinds).toEqual(['suspension self']);
  });

  it('a kind that parks of its own accord', async () => {
    const shy = {
      mode: 'sub_agent',
      *run() {
        yield* [];
        return { status: 'parked', payload: null } as const;
      },
    };
    const kinds = await receiptsOf(
      function* (ctx) {
        yield* waitAgent(ctx, yield* spawnAgent(ctx, turnConfig('w')));
      },
      { kinds: [shy] },
    );
    expect(kinds).toEqual(['suspension self']);
  });

  it('a worker that is born parked', async () => {
    const kinds = await receiptsOf(function* (ctx) {
      const options = { resume_when: { on_event: 'start' } };
      yield* spawnAgent(ctx, turnConfig('w', 1, { options }));
    });
    expect(kinds).toEqual(['suspension parent']);
  });

  it('a resumption by time', async () => {
    const host = newHost();
    const kinds = receiptsOf(
      function* (ctx) {
        yield* parked(ctx, { conditions: { timeout: { duration_minutes: 5 } } });
        yield* ctx.block('the timeout', (resume) =>
          ctx.get(unsettledHubKey).onChange(() => {
            if (seen(ctx).length === 2) resume({ ok: true, value: null });
          }),
        );
      },
      { host },
    );
    await until(() => false, 200);
    host.clock.advance(300_000);
    expect(await kinds).toEqual(['suspension operator', 'resumption timeout']);
  });

  it('a settlement that resumes', async () => {
    const store = await newStore();
    let kinds: readonly string[] = [];
    const run: RunBody = function* (ctx) {
      const id = yield* parked(ctx);
      ctx.get(lifecycleKey).slots.run.register(
        finishCallback('settle', function* (inner) {
          yield* lifecycleRoot.spawn_settlement_agent(inner);
          kinds = seen(inner);
          return id;
        }),
      );
      return id;
    };
    const { result } = await live(run, {
      store,
      finish: createFinisher(),
      kinds: [turnKind(newWorld())],
      equip: (core) => {
        core.provide(settlementDeciderKey, {
          *decide(_ctx, items) {
            yield* [];
            return { wishes: items.map(() => ({ action: 'resume', reason: 'go on' })) };
          },
        });
      },
    });
    await result;
    expect(kinds).toEqual(['suspension operator', 'resumption drain_agent']);
  });
});
