// Spans and timers that a program opens itself. Each is a span of the run (in its record and at its exporter, with ids that
// follow from its place), and what `trace_spans` shows while tracing is on. Their list is memory of the run.
import type { JsonObject } from '../../base/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type RunSpan,
  runSpansKey,
  type ServiceKey,
  type Task,
} from '../run/index.ts';

/** An open span as the program holds it. Times in ms since the Unix epoch. */
export type UserSpan = {
  readonly trace_id: string;
  readonly span_id: string;
  readonly name: string;
  readonly start_ms: number;
};

/** A span that has ended. */
export type EndedSpan = UserSpan & {
  readonly parent_id: string | null;
  readonly duration_ms: number;
  readonly kind: 'step';
  readonly metadata: JsonObject;
};

/** What a program says about a span. */
export type SpanAttributes = JsonObject;

interface OpenSpan {
  readonly span: UserSpan;
  readonly parent: string | null;
  readonly attributes: SpanAttributes;
  readonly run: RunSpan;
  readonly leave: () => void;
}

interface UserSpans {
  readonly open: WeakMap<Task, OpenSpan[]>;
  readonly ended: EndedSpan[];
  isOn: boolean;
}

const userSpansKey: ServiceKey<UserSpans> = {
  name: 'io.user_spans',
  create: () => ({ open: new WeakMap(), ended: [], isOn: false }),
};

const local = { class: 'local', access: 'observe' } as const;

/** The time of a line or span, which needs no other capability. */
export const obsNow = defineSyncEffect(
  { name: 'obs.now', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.clock.nowMs()),
);

/** The open spans of the task and of those that started it, outermost first. */
export function spanStack(ctx: RunContext): readonly UserSpan[] {
  const { open } = ctx.get(userSpansKey);
  const stack: UserSpan[] = [];
  for (let task: Task | undefined = ctx.task; task !== undefined; task = task.parent) {
    stack.unshift(...(open.get(task) ?? []).map(({ span }) => span));
  }
  return stack;
}

export const traceEffects = {
  /** Shows the spans that end from here on in `trace_spans`, or no more. */
  enable_tracing: defineSyncEffect(
    { name: 'obs.enable_tracing', ...local },
    (env, isOn: boolean = true) => {
      env.get(userSpansKey).isOn = isOn;
      return null;
    },
  ),
  trace_id: defineSyncEffect(
    { name: 'obs.trace_id', ...local },
    (env): string | null => spanStack(env.task.ctx).at(-1)?.trace_id ?? null,
  ),
  /** The spans that ended while tracing was on, oldest first. */
  trace_spans: defineSyncEffect({ name: 'obs.trace_spans', ...local }, (env): EndedSpan[] => [
    ...env.get(userSpansKey).ended,
  ]),
  /** The same as lines for people. */
  trace_summary: defineSyncEffect({ name: 'obs.trace_summary', ...local }, (env) =>
    summaryOf(env.get(userSpansKey).ended),
  ),
  open: defineSyncEffect(
    { name: 'obs.trace_start', ...local },
    (env, name: string, startMs: number, attributes: SpanAttributes = {}): UserSpan => {
      const { open } = env.get(userSpansKey);
      const spans = env.get(runSpansKey);
      const parent = spanStack(env.task.ctx).at(-1)?.span_id ?? null;
      const run = spans.start(env.task, 'step', name, { attributes: plainAttributes(attributes) });
      const leave = spans.enter(env.task, run);
      const span = { trace_id: run.traceId, span_id: run.spanId, name, start_ms: startMs };
      open.set(env.task, [...(open.get(env.task) ?? []), { span, parent, attributes, run, leave }]);
      return span;
    },
  ),
  close: defineSyncEffect(
    { name: 'obs.trace_end', ...local },
    (env, spanId: string, endMs: number, isFailed: boolean = false): EndedSpan | null => {
      const state = env.get(userSpansKey);
      const { isOn, ended, open } = state;
      for (let task: Task | undefined = env.task; task !== undefined; task = task.parent) {
        const stack = open.get(task) ?? [];
        const found = stack.find(({ span }) => span.span_id === spanId);
        if (found === undefined) continue;
        open.set(
          task,
          stack.filter((each) => each !== found),
        );
        found.leave();
        found.run.end(isFailed ? 'error' : 'ok');
        const { span, parent, attributes } = found;
        const duration_ms = Math.max(0, endMs - span.start_ms);
        const done: EndedSpan = {
          ...span,
          parent_id: parent,
          duration_ms,
          kind: 'step',
          metadata: attributes,
        };
        if (isOn) ended.push(done);
        return done;
      }
      return null;
    },
  ),
};

function summaryOf(spans: readonly EndedSpan[]): string {
  if (spans.length === 0) return 'no spans recorded';
  const total = spans.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const lines = spans.map(({ name, duration_ms }) => `  ${name}: ${duration_ms}ms`);
  return [`${spans.length} spans, ${total}ms`, ...lines].join('\n');
}

/** Opens a span in the task. */
export function startUserSpan(
  ctx: RunContext,
  name: string,
  attributes: SpanAttributes = {},
): UserSpan {
  return ctx.sync(traceEffects.open, [name, ctx.sync(obsNow, []), attributes]);
}

/** Ends a span of this task or of one around it; null when it is not open (any more). */
export function endUserSpan(ctx: RunContext, spanId: string, isFailed = false): EndedSpan | null {
  return ctx.sync(traceEffects.close, [spanId, ctx.sync(obsNow, []), isFailed]);
}

/** Attributes as exporters take them: what is no text, number or bool is its JSON. */
function plainAttributes(attributes: SpanAttributes): {
  readonly [name: string]: string | number | boolean;
} {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
}
