// Front door of runtime itself: what every run is made of. Knows nothing of Harn source. All else is at the doors of the
// sub-rooms, which other rooms import one by one.
export {
  type ComposeOptions,
  composeRuns,
  createRuntime,
  type PruneRuns,
  pruneRuns,
  RECORD_SECTIONS,
  RUNTIME_PROJECTIONS,
} from './compose.ts';
