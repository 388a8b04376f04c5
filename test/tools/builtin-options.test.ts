import { describe, expect, test } from 'vitest';
import { LOOP_TEXTS } from '../../src/builtins/options/agents.ts';
import { OPTIONS } from '../../src/builtins/options/all.ts';
import { specsWithOptions } from '../../src/builtins/options/load.ts';
import { MODEL_TEXTS } from '../../src/builtins/options/models.ts';
import { parseSignature } from '../../src/lang/index.ts';
import { loopOptionNames } from '../../src/runtime/agent/index.ts';
import { llmOptionNames } from '../../src/runtime/llm/index.ts';

const specs = new Map((await specsWithOptions()).map((spec) => [spec.name, spec]));

describe.each(Object.entries(OPTIONS))('the options of %s', (name, bags) => {
  test('belong to parameters of a builtin', () => {
    const spec = specs.get(name);
    if (spec === undefined) expect.unreachable(`there is no builtin ${name}`);
    const params = parseSignature(spec.signature).params.map((param) => param.name);
    for (const { param } of bags) expect(params).toContain(param);
    expect(spec.options).toBe(bags);
  });

  test('have a type of the language and one line each', () => {
    for (const { name: option, type, doc } of bags.flatMap((bag) => bag.options)) {
      expect(() => parseSignature(`f(${option}_: ${type}) -> nil`)).not.toThrow();
      expect(doc).toMatch(/^\S[^\n]*\.$/);
    }
  });
});

describe('what is refused at run time', () => {
  /** Known by name only to say that this version does not have them. */
  const NOT_HAD = ['schema_stream_abort', 'repair', 'llm_repair', 'api_mode', 'system'];

  test('is all that is no option of a model call', () => {
    const known = llmOptionNames([]).filter((name) => !NOT_HAD.includes(name));
    expect(Object.keys(MODEL_TEXTS).concat('transcript').sort()).toEqual([...known].sort());
  });

  test('is all that is no option of a loop', () => {
    const known = loopOptionNames([]).filter((name) => !NOT_HAD.includes(name));
    const missing = known.filter((name) => !Object.hasOwn(LOOP_TEXTS, name));
    expect(missing).toEqual([]);
  });
});
