import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { executorOf, formatToolResult, parameterSchema, parseToolCalls, toTool } from './index.ts';
import { readArguments } from './tool-arguments.ts';
import { readLiteral } from './tool-literal.ts';
import { withoutTags } from './tool-text.ts';

const codeOf = (fn: () => unknown) => {
  try {
    fn();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe('parameters of a tool', () => {
  const path = { type: 'string', description: 'where' };

  it.each<[string, Json, Json]>([
    ['types by name', { path: 'string', n: 'int' }, ['path', 'n']],
    ['schemas by name', { path, all: { type: 'bool', required: false } }, ['path']],
    ['a default makes one optional', { path: { ...path, default: '.' } }, []],
    [
      'the list of a declaration',
      [
        { name: 'path', type: { type: 'string' }, required: true },
        { name: 'n', type: { type: 'integer' }, required: false, default: 3 },
      ],
      ['path'],
    ],
  ])('are one schema, from %s', (_name, given, required) => {
    const schema = parameterSchema('t', given);
    expect(schema['type']).toBe('object');
    expect(schema['required']).toEqual(required);
    expect(schema['properties']).toMatchObject({ path: { type: 'string' } });
    expect(JSON.stringify(schema['properties'])).not.toContain('required');
  });

  it('stay as they are when they are a schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: [] };
    expect(parameterSchema('t', schema)).toEqual(schema);
  });

  it('complete the arguments of a call and name what does not fit', () => {
    const parameters = parameterSchema('t', { path, depth: { type: 'int', default: 2 } });
    const read = (given: Json) => readArguments({ parameters, annotations: {} }, given);
    expect(read({ path: 'a' })).toEqual({ args: { path: 'a', depth: 2 }, repaired: [] });
    expect(read({ depth: 1 })).toEqual({ problems: ['$.path is missing'] });
    expect(read({ path: 'a', depth: 'x' })).toMatchObject({
      problems: [expect.stringContaining('$.depth')],
    });
    expect(read('path')).toHaveProperty('problems');
  });
});

describe('a declared tool', () => {
  const handler = { kind: 'native' as const, run: () => null };

  it('changes something unless it says otherwise', () => {
    expect(toTool({ name: 't' }, handler).mutates).toBe(true);
    expect(toTool({ name: 't', annotations: { readOnlyHint: true } }, handler).mutates).toBe(false);
    expect(
      toTool({ name: 't', annotations: { side_effect_level: 'read_only' } }, handler).mutates,
    ).toBe(false);
    expect(toTool({ name: 't', mutates: false }, handler).mutates).toBe(false);
  });

  it('is refused when nothing here can run it, or an option is wrong', () => {
    expect(codeOf(() => toTool({ name: 't' }, undefined))).toBe('HARN-TOL-009');
    expect(codeOf(() => toTool({ name: 't', executor: 'host_bridge' }, undefined))).toBe(
      'HARN-TOL-005',
    );
    expect(codeOf(() => toTool({ name: '' }, handler))).toBe('HARN-TOL-007');
    expect(codeOf(() => toTool({ name: 't', timeout_ms: 0 }, handler))).toBe('HARN-TOL-008');
    expect(codeOf(() => toTool({ name: 't', on_unknown: 'ask' }, handler))).toBe('HARN-TOL-008');
  });

  it('says who runs it, and what that needs', () => {
    expect(executorOf('t', {}, true)).toBe('harn');
    expect(executorOf('t', { executor: 'harn_builtin' }, true)).toBe('harn');
    expect(executorOf('t', { executor: 'provider_native' }, false)).toBe('provider_native');
    expect(executorOf('t', { executor: 'mcp_server', mcp_server: 's' }, false)).toBe('mcp_server');
    expect(codeOf(() => executorOf('t', {}, false))).toBe('HARN-TOL-004');
    expect(codeOf(() => executorOf('t', { executor: 'rocket' }, true))).toBe('HARN-TOL-003');
    expect(codeOf(() => executorOf('t', { executor: 'host_bridge' }, false))).toBe('HARN-TOL-005');
    expect(
      codeOf(() => executorOf('t', { executor: 'host_bridge', host_capability: 'a.b' }, true)),
    ).toBe('HARN-TOL-006');
  });
});

describe('tool calls in a text', () => {
  it.each<[string, string, Json]>([
    ['JSON', '<tool_call>{"name": "read", "arguments": {"path": "a"}}</tool_call>', { path: 'a' }],
    ['a call', '<tool_call>\nread({ path: "a" })\n</tool_call>', { path: 'a' }],
    [
      'single quotes and a trailing comma',
      "<tool_call>read({path: 'a',})</tool_call>",
      { path: 'a' },
    ],
    ['no arguments', '<tool_call>read()</tool_call>', {}],
    ['an end that is missing', '<tool_call>read({"path": "a"})', { path: 'a' }],
  ])('are found as %s', (_name, text, args) => {
    expect(parseToolCalls(`before ${text} `)).toEqual([{ name: 'read', arguments: args }]);
  });

  it('that cannot be read are there with the reason', () => {
    const calls = parseToolCalls(
      '<tool_call>read({path: })</tool_call><tool_call>{"arguments": {}}</tool_call><tool_call>?</tool_call>',
    );
    expect(calls.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('a value is missing'),
      'the call has no name',
      expect.stringContaining('cannot be read'),
    ]);
    expect(parseToolCalls('just words')).toEqual([]);
  });

  it('are not shown to people', () => {
    expect(withoutTags('Hi. <tool_call>read()</tool_call> <done>##DONE##</done>')).toBe('Hi.');
    expect(withoutTags('<assistant_prose>Hi.</assistant_prose><tool_call>x()</tool_call>')).toBe(
      'Hi.',
    );
  });

  it('are answered in the form that was documented', () => {
    expect(formatToolResult('search', '13 "million"')).toBe(
      '<tool_result>{"name": "search", "result": "13 \\"million\\""}</tool_result>',
    );
  });

  it('reads every JSON text, also written freely', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const free = text.replace(/}$/, ' /* end */ }');
        expect(readLiteral(text)).toEqual({ ok: true, value: JSON.parse(text) });
        const read = readLiteral(free);
        if (free === text || text.length > 2) expect(read.ok).toBe(true);
      }),
    );
    expect(readLiteral('[1, 2')).toMatchObject({ ok: false });
    expect(readLiteral(`${'['.repeat(100)}${']'.repeat(100)}x`)).toMatchObject({ ok: false });
    expect(readLiteral('process.exit()')).toMatchObject({ ok: false });
  });

  it('offers JSON Schema at every depth, whichever words the program used', () => {
    const parameters = {
      tags: { type: 'list', items: { type: 'int', min: 1, nullable: true } },
      at: {
        type: 'dict',
        properties: { x: { type: 'float' }, what: { type: 'any' } },
        required: ['x'],
      },
      either: { union: [{ type: 'nil' }, { type: 'bool' }], required: false },
    };
    expect(parameterSchema('t', parameters)).toEqual({
      type: 'object',
      properties: {
        tags: { type: 'array', items: { type: ['integer', 'null'], minimum: 1 } },
        at: { type: 'object', properties: { x: { type: 'number' }, what: {} }, required: ['x'] },
        either: { oneOf: [{ type: 'null' }, { type: 'boolean' }] },
      },
      required: ['tags', 'at'],
    });
  });
});
