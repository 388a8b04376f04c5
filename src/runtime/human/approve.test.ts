// Approvals of runs: quorum, dual control and escalations, decided by people in any process, whatever becomes of the asker.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import { capabilityErrors, loadRecord, type RunBody } from '../run/index.ts';
import { type ApprovalOptions, dualControl, escalateTo, requestApproval } from './approve.ts';
import { hitlPending } from './ask.ts';
import { humanErrors } from './errors.ts';
import { endOf, live, memoryStore, openQuestion, spin } from './human-run.fixture.ts';
import { humanQuestionsSection } from './index.ts';
import { answerQuestion, listQuestions, showQuestion } from './question-record.ts';
import { respondToRequest } from './request-record.ts';

const asks =
  (options: ApprovalOptions = {}): RunBody =>
  (ctx) =>
    requestApproval(ctx, 'deploy', options);
const yes = (reviewer: string, reason?: string) => ({ approved: true, reviewer, reason, nowMs: 5 });
const no = (reviewer: string, reason?: string) => ({ approved: false, reviewer, reason, nowMs: 5 });
const code = (name: Parameters<typeof humanErrors.$code>[0]) => ({ code: humanErrors.$code(name) });

describe('a request for approval', () => {
  it('is granted when enough of its reviewers approve, each with a receipt', async () => {
    const store = await memoryStore();
    const life = await live(asks({ quorum: 2, reviewers: ['bob', 'ada', 'eve'], args: { v: 2 } }), {
      store,
    });
    const { request_id: id } = await openQuestion(store);
    const [event] = await store.read('hitl.approvals');
    expect(event).toMatchObject({
      kind: 'hitl.approval_requested',
      payload: {
        request_id: id,
        payload: {
          action: 'deploy',
          approval_request: { id, args: { v: 2 }, principal: 'asker', approvers_required: 2 },
        },
      },
    });
    await respondToRequest(store, id, yes('bob', 'looks fine'));
    expect(await showQuestion(store, id)).toMatchObject({ status: 'open', reason: 'looks fine' });
    await respondToRequest(store, id, yes('ada'));
    expect(await endOf(life)).toMatchObject({
      approved: true,
      request_id: id,
      reviewers: ['ada', 'bob'],
      approved_at: '1970-01-01T00:00:00.005Z',
      reason: 'looks fine',
      signatures: [
        { reviewer: 'bob', signature: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        { reviewer: 'ada' },
      ],
    });
    const kinds = (await store.read('hitl.approvals')).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'hitl.approval_requested',
      'hitl.response_received',
      'hitl.response_received',
      'hitl.approval_approved',
    ]);
  });

  it('counts nobody twice, no stranger and nobody without a name', async () => {
    const store = await memoryStore();
    const life = await live(asks({ quorum: 2, reviewers: ['ada', 'bob'] }), { store });
    const { request_id: id } = await openQuestion(store);
    await respondToRequest(store, id, yes('ada'));
    for (const vote of [yes('ada'), no('ada'), yes('mallory'), no('mallory'), no('')]) {
      await expect(respondToRequest(store, id, vote)).rejects.toMatchObject(code('doesNotCount'));
    }
    await expect(answerQuestion(store, id, { answer: 'yes', nowMs: 1 })).rejects.toMatchObject(
      code('needsApproval'),
    );
    expect(await showQuestion(store, id)).toMatchObject({ status: 'open' });
    await respondToRequest(store, id, yes('bob'));
    expect(await endOf(life)).toMatchObject({ reviewers: ['ada', 'bob'] });
    await expect(respondToRequest(store, id, yes('bob'))).rejects.toMatchObject(
      code('alreadyClosed'),
    );
  });

  it('is over with the first denial, whatever the quorum', async () => {
    const store = await memoryStore();
    const life = await live(asks({ quorum: 3 }), { store });
    const { request_id: id } = await openQuestion(store);
    await respondToRequest(store, id, yes('ada'));
    await respondToRequest(store, id, no('bob', 'not on a Friday'));
    const ended = await life.done;
    expect(ended).toMatchObject({
      main: {
        ok: false,
        error: {
          ...code('denied'),
          data: { reviewers: ['ada', 'bob'], reason: 'not on a Friday' },
        },
      },
    });
  });

  it('loses no vote of people who decide at the same instant', async () => {
    const store = await memoryStore();
    const life = await live(asks({ quorum: 5 }), { store });
    const { request_id: id } = await openQuestion(store);
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((who) => respondToRequest(store, id, yes(who))),
    );
    expect(await endOf(life)).toMatchObject({ reviewers: ['a', 'b', 'c', 'd', 'e'] });
  });

  it('ends with its deadline, after which nobody can approve', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(asks({ deadline: '1h' }), { store, host });
    const { request_id: id } = await openQuestion(store);
    await spin();
    host.clock.advance(3_600_000);
    expect(await endOf(life)).toBe(humanErrors.$code('timeout'));
    const late = respondToRequest(store, id, { ...yes('ada'), nowMs: host.clock.nowMs() });
    await expect(late).rejects.toMatchObject(code('alreadyClosed'));
  });

  it('is listed among what is pending, and in the record of its run', async () => {
    const store = await memoryStore();
    const life = await live(asks({ reviewers: ['ada'] }), { store });
    const { request_id } = await openQuestion(store);
    const seen = await live((ctx) => hitlPending(ctx, { kinds: ['approval'] }), {
      store,
      host: createMockHost({ seed: 2 }),
    });
    expect(await endOf(seen)).toMatchObject([
      { request_id, request_kind: 'approval', prompt: 'deploy', approvers: ['ada'] },
    ]);
    await respondToRequest(store, request_id, yes('ada'));
    await life.done;
    const record = await loadRecord(store, life.run.id, [humanQuestionsSection]);
    expect(record['hitl_questions']).toMatchObject([{ request_id, request_kind: 'approval' }]);
  });

  it.each([
    [{ quorum: 0 }],
    [{ quorum: 3, reviewers: ['ada', 'bob'] }],
    [{ reviewers: [1] as never }],
    [{ deadline: 'soon' }],
  ])('with %j is refused before anybody is asked', async (options) => {
    const store = await memoryStore();
    const life = await live(asks(options), { store });
    expect(await endOf(life)).toBe(humanErrors.$code('badOptions'));
    expect(await listQuestions(store)).toEqual([]);
  });
});

it('an approval is asked for once and used once, whichever commit its process dies at', async () => {
  let kills = 0;
  for (let commits = 1; commits < 10; commits += 1) {
    const store = await memoryStore();
    const acted: string[] = [];
    const body: RunBody = function* (ctx) {
      const { signatures } = yield* requestApproval(ctx, 'deploy', { quorum: 2 });
      const did = yield* dualControl(ctx, {
        ...{ n: 1, m: 2, name: 'drop the table', approvers: ['ada', 'bob'] },
        *act() {
          yield* [];
          acted.push('dropped');
          return 'dropped';
        },
      });
      return [signatures.length, did];
    };
    const decide = async () => {
      for (const { request_id, signatures } of await listQuestions(store, { status: 'open' })) {
        expect(acted).toEqual([]);
        const who = signatures.length === 0 ? 'ada' : 'bob';
        await respondToRequest(store, request_id, yes(who));
      }
    };
    let isDead = false;
    const first = await live(body, { store, killAfter: commits, onKill: () => (isDead = true) });
    for (let i = 0; i < 4 && !isDead; i += 1) {
      await spin(60);
      await decide();
    }
    await spin(60);
    if (!isDead) {
      expect(await endOf(first)).toEqual([2, 'dropped']);
      break;
    }
    kills += 1;
    acted.length = 0;
    const next = await live(body, { store, resume: first.run.id });
    const ended = endOf(next);
    for (let i = 0; i < 6; i += 1) {
      await spin(60);
      if (acted.length === 0) await decide();
    }
    expect(await ended, `killed after commit ${commits}`).toEqual([2, 'dropped']);
    const asked = [
      ...(await store.read('hitl.approvals')),
      ...(await store.read('hitl.dual_control')),
    ];
    expect(asked.filter(({ kind }) => kind.endsWith('_requested'))).toHaveLength(2);
    expect(asked.filter(({ kind }) => kind.endsWith('_executed'))).toHaveLength(1);
  }
  expect(kills).toBeGreaterThan(1);
});

describe('dual control', () => {
  it('does nothing that was denied', async () => {
    const store = await memoryStore();
    let acts = 0;
    const life = await live(
      (ctx) =>
        dualControl(ctx, {
          ...{ n: 2, m: 3, name: 'delete' },
          *act() {
            yield* [];
            acts += 1;
          },
        }),
      { store },
    );
    const { request_id } = await openQuestion(store);
    await respondToRequest(store, request_id, no('ada'));
    expect(await endOf(life)).toBe(humanErrors.$code('denied'));
    expect(acts).toBe(0);
  });
});

describe('an escalation', () => {
  const body: RunBody = (ctx) => escalateTo(ctx, 'admin', 'no rights');

  it('waits until somebody takes over', async () => {
    const store = await memoryStore();
    const host = createMockHost();
    const life = await live(body, { store, host });
    const { request_id, due_ms } = await openQuestion(store);
    expect(due_ms).toBe(null);
    await spin();
    host.clock.advance(90 * 86_400_000);
    await spin();
    await respondToRequest(store, request_id, yes('root'));
    expect(await endOf(life)).toMatchObject({ request_id, status: 'accepted', reviewer: 'root' });
    const kinds = (await store.read('hitl.escalations')).map(({ kind }) => kind);
    expect(kinds).toEqual(['hitl.escalation_issued', 'hitl.escalation_accepted']);
  });

  it('that is refused is an error', async () => {
    const store = await memoryStore();
    const life = await live(body, { store });
    const { request_id } = await openQuestion(store);
    await respondToRequest(store, request_id, no('root', 'do it yourself'));
    expect(await endOf(life)).toBe(humanErrors.$code('denied'));
  });
});

describe('a run that may not make one of the calls', () => {
  it('still may make the others', async () => {
    const store = await memoryStore();
    const body: RunBody = function* (ctx) {
      const rule = ['interaction.escalate_to', 'interaction.dual_control'];
      const narrow = ctx.withAuthority(ctx.authority.without(rule, 'the test'));
      const refused: unknown[] = [];
      const calls = [
        () => escalateTo(narrow, 'lead', 'help'),
        () => dualControl(narrow, { n: 1, m: 1, name: 'act', *act() {} }),
      ];
      for (const call of calls) {
        try {
          yield* call();
        } catch (error) {
          refused.push((error as { readonly code: string }).code);
        }
      }
      return [...refused, (yield* requestApproval(narrow, 'deploy')).reviewers];
    };
    const life = await live(body, { store });
    const { request_id: id } = await openQuestion(store);
    await respondToRequest(store, id, yes('ada'));
    const denied = capabilityErrors.$code('denied');
    expect(await endOf(life)).toEqual([denied, denied, ['ada']]);
  });
});
