// Starting a run under an id of the caller's: the id is taken in the transaction that creates the run, so of many who
// start with it one creates, and all others come to the same run. Who goes on with it is decided by its lease, as ever.
import { canonicalJson, HarnError, uuidV7 } from '../../base/index.ts';
import { type Holder, type Store, sto } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import { runErrors } from './errors.ts';
import { journalTopic, type RunStart } from './journal-entry.ts';
import { packEntry } from './journal-packing.ts';
import { hasEnded } from './run-deletion.ts';
import { runIndex } from './run-index.ts';
import { holderIsAlive, loadStart, runLeaseName } from './run-store.ts';
import { runIdOf, startIdTopic } from './start-id.ts';

/** A start under an id. */
export interface StartById {
  readonly id: string;
  /** What a new run starts from. */
  readonly start: (runId: string) => RunStart;
  /** The stored program that `start` names. */
  readonly program?: Uint8Array | undefined;
  /** What a run that is there already was started with otherwise than this start asks; empty when it is the same work. */
  readonly differs: (first: RunStart) => Promise<readonly string[]>;
  /** Whether this process works on a run. */
  readonly isLive?: (runId: string) => boolean;
}

/** How a start came to its run. `run` is what going on with it gave. */
export type StartedById<R> =
  /** It was new, or nobody worked on it. */
  | { readonly how: 'started' | 'resumed'; readonly runId: string; readonly run: R }
  /** This process works on it. */
  | { readonly how: 'joined'; readonly runId: string }
  /** Another process works on it. */
  | { readonly how: 'followed'; readonly runId: string; readonly holder: Holder }
  /** It is over. */
  | { readonly how: 'recorded'; readonly runId: string };

/**
 * Creates the run of an id, or comes to the one there is, and goes on with it where nobody else does. A run that was
 * started with something else is refused (`startIdTaken`), and nothing has changed then.
 */
export async function startById<R>(
  store: Store,
  host: Host,
  asked: StartById,
  resume: (runId: string) => Promise<R>,
): Promise<StartedById<R>> {
  const { runId, isNew } = await createOnce(store, host, asked);
  const came = await comeTo(store, host, runId, asked.isLive ?? (() => false), resume);
  return isNew && came.how === 'resumed' ? { ...came, how: 'started' } : came;
}

/** Goes on with a run where nobody else does. */
export async function comeTo<R>(
  store: Store,
  host: Host,
  runId: string,
  isLive: (runId: string) => boolean,
  resume: (runId: string) => Promise<R>,
): Promise<StartedById<R>> {
  for (;;) {
    if (isLive(runId)) return { how: 'joined', runId };
    const standing = await standingOf(store, host, runId);
    if (standing.kind === 'ended') return { how: 'recorded', runId };
    if (standing.kind === 'held') return { how: 'followed', runId, holder: standing.holder };
    try {
      return { how: 'resumed', runId, run: await resume(runId) };
    } catch (error) {
      // Somebody was faster, and holds it or has ended it by now: look again.
      if (!isOvertaken(error)) throw error;
    }
  }
}

async function createOnce(
  store: Store,
  host: Host,
  { id, start: startOf, program, differs }: StartById,
): Promise<{ readonly runId: string; readonly isNew: boolean }> {
  const topic = startIdTopic(id);
  for (;;) {
    const found = await runIdOf(store, id);
    if (found !== undefined) {
      const other = await differs(await loadStart(store, found));
      if (other.length === 0) return { runId: found, isNew: false };
      throw runErrors.startIdTaken({ id, run: found, differs: other });
    }
    const at = host.clock.nowMs();
    const runId = uuidV7(at, host.random);
    const journal = journalTopic(runId);
    const start = startOf(runId);
    // No process holds the run yet: the first to take its lease writes epoch 1.
    const head = { v: 1, seq: 1, epoch: 0, task: 'run', at, mono: 0 } as const;
    try {
      await store.tx((tx) => {
        const payload = { v: 1, id, run_id: runId };
        tx.append(topic, { kind: 'id_taken', payload, occurredAtMs: at }, { expectedNext: 1 });
        if (program !== undefined) tx.putBlob(program, { topic: journal });
        tx.append(
          journal,
          {
            kind: 'run_started',
            payload: packEntry(runId, { ...head, ...start }),
            occurredAtMs: at,
          },
          { expectedNext: 1 },
        );
      });
      return { runId, isNew: true };
    } catch (error) {
      // Another start has just taken it.
      if (!HarnError.is(error) || error.code !== sto.$code('positionMismatch')) throw error;
    }
  }
}

/** What a run is doing, by its row and its lease. */
export type Standing =
  | { readonly kind: 'ended' }
  | { readonly kind: 'held'; readonly holder: Holder }
  /** Nobody works on it. */
  | { readonly kind: 'free'; readonly isParked: boolean };

async function standingOf(store: Store, host: Host, runId: string): Promise<Standing> {
  await store.declare(runIndex);
  // The lease first: a run that ends in between has given it up with its last entry, and its row says so.
  const lease = await store.lease(runLeaseName(runId));
  const row = await store.row(runIndex, runId);
  if (row === undefined) throw runErrors.unknownRun({ run: runId });
  if (hasEnded(row)) return { kind: 'ended' };
  if (lease?.status === 'held' && (await holderIsAlive(host, lease.holder))) {
    return { kind: 'held', holder: lease.holder };
  }
  return { kind: 'free', isParked: row.status === 'parked' };
}

/** A process may go away without a word: how often its lease is looked at, in ms. */
const LOOK_MS = 1000;

/** Waits until a run that another process works on has ended, or that process has let go of it; undefined when given up. */
export async function untilFree(
  store: Store,
  host: Host,
  runId: string,
  signal?: AbortSignal,
): Promise<Exclude<Standing, { kind: 'held' }> | undefined> {
  while (signal?.aborted !== true) {
    const mark = store.changeMark();
    const standing = await standingOf(store, host, runId);
    if (standing.kind !== 'held') return standing;
    const look = new AbortController();
    const stop = () => look.abort();
    const cancel = host.clock.after(LOOK_MS, stop);
    signal?.addEventListener('abort', stop, { once: true });
    await store.waitForChange(mark, { signal: look.signal });
    signal?.removeEventListener('abort', stop);
    cancel();
  }
  return undefined;
}

/** What two starts ask for differently, of what both languages have; the program is its owner's to compare. */
export function startDifferences(first: RunStart, asked: RunStart): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['pipeline', first.pipeline, asked.pipeline],
    ['input', first.input, asked.input],
    ['arguments', first.argv, asked.argv],
    ['denied capabilities', [...first.deny].sort(), [...asked.deny].sort()],
  ];
  return pairs.flatMap(([name, before, now]) =>
    canonicalJson(before as never) === canonicalJson(now as never) ? [] : [name],
  );
}

function isOvertaken(error: unknown): boolean {
  if (!HarnError.is(error)) return false;
  return (
    error.code === runErrors.$code('heldElsewhere') ||
    error.code === runErrors.$code('alreadyEnded')
  );
}
