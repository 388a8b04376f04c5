// Runs for the tests of the human room: over a given store, in as many lives as it takes, killed after commit n.
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import {
  type Finisher,
  Run,
  type RunBody,
  type RunDeps,
  type RunResult,
  runIndex,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { equipHuman, humanQuestionsSection, type QuestionRow, questionIndex } from './index.ts';
import { listQuestions } from './question-record.ts';

const SPEC = { pipeline: 'asker', origin: 'test', program: null, version: '1', input: null };

const justEnd: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

export interface LifeOptions {
  readonly store: Store;
  readonly host?: MockHost;
  readonly resume?: string;
  /** The process dies after so many commits of this life. */
  readonly killAfter?: number;
  readonly onKill?: () => void;
  readonly withoutPeople?: boolean;
}

export interface Life {
  readonly run: Run;
  readonly host: MockHost;
  readonly done: Promise<RunResult>;
}

export async function memoryStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, questionIndex);
  return store;
}

/** Starts (or goes on with) a run. */
export async function live(body: RunBody, options: LifeOptions): Promise<Life> {
  const { store, resume, killAfter } = options;
  const host = options.host ?? createMockHost();
  const deps: RunDeps = {
    host,
    openStore: async () =>
      killAfter === undefined ? store : stoppingStore(store, killAfter, options.onKill).store,
    finish: justEnd,
    sink: { write: () => undefined },
    sections: [humanQuestionsSection],
    equip: (core) => {
      if (options.withoutPeople !== true) equipHuman(core);
    },
  };
  const used =
    killAfter === undefined ? store : stoppingStore(store, killAfter, options.onKill).store;
  const run =
    resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, used, resume, { force: true });
  return { run, host, done: run.begin(body) };
}

/** Lets everything run that can. */
export async function spin(rounds = 200): Promise<void> {
  for (let i = 0; i < rounds; i += 1) await new Promise<void>((ok) => setImmediate(ok));
}

/** The one question that is open, once there is one. */
export async function openQuestion(store: Store): Promise<QuestionRow> {
  for (;;) {
    const mark = store.changeMark();
    const [question] = await listQuestions(store, { status: 'open' });
    if (question !== undefined) return question;
    await store.waitForChange(mark);
  }
}

/** What a settled run came to: its value, or the code of its error. */
export async function endOf({ done }: Pick<Life, 'done'>): Promise<unknown> {
  const result = await done;
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') return 'parked';
  if (result.main.ok) return result.main.value;
  return (result.main.error as { readonly code?: string }).code ?? result.main.error;
}
