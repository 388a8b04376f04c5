import { expect, it } from 'vitest';
import { unifiedDiff } from './diff.ts';

it('draws only what differs, with the lines around', async () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');
  const diff = await unifiedDiff('x.harn', before, before.replace('line 9\n', 'other\n'));
  expect(diff).toContain('--- a/x.harn\n+++ b/x.harn\n@@ -7,7 +7,7 @@');
  expect(diff).toContain('-line 9\n+other\n');
  expect(diff).not.toContain('line 2\n');
});

it('is empty for equal texts', async () => {
  expect(await unifiedDiff('x.harn', 'a\n', 'a\n')).toBe('');
});
