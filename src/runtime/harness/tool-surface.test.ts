// Tools looked at as a whole: findings about a surface, and tools that are made of a description.
import { expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { defineTool, pipeline } from './index.ts';
import { validateToolSurface } from './tool-surface.ts';

const look = defineTool({
  name: 'look',
  description: 'Looks',
  parameters: { path: 'string' },
  annotations: { kind: 'read', side_effect_level: 'read_only' },
  handler: () => 'seen',
});

it('a surface is told what does not fit, by stable codes', () => {
  const fits = validateToolSurface({ tools: [look], system: 'Use look({path: "a"}).' });
  expect(fits).toEqual({ valid: true, diagnostics: [] });
  const run = {
    name: 'run',
    description: 'Runs',
    annotations: { side_effect_level: 'process_exec' },
  };
  const { valid, diagnostics } = validateToolSurface({
    tools: [look, run],
    policy: { side_effect_level: 'read_only' },
    approvalPolicy: { auto_approve: ['lock'] },
    prompts: ['Use leap({far: 1}).'],
  });
  expect(valid).toBe(false);
  expect(
    diagnostics.map(({ code, tool }) => `${code.replace('TOOL_SURFACE_', '')} ${tool}`),
  ).toEqual([
    'MISSING_SCHEMA run',
    'MISSING_EXECUTOR run',
    'SIDE_EFFECT_CEILING_EXCEEDED run',
    'APPROVAL_PATTERN_NO_MATCH lock',
    'UNKNOWN_PROMPT_TOOL leap',
  ]);
});

it('a tool of a description checks its arguments, shows what would be called, and works in loops', async () => {
  const program = pipeline('p', async ({ agent }) => {
    const tool = agent.synthesizeTool({
      name: 'send_mail',
      description: 'Sends a mail',
      parameters: { to: 'string' },
      capabilities: ['net.smtp'],
    });
    const kept = agent.synthesizedTools().map(({ id }) => id === tool.id);
    const { tools } = await agent.loop({ task: 'mail ada', tools: [tool], max_iterations: 2 });
    let refused = '';
    try {
      tool.handler({});
    } catch (error) {
      refused = (error as { code: string }).code;
    }
    agent.clearSynthesizedTools();
    const left = agent.synthesizedTools().length;
    return { called: tool.handler({ to: 'ada' }), kept, tools, refused, left };
  });
  const mocks = [
    { tool_calls: [{ id: 'a', name: 'send_mail', arguments: { to: 'ada' } }] },
    { text: '##DONE##' },
  ];
  const store = await openStore('memory:');
  const runtime = createRuntime({
    store,
    host: createMockHost(),
    pipelines: [program],
    llm: { mocks },
    sink: { write: () => undefined },
  });
  expect(await runtime.start(program, null).done).toMatchObject({
    status: 'settled',
    returned: {
      called: { status: 'dry_run', name: 'send_mail', args: { to: 'ada' } },
      kept: [true],
      tools: { successful: ['send_mail'] },
      refused: expect.stringMatching(/^HARN-/),
      left: 0,
    },
  });
});
