// Sessions and the deletion of runs: what was said in a session goes when all runs that took part in it are gone, unless a
// worker that is not over goes on with it.
import { type Store, scanTopic, topicComponent } from '../../store/index.ts';
import type { RunKeeper } from '../run/index.ts';
import { workerIndex } from '../work/index.ts';
import { agentEventsTopic } from './agent-events.ts';
import { messagesTopic } from './host-messages.ts';
import { sessionTopic } from './session-facts.ts';

const OPEN = ['running', 'suspended', 'awaiting'];

export const sessionKeeper: RunKeeper = {
  async leftTopics(store, isGone) {
    const inUse = await sessionsOfWorkers(store);
    const left: string[] = [];
    for (const family of [sessionTopic, agentEventsTopic]) {
      for (const topic of await store.topics(family(''))) {
        const session = topic.slice(family('').length);
        if (!inUse.has(session) && (await isLeft(store, topic, isGone))) left.push(topic);
      }
    }
    // What was said to a session from outside goes with it, whoever said it.
    const gone = left.flatMap((topic) =>
      topic.startsWith(sessionTopic('')) ? [topic.slice(sessionTopic('').length)] : [],
    );
    for (const topic of await store.topics(messagesTopic(''))) {
      if (gone.includes(topic.slice(messagesTopic('').length))) left.push(topic);
    }
    return left;
  },
};

async function sessionsOfWorkers(store: Store): Promise<ReadonlySet<string>> {
  await store.declare(workerIndex);
  const rows = await store.rows(workerIndex, { where: { status: { in: OPEN } } });
  return new Set(rows.map(({ row }) => topicComponent(row.session_id ?? '')));
}

async function isLeft(
  store: Store,
  topic: string,
  isGone: (runId: string) => Promise<boolean>,
): Promise<boolean> {
  const gone = new Set<string>();
  for await (const { headers } of scanTopic(store, topic)) {
    const runId = headers['execution_id'];
    if (runId === undefined) return false;
    if (!gone.has(runId) && !(await isGone(runId))) return false;
    gone.add(runId);
  }
  return true;
}
