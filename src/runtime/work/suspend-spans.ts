// Spans of suspensions, resumptions and decisions. Never the content of inputs, conditions or transcripts.
import { isJsonObject, type Json } from '../../base/index.ts';
import {
  type JournalEntry,
  type RunContext,
  type RunSpan,
  runSpansKey,
  type SpanFacts,
  spanIdOf,
  traceSpansSection,
} from '../run/index.ts';
import {
  type Attributes,
  linkFromJson,
  linkTo,
  linkToJson,
  SPAN_METADATA,
  type SpanLink,
} from '../trace/index.ts';
import { RECEIPT_EFFECT } from './receipts-section.ts';

/** An open lifecycle span: its link as data, and how to end it. */
export interface LifecycleSpan {
  readonly link: Json;
  end(): void;
}

function shown(span: RunSpan): LifecycleSpan {
  const link = linkToJson({ traceId: span.traceId, spanId: span.spanId });
  return { link, end: () => span.end('ok') };
}

/** The link to the run's span, as a snapshot keeps it. */
export function runSpanLink(ctx: RunContext): Json {
  return linkToJson(ctx.get(runSpansKey).linkToRun());
}

/** `suspend <worker>`: inside the span of whoever suspends. */
export function openSuspensionSpan(
  ctx: RunContext,
  about: {
    readonly workerId: string;
    readonly reason: string;
    readonly initiator: string;
    readonly hasConditions: boolean;
    readonly parentWorkerId: string | null;
  },
): LifecycleSpan {
  const { workerId, parentWorkerId } = about;
  const spans = ctx.get(runSpansKey);
  const attributes: Attributes = {
    [SPAN_METADATA.workerId]: workerId,
    [SPAN_METADATA.handle]: workerId,
    [SPAN_METADATA.reason]: about.reason,
    [SPAN_METADATA.initiator]: about.initiator,
    [SPAN_METADATA.hasConditions]: about.hasConditions,
    [SPAN_METADATA.pipelineSpanId]: spans.run.spanId,
    [SPAN_METADATA.pipelineId]: spans.run.spanId,
    ...(parentWorkerId === null ? {} : { [SPAN_METADATA.parentWorkerId]: parentWorkerId }),
  };
  return shown(spans.start(ctx.task, 'suspension', `suspend ${workerId}`, { attributes }));
}

/** `resume <worker>`: detached, with links to the suspension it ends and to the run that suspended. */
export function openResumeSpan(
  ctx: RunContext,
  about: {
    readonly workerId: string;
    readonly initiator: string;
    readonly continueTranscript: boolean;
    readonly hadInput: boolean;
    readonly suspensionLink: Json;
    readonly pipelineLink: Json;
  },
): LifecycleSpan {
  const suspension = linkFromJson(about.suspensionLink);
  const pipeline = linkFromJson(about.pipelineLink);
  const links: SpanLink[] = [];
  if (suspension !== undefined) links.push(linkTo(suspension, 'suspension'));
  if (pipeline !== undefined) links.push(linkTo(pipeline, 'pipeline'));
  const attributes: Attributes = {
    [SPAN_METADATA.workerId]: about.workerId,
    [SPAN_METADATA.handle]: about.workerId,
    [SPAN_METADATA.initiator]: about.initiator,
    [SPAN_METADATA.continueTranscript]: about.continueTranscript,
    [SPAN_METADATA.hadResumeInput]: about.hadInput,
    [SPAN_METADATA.linkedSuspensionCount]: suspension === undefined ? 0 : 1,
  };
  const options = { detached: true, links, attributes };
  const name = `resume ${about.workerId}`;
  return shown(ctx.get(runSpansKey).start(ctx.task, 'resume', name, options));
}

/** A signed decision is a span by itself: it has its instant, its item and the settlement it belongs to. */
function decisionSpan(entry: JournalEntry, runId: string): Omit<SpanFacts, 'trace_id'> | undefined {
  if (entry.kind !== 'outcome' || entry.effect !== RECEIPT_EFFECT) return undefined;
  const { value } = entry;
  if (!isJsonObject(value) || value['kind'] !== 'drain_decision_receipt') return undefined;
  const payload = isJsonObject(value['payload']) ? value['payload'] : {};
  const { item, action, decided_by, linked_drain_span_id: drain } = payload;
  return {
    span_id: spanIdOf(runId, `${entry.task}#${entry.ordinal}`),
    parent_span_id: null,
    kind: 'drain_decision',
    name: String(action),
    at_ms: Math.floor(entry.at),
    duration_ms: 0,
    status: 'ok',
    links: typeof drain === 'string' ? [{ span_id: drain, attributes: DRAIN_LINK }] : [],
    metadata: {
      [SPAN_METADATA.action]: action ?? null,
      [SPAN_METADATA.itemId]: isJsonObject(item) ? (item['id'] ?? null) : null,
      decided_by: decided_by ?? null,
    },
  };
}

const DRAIN_LINK: Json = { 'harn.link.kind': 'drain' };

/** `trace_spans` of the record. */
export const spansSection = traceSpansSection(decisionSpan);
