// Graphs as data: normal form, edits, validation, ceilings.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { workflowDiff, workflowEdits, workflowGraph } from './graph.ts';
import { nextNodes } from './ready.ts';
import { inspectWorkflow, policyReport, validateWorkflow } from './validate.ts';

const line = (more: object = {}): Json => ({
  name: 'line',
  entry: 'a',
  nodes: { a: { kind: 'stage' }, b: { kind: 'verify' } },
  edges: [{ from: 'a', to: 'b' }],
  ...more,
});

describe('a workflow graph', () => {
  it('is normal once: reading a normal graph changes nothing', () => {
    const graph = workflowGraph(line());
    expect(graph.nodes['a']).toMatchObject({
      id: 'a',
      kind: 'stage',
      retry_policy: { max_attempts: 1 },
    });
    expect(workflowGraph(graph)).toEqual(graph);
  });

  it('has the same id for the same content and another for other content', () => {
    expect(workflowGraph(line()).id).toBe(workflowGraph(line()).id);
    expect(workflowGraph(line({ name: 'other' })).id).not.toBe(workflowGraph(line()).id);
  });

  it('may be written as act, verify and repair', () => {
    const graph = workflowGraph({
      act: { mode: 'llm' },
      verify: { assert_text: 'ok' },
      repair: {},
    });
    expect(graph.entry).toBe('act');
    expect(graph.nodes['verify']).toMatchObject({ kind: 'verify', verify: { assert_text: 'ok' } });
    expect(graph.edges.map(({ from, to, branch }) => [from, to, branch])).toEqual([
      ['act', 'verify', null],
      ['verify', 'repair', 'failed'],
      ['repair', 'verify', 'retry'],
    ]);
    expect(graph).not.toHaveProperty('act');
  });

  it('names the node and field that are wrong', () => {
    const bad = line({ nodes: { a: { kind: 'stage', retry_policy: { max_attempts: 0 } } } });
    expect(() => workflowGraph(bad)).toThrow(expect.objectContaining({ code: 'HARN-WFL-002' }));
  });
});

describe('an edit', () => {
  it('gives a new graph with a line in its audit log and leaves the old one', () => {
    const graph = workflowGraph(line());
    const before = structuredClone(graph);
    const more = workflowEdits.insert_node(
      graph,
      { id: 'c', kind: 'stage' },
      { from: 'b', to: 'c', branch: 'failed' },
    );
    const wired = workflowEdits.rewire(more, 'a', 'c');
    const cheap = workflowEdits.set_model_policy(wired, 'c', { model: 'small' });
    expect(graph).toEqual(before);
    expect(cheap.audit_log.map(({ op }) => op)).toEqual([
      'insert_node',
      'rewire',
      'set_model_policy',
    ]);
    expect(cheap.version).toBe(4);
    expect(nextNodes(cheap, 'a', 'success')).toEqual(['c']);
    expect(workflowDiff(graph, cheap)).toMatchObject({ identical: false, added_nodes: ['c'] });
    expect(workflowDiff(graph, workflowEdits.clone(graph))).toMatchObject({ identical: true });
  });

  it('of a node that is not there is refused', () => {
    expect(() => workflowEdits.replace_node(line(), 'x', {})).toThrow(
      expect.objectContaining({ code: 'HARN-WFL-003' }),
    );
    expect(() => workflowEdits.insert_node(line(), { id: 'a' })).toThrow(
      expect.objectContaining({ code: 'HARN-WFL-004' }),
    );
  });

  it('is committed only when the graph is valid', () => {
    const errors = (graph: Json) => validateWorkflow(graph).errors;
    expect(workflowEdits.commit(line(), 'ready', errors).audit_log.at(-1)).toMatchObject({
      op: 'commit',
      reason: 'ready',
    });
    const broken = workflowEdits.rewire(line(), 'a', 'nowhere');
    expect(() => workflowEdits.commit(broken, null, errors)).toThrow(
      expect.objectContaining({ code: 'HARN-WFL-006' }),
    );
  });
});

describe('validation', () => {
  const problems = (graph: Json) => validateWorkflow(graph).errors.join('\n');

  it('finds missing nodes, double edges and unknown kinds', () => {
    expect(problems(line({ entry: 'x' }))).toContain('entry node "x"');
    expect(problems(line({ edges: [{ from: 'a', to: 'zzz' }] }))).toContain(
      'node "zzz" does not exist',
    );
    expect(
      problems(
        line({
          edges: [
            { from: 'a', to: 'b' },
            { from: 'a', to: 'b' },
          ],
        }),
      ),
    ).toContain('twice');
    expect(problems(line({ nodes: { a: { kind: 'stge' } }, edges: [] }))).toContain(
      'unknown kind "stge"',
    );
    expect(problems({ nodes: {} })).toContain('no nodes');
  });

  it('finds conditions, maps and quorums that cannot work', () => {
    const one = (node: Json) => problems({ entry: 'a', nodes: { a: node } });
    expect(one({ kind: 'condition' })).toContain('condition');
    expect(one({ kind: 'map' })).toContain('map_policy.items');
    expect(
      one({ kind: 'map', map_policy: { items: [] }, join_policy: { strategy: 'quorum' } }),
    ).toContain('min_completed');
  });

  it('finds cycles that nothing can end and lets those with a branch be', () => {
    const cycle = (branch: string | null) =>
      line({
        edges: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a', branch },
        ],
      });
    expect(problems(cycle(null))).toContain('a -> b -> a');
    expect(problems(cycle('failed'))).toBe('');
  });

  it('warns of what is never reached', () => {
    const report = validateWorkflow(line({ edges: [] }));
    expect(report).toMatchObject({ valid: true, reachable_nodes: ['a'] });
    expect(report.warnings.join()).toContain('node b is not reachable from a');
    expect(inspectWorkflow(line())).toMatchObject({ node_count: 2, edge_count: 1, exits: ['b'] });
  });

  it('holds nodes and their tools against the host ceiling', () => {
    const tool = {
      name: 'edit',
      policy: { capabilities: { workspace: ['write_text'] }, side_effect_level: 'workspace_write' },
    };
    const graph = line({
      nodes: { a: { kind: 'stage', tools: { tools: [tool] } }, b: { kind: 'verify' } },
    });
    expect(validateWorkflow(graph).valid).toBe(true);
    const ceiling = { capabilities: { workspace: ['read_text'] }, side_effect_level: 'read_only' };
    const { valid, errors } = validateWorkflow(graph, ceiling);
    expect(valid).toBe(false);
    expect(errors.join('\n')).toContain('host ceiling: capability workspace.write_text');
    const [first] = policyReport(graph, ceiling)['nodes'] as readonly { effective_policy: Json }[];
    expect(first?.effective_policy).toMatchObject({
      capabilities: { workspace: [] },
      side_effect_level: 'read_only',
    });
  });
});
