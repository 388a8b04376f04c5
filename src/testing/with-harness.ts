// A harness for unit tests of functions that take one: a run in memory over a mock host, settled when the function
// has returned. Nothing real is touched.
import { type Harness, pipeline } from '../runtime/harness/index.ts';
import { createMockHost, type MockHost } from '../runtime/host/index.ts';
import { createRuntime } from '../runtime/index.ts';
import { openMemoryStore } from '../store/memory/open.ts';
import type { Scenario } from './scenario.ts';

/** What a test prepares. */
export interface TestHarnessOptions {
  /** The outside; an empty mock host by default. */
  readonly host?: MockHost;
  /** Capabilities to take away; `['*']` is the null harness, which denies every call. */
  readonly deny?: readonly string[];
  /** The whole outside as data, instead of a host. */
  readonly scenario?: Scenario;
}

/** What a function did with its harness. */
export interface TestHarnessResult<R> {
  readonly value: R;
  readonly stdout: string;
  readonly stderr: string;
  readonly host: MockHost;
}

/**
 * Calls `fn` with a real harness over a mock host and gives what it returned. What it throws is thrown here.
 *
 * @example
 * const { value, stdout } = await withHarness((harness) => report(harness.fs, 'notes.md'), {
 *   host: createMockHost({ files: { '/work/notes.md': 'hello' } }),
 * });
 */
export async function withHarness<R>(
  fn: (harness: Harness) => Promise<R> | R,
  { host = createMockHost(), deny = [], scenario }: TestHarnessOptions = {},
): Promise<TestHarnessResult<R>> {
  const text = { stdout: '', stderr: '' };
  // The value is handed over directly: a function under test may return what is not data.
  let returned: { readonly value: R } | undefined;
  let thrown: { readonly error: unknown } | undefined;
  const test = pipeline('test', async (harness) => {
    try {
      returned = { value: await fn(deny.length === 0 ? harness : harness.without(...deny)) };
    } catch (error) {
      thrown = { error };
    }
  });
  const store = await openMemoryStore();
  const runtime = createRuntime({
    store,
    pipelines: [test],
    ...(scenario === undefined ? { host } : { scenario }),
    sink: {
      write: (stream, piece) => {
        text[stream] += piece;
      },
    },
  });
  try {
    await runtime.start(test, null).done;
  } finally {
    await store.close();
  }
  if (returned === undefined) throw thrown?.error;
  return { value: returned.value, ...text, host };
}
