// Composition: what every run of a process is made of. The one place that knows all sub-rooms at once.
import type { Store } from '../store/index.ts';
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
