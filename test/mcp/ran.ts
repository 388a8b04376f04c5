// Runs a body as a pipeline, for tests that look at what it returns.
import type { Json } from '../../src/base/index.ts';
import { HarnError, type Harness } from '../../src/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import type { Host } from '../../src/runtime/host/index.ts';
import { createRuntime } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';

/** What the body returned; its error is thrown. */
export async function ran<T extends Json>(
  host: Host,
  body: (harness: Harness) => Promise<T>,
): Promise<T> {
  await using store = await openStore('memory:');
  const work = pipeline('work', body);
  const runtime = createRuntime({ store, pipelines: [work], host });
  const result = await runtime.start(work, null).done;
  if (result.status === 'settled') return result.returned as T;
  throw result.status === 'failed' ? result.error : new Error('parked');
}

export const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: unknown) => (HarnError.is(error) ? error.code : String(error)),
  );
