// Events of the inbox in Harn programs: what `harness.triggers` publishes wakes workers that wait for it, in this run and
// in others, and is published once whatever happens to the run.
import { describe, expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listQueuedEvents } from '../../src/runtime/trigger/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';
import { printed as printedBy, survivesKills } from '../effects/scene.ts';
import { printed } from './program.ts';

/** A worker that begins when an order comes; what it was woken with goes through a channel. */
const CLERK = (rest: string) => `
pipeline main(harness: Harness) {
  let heard = channel("heard", 1)
  fn body(task, worker) {
    send(heard, task)
    return "filed"
  }
  let clerk = spawn_agent({
    name: "clerk", task: "file it", body: body,
    options: {resume_when: {trigger: {kind: "order.*", provider: "shop"}}},
  })
  println(wait_agent(clerk).status)
  ${rest}
  let woken_with = receive(heard)
  println("woken with " + woken_with)
  println(wait_agent(clerk).status)
}`;

const ORDER = `{id: "order-7", kind: "order.made", provider: "shop", provider_payload: {raw: "seven cups"}}`;

/** Starts a program on a store; its lines arrive in `lines`. */
async function startOn(store: Store, seed: number, text: string) {
  const loaded = await loadProgram({ code: text, name: 'shop.harn' }, { cwd: '/work' });
  if (loaded.program === undefined) {
    throw new Error(loaded.diagnostics.map((each) => each.message).join('\n'));
  }
  const lines: string[] = [];
  let said = () => {};
  const engine = new Engine({
    host: createMockHost({ seed }),
    openStore: async () => store,
    sink: {
      write(_stream, line) {
        lines.push(line.trimEnd());
        said();
      },
    },
  });
  const { done } = engine.start(loaded.program);
  const ended = done.then((result) => {
    if (result.status === 'broken') throw new Error(uncaughtText(result.error));
    if (result.status === 'parked') throw new Error('parked');
    if (!result.main.ok) throw new Error(uncaughtText(result.main.error));
    return lines;
  });
  /** Until it has said so, or has ended without. */
  const says = async (line: string) => {
    while (!lines.includes(line)) {
      const next = new Promise<void>((resolve) => {
        said = resolve;
      });
      await Promise.race([next, ended]);
    }
  };
  return { ended, says };
}

const memory = () => openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });

describe('an event that a program publishes', () => {
  it('wakes the worker of the run whose trigger it fits, and only what fits does', async () => {
    const lines = await printed(
      CLERK(`
  let other = spawn { harness.triggers.publish({kind: "return.made", provider: "shop"}).status }
  println(await(other))
  let task = spawn { harness.triggers.publish(${ORDER}) }
  println(await(task))`),
    );
    expect(lines).toEqual([
      'suspended',
      'queued',
      '{binding_key: nil, event_id: order-7, status: queued}',
      'woken with seven cups',
      'completed',
    ]);
  });

  it('wakes the worker of another run', async () => {
    await using store = await memory();
    const waiting = await startOn(store, 1, CLERK(''));
    await waiting.says('suspended');
    const shop = await startOn(store, 2, `println(harness.triggers.publish(${ORDER}).status)`);
    expect(await shop.ended).toEqual(['queued']);
    expect(await waiting.ended).toEqual(['suspended', 'woken with seven cups', 'completed']);
  });

  it('is there once: the same id again, and the same dedupe key within its time, are duplicates', async () => {
    await using store = await memory();
    const publishing = await startOn(
      store,
      3,
      `
fn tell(event, options) { println(harness.triggers.publish(event, options).status) }
tell({id: "a", kind: "k"}, nil)
tell({id: "a", kind: "k"}, nil)
tell({id: "b", kind: "k", dedupe_key: "same"}, {trigger_id: "t", binding_version: 2, dedupe_for_ms: 1m})
tell({id: "c", kind: "k", dedupe_key: "same"}, {trigger_id: "t", binding_version: 2, dedupe_for_ms: 1m})
tell({kind: "k"}, nil)
tell({kind: "k"}, nil)`,
    );
    expect(await publishing.ended).toEqual([
      'queued',
      'duplicate',
      'queued',
      'duplicate',
      'queued',
      'queued',
    ]);
    const queued = await listQueuedEvents(store);
    expect(queued).toHaveLength(4);
    expect(queued.filter(({ binding_key }) => binding_key === 't@v2')).toMatchObject([
      { event_id: 'b', trigger_id: 't', event: { kind: 'k', provider: 'harn' } },
    ]);
  });

  it('is open work of the run until somebody asks that its dispatch never begin', async () => {
    const lines = await printed(`
pipeline main(harness: Harness) {
  harness.triggers.publish(${ORDER})
  println(harness.counts().queued)
  harness.triggers.request_cancel("order-7")
  println(harness.is_empty())
}`);
    expect(lines).toEqual(['1', 'true']);
  });

  it('is published once wherever the run is killed, with an id of its own or without', async () => {
    const text = `
pipeline main(harness: Harness) {
  let events = [{kind: "a"}, {id: "b", kind: "b"}, {kind: "a"}]
  let told = events.map({ event -> harness.triggers.publish(event).status })
  println([told, harness.counts().queued])
}`;
    expect(await printedBy(text)).toEqual(['[[queued, queued, queued], 3]']);
    const nothingElse = async () => null;
    const kills = await survivesKills({ text }, () => createMockHost(), nothingElse);
    expect(kills).toBeGreaterThan(3);
  });

  it('is refused to a program without that capability', async () => {
    const text = `
pipeline main(harness: Harness) {
  try { harness.triggers.publish({kind: "a"}) } catch (e) { println("refused") }
}`;
    expect(await printedBy({ text, deny: ['triggers'] })).toEqual(['refused']);
  });

  it.each<[string, string]>([
    ['harness.triggers.publish("order")', 'the event must be a dict, got string'],
    ['harness.triggers.publish({}, "t")', 'options must be a dict, got string'],
    ['harness.triggers.publish({}, {trigger: "t"})', 'unknown option "trigger"'],
    ['harness.triggers.publish({}, {trigger_id: 7})', 'trigger_id must be a text, got int'],
    [
      'harness.triggers.publish({}, {binding_version: "1"})',
      'binding_version must be an int, got string',
    ],
    ['harness.triggers.publish({}, {dedupe_for_ms: "1m"})', 'got string'],
    ['harness.triggers.request_cancel(nil)', 'an event_id is needed'],
    ['harness.triggers.request_cancel("")', 'event_id must be a text, got an empty one'],
  ])('is refused when it is called as %s, and nothing is written', async (call, text) => {
    await using store = await memory();
    const refused = await startOn(store, 4, `let untyped = { -> ${call} }\nuntyped()`);
    await expect(refused.ended).rejects.toThrow(text);
    expect(await listQueuedEvents(store)).toEqual([]);
  });
});
