// `trace_spans` of the run record: a fold over the journal. Spans of work are entries; the spans of the run itself, one
// per life, follow from the entries that begin and end a life, so that a life that was killed has one too.
import { isJsonObject, type Json } from '../../base/index.ts';
import {
  type Attributes,
  type FinishedSpan,
  HARN,
  type LinkKind,
  linkFromJson,
  linkTo,
  linkToJson,
  type SpanExporter,
} from '../trace/index.ts';
import type { JournalEntry, RunStart } from './journal-entry.ts';
import { type Chain, chainItems, type RecordSection, type RunRecord } from './record.ts';
import { lifeSpanId, SPAN_FACT, type SpanFacts, traceIdOf } from './spans.ts';

type Life = { readonly count: number; readonly at: number; readonly mono: number };

type State = {
  readonly runId: string;
  readonly traceId: string;
  readonly parentRunId: string | null;
  /** When the run started; `start_ms` of every span counts from here. */
  readonly origin: number;
  readonly life: Life | null;
  readonly lives: number;
  readonly last: { readonly at: number; readonly mono: number };
  readonly spans: Chain;
};

const NOTHING: State = {
  runId: '',
  traceId: '',
  parentRunId: null,
  origin: 0,
  life: null,
  lives: 0,
  last: { at: 0, mono: 0 },
  spans: null,
};

/** A span that an entry of the journal is by itself. */
export type SpanSource = (
  entry: JournalEntry,
  runId: string,
) => Omit<SpanFacts, 'trace_id'> | undefined;

const KEY = 'trace_spans';

/** Hands the spans that an entry brought to an exporter. What it throws is its own affair: tracing breaks no run. */
export function exportSpans(exporter: SpanExporter, before: RunRecord, after: RunRecord): void {
  const known = (before[KEY] as State | undefined)?.spans ?? null;
  const now = after[KEY] as State | undefined;
  for (let at = now?.spans ?? null; at !== known && at !== null; at = at.before) {
    try {
      exporter.export(finished(at.item as ShownSpan, now?.origin ?? 0));
    } catch {
      // Losing a span is better than losing a run.
    }
  }
}

type ShownSpan = Omit<SpanFacts, 'at_ms'> & { readonly start_ms: number };

function finished(span: ShownSpan, origin: number): FinishedSpan {
  const startMs = Math.floor(origin) + span.start_ms;
  const { kind, name, status, metadata } = span;
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    parentSpanId: span.parent_span_id ?? undefined,
    name,
    startMs,
    endMs: startMs + span.duration_ms,
    durationMs: span.duration_ms,
    attributes: { [HARN.kind]: kind, [HARN.name]: name, ...(metadata as Attributes) },
    events: [],
    links: span.links.flatMap((link) => linkFromJson(link) ?? []),
    status: { status },
  };
}

/** Folds `trace_spans` of one run; `derive` makes further spans of entries that say enough by themselves. */
export function traceSpansSection(derive: SpanSource): RecordSection<State> {
  return {
    key: KEY,
    initial: NOTHING,
    fold: (state, entry, runId) => fold(state, runId, entry, derive),
    view: ({ spans }) => chainItems(spans),
  };
}

function fold(before: State, runId: string, entry: JournalEntry, derive: SpanSource): State {
  const state = { ...before, runId, last: { at: entry.at, mono: entry.mono } };
  switch (entry.kind) {
    case 'run_started':
      return begun(state, entry, entry);
    case 'epoch_taken':
      return beginLife(endLife(state, before.last, 'interrupted'), entry);
    case 'parked':
      return endLife(state, entry, 'parked');
    case 'settled':
      return endLife(state, entry, statusOf(entry.receipt));
    case 'lifecycle':
      return entry.fact === SPAN_FACT ? withSpan(state, written(state, entry.data)) : state;
    default: {
      const derived = derive(entry, state.runId);
      return derived === undefined
        ? state
        : withSpan(state, { ...derived, trace_id: state.traceId } as SpanFacts);
    }
  }
}

/** A span as the journal has it; older ones name their trace and their empty links. */
function written({ traceId }: State, data: Json): SpanFacts {
  return { trace_id: traceId, links: [], ...(data as Omit<SpanFacts, 'trace_id' | 'links'>) };
}

function begun(state: State, start: RunStart, entry: JournalEntry): State {
  const next = {
    ...state,
    traceId: traceIdOf(start.root_run_id),
    parentRunId: start.parent_run_id,
    origin: entry.at,
  };
  // Epoch 0: made by another run, and nobody holds it yet.
  return entry.epoch === 0 ? next : beginLife(next, entry);
}

function beginLife(state: State, { at, mono }: JournalEntry): State {
  const count = state.lives + 1;
  return { ...state, lives: count, life: { count, at, mono } };
}

function endLife(
  state: State,
  end: { readonly at: number; readonly mono: number },
  status: string,
): State {
  const { life, runId, traceId } = state;
  if (life === null) return state;
  const link = (run: string, count: number, kind: LinkKind) =>
    linkToJson(linkTo({ traceId, spanId: lifeSpanId(run, count) }, kind));
  const links = [
    ...(life.count > 1 ? [link(runId, life.count - 1, 'causal')] : []),
    ...(state.parentRunId === null ? [] : [link(state.parentRunId, 1, 'pipeline')]),
  ];
  const span: SpanFacts = {
    trace_id: traceId,
    span_id: lifeSpanId(runId, life.count),
    parent_span_id: null,
    kind: 'pipeline',
    name: 'main',
    at_ms: Math.floor(life.at),
    duration_ms: Math.max(0, end.mono - life.mono),
    status: status === 'failed' ? 'error' : status === 'completed' ? 'ok' : 'unset',
    links,
    metadata: { status, life: life.count },
  };
  return { ...withSpan(state, span), life: null };
}

function withSpan(state: State, { at_ms, ...facts }: SpanFacts): State {
  const item = { ...facts, start_ms: at_ms - Math.floor(state.origin) };
  return { ...state, spans: { item, before: state.spans } };
}

function statusOf(receipt: Json): string {
  const status = isJsonObject(receipt) ? receipt['status'] : null;
  return status === 'failed' || status === 'cancelled' ? status : 'completed';
}
