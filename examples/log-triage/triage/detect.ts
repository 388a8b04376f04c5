// Finding what is out of the ordinary in a log, without knowing what to look for. The twin of detect.harn, which says
// how and why.
import type { Entry, Outcome } from './access-log.ts';

/** Width of the windows that are counted, in seconds. */
const WINDOW = 300;

const BURST_LEAST = 50;
const BURST_FACTOR = 8;

const DRIFT_LEAST = 50;
const DRIFT_FACTOR = 5;
const DRIFT_SHARE = 0.1;

const DIMENSIONS = ['prefix', 'agent', 'client'] as const;
const WRONG: readonly Outcome[] = ['failed', 'denied', 'not found', 'throttled'];

type Dimension = (typeof DIMENSIONS)[number];

interface Series {
  readonly dimension: Dimension;
  readonly value: string;
  readonly outcome: Outcome | 'any';
  readonly entries: readonly Entry[];
  /** All requests of the same place, program or address. */
  readonly of: readonly Entry[];
}

type Measures =
  | { readonly kind: 'burst'; readonly usual: number }
  | {
      readonly kind: 'drift';
      readonly before: number;
      readonly share: number;
      readonly last: number;
    };

export type Finding = Measures & {
  readonly value: string;
  readonly outcome: Outcome | 'any';
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly of: number;
  readonly entries: readonly Entry[];
  readonly strength: number;
};

export interface Incident {
  readonly lead: Finding;
  readonly lines: ReadonlySet<number>;
  readonly also: readonly Finding[];
}

function groupBy<K>(entries: readonly Entry[], key: (entry: Entry) => K): Map<K, Entry[]> {
  const groups = new Map<K, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(key(entry));
    if (group === undefined) groups.set(key(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

/** Series of the log: the requests of one place, program or address, all of them or those that went one way. */
function seriesOf(entries: readonly Entry[], least: number): readonly Series[] {
  return DIMENSIONS.flatMap((dimension) => {
    const groups = [...groupBy(entries, (entry) => entry[dimension])]
      .filter(([, group]) => group.length >= least)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return groups.flatMap(([value, of]) => [
      { dimension, value, outcome: 'any' as const, entries: of, of },
      ...WRONG.map((outcome) => ({
        dimension,
        value,
        outcome,
        entries: of.filter((entry) => entry.outcome === outcome),
        of,
      })).filter((series) => series.entries.length >= least),
    ]);
  });
}

/** Runs of neighbouring windows in which a series is far above what is usual for it. */
function burstsIn(series: Series, firstWindow: number, windows: number): readonly Finding[] {
  const counts = groupBy(series.entries, (entry) => Math.floor(entry.at / WINDOW));
  // Most series are silent most of the time: windows without a request count, as zeros.
  const silent = windows - counts.size;
  const seen = [...counts.values()].map((each) => each.length).sort((a, b) => a - b);
  const usual = seen[Math.floor(windows / 2) - silent] ?? 0;
  const least = Math.max(BURST_LEAST, usual * BURST_FACTOR);
  const runs: Entry[][] = [];
  let run: Entry[] = [];
  for (let window = firstWindow; window <= firstWindow + windows; window += 1) {
    const hits = counts.get(window) ?? [];
    if (hits.length >= least) run.push(...hits);
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  return runs.map((hits) => finding(series, hits, { kind: 'burst', usual }));
}

/** The part of a series from which on its share of wrong answers is high, if it rose for good. */
function driftIn(series: Series): readonly Finding[] {
  if (series.outcome === 'any' || series.entries.length < DRIFT_LEAST) return [];
  const shareOf = (entries: readonly Entry[]) =>
    entries.length === 0 ? 0 : wrongIn(entries).length / entries.length;
  const wrongIn = (entries: readonly Entry[]) =>
    entries.filter((entry) => entry.outcome === series.outcome);
  const before = shareOf(series.of.slice(0, Math.floor(series.of.length / 4)));
  const limit = Math.max(DRIFT_SHARE / 4, before * 2);
  // The sum of what is above the limit falls as long as all is well; its lowest point is where that ends.
  let sum = 0;
  let lowest = 0;
  let onset = 0;
  for (const [index, entry] of series.of.entries()) {
    sum += entry.outcome === series.outcome ? 1 - limit : -limit;
    if (sum < lowest) {
      lowest = sum;
      onset = index + 1;
    }
  }
  const after = series.of.slice(onset);
  const hits = wrongIn(after);
  const share = shareOf(after);
  if (hits.length < DRIFT_LEAST || share < Math.max(DRIFT_SHARE, before * DRIFT_FACTOR)) return [];
  const last = shareOf(after.slice(after.length - Math.floor(after.length / 10)));
  return [finding(series, hits, { kind: 'drift', before, share, last })];
}

function finding(series: Series, hits: readonly Entry[], measures: Measures): Finding {
  const start = hits[0]?.at ?? 0;
  const end = hits.at(-1)?.at ?? 0;
  const usual = measures.kind === 'burst' ? measures.usual : 1;
  // A wrong answer says more than a request, so of two equally strong findings it is the one to lead with.
  const weight = series.outcome === 'any' ? 1 : 2;
  return {
    value: series.value,
    outcome: series.outcome,
    start,
    end,
    count: hits.length,
    of: series.of.filter((entry) => entry.at >= start && entry.at <= end).length,
    entries: hits,
    strength: Math.floor((hits.length * weight) / Math.max(1, usual)),
    ...measures,
  };
}

/** Findings that share at least half of their requests with a stronger one belong to its incident. */
function incidentsOf(findings: readonly Finding[]): readonly Incident[] {
  const incidents: { lead: Finding; lines: Set<number>; also: Finding[] }[] = [];
  for (const each of [...findings].sort((a, b) => b.strength - a.strength)) {
    const lines = new Set(each.entries.map((entry) => entry.line));
    const incident = incidents.find((known) => {
      const common = [...lines].filter((line) => known.lines.has(line)).length;
      return common * 2 >= Math.min(lines.size, known.lines.size);
    });
    if (incident === undefined) incidents.push({ lead: each, lines, also: [] });
    else incident.also.push(each);
  }
  return incidents.sort((a, b) => a.lead.start - b.lead.start);
}

/** The incidents of a log, by time. */
export function findIncidents(entries: readonly Entry[]): readonly Incident[] {
  const firstWindow = Math.floor((entries[0]?.at ?? 0) / WINDOW);
  const windows = Math.floor((entries.at(-1)?.at ?? 0) / WINDOW) - firstWindow + 1;
  const bursts = seriesOf(entries, BURST_LEAST).flatMap((series) =>
    burstsIn(series, firstWindow, windows),
  );
  // What came in a burst is explained; a drift has to show in the rest.
  const explained = new Set(bursts.flatMap((burst) => burst.entries.map((entry) => entry.line)));
  const rest = entries.filter((entry) => !explained.has(entry.line));
  const drifts = seriesOf(rest, DRIFT_LEAST)
    .filter((series) => series.dimension === 'prefix')
    .flatMap(driftIn);
  return incidentsOf([...bursts, ...drifts]);
}
