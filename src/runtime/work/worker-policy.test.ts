// Policies: a restriction that is not understood is refused, never ignored.
import { describe, expect, it } from 'vitest';
import { intersect } from './worker-policy.ts';

describe('a policy that is asked for', () => {
  it('with a misspelt restriction is refused, and the right name is said', () => {
    expect(() => intersect(null, { side_effect_levle: 'none' })).toThrow(/"side_effect_level"/);
    expect(() => intersect(null, { workspace_root: ['a'] })).toThrow(/"workspace_roots"/);
  });

  it('with a level that does not exist is refused, not taken for one above the ceiling', () => {
    const ceiling = { side_effect_level: 'read_only' };
    expect(() => intersect(ceiling, { side_effect_level: 'bogus' })).toThrow(/none, read_only/);
  });

  it.each([
    { tools: 'read' },
    { tools: [1] },
    { workspace_roots: 'src' },
    { capabilities: ['workspace'] },
    { recursion_limit: '3' },
    { arg_constraints: {} },
  ])('with a value that restricts nothing is refused: %j', (wanted) => {
    expect(() => intersect(null, wanted)).toThrow(/must be/);
  });

  it('keeps what only its embedder knows', () => {
    expect(intersect(null, { tier: 'gold' })).toMatchObject({ tier: 'gold' });
  });
});
