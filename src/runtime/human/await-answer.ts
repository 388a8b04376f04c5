// Waiting for a person: looks at the question's row, then for news of it (also from other processes), until the
// question is resolved or its time is up. Under a mocked clock everything else gets its turns first, then time is up.
import type { EffectEnv } from '../run/index.ts';
import {
  expireQuestion,
  type QuestionRow,
  questionIndex,
  showQuestion,
} from './question-record.ts';
import { watchQuestion } from './question-watch.ts';

/** How many turns of the event loop everything else gets before virtual time jumps. */
const VIRTUAL_TURNS = 64;
/** Timers of the host are not made for longer ones; looking again costs nothing. */
const LONGEST_LOOK_MS = 86_400_000;

/** Resolves with the question once it is not open any more; rejects when the call is given up. */
export async function awaitAnswer(
  env: EffectEnv,
  id: string,
  dueMs: number | undefined,
): Promise<QuestionRow> {
  const store = await env.store();
  await store.declare(questionIndex);
  if (env.clock.isMocked) await letOthersRun();
  // Followed before it is looked at: nothing can happen in between unnoticed.
  const news = await watchQuestion(store, id);
  try {
    for (;;) {
      const row = await showQuestion(store, id);
      if (row.status !== 'open') return row;
      const { clock } = env;
      const left = dueMs === undefined ? undefined : clock.isMocked ? 0 : dueMs - clock.nowMs();
      if (left !== undefined && left <= 0) {
        return await expireQuestion(store, id, Math.max(dueMs ?? 0, Math.floor(clock.nowMs())));
      }
      env.awaitPeople();
      await changeOrTime(env, (signal) => news.next(signal), left);
    }
  } finally {
    news.stop();
  }
}

async function changeOrTime(
  env: EffectEnv,
  change: (signal: AbortSignal) => Promise<void>,
  leftMs: number | undefined,
): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  env.signal.addEventListener('abort', stop);
  const look = Math.min(leftMs ?? LONGEST_LOOK_MS, LONGEST_LOOK_MS);
  const cancel = env.clock.after(look, stop);
  try {
    env.signal.throwIfAborted();
    await change(waiting.signal);
    env.signal.throwIfAborted();
  } finally {
    cancel();
    env.signal.removeEventListener('abort', stop);
  }
}

async function letOthersRun(): Promise<void> {
  for (let turn = 0; turn < VIRTUAL_TURNS; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
