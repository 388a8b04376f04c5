// Waiting for a person: until the question is resolved or its time is up, noticing answers of other processes.
import { awaitNews, type EffectEnv } from '../run/index.ts';
import {
  expireQuestion,
  type QuestionRow,
  questionIndex,
  showQuestion,
} from './question-record.ts';
import { watchQuestion } from './question-watch.ts';

/** Resolves with the question once it is not open any more; rejects when the call is given up. */
export async function awaitAnswer(
  env: EffectEnv,
  id: string,
  dueMs: number | undefined,
): Promise<QuestionRow> {
  const store = await env.store();
  await store.declare(questionIndex);
  return awaitNews(env, {
    watch: () => watchQuestion(store, id),
    look: async () => {
      const row = await showQuestion(store, id);
      return row.status === 'open' ? undefined : row;
    },
    expire: (nowMs) => expireQuestion(store, id, nowMs),
    dueMs,
    parks: true,
  });
}
