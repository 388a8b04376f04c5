// Where a workflow works: its stages, the commands of its checks, the workers it delegates to.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { fsEffects } from '../io/index.ts';
import type { RunContext } from '../run/index.ts';
import { spawnAgent } from '../work/index.ts';
import { workflowExecute } from './execute.ts';
import type { ExecuteCode } from './execution.ts';
import { resultOf } from './workflow-run.fixture.ts';

const GRAPH = {
  name: 'placed',
  entry: 'read',
  nodes: {
    read: { kind: 'stage' },
    there: { kind: 'subagent', mode: 'agent' },
    check: { kind: 'verify', verify: { command: 'where', assert_text: '/work/a red' } },
  },
  edges: [
    { from: 'read', to: 'there' },
    { from: 'there', to: 'check' },
  ],
};

const reading = {
  handler: {
    kind: 'generator' as const,
    name: 'read',
    *run(ctx: RunContext) {
      return yield* ctx.perform(fsEffects.read_text, ['note.txt']);
    },
  },
};

const CODE: ExecuteCode = { nodes: { read: reading, there: reading } };

function hostOf() {
  const host = createMockHost({ files: { '/work/note.txt': 'root', '/work/a/note.txt': 'in a' } });
  host.onCommand('where', ({ cwd, env }) => ({ stdout: `${cwd} ${env?.['COLOR']}` }));
  return host;
}

const execution = { cwd: 'a', env: { COLOR: 'red' } };

const seen = (result: JsonObject) =>
  ((result['run'] as JsonObject)['stages'] as readonly JsonObject[]).map((stage) => [
    stage['node_id'] as Json,
    stage['status'] as Json,
    (stage['visible_text'] as string).split('\n')[0] as Json,
  ]);

describe('the execution of a workflow', () => {
  const expected = [
    ['read', 'completed', 'in a'],
    ['there', 'completed', 'in a'],
    ['check', 'completed', expect.anything()],
  ];

  it('is where its stages, its checks and its workers work, and not its caller', async () => {
    const [result, mine] = (await resultOf(function* (ctx) {
      const done = yield* workflowExecute(ctx, 'x', GRAPH, [], { execution }, CODE);
      return [done, yield* ctx.perform(fsEffects.read_text, ['note.txt'])] as unknown as Json;
    }, hostOf())) as [JsonObject, string];
    expect(seen(result)).toEqual(expected);
    expect(mine).toBe('root');
    expect((result['run'] as JsonObject)['execution']).toMatchObject({ cwd: '/work/a' });
    // The record is the run's, not the workflow's.
    expect(result['path']).toMatch(/^\/work\/\.harn-runs\//);
  });

  it('is that of the worker that runs it', async () => {
    const worker = (await resultOf(function* (ctx) {
      const config = { task: 'x', graph: GRAPH, execution, wait: true };
      return yield* spawnAgent(ctx, config, { attachments: { workflow: CODE } });
    }, hostOf())) as JsonObject;
    expect(worker['status']).toBe('completed');
    expect(seen(worker['result'] as JsonObject)).toEqual(expected);
    expect(worker['execution']).toMatchObject({ cwd: '/work/a', env: { COLOR: 'red' } });
  });
});
