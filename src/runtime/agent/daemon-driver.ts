// Which run drives a daemon: one at a time. A daemon belongs to the run that started it until that run stops it, it ends by
// itself, or the run is over; a run that was killed or has parked goes on with it when it is resumed, so it keeps it.
import { HarnError } from '../../base/index.ts';
import { defineProjection, defineTopic, sto } from '../../store/index.ts';
import { defineEffect, type EffectEnv, runIndex } from '../run/index.ts';
import { messageErrors } from './errors.ts';

type Fact = { readonly session_id: string; readonly run_id: string; readonly claim: string };

/** Who has the daemon of a session. */
type DriverRow = { readonly run_id: string | null; readonly claim: string };

const topic = defineTopic<Fact>({ name: 'agent.daemon_drivers', version: 1 });

const driverIndex = defineProjection<DriverRow>({
  name: 'agent_daemon_drivers',
  version: 1,
  topics: [topic.name],
  keyOf: (event) => topic.decode(event).session_id,
  fold(_row, event) {
    const { run_id, claim } = topic.decode(event);
    return { run_id: event.kind === 'daemon_claimed' ? run_id : null, claim };
  },
});

const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

async function driverOf(env: EffectEnv, sessionId: string) {
  const store = await env.store();
  await store.declare(driverIndex, runIndex);
  return { store, row: await store.row(driverIndex, sessionId) };
}

/** Takes a daemon over; refused where another run that is not over has it. */
export const claimDaemon = defineEffect(
  {
    name: 'agent.claim_daemon',
    class: 'mutation',
    access: 'write',
    onUnknown: 'probe',
    probe: async (env, [sessionId]: readonly [string, string]) => {
      const { row } = await driverOf(env, sessionId);
      return row?.claim === env.idempotencyKey
        ? { status: 'done', value: null }
        : { status: 'not_done' };
    },
  },
  async (env, sessionId: string, id: string): Promise<null> => {
    const { store, row } = await driverOf(env, sessionId);
    const run = row?.run_id ?? null;
    if (run !== null && run !== env.runId) {
      const status = (await store.row(runIndex, run))?.status;
      if (status !== undefined && !OVER.has(status)) {
        throw messageErrors.driven({ id, run, status });
      }
    }
    const claim = env.idempotencyKey;
    const payload = topic.encode({ session_id: sessionId, run_id: env.runId, claim });
    const occurredAtMs = Math.floor(env.clock.nowMs());
    try {
      await store.tx((tx) => {
        tx.check(driverIndex, sessionId, (now) => now?.claim === row?.claim);
        tx.append(topic.name, { kind: 'daemon_claimed', payload, key: claim, occurredAtMs });
      });
    } catch (error) {
      if (!HarnError.is(error) || error.code !== sto.$code('checkFailed')) throw error;
      const now = await store.row(driverIndex, sessionId);
      throw messageErrors.driven({ id, run: now?.run_id ?? 'another', status: 'running' });
    }
    return null;
  },
);

/** Gives a daemon up: it was stopped or has ended. */
export const releaseDaemon = defineEffect(
  { name: 'agent.release_daemon', class: 'store', access: 'write' },
  async (env, sessionId: string): Promise<null> => {
    const { row } = await driverOf(env, sessionId);
    if (row?.run_id !== env.runId) return null;
    const claim = env.idempotencyKey;
    const payload = topic.encode({ session_id: sessionId, run_id: env.runId, claim });
    const occurredAtMs = Math.floor(env.clock.nowMs());
    env.inTx((tx) => {
      tx.append(topic.name, { kind: 'daemon_released', payload, key: claim, occurredAtMs });
    });
    return null;
  },
);
