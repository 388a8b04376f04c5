import { describe, expect, it } from 'vitest';
import { type LlmOptions, parseCall } from './options.ts';

const codeOf = (options: unknown, prompt = 'hi'): unknown => {
  try {
    parseCall(prompt, null, options as LlmOptions);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('options of llm.call', () => {
  it('have a default for everything that needs one', () => {
    expect(parseCall('hi', null, {})).toEqual({
      provider: null,
      model: null,
      vision: false,
      toolSearch: undefined,
      forcedSearch: [],
      providerFields: {},
      tape: null,
      retries: 0,
      backoffMs: 250,
      nudge: true,
      onlyWarns: false,
      schemaRetries: undefined,
      request: {
        system: null,
        messages: [{ role: 'user', content: 'hi' }],
        output: { kind: 'text' },
        timeout_ms: 120_000,
      },
    });
  });

  it('suggest the option that was probably meant', () => {
    const call = () => parseCall('hi', null, { temprature: 1 } as LlmOptions);
    expect(call).toThrow(
      expect.objectContaining({
        code: 'HARN-LLM-001',
        data: { option: 'temprature', suggestion: 'temperature' },
      }),
    );
    expect(codeOf({ zzzzzz: 1 })).toBe('HARN-LLM-001');
  });

  it('are refused, not ignored, when this version does not have them', () => {
    expect(codeOf({ api_mode: 'x' })).toBe('HARN-LLM-141');
    expect(codeOf({ api_mode: null })).toBe('accepted');
  });

  it.each([
    [{ max_tokens: 0 }],
    [{ temperature: 'hot' }],
    [{ temperature: 3 }],
    [{ stop: [1] }],
    [{ timeout_ms: -1 }],
    [{ messages: 'hi' }],
    [{ messages: [{ role: 'robot', content: 'x' }] }],
    [{ tool_choice: 'maybe' }],
    [{ output_format: 'xml' }],
    [{ thinking: 'a lot' }],
    [{ tools: [{ description: 'nameless' }] }],
  ])('with a bad value are refused: %j', (options) => {
    expect(codeOf(options)).toBe('HARN-LLM-140');
  });

  it('take timeouts in seconds by the older name', () => {
    expect(parseCall('hi', null, { timeout: 2.5 }).request.timeout_ms).toBe(2500);
    expect(parseCall('hi', null, { timeout: 2, timeout_ms: 30 }).request.timeout_ms).toBe(30);
  });

  it('give one shape for every spelling of JSON output', () => {
    const schema = { type: 'object', properties: {} };
    const wanted = { kind: 'json', schema };
    const spellings: LlmOptions[] = [
      { schema },
      { json_schema: schema, response_format: 'json' },
      { output_schema: schema },
      { output_format: { kind: 'json_schema', schema } },
      { output: { schema } },
      { output: schema },
    ];
    for (const options of spellings) {
      expect(parseCall('hi', null, options).request.output).toEqual(wanted);
    }
    expect(parseCall('hi', null, { output: 'json' }).request.output).toEqual({ kind: 'json' });
    expect(parseCall('hi', null, { output_format: 'text' }).request.output).toEqual({
      kind: 'text',
    });
  });

  it('need a prompt or messages', () => {
    expect(codeOf({}, '')).toBe('HARN-LLM-142');
    expect(codeOf({ messages: [] })).toBe('HARN-LLM-142');
    expect(codeOf({ messages: [{ role: 'user', content: 'x' }] }, '')).toBe('accepted');
  });

  it('understand tools in the short form and in the wire form', () => {
    const tools = [
      { name: 'read', parameters: { path: 'string' } },
      { type: 'function', function: { name: 'list', parameters: { type: 'object' } } },
    ];
    expect(parseCall('hi', null, { tools }).request.tools).toEqual([
      {
        name: 'read',
        parameters: {
          type: 'object',
          properties: { path: { type: 'string' } },
          required: ['path'],
        },
      },
      { name: 'list', parameters: { type: 'object' } },
    ]);
  });
});
