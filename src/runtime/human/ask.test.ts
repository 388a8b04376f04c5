// Questions of runs: asked once and durably, answered by anyone, whatever becomes of the process in between.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import { testClockEffects } from '../io/index.ts';
import { loadRecord, type RunBody, type RunContext, runIndex } from '../run/index.ts';
import { type AskOptions, askUser, hitlPending } from './ask.ts';
import { humanErrors } from './errors.ts';
import { endOf, live, memoryStore, openQuestion, spin } from './human-run.fixture.ts';
import { humanQuestionsSection } from './index.ts';
import { answerQuestion, listQuestions, questionIndex, showQuestion } from './question-record.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-human-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

const asks =
  (prompt: string, options: AskOptions = {}): RunBody =>
  (ctx) =>
    askUser(ctx, prompt, options);

async function kindsOf(store: Store): Promise<readonly string[]> {
  return (await store.read('hitl.questions')).map(({ kind }) => kind);
}

async function sqlitePair(): Promise<readonly [Store, Store]> {
  files += 1;
  const url = join(directory, `${files}.sqlite`);
  const projections = [runIndex, questionIndex];
  return [await openStore({ url, projections }), await openStore({ url, projections })];
}

describe('a question', () => {
  it('is durable before anyone waits, and a live run notices the answer', async () => {
    const store = await memoryStore();
    const life = await live(asks('Ship it?'), { store });
    const question = await openQuestion(store);
    expect(question).toMatchObject({
      prompt: 'Ship it?',
      run_id: life.run.id,
      agent: 'asker',
      request_kind: 'question',
      status: 'open',
    });
    const [event] = await store.read('hitl.questions');
    expect(event).toMatchObject({
      kind: 'hitl.question_asked',
      headers: { request_id: question.request_id, run_id: life.run.id },
      payload: { kind: 'question', agent: 'asker', payload: { prompt: 'Ship it?', schema: null } },
    });
    expect(await store.timersOf(life.run.id)).toHaveLength(1);
    await answerQuestion(store, question.request_id, { answer: 'yes', reviewer: 'ada', nowMs: 5 });
    expect(await endOf(life)).toBe('yes');
    expect(await store.timersOf(life.run.id)).toHaveLength(0);
    expect(await kindsOf(store)).toEqual(['hitl.question_asked', 'hitl.response_received']);
  });

  it('is answered by another process over the same database', async () => {
    const [mine, other] = await sqlitePair();
    const life = await live(asks('Who?'), { store: mine });
    const { request_id } = await openQuestion(other);
    await answerQuestion(other, request_id, { answer: 'Grace', nowMs: 1 });
    expect(await endOf(life)).toBe('Grace');
    await mine.close();
    await other.close();
  });

  it('takes the first of two answers and refuses the second by code', async () => {
    const [mine, other] = await sqlitePair();
    const life = await live(asks('Which?'), { store: mine });
    const { request_id: id } = await openQuestion(other);
    const settled = await Promise.allSettled([
      answerQuestion(mine, id, { answer: 'left', reviewer: 'l', nowMs: 1 }),
      answerQuestion(other, id, { answer: 'right', reviewer: 'r', nowMs: 1 }),
    ]);
    const refused = settled.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: humanErrors.$code('alreadyClosed') });
    const row = await showQuestion(other, id);
    expect(await endOf(life)).toBe(row.answer);
    expect(await kindsOf(mine)).toEqual(['hitl.question_asked', 'hitl.response_received']);
    await mine.close();
    await other.close();
  });

  it('gives its default when nobody answers in time, and the late answer is refused', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(asks('Now?', { timeout: '30m', default: 'later' }), { store, host });
    const { request_id: id } = await openQuestion(store);
    await spin();
    host.clock.advance(30 * 60_000);
    expect(await endOf(life)).toBe('later');
    expect(await kindsOf(store)).toEqual(['hitl.question_asked', 'hitl.timeout']);
    const late = answerQuestion(store, id, { answer: 'now', nowMs: host.clock.nowMs() });
    await expect(late).rejects.toMatchObject({ code: humanErrors.$code('alreadyClosed') });
  });

  it('without a default fails with a code when nobody answers in time', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(asks('Now?', { timeout: 1000 }), { store, host });
    await openQuestion(store);
    await spin();
    host.clock.advance(1000);
    expect(await endOf(life)).toBe(humanErrors.$code('timeout'));
  });

  it('cannot be answered after its time even when its run sleeps in the store', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(asks('Now?', { timeout: '1h', default: 0 }), { store, host });
    const { request_id: id } = await openQuestion(store);
    await life.run.park('test');
    host.clock.advance(3_600_000);
    const late = answerQuestion(store, id, { answer: '9', nowMs: host.clock.nowMs() });
    await expect(late).rejects.toMatchObject({ code: humanErrors.$code('alreadyClosed') });
    const next = await live(asks('Now?', { timeout: '1h', default: 0 }), {
      store,
      host,
      resume: life.run.id,
    });
    expect(await endOf(next)).toBe(0);
    expect(await kindsOf(store)).toEqual(['hitl.question_asked', 'hitl.timeout']);
  });

  it.each([
    ['9', { default: 0 }, 9],
    ['yes', { default: false }, true],
    ['[1, 2]', { default: [] }, [1, 2]],
    ['nine', { default: 0 }, 'nine'],
    ['9', {}, '9'],
    ['7', { schema: { type: 'integer' } }, 7],
    ['no', { schema: { type: 'boolean' } }, false],
    [' b ', { schema: { enum: ['a', 'b'] } }, 'b'],
    ['{"answer":"Ada"}', { schema: { type: 'object', required: ['answer'] } }, { answer: 'Ada' }],
  ])('reads the typed answer %j by %j as %j', async (typed, options, value) => {
    const store = await memoryStore();
    const life = await live(asks('?', options as AskOptions), { store });
    const { request_id } = await openQuestion(store);
    await answerQuestion(store, request_id, { answer: typed, nowMs: 1 });
    expect(await endOf(life)).toEqual(value);
  });

  it('stays open when the answer does not fit its schema', async () => {
    const store = await memoryStore();
    const life = await live(asks('How many?', { schema: { type: 'integer' } }), { store });
    const { request_id } = await openQuestion(store);
    const wrong = answerQuestion(store, request_id, { answer: 'many', nowMs: 1 });
    await expect(wrong).rejects.toMatchObject({ code: humanErrors.$code('badAnswer') });
    await answerQuestion(store, request_id, { answer: 3, nowMs: 1 });
    expect(await endOf(life)).toBe(3);
  });

  it('is withdrawn when its task is dropped, and the journal says so', async () => {
    const store = await memoryStore();
    const life = await live(
      function* (ctx) {
        const task = ctx.startTask('asking', (child) => askUser(child, 'Anyone?'));
        yield* ctx.perform(testClockEffects.clock_reset, []);
        yield* askUser(ctx, 'First?');
        ctx.run.scheduler.drop(task);
        return 'gone';
      },
      { store },
    );
    await spin();
    const open = await listQuestions(store, { status: 'open' });
    expect(open.map(({ prompt }) => prompt).sort()).toEqual(['Anyone?', 'First?']);
    const first = open.find(({ prompt }) => prompt === 'First?')?.request_id ?? '';
    const dropped = open.find(({ prompt }) => prompt === 'Anyone?')?.request_id ?? '';
    await answerQuestion(store, first, { answer: 'x', nowMs: 1 });
    expect(await endOf(life)).toBe('gone');
    expect(await showQuestion(store, dropped)).toMatchObject({ status: 'cancelled' });
    const late = answerQuestion(store, dropped, { answer: 'me', nowMs: 1 });
    await expect(late).rejects.toMatchObject({ code: humanErrors.$code('alreadyClosed') });
    expect(await store.timersOf(life.run.id)).toHaveLength(0);
  });

  it('is in the record of its run', async () => {
    const store = await memoryStore();
    const life = await live(asks('Recorded?'), { store });
    const { request_id } = await openQuestion(store);
    await answerQuestion(store, request_id, { answer: 'y', nowMs: 1 });
    const result = await life.done;
    const folded = await loadRecord(store, life.run.id, [humanQuestionsSection]);
    expect(folded['hitl_questions']).toMatchObject([{ request_id, prompt: 'Recorded?' }]);
    expect(result.record['hitl_questions']).toEqual(folded['hitl_questions']);
  });

  it('is listed by hitl_pending with the filters a program gives', async () => {
    const store = await memoryStore();
    const first = await live(asks('one'), { store });
    await spin();
    const seen = await live((ctx) => hitlPending(ctx, { kinds: ['question'], agent: 'asker' }), {
      store,
      host: createMockHost({ seed: 2 }),
    });
    expect(await endOf(seen)).toMatchObject([
      { request_kind: 'question', prompt: 'one', approvers: [], agent: 'asker' },
    ]);
    const none = await live((ctx) => hitlPending(ctx, { kinds: ['approval'] }), {
      store,
      host: createMockHost({ seed: 3 }),
    });
    expect(await endOf(none)).toEqual([]);
    const wrong = await live((ctx) => hitlPending(ctx, { kinds: ['mail'] }), {
      store,
      host: createMockHost({ seed: 4 }),
    });
    expect(await endOf(wrong)).toBe(humanErrors.$code('badOptions'));
    await first.run.park('test');
  });
});

describe('under a mocked clock', () => {
  const body: RunBody = function* (ctx: RunContext) {
    ctx.sync(testClockEffects.clock_set, [1_000_000]);
    const value = yield* askUser(ctx, 'virtually?', { timeout: '2h', default: 'nobody' });
    const now = ctx.sync(testClockEffects.clock_advance, [0]);
    const again = yield* askUser(ctx, 'again?', { timeout: '1h', default: 'still nobody' });
    return [value, now, again];
  };

  it('a timeout passes at once and moves virtual time, also in a replay', async () => {
    const store = await memoryStore();
    const whole = await live(body, { store });
    expect(await endOf(whole)).toEqual(['nobody', 1_000_000 + 7_200_000, 'still nobody']);
    for (let commits = 1; commits <= 8; commits += 1) {
      const other = await memoryStore();
      const killed = await live(body, { store: other, killAfter: commits });
      await spin(600);
      if ((await other.latest(`runs.${killed.run.id}`)) === undefined) continue;
      const ended = (await other.read(`runs.${killed.run.id}`)).some((e) => e.kind === 'settled');
      if (ended) continue;
      const next = await live(body, { store: other, resume: killed.run.id });
      expect(await endOf(next)).toEqual(['nobody', 8_200_000, 'still nobody']);
    }
  });
});

describe('a run that only people can move', () => {
  const two: RunBody = function* (ctx) {
    const left = ctx.startTask('left', (child) => askUser(child, 'left?'));
    const right = ctx.startTask('right', (child) => askUser(child, 'right?'));
    return [yield* ctx.join(left), yield* ctx.join(right)];
  };

  it('parks when it is told to, says what it waits for, and goes on with the answers', async () => {
    const store = await memoryStore();
    const first = await live(two, { store });
    first.run.parkForPeople();
    const parked = await first.done;
    if (parked.status !== 'parked') throw new Error(parked.status);
    expect(parked.waits).toContainEqual(
      expect.objectContaining({ wait: expect.objectContaining({ prompt: 'left?' }) }),
    );
    const [a, b] = await listQuestions(store);
    await answerQuestion(store, a?.request_id ?? '', { answer: a?.prompt ?? '', nowMs: 1 });
    const second = await live(two, { store, resume: first.run.id });
    second.run.parkForPeople();
    expect(await endOf(second)).toBe('parked');
    await answerQuestion(store, b?.request_id ?? '', { answer: b?.prompt ?? '', nowMs: 1 });
    const third = await live(two, { store, resume: first.run.id });
    third.run.parkForPeople();
    expect(await endOf(third)).toEqual(['left?', 'right?']);
    expect((await kindsOf(store)).filter((kind) => kind === 'hitl.question_asked')).toHaveLength(2);
  });

  it('does not park while anything else can go on', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(
      function* (ctx) {
        const asking = ctx.startTask('asking', (child) => askUser(child, 'well?'));
        const timer = ctx.run.interrupts.push(ctx.task, 60_000, ctx.run.journal.monoMs());
        const answer = yield* ctx.join(asking);
        ctx.run.interrupts.pop(ctx.task, timer);
        return answer;
      },
      { store, host },
    );
    life.run.parkForPeople();
    await spin();
    const { request_id } = await openQuestion(store);
    await answerQuestion(store, request_id, { answer: 'yes', nowMs: 1 });
    expect(await endOf(life)).toBe('yes');
  });
});

it('asks once and uses the answer once, whichever commit its process dies at', async () => {
  const body: RunBody = function* (ctx) {
    const name = yield* askUser(ctx, 'name?');
    const size = yield* askUser(ctx, 'size?', { default: 0 });
    return { name, size };
  };
  const answers: { readonly [prompt: string]: string } = { 'name?': 'Ada', 'size?': '9' };
  let lives = 0;
  for (let commits = 0; commits < 12; commits += 1) {
    const store = await memoryStore();
    const answerAll = async () => {
      for (const { request_id, prompt } of await listQuestions(store, { status: 'open' })) {
        await answerQuestion(store, request_id, { answer: answers[prompt] ?? '', nowMs: 1 });
      }
    };
    let runId: string | undefined;
    for (let life = 0; ; life += 1) {
      const next = await live(body, {
        store,
        ...(runId === undefined ? {} : { resume: runId }),
        ...(life < 4 ? { killAfter: commits } : {}),
      });
      lives += 1;
      if (life < 4) {
        await spin(80);
        await answerAll();
        await spin(80);
      } else {
        void (async () => {
          for (let i = 0; i < 10; i += 1) {
            await spin(40);
            await answerAll();
          }
        })();
        expect(await endOf(next)).toEqual({ name: 'Ada', size: 9 });
        break;
      }
      const journal = await store.read(`runs.${next.run.id}`);
      if (journal.length > 0) runId = next.run.id;
      if (journal.some(({ kind }) => kind === 'settled')) {
        expect(await endOf(next)).toEqual({ name: 'Ada', size: 9 });
        break;
      }
    }
    expect([...(await kindsOf(store))].sort()).toEqual([
      'hitl.question_asked',
      'hitl.question_asked',
      'hitl.response_received',
      'hitl.response_received',
    ]);
  }
  expect(lives).toBeGreaterThan(12);
});
