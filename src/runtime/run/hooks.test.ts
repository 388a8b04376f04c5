// What hooks return, which hooks are chosen, and how several of them answer together.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { hookMatches } from './hook-pattern.ts';
import { fireHooks, HookRegistry, hookEvent, hooksKey, readControl } from './hooks.ts';
import { Run, type RunBody, type RunEvent } from './index.ts';

async function inRun(body: RunBody): Promise<{ value: unknown; events: readonly RunEvent[] }> {
  const events: RunEvent[] = [];
  const run = Run.create(
    {
      host: createMockHost(),
      openStore: () => Promise.reject(new Error('not needed')),
      finish: function* (_ctx, final) {
        yield* [];
        return { final, receipt: {} };
      },
      sink: { write: () => undefined },
    },
    { pipeline: 'p', origin: 't', program: null, version: '1', input: null },
  );
  run.listen((event) => events.push(event));
  const result = await run.begin(body);
  if (result.status !== 'settled') throw new Error('not settled');
  return { value: result.main.ok ? result.main.value : result.main.error, events };
}

const answering = (run: (payload: JsonObject) => Json | undefined) => ({
  kind: 'generator' as const,
  name: 'h',
  *run(_ctx: unknown, [payload]: readonly unknown[]) {
    yield* [];
    return run(payload as JsonObject);
  },
});

describe('the result of a hook', () => {
  it.each([
    ['nil', null, { kind: 'allow' }],
    ['true', true, { kind: 'allow' }],
    ['false', false, { kind: 'block', reason: 'PreFinish hook returned false' }],
    ['a block', { block: true }, { kind: 'block', reason: 'PreFinish hook blocked the operation' }],
    ['a block with reason', { block: 1, reason: 'r' }, { kind: 'block', reason: 'r' }],
    ['an empty block', { block: '' }, { kind: 'allow' }],
    ['a change', { modify: { a: 1 } }, { kind: 'modify', payload: { a: 1 } }],
    ['a decision', { decision: ' Deny ', reason: 'x' }, { kind: 'decision', decision: 'deny' }],
    ['a decision before a block', { decision: 'ask', block: true }, { decision: 'ask' }],
    ['reminders', [{ remind: 'x' }], { kind: 'allow', effects: [{ remind: 'x' }] }],
    ['any other dict', { a: 1 }, { kind: 'allow' }],
  ])('reads %s', (_name, result, control) => {
    expect(readControl('PreFinish', result)).toMatchObject(control);
  });

  it('refuses everything else by name', () => {
    expect(() => readControl('PreFinish', 3)).toThrow(
      'PreFinish hook must return nil, bool, or a control dict; got int',
    );
    expect(() => readControl('PreFinish', { decision: 'maybe' })).toThrow('got "maybe"');
  });
});

describe('hooks are chosen', () => {
  it('by event in either spelling', () => {
    expect(hookEvent(' on_drain_decision ')).toBe('OnDrainDecision');
    expect(hookEvent('PreFinish')).toBe('PreFinish');
    expect(() =>
      new HookRegistry().register(
        'Lunch',
        undefined,
        answering(() => null),
      ),
    ).toThrow('unknown session hook event `Lunch`');
  });

  it.each([
    ["item.id == 'w1'", true],
    ["item.id != 'w1'", false],
    ["item.id =~ '^w\\d$'", true],
    ["item.id =~ '('", false],
    ['item.id', true],
    ['item.none', false],
    ['can*', true],
    ['c?ncel', true],
    ['res*', false],
    ['*', true],
  ])('by the pattern %s', (pattern, expected) => {
    const payload = { action: 'cancel', item: { id: 'w1' } };
    expect(hookMatches(pattern, 'OnDrainDecision', payload)).toBe(expected);
  });
});

describe('several hooks of one event', () => {
  it('see what earlier ones changed, and stop at the first block', async () => {
    const seen: unknown[] = [];
    const { value, events } = await inRun(function* (ctx) {
      const hooks = ctx.get(hooksKey);
      hooks.register(
        'PreDrain',
        undefined,
        answering((p) => ({ modify: { ...p, n: 2 } })),
      );
      hooks.register(
        'PreDrain',
        undefined,
        answering((p) => {
          seen.push(p['n']);
          return [{ remind: 'x' }];
        }),
      );
      const first = yield* fireHooks(ctx, 'PreDrain', { n: 1 });
      hooks.register(
        'PreDrain',
        undefined,
        answering(() => false),
      );
      hooks.register(
        'PreDrain',
        undefined,
        answering(() => void seen.push('never')),
      );
      const second = yield* fireHooks(ctx, 'PreDrain', { n: 1 });
      const third = yield* fireHooks(ctx, 'PreDrain', { n: 1 }, { onBlock: 'ignore' });
      hooks.clear();
      const last = yield* fireHooks(ctx, 'PreDrain', { n: 1 });
      return { first, second: second.kind, third: third.kind, last: last.kind };
    });
    expect(value).toEqual({
      first: {
        kind: 'modify',
        payload: { event: 'PreDrain', n: 2 },
        effects: [{ remind: 'x' }],
      },
      second: 'block',
      third: 'modify',
      last: 'allow',
    });
    expect(seen).toEqual([2, 2, 2, 'never']);
    const phases = events.flatMap((e) => (e.event_type === 'hook' ? [e.phase] : []));
    expect(phases).toEqual(['modify', 'block', 'modify']);
  });
});
