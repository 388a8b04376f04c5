// Random programs through the formatter. It compares the trees itself and refuses to return text that means something
// else, so that it returns anything is the first half of the property.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadLangTools } from '../../src/lang/index.ts';
import { programs } from './generate.ts';
import { ENTRY_MARK } from './render.ts';

const { format } = await loadLangTools();
const widths = fc.constantFrom(20, 40, 100);
const COMMENTS = [' /* why */ ', ' // why\n', '\n// own line\n', '\n\n\n'] as const;

test('random programs keep their meaning at any width, and formatting twice changes nothing', () => {
  fc.assert(
    fc.property(programs, widths, (program, width) => {
      for (const text of program.split(ENTRY_MARK)) {
        const once = format({ id: 'a.harn', text }, width);
        expect(format({ id: 'a.harn', text: once }, width)).toBe(once);
      }
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('comments at any line break or comma stay', () => {
  const places = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...COMMENTS)), { maxLength: 4 });
  fc.assert(
    fc.property(programs, places, widths, (program, inserted, width) => {
      const text = withComments(program.split(ENTRY_MARK).at(-1) ?? '', inserted);
      let once: string;
      try {
        once = format({ id: 'a.harn', text }, width);
      } catch (error) {
        // A comment may have split what must be on one line; then there is no program to format.
        fc.pre((error as { code?: string }).code !== 'HARN-FMT-001');
        throw error;
      }
      expect(format({ id: 'a.harn', text: once }, width)).toBe(once);
    }),
    { numRuns: 150, seed: 2 },
  );
});

function withComments(text: string, inserted: readonly (readonly [number, string])[]): string {
  let out = text;
  for (const [n, comment] of inserted) {
    const places = [...out.matchAll(/[,\n{(]/g)].map(({ index }) => index + 1);
    const at = places[n % Math.max(1, places.length)] ?? 0;
    out = out.slice(0, at) + comment + out.slice(at);
  }
  return out;
}
