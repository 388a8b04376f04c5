// Every graph that cannot run, with the reason it gets.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { policyReport, validateWorkflow } from './validate.ts';

const one = (node: JsonObject): Json => ({ entry: 'a', nodes: { a: node, b: {} }, edges: [AB] });
const AB = { from: 'a', to: 'b' };

const fork = (join: JsonObject, more: JsonObject = {}): Json => ({
  entry: 'fan',
  nodes: { fan: { kind: 'fork' }, a: {}, b: {}, j: { kind: 'join', join_policy: join } },
  edges: [
    { from: 'fan', to: 'a' },
    { from: 'fan', to: 'b' },
    { from: 'a', to: 'j' },
    { from: 'b', to: 'j' },
  ],
  ...more,
});

const BAD: readonly (readonly [what: string, graph: Json, reason: string])[] = [
  ['no nodes', { nodes: {} }, 'the workflow has no nodes'],
  ['an entry that is not there', { entry: 'x', nodes: { a: {} } }, 'entry node "x" does not exist'],
  [
    'an edge to nowhere',
    { entry: 'a', nodes: { a: {} }, edges: [{ from: 'a', to: 'x' }] },
    'edge a -> x: node "x" does not exist',
  ],
  [
    'an edge from nowhere',
    { entry: 'a', nodes: { a: {} }, edges: [{ from: 'x', to: 'a' }] },
    'edge x -> a: node "x" does not exist',
  ],
  [
    'an edge twice',
    { entry: 'a', nodes: { a: {}, b: {} }, edges: [AB, AB] },
    'edge a -> b is there twice',
  ],
  ['an unknown kind', one({ kind: 'loop' }), 'node a: unknown kind "loop"'],
  ['an unknown mode', one({ mode: 'chat' }), 'node a: unknown mode "chat"'],
  [
    'an unknown error policy',
    one({ error_policy: 'shrug' }),
    'node a: unknown error policy "shrug"',
  ],
  [
    'a cycle without a condition',
    { entry: 'a', nodes: { a: {}, b: {} }, edges: [AB, { from: 'b', to: 'a' }] },
    'cycle without an exit: a -> b -> a',
  ],
  [
    'a node that only leads to itself',
    { entry: 'a', nodes: { a: {} }, edges: [{ from: 'a', to: 'a' }] },
    'cycle without an exit: a -> a',
  ],
  [
    'a condition without a way',
    { entry: 'a', nodes: { a: { kind: 'condition' } } },
    'node a: a condition needs an edge for "true" or "false"',
  ],
  [
    'a condition with a way it never takes',
    {
      entry: 'a',
      nodes: { a: { kind: 'condition' }, b: {} },
      edges: [AB, { ...AB, branch: 'maybe' }],
    },
    'node a: the edge to b has the branch "maybe"',
  ],
  [
    'a fork to nowhere',
    { entry: 'a', nodes: { a: { kind: 'fork' } } },
    'node a: a fork leads nowhere',
  ],
  [
    'a fork that chooses',
    { entry: 'a', nodes: { a: { kind: 'fork' }, b: {} }, edges: [{ ...AB, branch: 'left' }] },
    'node a: the edge to b has the branch "left"; a fork takes every way',
  ],
  ['an unknown strategy', fork({ strategy: 'most' }), 'node j: unknown join strategy "most"'],
  [
    'a quorum of nothing',
    fork({ strategy: 'quorum' }),
    'node j: the strategy quorum needs join_policy.min_completed of at least 1',
  ],
  [
    'a quorum larger than its branches',
    fork({ strategy: 'quorum', min_completed: 3 }),
    'node j: the quorum of 3 is more than its 2 inputs',
  ],
  [
    'a quorum larger than its items',
    one({
      kind: 'map',
      map_policy: { items: ['x'] },
      join_policy: { strategy: 'quorum', min_completed: 2 },
    }),
    'node a: the quorum of 2 is more than its 1 items',
  ],
  ['a map of nothing', one({ kind: 'map' }), 'node a: a map needs map_policy.items'],
  [
    'a map with a strange bound',
    one({ kind: 'map', map_policy: { items: [], max_concurrent: -1 } }),
    'node a: map_policy.max_concurrent must be an int of at least 0',
  ],
  [
    'an unknown escalation',
    one({ kind: 'escalation', escalation_policy: { mode: 'shout' } }),
    'node a: unknown escalation mode "shout"',
  ],
  [
    'a handoff to nobody',
    one({ kind: 'escalation', escalation_policy: { mode: 'handoff' } }),
    'node a: the mode handoff needs escalation_policy.target',
  ],
  [
    'a question without answers to choose from',
    one({ kind: 'escalation', escalation_policy: { mode: 'ask', choices: [] } }),
    'node a: escalation_policy.choices must be a list of answers',
  ],
];

describe('a graph that cannot run', () => {
  it.each(BAD)('is told why: %s', (_, graph, reason) => {
    const { valid, errors } = validateWorkflow(graph);
    expect(valid).toBe(false);
    expect(errors.some((error) => error.startsWith(reason))).toBe(true);
  });

  it.each([
    [{ side_effect_level: 'readonly' }, 'capability_policy.side_effect_level must be one of none'],
    [{ side_effect_levle: 'none' }, 'capability_policy.side_effect_levle is not known'],
    [{ workspace_roots: 'src' }, 'capability_policy.workspace_roots must be'],
  ])('is told that a restriction would restrict nothing: %j', (policy, reason) => {
    const node = validateWorkflow({ entry: 'a', nodes: { a: { capability_policy: policy } } });
    expect(node.errors.some((error) => error.startsWith(`node a: ${reason}`))).toBe(true);
    const whole = validateWorkflow({ entry: 'a', nodes: { a: {} }, capability_policy: policy });
    expect(whole.errors.some((error) => error.startsWith(`the workflow: ${reason}`))).toBe(true);
  });

  const DOUBTFUL: typeof BAD = [
    [
      'a node that nothing leads to',
      { entry: 'a', nodes: { a: {}, b: {} } },
      'node b is not reachable from a',
    ],
    [
      'a join of one',
      { entry: 'a', nodes: { a: {}, b: { kind: 'join' } }, edges: [AB] },
      'node b: a join with fewer than two inputs',
    ],
    [
      'a join without a fork',
      {
        entry: 'c',
        nodes: { c: { kind: 'condition' }, a: {}, b: {}, j: { kind: 'join' } },
        edges: [
          { from: 'c', to: 'a', branch: 'true' },
          { from: 'c', to: 'b', branch: 'false' },
          { from: 'a', to: 'j' },
          { from: 'b', to: 'j' },
        ],
      },
      'node j: no fork leads to this join',
    ],
    [
      'a fork of one',
      { entry: 'a', nodes: { a: { kind: 'fork' }, b: {} }, edges: [AB] },
      'node a: a fork with one way out',
    ],
  ];

  it.each(DOUBTFUL)('runs, and is warned of: %s', (_, graph, warning) => {
    const { valid, warnings } = validateWorkflow(graph);
    expect(valid).toBe(true);
    expect(warnings.some((text) => text.startsWith(warning))).toBe(true);
  });

  it('has nothing to say of a graph that is well made', () => {
    expect(validateWorkflow(fork({ strategy: 'quorum', min_completed: 2 }))).toMatchObject({
      valid: true,
      errors: [],
      warnings: [],
    });
  });
});

describe('the tools of a workflow', () => {
  const look: JsonObject = {
    name: 'look',
    parameters: { path: 'string' },
    handler: {},
    annotations: { kind: 'read', side_effect_level: 'read_only' },
  };
  const run: JsonObject = {
    ...look,
    name: 'run',
    annotations: { kind: 'execute', side_effect_level: 'process_exec', emits_artifacts: true },
  };
  const codes = (graph: Json) =>
    validateWorkflow(graph).diagnostics.map(
      ({ code, node_id }) => `${node_id} ${code.replace('TOOL_SURFACE_', '')}`,
    );
  const act = (node: JsonObject, more: JsonObject = {}): Json => ({ act: node, ...more });

  it('are looked at stage by stage, as the loops of the stages do', () => {
    expect(codes(act({ tools: [look, run], system: 'Use `look`.' }))).toEqual([]);
    const odd = act({ tools: [look], prompt: 'Call find({path: "a"}).' });
    expect(codes(odd)).toEqual(['act UNKNOWN_PROMPT_TOOL']);
    const { valid, warnings } = validateWorkflow(odd);
    expect([valid, warnings]).toEqual([
      true,
      [
        'node act: TOOL_SURFACE_UNKNOWN_PROMPT_TOOL: a prompt speaks of "find", which is no declared tool',
      ],
    ]);
  });

  it('that cannot work make it invalid', () => {
    const { valid, errors } = validateWorkflow(act({ tools: [run] }));
    expect(valid).toBe(false);
    expect(errors).toEqual([
      expect.stringMatching(/^node act: TOOL_SURFACE_MISSING_RESULT_READER/),
    ]);
  });

  it('are compared with the rules of the whole workflow together', () => {
    const rules = {
      capability_policy: { tool_arg_constraints: [{ tool: 'look', arg_key: 'file' }] },
      approval_policy: { auto_approve: ['look', 'lok'] },
    };
    const graph = act({ tools: [look, run] }, { verify: { assert_text: 'ok' }, ...rules });
    expect(codes(graph)).toEqual([
      'null UNKNOWN_ARG_CONSTRAINT_KEY',
      'null APPROVAL_PATTERN_NO_MATCH',
    ]);
  });

  it('of which only names are known are not judged by what they declare', () => {
    const constraint = { tool_arg_constraints: [{ tool: 'look', arg_key: 'anything' }] };
    expect(codes(act({ tools: ['look'], capability_policy: constraint }))).toEqual([]);
    expect(codes(act({ tools: ['show', run] }))).toEqual([]);
    expect(codes(act({ tools: ['look'], approval_policy: { auto_deny: ['lok'] } }))).toEqual([
      'act APPROVAL_PATTERN_NO_MATCH',
    ]);
  });

  it('are in the report on policies, of every node and of all', () => {
    const report = policyReport(act({ tools: [{ ...look, annotations: {} }] }));
    const finding = { code: 'TOOL_SURFACE_MISSING_SIDE_EFFECT_LEVEL', tool: 'look' };
    expect(report).toMatchObject({
      diagnostics: [finding],
      nodes: [{ node_id: 'act', diagnostics: [finding] }],
    });
  });
});
