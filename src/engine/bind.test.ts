// The quick reading of signatures agrees with the parser for every row there is.
import { expect, it } from 'vitest';
import { createRegistry, EFFECT_GROUPS, requiredParams } from '../builtins/index.ts';
import { parseSignature } from '../lang/index.ts';

it('counts the required arguments of every row as the parser does', () => {
  for (const { name, signature } of createRegistry(EFFECT_GROUPS).rows()) {
    if (!signature.includes('(')) continue;
    const { params } = parseSignature(signature.replace(/^@/, ''));
    const required = params.filter(
      (p) => !p.rest && !p.optional && p.default === undefined && p.type?.kind !== 'OptionalType',
    );
    expect(requiredParams(signature), name).toBe(required.length);
  }
});
