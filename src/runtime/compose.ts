// Composition: what every run of a process is made of. The one place that knows all sub-rooms at once.
import type { Store } from '../store/index.ts';
import { defaultHost, Runtime, type RuntimeOptions, terminalSink } from './harness/index.ts';
import type { Host } from './host/index.ts';
import type { OutputSink, RunCore, RunDeps, RunRecord, ThrownCodec } from './run/index.ts';
import { runIndex } from './run/index.ts';

/** What a program that hosts runs provides. */
export interface ComposeOptions {
  readonly host: Host;
  /** Opens the store (with `RUNTIME_PROJECTIONS`) when a run first needs it; the caller owns it. */
  readonly openStore: () => Promise<Store>;
  readonly sink: OutputSink;
  readonly codec?: ThrownCodec;
  readonly saveRecord?: (record: RunRecord) => Promise<void>;
  readonly equip?: (run: RunCore) => void;
}

/** Declare these when opening a store for runs. */
export const RUNTIME_PROJECTIONS = [runIndex] as const;

/** The parts of a run, wired. */
export function composeRuns(options: ComposeOptions): RunDeps {
  return {
    ...options,
    finish: function* (_ctx, main) {
      yield* [];
      return { final: main, receipt: { v: 1, status: main.ok ? 'settled' : 'failed', items: [] } };
    },
  };
}

/**
 * Makes a runtime for TypeScript pipelines.
 *
 * @example
 * const store = await openStore('.harn/harn.sqlite');
 * const runtime = createRuntime({ store, pipelines: [triage] });
 * const result = await runtime.start(triage, { file: 'access.log' }).done;
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  const host = options.host ?? defaultHost();
  let ready: Promise<Store> | undefined;
  const openStore = () => {
    ready ??= options.store.declare(...RUNTIME_PROJECTIONS).then(() => options.store);
    return ready;
  };
  const sink = options.sink ?? terminalSink(host);
  return new Runtime(options, composeRuns({ host, openStore, sink }));
}
