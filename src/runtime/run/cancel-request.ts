// Ending a run that another process works on: the wish is a row of the store, which that process follows as long as it
// holds the run, and which whoever goes on with the run finds there too. One wish for each run; the first one's reason
// stands.
import { isJsonObject } from '../../base/index.ts';
import type { Store, StoredEvent } from '../../store/index.ts';
import { type NewsSource, watchNews } from './topic-news.ts';

const TOPIC = 'run.cancel_requests';

const SOURCE: NewsSource = { topics: [TOPIC], keyOf: (event) => wishOf(event)?.runId };

function wishOf({ payload }: StoredEvent): { runId: string; reason: string } | undefined {
  if (!isJsonObject(payload)) return undefined;
  const { run_id: runId, reason } = payload;
  return typeof runId === 'string' ? { runId, reason: String(reason) } : undefined;
}

/** Asks whoever works on a run to end it. Durable when it resolves. */
export async function requestCancel(
  store: Store,
  runId: string,
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const payload = { v: 1, run_id: runId, reason };
  await store.tx((tx) =>
    tx.append(TOPIC, { kind: 'cancel_requested', key: runId, payload, occurredAtMs: nowMs }),
  );
  await store.flush();
}

/** Calls `cancel` once somebody asked for the end of the run, also before this. The result stops listening. */
export function followCancel(
  store: Store,
  runId: string,
  cancel: (reason: string) => void,
): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const follow = async () => {
    const news = await watchNews(store, SOURCE, [runId]);
    try {
      while (!signal.aborted) {
        const event = await store.readByKey(TOPIC, runId);
        const wish = event === undefined ? undefined : wishOf(event);
        if (wish !== undefined && !signal.aborted) {
          cancel(wish.reason);
          return;
        }
        await news.next(signal);
      }
    } finally {
      news.stop();
    }
  };
  // A store that cannot be read says so to the run itself, at its next commit.
  void follow().catch(() => undefined);
  return () => stopped.abort();
}
