// The policy `ask`: a mutation cut off between intent and result waits for a person's word, and follows it.
import { expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { defineEffect, journalErrors, type RunBody, runErrors } from '../run/index.ts';
import { endOf, type Life, live, memoryStore, openQuestion, spin } from './human-run.fixture.ts';
import { answerQuestion, listQuestions } from './question-record.ts';

const never = new Promise<never>(() => undefined);

/** What was done outside, and whether the process of the moment still lives. */
interface World {
  alive: boolean;
  sent: number;
}

const sendOf = (world: World) =>
  defineEffect(
    { name: 'mail.send', class: 'mutation', access: 'mutate', onUnknown: 'ask' },
    async (_env, _to: string): Promise<Json> => {
      if (!world.alive) return never;
      world.sent += 1;
      for (let i = 0; i < 5; i += 1) await new Promise((ok) => setImmediate(ok));
      return world.alive ? { receipt: world.sent } : never;
    },
  );

function bodyOf(world: World): RunBody {
  const send = sendOf(world);
  return (ctx) => ctx.perform(send, ['ada@example.org']);
}

/** A run whose process died while the mail was being sent. */
async function cutOff(world: World, store: Store): Promise<string> {
  const life = await live(bodyOf(world), {
    store,
    killAfter: 1,
    onKill: () => {
      world.alive = false;
    },
  });
  await spin(60);
  expect(world).toEqual({ alive: false, sent: 1 });
  return life.run.id;
}

async function again(world: World, store: Store, runId: string): Promise<Life> {
  world.alive = true;
  return live(bodyOf(world), { store, resume: runId });
}

it.each([
  ['done', null, 1],
  ['{"done": {"receipt": 7}}', { receipt: 7 }, 1],
  ['not done', { receipt: 2 }, 2],
  ['not_done', { receipt: 2 }, 2],
  ['give up', journalErrors.$code('outcomeUnknown'), 1],
])('follows the answer %j', async (answer, end, sent) => {
  const store = await memoryStore();
  const world = { alive: true, sent: 0 };
  const runId = await cutOff(world, store);
  const life = await again(world, store, runId);
  const question = await openQuestion(store);
  expect(question.prompt).toContain('mail.send (ada@example.org) was cut off');
  await answerQuestion(store, question.request_id, { answer, nowMs: 1 });
  expect(await endOf(life)).toEqual(end);
  expect(world.sent).toBe(sent);
  expect(await store.timersOf(runId)).toHaveLength(0);
});

it('asks once over several lives, parks meanwhile, and refuses what is no answer', async () => {
  const store = await memoryStore();
  const world = { alive: true, sent: 0 };
  const runId = await cutOff(world, store);
  for (let life = 0; life < 3; life += 1) {
    const next = await again(world, store, runId);
    next.run.parkForPeople();
    expect(await endOf(next)).toBe('parked');
  }
  const questions = await listQuestions(store);
  expect(questions).toHaveLength(1);
  const id = questions[0]?.request_id ?? '';
  await expect(answerQuestion(store, id, { answer: 'perhaps', nowMs: 1 })).rejects.toThrow(
    'is no answer',
  );
  await answerQuestion(store, id, { answer: 'done', nowMs: 1 });
  expect(await endOf(await again(world, store, runId))).toBeNull();
  expect(world.sent).toBe(1);
});

it('asks anew when it is cut off again after it was done again', async () => {
  const store = await memoryStore();
  const world = { alive: true, sent: 0 };
  const runId = await cutOff(world, store);
  const first = await again(world, store, runId);
  const question = await openQuestion(store);
  await first.run.park('test');
  await answerQuestion(store, question.request_id, { answer: 'not done', nowMs: 1 });
  world.alive = true;
  await live(bodyOf(world), {
    store,
    resume: runId,
    killAfter: 2,
    onKill: () => {
      world.alive = false;
    },
  });
  await spin(100);
  expect(world).toEqual({ alive: false, sent: 2 });
  const third = await again(world, store, runId);
  const another = await openQuestion(store);
  expect(another.request_id).not.toBe(question.request_id);
  await answerQuestion(store, another.request_id, { answer: 'done', nowMs: 1 });
  expect(await endOf(third)).toBeNull();
  expect(world.sent).toBe(2);
});

it('withdraws the question when the run is cancelled meanwhile', async () => {
  const store = await memoryStore();
  const world = { alive: true, sent: 0 };
  const runId = await cutOff(world, store);
  const life = await again(world, store, runId);
  const { request_id } = await openQuestion(store);
  life.run.cancel('enough');
  expect(await endOf(life)).toBe(runErrors.$code('cancelled'));
  expect(await listQuestions(store)).toMatchObject([{ request_id, status: 'cancelled' }]);
});

it('is refused before anything happens where nobody can be asked', async () => {
  const store = await memoryStore();
  const world = { alive: true, sent: 0 };
  const life = await live(bodyOf(world), { store, withoutPeople: true });
  expect(await endOf(life)).toBe(runErrors.$code('askNeedsQuestions'));
  expect(world.sent).toBe(0);
});
