// Decisions of a settlement over real owners: each is signed, kept with the run, and may be a model's.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { type Harness, onFinishDrain, onFinishDrainWith } from '../../src/index.ts';
import { RECORD_SECTIONS } from '../../src/runtime/index.ts';
import { loadRecord } from '../../src/runtime/run/index.ts';
import { decisionsOf, ended, linesOf, runtimeOf } from './world.ts';

/** Something that takes so many turns of the event loop. */
const spin = (harness: Harness, turns: number) =>
  harness.step('spin', async () => {
    for (let i = 0; i < turns; i += 1) await new Promise((ok) => setImmediate(ok));
    return turns;
  });

/** Leaves a suspended worker, a queued job, two handoffs and a pool task that waits. */
async function leaveWork(harness: Harness): Promise<void> {
  await harness.agent.workerSpawn(
    { name: 'w', task: 't', options: { resume_when: { on_event: 'never' } } },
    async () => 'done',
  );
  await harness.queue.enqueue('work', { id: 'job' });
  await harness.handoffTo('nobody', { secret: 'the payload' });
  await harness.handoffTo('next', { n: 1 });
  const pool = harness.agent.poolCreate({ name: 'p' });
  await pool.submit((own) => spin(own, 400));
}

const short = ({ item, action, decided_by }: JsonObject) =>
  `${String((item as JsonObject)['category'])} ${String(action)} ${String(decided_by)}`;

describe('every decision of a settlement', () => {
  it('is a signed receipt of the run, for all buckets and actions', async () => {
    let verified = 0;
    const { record, store, id, receipt } = await ended(async (harness) => {
      await leaveWork(harness);
      harness.agent.registerSessionHook('PostFinish', () => {
        for (const { kind, payload } of harness.obs.lifecycleReceiptsSnapshot()) {
          harness.obs.verifyLifecycleReceiptSignature(kind, payload);
          expect(() =>
            harness.obs.verifyLifecycleReceiptSignature(kind, {
              ...payload,
              decided_by: 'nobody',
              initiator: 'nobody',
            }),
          ).toThrow(/signature/);
          verified += 1;
        }
      });
      harness.agent.pipelineOnFinish(onFinishDrain);
    });
    expect(decisionsOf(record).map(short)).toEqual([
      'suspended_subagent cancel settlement',
      'queued_trigger acknowledge settlement',
      'partial_handoff acknowledge settlement',
      'pool_pending_task drain settlement',
      'partial_handoff handoff settlement',
    ]);
    expect(verified).toBe(6);
    expect(record['lifecycle_receipts']).toHaveLength(6);
    expect(JSON.stringify(record['lifecycle_receipts'])).not.toContain('the payload');
    expect(receipt.items).toHaveLength(5);
    // Live = folded, and one event each in the topic that regulated sinks read.
    expect(await loadRecord(store, id, RECORD_SECTIONS)).toEqual(record);
    expect(await store.read('agent.lifecycle.receipts')).toHaveLength(6);
  });

  it('is signed when a hook forbids it or the rounds are spent', async () => {
    const { record } = await ended(async (harness) => {
      await harness.handoffTo('nobody', 1);
      await harness.handoffTo('nobody', 2);
      harness.agent.registerSessionHook('OnDrainDecision', () => ({ block: true, reason: 'no' }));
      harness.agent.pipelineOnFinish(onFinishDrainWith({ drain_budget_iterations: 1 }));
    });
    expect(decisionsOf(record).map((one) => [short(one), one['reason']])).toEqual([
      ['partial_handoff abandon callback', 'no'],
      ['partial_handoff abandon settlement', 'the rounds of the settlement were spent'],
    ]);
  });
});

const answer = (answers: JsonObject, more: JsonObject = {}): Json => ({
  text: JSON.stringify(answers),
  match: '*Open items*',
  consume_match: true,
  ...more,
});

const two = async (harness: Harness) => {
  await harness.handoffTo('nobody', 1);
  await harness.handoffTo('nobody', 2);
};

describe('a model that settles', () => {
  it('chooses among the legal actions, and the receipt has the hash of what it was asked', async () => {
    const mocks = [
      answer({
        item_1: { action: 'resume', reason: 'nearly done', input: 'hurry' },
        item_2: { action: 'defer', reason: 'tomorrow' },
        item_3: { action: 'cancel', reason: 'not needed' },
        item_4: { action: 'cancel', reason: 'stuck' },
      }),
      answer({ item_1: { action: 'deliver', reason: 'its target is here' } }),
    ];
    const { record, receipt } = await ended(
      async (harness) => {
        await leaveWork(harness);
        const settle = { model: 'judge', instructions: 'Be kind.' };
        harness.agent.pipelineOnFinish(onFinishDrainWith(settle));
      },
      { mocks },
    );
    const decisions = decisionsOf(record);
    expect(decisions.map(short)).toEqual([
      'suspended_subagent resume model',
      'queued_trigger defer model',
      'partial_handoff cancel model',
      'pool_pending_task cancel model',
      'partial_handoff handoff model',
    ]);
    for (const decision of decisions) {
      expect(decision['prompt_hash']).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(decision['model']).toBe('judge');
    }
    expect(receipt.items.find(({ bucket }) => bucket === 'queued_triggers')).toMatchObject({
      disposition: 'deferred',
      decided_by: 'model',
      reason: 'tomorrow',
    });
    expect(record.effects['llm.call']).toMatchObject({ ok: 2 });
  });

  it('leaves to the table what it does not answer or may not do, and says so', async () => {
    const mocks = [answer({ item_1: { action: 'burn', reason: 'x' } }), answer({ other: 1 })];
    const { record, receipt } = await ended(
      async (harness) => {
        await two(harness);
        harness.agent.pipelineOnFinish(onFinishDrainWith({ model: 'judge' }));
      },
      { mocks },
    );
    expect(linesOf(receipt)).toEqual([
      'partial_handoffs deferred settlement',
      'partial_handoffs deferred settlement',
    ]);
    expect(decisionsOf(record).map(({ reason }) => String(reason))).toEqual([
      expect.stringContaining('(the model: it chose burn, which is not legal here)'),
      expect.stringContaining('(the model: it gave no answer for this item)'),
    ]);
  });

  it('is not asked beyond its budget, and its failure does not stop the settling', async () => {
    const mocks = [
      { match: '*Open items*', error: { category: 'rate_limit', message: 'too many' } },
    ];
    const { record } = await ended(
      async (harness) => {
        await two(harness);
        harness.agent.pipelineOnFinish(
          onFinishDrainWith({ model: 'judge', model_budget_calls: 1 }),
        );
      },
      { mocks },
    );
    expect(decisionsOf(record).map(({ reason }) => String(reason))).toEqual([
      expect.stringContaining('too many'),
      expect.stringContaining('its budget of 1 calls is spent'),
    ]);
    expect(record.effects['llm.call']).toMatchObject({ error: 1 });
  });

  it('whose choice its owner refuses is replaced by the table', async () => {
    const mocks = [answer({ item_1: { action: 'resume', reason: 'go on' } })];
    const { receipt } = await ended(
      async (harness) => {
        const config = { name: 'w', task: 't', carry: { retriggerable: true } };
        await harness.agent.workerSpawn(config, async () => 'done');
        await spin(harness, 50);
        harness.agent.pipelineOnFinish(onFinishDrainWith({ model: true }));
      },
      { mocks },
    );
    expect(receipt.items).toMatchObject([
      {
        disposition: 'cancelled',
        decided_by: 'settlement',
        reason: expect.stringContaining('resume was refused'),
      },
    ]);
  });

  it('is refused at the edge when it is no model, with nothing settled', async () => {
    expect(() => onFinishDrainWith({ model: 7 as never })).toThrow(/model: expected/);
    const { returned, receipt } = await ended(async (harness) => {
      await harness.handoffTo('nobody', 1);
      const options = { model: { temprature: 1 } };
      return await harness.spawnSettlementAgent(null, null, options).catch((error: Error) => {
        return error.message;
      });
    });
    expect(returned).toContain('temprature');
    expect(linesOf(receipt)).toEqual(['partial_handoffs abandoned policy']);
  });

  it('is not asked again when the run is resumed', async () => {
    const mocks = [answer({ item_1: { action: 'cancel', reason: 'enough' } })];
    const body = async (harness: Harness) => {
      await harness.handoffTo('nobody', 1);
      harness.agent.registerSessionHook('PostDrain', async (_event, own) => {
        await own.interaction.askUser('go on?');
      });
      harness.agent.pipelineOnFinish(onFinishDrainWith({ model: 'judge' }));
    };
    const first = await runtimeOf(body, { mocks });
    const handle = first.runtime.start(first.main, null as never);
    for (let i = 0; i < 200; i += 1) await new Promise((ok) => setImmediate(ok));
    expect((await handle.park('later')).status).toBe('parked');
    // The one prepared answer is the recorded one: whoever asked again would be refused.
    const second = await runtimeOf(body, { store: first.store, mocks });
    const again = await second.runtime.resume(handle.id);
    for (let i = 0; i < 200; i += 1) await new Promise((ok) => setImmediate(ok));
    const parked = await again.park('enough seen');
    expect(parked.record.effects['llm.call']).toMatchObject({ ok: 1, reissued: 0 });
    expect(decisionsOf(parked.record).map(short)).toEqual(['partial_handoff cancel model']);
  });
});
