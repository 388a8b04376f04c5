// Spans of suspensions and resumptions. A span's ids are recorded with the call that opened it, so a replay opens none
// again and links survive in snapshots. Never the content of inputs, conditions or transcripts.
import type { Json } from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';
import {
  type Attributes,
  isSpanRef,
  linkFromJson,
  linkTo,
  linkToJson,
  noTracer,
  SPAN_METADATA,
  type Span,
  type SpanLink,
  type SpanRef,
  type Tracer,
} from '../trace/index.ts';
import { bookkeeping } from './worker-record.ts';

/** Who makes the spans of a run; by default nobody. */
export const workerTracerKey: ServiceKey<Tracer> = {
  name: 'work.tracer',
  create: () => noTracer,
};

/** The span that stands for the run as a whole; none by default. */
export const runSpanKey: ServiceKey<{ readonly span: SpanRef | undefined }> = {
  name: 'work.run_span',
  create: () => ({ span: undefined }),
};

/** Spans of this process that are open, by id. */
const openSpansKey: ServiceKey<Map<string, Span>> = {
  name: 'work.open_spans',
  create: () => new Map(),
};

const startSpan = defineSyncEffect(
  { name: 'agent.worker_span', class: 'ambient', access: 'observe' },
  (env, kind: 'suspension' | 'resume', name: string, links: readonly Json[], about: Json): Json => {
    const tracer = env.get(workerTracerKey);
    if (!tracer.enabled) return null;
    const run = env.get(runSpanKey).span;
    const span = tracer.startSpan(name, {
      kind,
      // A resumption may come days later: it points to what it belongs to instead of standing inside of it.
      parent: kind === 'suspension' ? run : undefined,
      links: links.flatMap((link) => linkFromJson(link) ?? []),
      attributes: about as Attributes,
    });
    env.get(openSpansKey).set(span.spanId, span);
    return linkToJson({ traceId: span.traceId, spanId: span.spanId });
  },
);

/** An open lifecycle span: its link as data (null without tracing), and how to end it. */
export interface LifecycleSpan {
  readonly link: Json;
  end(): void;
}

function open(
  ctx: RunContext,
  kind: 'suspension' | 'resume',
  name: string,
  links: readonly Json[],
  about: Attributes,
): LifecycleSpan {
  const link = bookkeeping(ctx).sync(startSpan, [kind, name, links, about as Json]);
  return {
    link,
    end: () => {
      const id = linkFromJson(link)?.spanId;
      const spans = ctx.get(openSpansKey);
      if (id === undefined) return;
      spans.get(id)?.end();
      spans.delete(id);
    },
  };
}

/** The link to the run's span, as a snapshot keeps it. */
export function runSpanLink(ctx: RunContext): Json {
  const { span } = ctx.get(runSpanKey);
  return span === undefined || !isSpanRef(span) ? null : linkToJson(linkTo(span, 'pipeline'));
}

/** `suspend <worker>`: inside the run's span. */
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
  return open(ctx, 'suspension', `suspend ${workerId}`, [], {
    [SPAN_METADATA.workerId]: workerId,
    [SPAN_METADATA.handle]: workerId,
    [SPAN_METADATA.reason]: about.reason,
    [SPAN_METADATA.initiator]: about.initiator,
    [SPAN_METADATA.hasConditions]: about.hasConditions,
    ...(parentWorkerId === null ? {} : { [SPAN_METADATA.parentWorkerId]: parentWorkerId }),
  });
}

/** `resume <worker>`: detached, with links to the suspension it ends and to the run. */
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
  return open(ctx, 'resume', `resume ${about.workerId}`, links.map(linkToJson), {
    [SPAN_METADATA.workerId]: about.workerId,
    [SPAN_METADATA.handle]: about.workerId,
    [SPAN_METADATA.initiator]: about.initiator,
    [SPAN_METADATA.continueTranscript]: about.continueTranscript,
    [SPAN_METADATA.hadResumeInput]: about.hadInput,
    [SPAN_METADATA.linkedSuspensionCount]: links.length,
  });
}
