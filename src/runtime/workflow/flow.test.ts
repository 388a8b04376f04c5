// Who may run when: ways that meet, joins, failures; and random graphs against a model that runs one node at a time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { Flow } from './flow.ts';
import { workflowGraph } from './graph.ts';
import { nextNodes } from './ready.ts';
import type { StageResult } from './stage.ts';
import { inOrder, type Visit } from './visit.ts';

type End = Pick<StageResult, 'status' | 'branch'>;

const ok: End = { status: 'completed', branch: 'success' };
const broken: End = { status: 'failed', branch: 'failed' };

const flowOf = (graph: Json, ready?: readonly string[]) => {
  const whole = workflowGraph(graph);
  const start = { artifacts: [], arrivals: {}, stages: 0 };
  return new Flow(whole, { ready: ready ?? [whole.entry], ...start });
};

const names = (visits: readonly Visit[]) => visits.map(({ node }) => node);

/** Lets everything begin that may, up to `most` at a time, and ends stages in the order that `pick` says. */
function play(
  flow: Flow,
  endOf: (node: string) => End,
  { pick = () => 0, most = 8 }: { pick?: (running: number) => number; most?: number } = {},
): { readonly status: string; readonly most: number } {
  const running: Visit[] = [];
  let seen = 0;
  for (;;) {
    for (const visit of flow.settle()) running.splice(running.indexOf(visit), 1);
    for (const visit of flow.startable().slice(0, Math.max(0, most - running.length))) {
      visit.state = 'running';
      running.push(visit);
    }
    seen = Math.max(seen, running.length);
    const [visit] = running.splice(pick(running.length), 1);
    if (visit === undefined) return { status: 'completed', most: seen };
    if (!flow.end(visit, endOf(visit.node) as StageResult)) return { status: 'failed', most: seen };
  }
}

const fork = (join: Json, ways: readonly string[] = ['a', 'b', 'c']) => ({
  entry: 'fan',
  nodes: {
    fan: { kind: 'fork' },
    ...Object.fromEntries(ways.map((id) => [id, {}])),
    j: { kind: 'join', join_policy: join },
    end: {},
  },
  edges: [
    ...ways.map((to) => ({ from: 'fan', to })),
    ...ways.map((from) => ({ from, to: 'j' })),
    { from: 'j', to: 'end' },
  ],
});

describe('what may run', () => {
  it('lets all ways of a fork begin at once, and the join when the last of them has ended', () => {
    const flow = flowOf(fork({ strategy: 'all' }));
    expect(play(flow, () => ok, { pick: (n) => n - 1 })).toEqual({ status: 'completed', most: 3 });
    expect(names(inOrder(flow.visits))).toEqual(['fan', 'a', 'b', 'c', 'j', 'end']);
  });

  it('goes ahead with a quorum, stops who runs and skips who did not begin', () => {
    const flow = flowOf(fork({ strategy: 'quorum', min_completed: 2 }, ['a', 'b', 'c', 'd']));
    play(flow, () => ok, { most: 3, pick: (n) => (n === 3 ? 1 : 0) });
    const states = new Map(flow.visits.map(({ node, state }) => [node, state]));
    expect(states.get('b')).toBe('done');
    expect([...states.values()].filter((state) => state === 'done')).toHaveLength(5);
    expect([...states.values()].filter((state) => state === 'cancelled')).toHaveLength(2);
    expect(flow.pending()).toEqual([]);
    // The record has those who lost before the join that did without them.
    expect(names(inOrder(flow.visits)).slice(-2)).toEqual(['j', 'end']);
  });

  it('bears failures as long as a join can still have its quorum', () => {
    const failing = (...nodes: string[]) => {
      const flow = flowOf(fork({ strategy: 'quorum', min_completed: 2 }));
      return play(flow, (node) => (nodes.includes(node) ? broken : ok)).status;
    };
    expect(failing('a')).toBe('completed');
    expect(failing('c')).toBe('completed');
    expect(failing('a', 'b')).toBe('failed');
    const all = flowOf(fork({ strategy: 'all' }));
    expect(play(all, (node) => (node === 'b' ? broken : ok)).status).toBe('failed');
  });

  it('ends only the way of a node whose error policy is to continue', () => {
    const graph = fork({ strategy: 'all' });
    const lenient = { ...graph, nodes: { ...graph.nodes, b: { error_policy: 'continue' } } };
    const flow = flowOf(lenient);
    expect(play(flow, (node) => (node === 'b' ? broken : ok)).status).toBe('completed');
    expect(flow.visits.find(({ node }) => node === 'j')?.arrivals).toHaveLength(2);
  });

  it('does not wait for who leads to a node only by going round again', () => {
    const graph = {
      entry: 'fan',
      nodes: {
        fan: { kind: 'fork' },
        a: {},
        b: {},
        j: { kind: 'join' },
        check: { kind: 'verify' },
      },
      edges: [
        { from: 'fan', to: 'a' },
        { from: 'fan', to: 'b' },
        { from: 'a', to: 'j' },
        { from: 'b', to: 'j' },
        { from: 'j', to: 'check' },
        { from: 'check', to: 'fan', branch: 'failed' },
      ],
    };
    let checks = 0;
    const flow = flowOf(graph);
    const { status, most } = play(flow, (node) => {
      if (node !== 'check') return ok;
      checks += 1;
      return checks === 3 ? ok : broken;
    });
    expect([status, most]).toEqual(['completed', 2]);
    expect(names(inOrder(flow.visits))).toEqual(
      Array.from({ length: 3 }, () => ['fan', 'a', 'b', 'j', 'check']).flat(),
    );
  });

  it('gives each visit the same number and place whatever ended first', () => {
    const graph = fork({ strategy: 'all' });
    const rows = [0, 1, 2].map((turn) => {
      const flow = flowOf(graph);
      play(flow, () => ok, { pick: (n) => (n > 1 ? (turn * 7) % n : 0) });
      return inOrder(flow.visits).map(({ node, number }) => [node, number]);
    });
    expect(rows[1]).toEqual(rows[0]);
    expect(rows[2]).toEqual(rows[0]);
    expect(rows[0]).toEqual([
      ['fan', 1],
      ['a', 2],
      ['b', 2],
      ['c', 2],
      ['j', 5],
      ['end', 6],
    ]);
  });
});

/** Random graphs without cycles: edges lead from earlier to later nodes. */
const SIZE = 7;
const node = (at: number) => `n${at}`;
const branchOf = fc.constantFrom(null, null, null, 'success', 'failed', 'left');
const edgeOf = fc
  .tuple(fc.nat(SIZE - 2), fc.nat(SIZE - 1), branchOf)
  .map(([a, b, branch]) => ({ from: node(a), to: node(a + 1 + (b % (SIZE - 1 - a))), branch }));
const endOf = fc.constantFrom<End>(ok, ok, ok, { ...ok, branch: 'left' }, broken);
const graphs = fc.record({
  edges: fc.uniqueArray(edgeOf, { maxLength: 14, selector: (edge) => JSON.stringify(edge) }),
  joins: fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }),
  ends: fc.array(endOf, { minLength: SIZE, maxLength: SIZE }),
  policies: fc.array(fc.constantFrom('continue', 'continue', 'fail'), {
    minLength: SIZE,
    maxLength: SIZE,
  }),
});

describe('any graph without cycles', () => {
  it('runs what a model runs that takes one node after the other, in any order of ends', () => {
    const turns = fc.array(fc.nat(20), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(
        graphs,
        turns,
        fc.integer({ min: 1, max: 4 }),
        ({ edges, joins, ends, policies }, picks, most) => {
          const nodes = Object.fromEntries(
            joins.map((isJoin, at) => [
              node(at),
              { kind: isJoin ? 'join' : 'stage', error_policy: policies[at] as string },
            ]),
          );
          const graph = { entry: 'n0', nodes, edges };
          const ending = (id: string) => ends[Number(id.slice(1))] as End;
          const expected = oneByOne(graph, ending);
          const flow = flowOf(graph);
          let turn = 0;
          const pick = (n: number) => {
            turn += 1;
            return n === 0 ? 0 : (picks[turn % picks.length] as number) % n;
          };
          const { status } = play(flow, ending, { pick, most });
          expect(status).toBe(expected.status);
          const ran = names(inOrder(flow.visits)).sort();
          if (status === 'completed') expect(ran).toEqual(expected.ran);
          // A failure keeps others from beginning; nothing runs that the model does not run, nothing twice.
          else expect(expected.ran).toEqual(expect.arrayContaining(ran));
          expect(new Set(ran).size).toBe(ran.length);
          for (const [at, visit] of inOrder(flow.visits).entries()) {
            for (const before of visit.past) {
              expect(inOrder(flow.visits).indexOf(before)).toBeLessThan(at);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The naive model: nodes in their order; one runs when something that ran leads to it. */
function oneByOne(graph: Json, ending: (id: string) => End) {
  const whole = workflowGraph(graph);
  const reached = new Set([whole.entry]);
  const ran: string[] = [];
  let status = 'completed';
  for (const id of Object.keys(whole.nodes)) {
    if (!reached.has(id)) continue;
    ran.push(id);
    const end = ending(id);
    const next = nextNodes(whole, id, end.branch);
    for (const to of next) reached.add(to);
    const isLenient = whole.nodes[id]?.['error_policy'] === 'continue';
    if (end.status === 'failed' && next.length === 0 && !isLenient) status = 'failed';
  }
  return { status, ran: ran.sort() };
}
