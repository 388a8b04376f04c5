// Messages between runs: order, answers, pause, generations, competition, kills.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { clockEffects } from '../io/index.ts';
import { journalTopic, type RunBody, type RunContext, type Suspending } from '../run/index.ts';
import { workflowMessages, workflowTarget, workflowUpdate } from './messages.ts';
import { live, newStore, resultOf, returnedBy } from './workflow-run.fixture.ts';

const {
  signal,
  query,
  publish_query,
  receive,
  respond_update,
  pause,
  resume,
  status,
  continue_as_new,
} = workflowMessages;

describe('a mailbox', () => {
  it('gives messages in order, once each, and keeps the last published value', async () => {
    const body: RunBody = function* (ctx) {
      yield* ctx.perform(signal, ['w', 'one', { n: 1 }]);
      yield* ctx.perform(pause, ['w']);
      yield* ctx.perform(publish_query, ['w', 'pct', 40]);
      yield* ctx.perform(publish_query, ['w', 'pct', 42]);
      const taken: Json[] = [];
      for (let i = 0; i < 3; i += 1) taken.push(yield* ctx.perform(receive, ['w']));
      const pct = yield* ctx.perform(query, ['w', 'pct']);
      const paused = yield* ctx.perform(status, ['w']);
      const resumed = yield* ctx.perform(resume, ['w']);
      const next = yield* ctx.perform(continue_as_new, ['w']);
      const other = yield* ctx.perform(status, ['x']);
      return { taken, pct, paused, resumed, next, other } as Json;
    };
    expect(await resultOf(body)).toMatchObject({
      taken: [
        { kind: 'signal', name: 'one', payload: { n: 1 } },
        { kind: 'control', name: 'pause' },
        null,
      ],
      pct: 42,
      paused: { paused: true, pending_count: 0, query_count: 1 },
      resumed: { paused: false, pending_count: 1 },
      next: { workflow_id: 'w', generation: 2 },
      other: { generation: 1, pending_count: 0 },
    });
  });

  it('hands an answer to the update that asked, and no answer in time is an error', async () => {
    const answered: RunBody = function* (ctx) {
      const asker = ctx.startTask('asker', (inner) => workflowUpdate(inner, 'w', 'budget', 10));
      let message: JsonObject | null = null;
      while (message === null) {
        yield* ctx.perform(clockEffects.sleep_ms, [50]);
        message = yield* ctx.perform(receive, ['w']);
      }
      yield* ctx.perform(respond_update, ['w', String(message['request_id']), { ok: true }]);
      return (yield* ctx.join(asker)) as Json;
    };
    expect(await resultOf(answered)).toEqual({ ok: true });
    const alone: RunBody = (ctx) => workflowUpdate(ctx, 'w', 'budget', 10, 1500);
    await expect(resultOf(alone)).rejects.toMatchObject({ code: 'HARN-WFL-017' });
    const wrong: RunBody = (ctx) =>
      ctx.perform(respond_update, ['w', 'none', 1]) as Suspending<Json>;
    await expect(resultOf(wrong)).rejects.toMatchObject({ code: 'HARN-WFL-018' });
  });

  it('gives every message to one of those who take them beside each other', async () => {
    const body: RunBody = function* (ctx) {
      for (let n = 0; n < 6; n += 1) yield* ctx.perform(signal, ['w', 's', n]);
      const take = function* (inner: RunContext): Suspending<Json> {
        const got: Json[] = [];
        for (let i = 0; i < 2; i += 1)
          got.push((yield* inner.perform(receive, ['w']))?.['payload'] ?? null);
        return got;
      };
      const tasks = [0, 1, 2].map((n) => ctx.startTask(`t${n}`, take));
      const all: Json[] = [];
      for (const task of tasks) all.push(...((yield* ctx.join(task)) as Json[]));
      return all;
    };
    expect(((await resultOf(body)) as number[]).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('holds each message once however often its sender and its receiver are killed', async () => {
    const makeBody = (): RunBody =>
      function* (ctx) {
        for (const n of [1, 2]) yield* ctx.perform(signal, ['w', 's', n]);
        const first = yield* ctx.perform(receive, ['w']);
        return [first?.['payload'] ?? null, yield* ctx.perform(status, ['w'])] as Json;
      };
    let lives = 0;
    for (let n = 1; n < 40; n += 1) {
      const store = await newStore();
      const host = createMockHost();
      const first = await live(makeBody, { store, host, killAfter: n });
      if (first.result !== undefined) break;
      if ((await store.latest(journalTopic(first.run.id))) === undefined) continue;
      const second = await live(makeBody, { store, host, resume: first.run.id });
      expect(returnedBy(second), `killed after ${n}`).toMatchObject([1, { pending_count: 1 }]);
      lives += 1;
    }
    expect(lives).toBeGreaterThan(3);
  });

  it('needs a name', () => {
    expect(workflowTarget({ workflow: 'w' })).toBe('w');
    expect(() => workflowTarget({})).toThrow(expect.objectContaining({ code: 'HARN-WFL-016' }));
  });
});
