// When a loop may end: checks of the program, and a second model.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import { newStore, resultOf } from './agent-run.fixture.ts';
import { agentLoop, type LoopOptions, type LoopParts, readAgentEvents, toTool } from './index.ts';

const handler = (run: (claim: JsonObject) => Json): Handler => ({
  kind: 'generator',
  name: 'verify',
  *run(_ctx, [claim]) {
    yield* [];
    return run(claim as JsonObject);
  },
});

const loop = (
  mocks: readonly Json[],
  options: LoopOptions,
  parts: LoopParts = {},
  more: Parameters<typeof resultOf>[1] = {},
) =>
  resultOf(
    (ctx: RunContext): Suspending<unknown> => agentLoop(ctx, 'paint it', null, options, parts),
    { mocks, ...more },
  );

const said = (result: JsonObject) =>
  (result['transcript'] as { messages: JsonObject[] }).messages.map(
    ({ role, content }) => `${String(role)}: ${String(content)}`,
  );

const verdict = (word: string, more: JsonObject = {}) => ({
  text: JSON.stringify({ verdict: word, reasoning: 'looked', ...more }),
});

describe('work that is said to be done', () => {
  it('is not, as long as the program misses something', async () => {
    const claims: JsonObject[] = [];
    const verify = handler((claim) => {
      claims.push(claim);
      return claims.length < 2 ? 'the back is not painted' : true;
    });
    const result = await loop([{ text: 'Done.' }, { text: 'Now it is.' }], {}, { verify });
    expect(result).toMatchObject({ status: 'done', llm: { iterations: 2 } });
    expect(said(result)).toEqual([
      'user: paint it',
      'assistant: Done.',
      'user: the back is not painted',
      'assistant: Now it is.',
    ]);
    expect(claims[0]).toMatchObject({ task: 'paint it', text: 'Done.', iteration: 1 });
  });

  it.each<[string, Json, number]>([
    ['false', false, 2],
    ['{ok: false}', { ok: false, message: 'no' }, 2],
    ['nil', null, 1],
    ['{ok: true}', { ok: true }, 1],
  ])('by %s of its check', async (_name, answer, turns) => {
    let asked = 0;
    const verify = handler(() => {
      asked += 1;
      return asked === 1 ? answer : true;
    });
    const result = await loop([{ text: 'a' }, { text: 'b' }], {}, { verify });
    expect(result).toMatchObject({ llm: { iterations: turns } });
  });

  it('is looked at by a judge, whose decisions followers see', async () => {
    const mocks = [
      { text: 'Done.' },
      verdict('continue', { next_step: 'paint the back' }),
      { text: 'Now it is.' },
      verdict('done'),
    ];
    const store = await newStore();
    const options = { done_judge: 'Be strict.', session_id: 's' };
    const result = await loop(mocks, options, {}, { store });
    expect(result).toMatchObject({ status: 'done', llm: { iterations: 2 } });
    expect(said(result)[2]).toContain('paint the back');
    const events = await readAgentEvents(store, 's');
    expect(
      events.flatMap(({ event }) => (event.type === 'judge_decision' ? [event.verdict] : [])),
    ).toEqual(['continue', 'done']);
  });

  it('counts as done when the judge cannot be understood, or has refused often enough', async () => {
    const odd = await loop([{ text: 'a' }, { text: 'hmm' }], { done_judge: true });
    expect(odd).toMatchObject({ status: 'done', llm: { iterations: 1 } });
    const mocks = [{ text: 'a' }, verdict('continue'), { text: 'b' }];
    const often = await loop(mocks, { done_judge: { max_refusals: 1 } });
    expect(often).toMatchObject({ status: 'done', llm: { iterations: 2 } });
  });

  it('is looked at while it goes on, too, where the judge has a cadence', async () => {
    const step = toTool({ name: 'step', parameters: {} }, { kind: 'native', run: () => 'ok' });
    const calls = (n: number) => ({ text: '', tool_calls: [{ id: `c${n}`, name: 'step' }] });
    const mocks = [calls(1), calls(2), { text: 'hmm' }, calls(3), calls(4), verdict('done')];
    const store = await newStore();
    const options = { done_judge: { cadence: 2 }, session_id: 's', loop_detect_skip: 0 };
    const result = await loop(mocks, options, { tools: [step] }, { store });
    expect(result).toMatchObject({ status: 'done', llm: { iterations: 4 } });
    const events = await readAgentEvents(store, 's');
    expect(
      events.flatMap(({ event }) =>
        event.type === 'judge_decision' ? [[event.trigger, event.verdict]] : [],
      ),
    ).toEqual([
      ['cadence', 'continue'],
      ['cadence', 'done'],
    ]);
    await expect(loop(mocks, { done_judge: { cadence: -1 } })).rejects.toMatchObject({
      code: 'HARN-AGL-001',
    });
  });

  it('needs options that make sense', async () => {
    await expect(loop([{ text: 'a' }], { done_judge: { words: 'x' } })).rejects.toMatchObject({
      code: 'HARN-AGL-001',
    });
  });
});
