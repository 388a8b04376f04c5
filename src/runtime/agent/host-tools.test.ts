// Tools that the host runs, in loops: journaled by the class of their operation, under the policy in force, and kept as data.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { type HostOperation, hostOfferKey } from '../boundary/index.ts';
import type { RunCore, Suspending } from '../run/index.ts';
import { type Life, live, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import {
  agentLoop,
  type LoopOptions,
  loopAttachmentKeeper,
  readAgentEvents,
  toTool,
} from './index.ts';

const declared: JsonObject = {
  name: 'open_file',
  description: 'Opens a file',
  executor: 'host_bridge',
  host_capability: 'editor.open',
  parameters: { path: 'string' },
};
const openFile = toTool(declared, undefined);

const mocks: readonly Json[] = [
  { text: '', tool_calls: [{ id: 'c1', name: 'open_file', arguments: { path: 'a.ts' } }] },
  { text: 'done' },
];

const offering = (operation: HostOperation) => (core: RunCore) =>
  core.provide(hostOfferKey, { capabilities: { editor: { operations: { open: operation } } } });

const loopOf = (options: LoopOptions = {}) =>
  ({
    mocks,
    body: (ctx) =>
      agentLoop(ctx, 'go', null, options, { tools: [openFile] }) as Suspending<unknown>,
  }) satisfies Pick<Life, 'mocks' | 'body'>;

describe('a tool that the host runs', () => {
  it('is called with its arguments, and followers are told who ran it', async () => {
    const store = await newStore();
    const seen: Json[] = [];
    const open: HostOperation = {
      call: (params, { idempotencyKey }) => {
        seen.push({ ...params, keyed: idempotencyKey !== '' });
        return { opened: true };
      },
    };
    const life = { ...loopOf({ session_id: 's' }), store, equip: offering(open) };
    const result = returnedBy<JsonObject>((await live(life)).result);
    expect(result).toMatchObject({ status: 'done', tools: { successful: ['open_file'] } });
    expect(seen).toEqual([{ path: 'a.ts', keyed: true }]);
    const events = await readAgentEvents(store, 's');
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({
        type: 'tool_call_update',
        raw_output: { opened: true },
        executor: { kind: 'host_bridge', host_capability: 'editor.open' },
      }),
    );
  });

  it('is refused before anything is paid for when this host does not have it', async () => {
    const { body } = loopOf();
    await expect(resultOf(body, { mocks })).rejects.toMatchObject({ code: 'HARN-TOL-024' });
  });

  it('tells the model what failed, and what the policy in force does not grant', async () => {
    const failing: HostOperation = {
      call: () => {
        throw new Error('no window');
      },
    };
    const cases: readonly [HostOperation, LoopOptions, string][] = [
      [failing, {}, 'no window'],
      [
        { call: () => 'opened' },
        { policy: { capabilities: { editor: ['close'] } } },
        'editor.open',
      ],
      [{ call: () => 'opened' }, { policy: { side_effect_level: 'none' } }, 'host'],
      [{ call: () => 'opened' }, { approval_policy: { auto_deny: ['open*'] } }, 'deny pattern'],
    ];
    for (const [open, options, text] of cases) {
      const { body } = loopOf(options);
      const { transcript } = await resultOf(body, { mocks, equip: offering(open) });
      const { messages } = transcript as { readonly messages: readonly JsonObject[] };
      const answer = messages.find(({ role }) => role === 'tool');
      expect(answer?.['content']).toContain(text);
      expect(answer?.['content']).not.toBe('opened');
    }
  });

  it('changes nothing twice when the process is killed at any commit', async () => {
    let ends = 0;
    for (let kill = 1; ; kill += 1) {
      const store = await newStore();
      const keys = new Map<string, number>();
      const open: HostOperation = {
        class: 'mutation',
        onUnknown: 'retry',
        call: async (_params, { idempotencyKey: key }) => {
          keys.set(key, (keys.get(key) ?? 0) + 1);
          await new Promise((ok) => setImmediate(ok));
          return 'opened';
        },
      };
      const life = { ...loopOf(), store, equip: offering(open) };
      const first = await live({ ...life, killAfter: kill });
      if (first.alive()) break;
      const { result } = await live({ ...life, resume: first.run.id });
      expect(returnedBy(result)).toMatchObject({ tools: { successful: ['open_file'] } });
      // Asked again at most where its end is not known, and then under the same key.
      expect([...keys.keys()]).toHaveLength(1);
      ends += 1;
    }
    expect(ends).toBeGreaterThan(1);
  });

  it('goes with a worker as data: any process that offers the capability can run it', () => {
    const source = {
      refOf: () => undefined,
      tool: () => undefined,
      body: () => undefined,
      callback: () => undefined,
    };
    const saved = loopAttachmentKeeper.save({ tools: [openFile] }, source);
    expect(saved.missing).toEqual([]);
    const { attachments, missing } = loopAttachmentKeeper.load(saved.data as JsonObject, source);
    expect(missing).toEqual([]);
    expect(attachments['tools']).toMatchObject([
      { name: 'open_file', hostCapability: 'editor.open', handler: { kind: 'program' } },
    ]);
  });
});
