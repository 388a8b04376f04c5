// The metrics of a run in its record, folded from the outcomes that noted them. Every run has this section: it stands by itself,
// so that a run without metrics loads nothing for them.
import { type Chain, chainItems, type RecordSection } from '../run/index.ts';

/** The effect that notes a metric. */
export const METRIC_EFFECT = 'obs.eval_metric';

/** `metrics`: `{name, value, metadata?}` in the order they were noted. */
export const metricsSection: RecordSection<Chain> = {
  key: 'metrics',
  initial: null,
  fold(before, entry) {
    if (entry.kind !== 'outcome' || entry.effect !== METRIC_EFFECT || entry.status !== 'ok')
      return before;
    return { item: entry.value ?? null, before };
  },
  view: chainItems,
};
