// Random graphs with random ends, run for real: the stages that a model says, and the same record whatever ended first,
// whenever the run was killed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { defineEffect, type Handler, journalTopic, type RunBody } from '../run/index.ts';
import { type WorkflowResult, workflowExecute } from './execute.ts';
import { workflowGraph } from './graph.ts';
import { path, timeless } from './parallel-run.fixture.ts';
import { nextNodes } from './ready.ts';
import { validateWorkflow } from './validate.ts';
import { live, newStore, returnedBy } from './workflow-run.fixture.ts';

const SIZE = 7;
const node = (at: number) => `n${at}`;
type Way = { readonly from: string; readonly to: string; readonly branch: string | null };
const branchOf = fc.constantFrom(null, null, null, null, 'left', 'failed');
/** A tree, so that there is something to do side by side, and a few ways across it. */
const edges = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(99), branchOf), { minLength: SIZE - 1, maxLength: SIZE - 1 }),
    fc.array(fc.tuple(fc.nat(SIZE - 2), fc.nat(99), branchOf), { maxLength: 3 }),
  )
  .map(([parents, across]): Way[] => {
    const ways = [
      ...parents.map(([a, branch], at) => ({ from: node(a % (at + 1)), to: node(at + 1), branch })),
      ...across.map(([a, b, branch]) => ({
        from: node(a),
        to: node(a + 1 + (b % (SIZE - 1 - a))),
        branch,
      })),
    ];
    const keys = ways.map((way) => JSON.stringify(way));
    return ways.filter((_, at) => keys.indexOf(keys[at] as string) === at);
  });
const perNode = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: SIZE, maxLength: SIZE });
const ends = perNode(fc.constantFrom('ok', 'ok', 'ok', 'ok', 'left', 'failed'));
const delays = perNode(fc.integer({ min: 0, max: 12 }));
const joins = perNode(fc.boolean());

function graphOf(kinds: readonly boolean[], ways: readonly JsonObject[]): JsonObject {
  const nodes = Object.fromEntries(
    kinds.map((isJoin, at) => [
      node(at),
      { kind: isJoin && at > 0 ? 'join' : 'stage', error_policy: 'continue' },
    ]),
  );
  return { entry: 'n0', nodes, edges: ways };
}

/** Runs it with work that takes so many turns of the event loop, killed and resumed when asked. */
async function play(
  graph: JsonObject,
  {
    turns,
    ending,
    kill,
    options = {},
  }: {
    readonly turns: readonly number[];
    readonly ending: readonly string[];
    readonly kill?: number;
    readonly options?: JsonObject;
  },
): Promise<WorkflowResult> {
  const store = await newStore();
  const host = createMockHost({ seed: 9 });
  const body: RunBody = function* (ctx) {
    const work = defineEffect(
      { name: 'test.work', class: 'read', access: 'read' },
      async (_env, at: number) => {
        for (let turn = 0; turn < (turns[at] as number); turn += 1) {
          await new Promise<void>((ok) => setImmediate(ok));
        }
        return at;
      },
    );
    const nodes = Object.fromEntries(
      ending.map((end, at): [string, { handler: Handler }] => [
        node(at),
        {
          handler: {
            kind: 'generator',
            name: node(at),
            run: function* (inner) {
              yield* inner.perform(work, [at]);
              return end === 'failed'
                ? { ok: false }
                : end === 'left'
                  ? { branch: 'left' }
                  : node(at);
            },
          },
        },
      ]),
    );
    return (yield* workflowExecute(ctx, 't', graph, [], options, { nodes })) as unknown as Json;
  };
  const first = await live(() => body, {
    store,
    host,
    ...(kill === undefined ? {} : { killAfter: kill }),
  });
  if (first.result !== undefined) return returnedBy(first) as WorkflowResult;
  const isKnown = (await store.latest(journalTopic(first.run.id))) !== undefined;
  const next = isKnown ? { resume: first.run.id } : {};
  return returnedBy(await live(() => body, { store, host, ...next })) as WorkflowResult;
}

/** The naive model: nodes in their order; one runs when something that ran leads to it. */
function model(graph: JsonObject, ending: readonly string[]): readonly string[] {
  const whole = workflowGraph(graph);
  const reached = new Set(['n0']);
  const ran: string[] = [];
  for (let at = 0; at < SIZE; at += 1) {
    const id = node(at);
    if (!reached.has(id)) continue;
    ran.push(id);
    const isJoin = whole.nodes[id]?.kind === 'join';
    const end = ending[at] as string;
    const branch = isJoin ? null : end === 'ok' ? 'success' : end;
    for (const to of nextNodes(whole, id, branch)) reached.add(to);
  }
  return ran;
}

describe('any workflow without cycles', () => {
  it('runs what the model runs, once, with one record for all orders and kills', async () => {
    await fc.assert(
      fc.asyncProperty(
        edges,
        joins,
        ends,
        delays,
        delays,
        fc.integer({ min: 1, max: 12 }),
        async (ways, kinds, ending, turns, others, kill) => {
          const graph = graphOf(kinds, ways);
          fc.pre(validateWorkflow(graph).valid);
          const one = await play(graph, { turns, ending });
          expect(one.status).toBe('completed');
          expect([...path(one)].sort()).toEqual(model(graph, ending));
          expect(timeless(await play(graph, { turns: others, ending }))).toBe(timeless(one));
          expect(timeless(await play(graph, { turns, ending, kill }))).toBe(timeless(one));
          const options = { replay_run: one.run };
          expect(path(await play(graph, { turns, ending, options }))).toEqual(path(one));
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
