import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import type { RunContext } from '../run/index.ts';
import { live, newStore, resultOf } from './agent-run.fixture.ts';
import { agentLoop, readSession, sessionCalls as s, toTool } from './index.ts';

const say = (content: string, role = 'user') => ({ role, content });
const inRun = <T = JsonObject>(body: (ctx: RunContext) => Json) =>
  resultOf<T>(function* (ctx) {
    yield* [];
    return body(ctx);
  });

describe('a session', () => {
  it('is opened once, grows, is trimmed and reset, and is gone when closed', async () => {
    const out = await resultOf(function* (ctx) {
      const id = s.open(ctx);
      const again = s.open(ctx, id);
      for (const text of ['one', 'two', 'three']) s.inject(ctx, id, say(text));
      const kept = s.trim(ctx, id, 2);
      const snapshot = s.snapshot(ctx, id);
      s.reset(ctx, id);
      const length = s.length(ctx, id);
      yield* s.close(ctx, id);
      return { same: id === again, kept, snapshot, length, exists: s.exists(ctx, id) } as Json;
    });
    expect(out).toMatchObject({
      same: true,
      kept: 2,
      snapshot: { messages: [say('two'), say('three')], length: 2, parent_id: null, child_ids: [] },
      length: 0,
      exists: false,
    });
  });

  it('is forked with its history, whole or in part, and both sides know of each other', async () => {
    const out = await inRun((ctx) => {
      s.open(ctx, 'root');
      s.inject(ctx, 'root', say('shared'));
      s.inject(ctx, 'root', say('more', 'assistant'));
      s.fork(ctx, 'root', 'child');
      s.fork_at(ctx, 'child', 1, 'grandchild');
      s.inject(ctx, 'root', say('root only'));
      return {
        lengths: ['root', 'child', 'grandchild'].map((id) => s.length(ctx, id)),
        ancestry: s.ancestry(ctx, 'grandchild'),
        child: s.snapshot(ctx, 'child'),
        branched: s.snapshot(ctx, 'grandchild')?.['branched_at_event_index'] as Json,
        unknown: [s.snapshot(ctx, 'x'), s.ancestry(ctx, 'x'), s.current_id(ctx)],
      };
    });
    expect(out).toMatchObject({
      lengths: [3, 2, 1],
      ancestry: { parent_id: 'child', child_ids: [], root_id: 'root' },
      child: {
        parent_id: 'root',
        child_ids: ['grandchild'],
        metadata: { parent_session_id: 'root' },
      },
      branched: 1,
      unknown: [null, null, null],
    });
  });

  it.each<[string, (ctx: RunContext) => unknown, string]>([
    ['an unknown id', (ctx) => s.length(ctx, 'x'), "agent_session_length: unknown session id 'x'"],
    [
      'an unknown id to fork',
      (ctx) => s.fork(ctx, 'x'),
      "agent_session_fork: unknown session id 'x'",
    ],
    [
      'less than nothing',
      (ctx) => s.trim(ctx, s.open(ctx, 'a'), -1),
      'agent_session_trim: `keep_last` must be >= 0',
    ],
    [
      'a message without a role',
      (ctx) => s.inject(ctx, s.open(ctx, 'a'), { content: 'x' }),
      'string `role`',
    ],
    ['a message that is none', (ctx) => s.inject(ctx, s.open(ctx, 'a'), 'x'), 'must be a dict'],
    [
      'a fork into an id that exists',
      (ctx) => s.fork(ctx, s.open(ctx, 'a'), 'a'),
      'exists already',
    ],
  ])('refuses %s', async (_name, call, text) => {
    const ended = inRun((ctx) => {
      call(ctx);
      return null;
    });
    await expect(ended).rejects.toThrow(text);
  });

  it('that was not used for long makes room for a new one', async () => {
    const out = await inRun<boolean[]>((ctx) => {
      for (let i = 0; i < 128; i += 1) s.open(ctx, `s${i}`);
      s.length(ctx, 's0');
      s.open(ctx, 'one more');
      return [s.exists(ctx, 's0'), s.exists(ctx, 's1'), s.exists(ctx, 'one more')];
    });
    expect(out).toEqual([true, false, true]);
  });

  it('that no loop has used writes nothing', async () => {
    const store = await newStore();
    await live({
      store,
      body: function* (ctx) {
        yield* s.close(ctx, s.open(ctx, 'quiet'));
        return null;
      },
    });
    expect(await store.topics()).toEqual([]);
  });

  it('is free again when the task that drove it was dropped in the middle, and is written when it is closed', async () => {
    const store = await newStore();
    const stuck = toTool(
      { name: 'stuck', description: '', mutates: false },
      { kind: 'native', run: () => new Promise<Json>(() => undefined) },
    );
    const out = await resultOf(
      function* (ctx) {
        s.open(ctx, 's');
        const options = { session_id: 's' };
        const task = ctx.startTask(ctx.task.nextGroup('driver'), (inner) =>
          agentLoop(inner, 'one', null, options, { tools: [stuck] }),
        );
        yield* ctx.perform(clockEffects.sleep_ms, [1000]);
        ctx.run.scheduler.drop(task);
        s.inject(ctx, 's', say('aside'));
        const { text } = yield* agentLoop(ctx, 'two', null, options);
        s.inject(ctx, 's', say('at last'));
        yield* s.close(ctx, 's', 'left');
        return { text };
      },
      { store, mocks: [{ tool_calls: [{ name: 'stuck', arguments: {} }] }, { text: 'done' }] },
    );
    expect(out).toEqual({ text: 'done' });
    const kept = await readSession(store, 's');
    const texts = kept?.transcript.messages.toArray().map(({ content }) => content);
    expect(texts).toEqual(['one', 'aside', 'two', 'done', 'at last']);
    expect(kept?.status).toBe('left');
  });

  it('is read from the store as it was last said, with what was cut and injected in between', async () => {
    const store = await newStore();
    const life = await live({
      store,
      mocks: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
      body: function* (ctx) {
        yield* agentLoop(ctx, 'first', null, { session_id: 's' });
        s.inject(ctx, 's', say('aside'));
        yield* agentLoop(ctx, 'second', null, { session_id: 's' });
        s.trim(ctx, 's', 2);
        yield* agentLoop(ctx, 'third', null, { session_id: 's' });
        const last = s.snapshot(ctx, 's');
        yield* s.close(ctx, 's', 'finished');
        return last as Json;
      },
    });
    const kept = await readSession(store, 's');
    expect(kept).toMatchObject({ run_id: life.run.id, status: 'finished' });
    expect(kept?.transcript.messages.toArray().map(({ content }) => content)).toEqual([
      'second',
      'two',
      'third',
      'three',
    ]);
    expect(await readSession(store, 's', { runId: 'other' })).toBeUndefined();
  });
});
