// The promise of `harn fix`: what a program prints, gives and throws stays the same, and a second time changes nothing.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCases } from '../../conformance/suite.ts';
import { programs } from '../oracle/generate.ts';
import { ENTRY_MARK } from '../oracle/render.ts';
import { migrateFile, migrateTexts, refusals, runFile, runTexts, textsOf } from './world.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('a conformance case that was rewritten ends as before', () => {
  const suite = path.join(root, 'conformance');
  for (const { name, path: file } of readCases(suite)) {
    it(name, async () => {
      const { files } = await migrateFile(file, suite);
      for (const { before, after, refused } of files) {
        expect(refused?.code).not.toBe('HARN-FIX-501');
        if (after === before) continue;
        expect(await runFile(file, suite, after)).toBe(await runFile(file, suite));
      }
    });
  }
});

it('the examples are of the later edition already, so little is left to change and nothing is refused', async () => {
  const folder = path.join(root, 'examples');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.harn') && !file.includes('node_modules'))
    .map((file) => path.join(folder, file));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) expect(refusals(await migrateFile(file, folder))).toEqual([]);
});

it('random programs print, give and throw the same, and fixing twice changes nothing', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(programs, async (text) => {
      const [first = '', second] = text.split(ENTRY_MARK);
      const texts = {
        'entry.harn': second ?? first,
        'lib.harn': second === undefined ? '' : first,
      };
      const migration = await migrateTexts(texts, { types: false });
      for (const { refused } of migration.files) expect(refused?.code).not.toBe('HARN-FIX-501');
      const later = textsOf(migration);
      if (later['entry.harn'] === texts['entry.harn']) return;
      changed += 1;
      expect(await runTexts(later, 'entry.harn', { types: false })).toBe(
        await runTexts(texts, 'entry.harn', { types: false }),
      );
      const again = await migrateTexts(later, { types: false });
      expect(textsOf(again)).toEqual(later);
    }),
    { numRuns: 80, seed: 1 },
  );
  expect(changed).toBeGreaterThan(40);
}, 60_000);
