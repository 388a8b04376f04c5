// Findings about tool surfaces, one by one.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { readSurface, validateSurface } from './tool-surface.ts';

const annotated = (more: JsonObject = {}): JsonObject => ({
  kind: 'read',
  side_effect_level: 'read_only',
  ...more,
});

const look = {
  name: 'look',
  parameters: { path: 'string' },
  handler: true,
  annotations: annotated(),
};

const found = (surface: JsonObject, tools: readonly JsonObject[] = [look]) =>
  validateSurface(readSurface(surface, tools)).diagnostics.map(({ code }) =>
    code.replace('TOOL_SURFACE_', ''),
  );

describe('a tool surface', () => {
  it('that fits has no findings', () => {
    const surface = {
      policy: {
        tools: ['look'],
        side_effect_level: 'read_only',
        tool_arg_constraints: [{ tool: 'look', arg_key: 'path', arg_patterns: ['src/*'] }],
      },
      approval_policy: { auto_approve: ['look', 'l*'] },
      system: 'Call look({path: "src/a"}) or `look`. A word such as (this) is no call.',
    };
    expect(found(surface)).toEqual([]);
  });

  it.each<[string, string, JsonObject, JsonObject[]]>([
    [
      'MISSING_SCHEMA',
      'a tool without parameters',
      {},
      [{ name: 'x', handler: true, annotations: annotated() }],
    ],
    [
      'MISSING_EXECUTOR',
      'a tool that nobody runs',
      {},
      [{ name: 'x', parameters: {}, annotations: annotated() }],
    ],
    [
      'MISSING_ANNOTATIONS',
      'a tool without annotations',
      {},
      [{ name: 'x', parameters: {}, handler: true }],
    ],
    [
      'MISSING_SIDE_EFFECT_LEVEL',
      'annotations without a level',
      {},
      [{ ...look, annotations: { kind: 'edit' } }],
    ],
    [
      'UNKNOWN_RESULT_READER',
      'a reader that is no tool',
      {},
      [{ ...look, annotations: annotated({ result_readers: ['show'] }) }],
    ],
    [
      'MISSING_RESULT_READER',
      'artifacts that nobody can show',
      {},
      [{ ...look, annotations: annotated({ kind: 'execute', emits_artifacts: true }) }],
    ],
    [
      'UNKNOWN_ARG_CONSTRAINT_TOOL',
      'a constraint on nothing',
      { policy: { tool_arg_constraints: [{ tool: 'lok', arg_key: 'path' }] } },
      [look],
    ],
    [
      'UNKNOWN_ARG_CONSTRAINT_KEY',
      'a constraint on no argument',
      { policy: { arg_constraints: [{ tool: 'look', arg_key: 'file' }] } },
      [look],
    ],
    [
      'APPROVAL_PATTERN_NO_MATCH',
      'an approval of nothing',
      { approval_policy: { require_approval: ['edit'] } },
      [look],
    ],
    ['UNKNOWN_PROMPT_TOOL', 'a prompt with another tool', { prompt: 'Use fix({a: 1})' }, [look]],
    [
      'PROMPT_TOOL_NOT_IN_POLICY',
      'a prompt with a tool that is left out',
      { policy: { tools: ['other'] }, system: 'Use `look`.' },
      [look, { ...look, name: 'other' }],
    ],
    [
      'DEFERRED_TOOL_PROMPT_REFERENCE',
      'a prompt with a tool that is kept back',
      { system: 'Use `look`.' },
      [{ ...look, defer_loading: true }],
    ],
    [
      'DEPRECATED_ARG_ALIAS',
      'a prompt with an old name of an argument',
      { system: 'Use look({file: "a"}).' },
      [{ ...look, annotations: annotated({ arg_schema: { arg_aliases: { file: 'path' } } }) }],
    ],
    [
      'SIDE_EFFECT_CEILING_EXCEEDED',
      'a tool above the ceiling',
      { policy: { side_effect_level: 'none' } },
      [look],
    ],
  ])('reports %s for %s', (code, _name, surface, tools) => {
    expect(found(surface, tools)).toEqual([code]);
  });

  it('is invalid by its errors only', () => {
    const valid = (surface: JsonObject, tools = [look]) =>
      validateSurface(readSurface(surface, tools)).valid;
    expect(valid({ prompt: 'Use fix({a: 1})' })).toBe(true);
    expect(valid({ policy: { side_effect_level: 'none' } })).toBe(false);
  });

  it('does not read fenced code and what is marked as an old example', () => {
    const prompts = [
      '```\nold({a: 1})\n```',
      '<!-- harn-tool-surface: ignore-next-line -->\nold({a: 1})',
      'old({a: 1}) <!-- harn-tool-surface: ignore-line -->',
      '<!-- harn-tool-surface: ignore-start -->\nold({a: 1})\nold({b: 1})\n<!-- harn-tool-surface: ignore-end -->',
    ];
    expect(found({ prompts })).toEqual([]);
    expect(
      found({ prompts: ['<!-- harn-tool-surface: ignore-next-line -->\n\nold({a: 1})'] }),
    ).toEqual(['UNKNOWN_PROMPT_TOOL']);
  });

  it('looks at active tools only', () => {
    expect(found({ policy: { tools: ['look'] } }, [look, { name: 'bare' }])).toEqual([]);
  });
});
