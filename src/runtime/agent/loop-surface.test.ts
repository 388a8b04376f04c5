// What a loop says about its tools before its first call: which lines, how often, and that errors cost nothing.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunBody } from '../run/index.ts';
import { live, newStore, returnedBy } from './agent-run.fixture.ts';
import { agentLoop, type Tool, toTool } from './index.ts';
import { declaredMcpHandler } from './mcp-tools.ts';

const tool = (name: string, more: JsonObject = {}): Tool =>
  toTool({ name, parameters: { path: 'string' }, ...more }, { kind: 'native', run: () => 'done' });

const quiet = { annotations: { kind: 'read', side_effect_level: 'read_only' } };

/** Runs a loop some times in one run; gives the lines about surfaces and the last result. */
async function told(tools: readonly Tool[], system: string | null, times = 1) {
  let stderr = '';
  const store = await newStore();
  const body: RunBody = function* (ctx) {
    let last: Json = null;
    for (let i = 0; i < times; i += 1) {
      const given = { session_id: `s${i}`, max_iterations: 1 };
      last = (yield* agentLoop(ctx, 'do it', system, given, { tools })) as unknown as Json;
    }
    return last;
  };
  const mocks = Array.from({ length: times }, () => ({ text: 'fine' }));
  const { result } = await live({
    store,
    body,
    mocks,
    onStderr: (text) => {
      stderr += text;
    },
  });
  const lines = stderr.split('\n').filter((line) => line.startsWith('[agent_loop]'));
  return { lines, result: returnedBy<JsonObject>(result) };
}

describe('a loop', () => {
  it('tells what does not fit with its code, and leaves what is merely not declared to the trace', async () => {
    const { lines, result } = await told(
      [tool('look', quiet), tool('bare'), tool('plain')],
      'Use find({path: "a"}).',
    );
    expect(lines).toEqual([
      '[agent_loop] TOOL_SURFACE_UNKNOWN_PROMPT_TOOL: a prompt speaks of "find", which is no declared tool',
    ]);
    expect(result['trace']).toMatchObject({
      tool_surface: [
        { code: 'TOOL_SURFACE_MISSING_ANNOTATIONS', tool: 'bare' },
        { code: 'TOOL_SURFACE_MISSING_ANNOTATIONS', tool: 'plain' },
        { code: 'TOOL_SURFACE_UNKNOWN_PROMPT_TOOL', tool: 'find' },
      ],
    });
  });

  it('tells each once in a run, however many loops have it', async () => {
    expect((await told([tool('bare')], 'Use find({path: "a"}).', 3)).lines).toHaveLength(1);
  });

  it('says nothing of a surface that fits', async () => {
    expect((await told([tool('look', quiet)], 'Call `look`.')).lines).toEqual([]);
  });

  it('ends before its first call where the tools cannot work', async () => {
    const emits = { annotations: { ...quiet.annotations, kind: 'execute', emits_artifacts: true } };
    await expect(told([tool('run', emits)], null)).rejects.toMatchObject({
      code: 'HARN-AGL-005',
      message: expect.stringContaining('TOOL_SURFACE_MISSING_RESULT_READER'),
    });
  });

  it('says nothing of what a server leaves unsaid about its tools, and what the user can mend', async () => {
    const emits = { kind: 'execute', emits_artifacts: true, result_readers: ['show'] };
    const listed = (name: string, more: JsonObject = {}) => {
      const said = { name, inputSchema: { type: 'object' }, _mcp_server: 'files', ...more };
      return toTool(said, declaredMcpHandler(said));
    };
    const { lines, result } = await told(
      [listed('bare'), listed('run', { annotations: emits }), tool('own')],
      'Use find({path: "a"}).',
    );
    expect(lines).toHaveLength(1);
    expect(result['trace']).toMatchObject({
      tool_surface: [
        { code: 'TOOL_SURFACE_MISSING_ANNOTATIONS', tool: 'own' },
        { code: 'TOOL_SURFACE_UNKNOWN_PROMPT_TOOL', tool: 'find' },
      ],
    });
  });
});
