// Functions found again by where they stand.
import { expect, it } from 'vitest';
import { DECIMAL_PATTERN } from '../base/index.ts';
import type { ToolHandler } from '../runtime/agent/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import { type Ctx, type Dict, describeFunction, typeOf, type Value } from '../values/index.ts';
import { codeSource } from './code-source.ts';

it('gives a tool that is found again its arguments as its schema says', () => {
  const handler = describeFunction(
    (_ctx: Ctx, args: Value) => typeOf((args as Dict)['net'] ?? null),
    {
      name: 'pay',
      params: ['args'],
    },
  );
  const tools = { _type: 'tool_registry', tools: [{ name: 'pay', handler }] };
  const source = codeSource({
    modules: () => [['app', { tools }]],
    value: (module, name) => (module === 'app' && name === 'tools' ? tools : undefined),
  });
  const ref = source.refOf(handler) as { readonly [key: string]: string };
  expect(ref).toEqual({ module: 'app', name: 'tools', tool: 'pay' });
  const net = { type: 'string', pattern: DECIMAL_PATTERN };
  const typeSeen = (parameters: { readonly [key: string]: typeof net }) => {
    const schema = { type: 'object', properties: parameters };
    const found = source.tool(ref, schema) as Extract<ToolHandler, { kind: 'program' }>;
    const site = { callId: 'c', idempotencyKey: 'k', sessionId: 's' };
    const step = found.run({} as RunContext, { net: '0.10' }, site as never).next();
    return step.value;
  };
  expect([typeSeen({ net }), typeSeen({})]).toEqual(['decimal', 'string']);
});
