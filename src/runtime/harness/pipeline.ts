// Pipelines in TypeScript: an async function with a name and a version. The name and version are its identity: a run
// is resumed by the pipeline of that name, and a version that differs is refused.
import type { Json } from '../../base/index.ts';
import type { Harness } from './tree.ts';

/** A pipeline's body. It reaches the outside only through the harness. */
export type PipelineFn<I, O> = (harness: Harness, input: I) => Promise<O>;

/** A named, versioned pipeline. */
export interface Pipeline<I = Json, O = Json> {
  readonly name: string;
  readonly version: string;
  readonly fn: PipelineFn<I, O>;
}

/**
 * Declares a pipeline.
 *
 * Everything its body learns from or does to the outside goes through `harness`; code that awaits anything else does
 * so inside `harness.step(name, fn)`. Change `version` when you change what the body does: runs begun with the older
 * version then say so instead of going on wrongly.
 *
 * @example
 * const greet = pipeline('greet', async (harness, input: { name: string }) => {
 *   harness.stdio.println(`Hello, ${input.name}`);
 *   return { greeted: input.name };
 * });
 */
export function pipeline<I, O>(
  name: string,
  fn: PipelineFn<I, O>,
  { version = '1' }: { readonly version?: string } = {},
): Pipeline<I, O> {
  return { name, version, fn };
}
