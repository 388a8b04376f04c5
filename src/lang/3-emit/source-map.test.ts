import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMappings, encodeMappings, lookUp, type Mapping } from './source-map.ts';

const position = fc.record({
  line: fc.nat({ max: 40 }),
  column: fc.nat({ max: 500 }),
  sourceLine: fc.nat({ max: 5000 }),
  sourceColumn: fc.nat({ max: 200 }),
});

/** Mappings as a printer makes them: sorted, one per generated position. */
const mappings = fc
  .uniqueArray(position, { selector: (m) => `${m.line}:${m.column}`, maxLength: 60 })
  .map((all): Mapping[] => all.sort((a, b) => a.line - b.line || a.column - b.column));

describe('source maps', () => {
  it('decode to what was encoded', () => {
    fc.assert(
      fc.property(mappings, (all) => {
        expect(decodeMappings(encodeMappings(all))).toEqual(all);
      }),
    );
  });

  it('use the standard encoding', () => {
    const text = encodeMappings([
      { line: 0, column: 0, sourceLine: 0, sourceColumn: 0 },
      { line: 0, column: 8, sourceLine: 0, sourceColumn: 4 },
      { line: 2, column: 4, sourceLine: 1, sourceColumn: 2 },
      { line: 2, column: 20, sourceLine: 17, sourceColumn: 0 },
    ]);
    expect(text).toBe('AAAA,QAAI;;IACF,gBAgBF');
  });

  it('find the nearest mapping at or before a position of the same line', () => {
    const all = decodeMappings('AAAA,QAAI;;IACF');
    expect(lookUp(all, 0, 7)).toEqual({ line: 0, column: 0 });
    expect(lookUp(all, 0, 8)).toEqual({ line: 0, column: 4 });
    expect(lookUp(all, 0, 99)).toEqual({ line: 0, column: 4 });
    expect(lookUp(all, 1, 5)).toBeUndefined();
    expect(lookUp(all, 2, 3)).toBeUndefined();
    expect(lookUp(all, 2, 4)).toEqual({ line: 1, column: 2 });
  });
});
