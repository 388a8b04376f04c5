// A harness for unit tests: real methods, a mock outside, and a null form that denies.
import { expect, it } from 'vitest';
import type { Harness } from '../runtime/harness/index.ts';
import { createMockHost, withHarness } from './index.ts';

const report = async (fs: Harness['fs'], path: string) => (await fs.readText(path)).length;

it('hands a function a harness over a mock host', async () => {
  const host = createMockHost({ files: { '/work/notes.md': 'hello' } });
  const done = await withHarness(
    async (harness) => {
      harness.stdio.println('counting');
      return report(harness.fs, 'notes.md');
    },
    { host },
  );
  expect(done).toMatchObject({ value: 5, stdout: 'counting\n', stderr: '' });
});

it('denies everything in its null form, as a rejected promise', async () => {
  const { value } = await withHarness(
    (harness) => report(harness.fs, 'notes.md').catch((error: Error) => error.message),
    { deny: ['*'] },
  );
  expect(value).toBe('NullHarness denied fs.read_text');
});

it('throws what the function threw', async () => {
  await expect(withHarness(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
});
