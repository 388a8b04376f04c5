// The spans of a run as a tree for people. A span stands below its parent; one that stands by itself (a resumption, a
// pool task, a settlement) below what it points to, marked with `~`.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { type Output, oneLine } from './output.ts';

interface Shown {
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly start_ms: number;
  readonly duration_ms: number;
  readonly links: readonly Json[];
  readonly metadata: JsonObject;
}

interface Branch {
  readonly span: Shown;
  readonly mark: string;
}

/** What is worth a word beside a name, when it is there. */
const TOLD = ['status', 'reason', 'initiator', 'decided_by', 'item_id', 'input_tokens'] as const;

export function printSpans(output: Output, given: Json): void {
  const spans = (Array.isArray(given) ? given : []) as unknown as readonly Shown[];
  if (spans.length === 0) {
    output.line('no spans: the run has not ended or parked, or nothing of it took one');
    return;
  }
  const known = new Set(spans.map(({ span_id }) => span_id));
  const below = new Map<string, Branch[]>();
  for (const span of [...spans].sort((a, b) => a.start_ms - b.start_ms)) {
    const parent = span.parent_span_id ?? targetOf(span) ?? '';
    const at = known.has(parent) && parent !== span.span_id ? parent : '';
    const branch = { span, mark: span.parent_span_id === null && at !== '' ? '~ ' : '' };
    below.set(at, [...(below.get(at) ?? []), branch]);
  }
  const print = (at: string, depth: number) => {
    for (const { span, mark } of below.get(at) ?? []) {
      output.line(`${'  '.repeat(depth)}${mark}${lineOf(span)}`);
      print(span.span_id, depth + 1);
    }
  };
  print('', 0);
}

function targetOf({ links, kind }: Shown): string | undefined {
  // A life of the run follows the one before; that is a sequence, not a part.
  if (kind === 'pipeline') return undefined;
  const [link] = links;
  return isJsonObject(link) && typeof link['span_id'] === 'string' ? link['span_id'] : undefined;
}

function lineOf({ kind, name, start_ms, duration_ms, metadata, status }: Shown): string {
  const told = TOLD.flatMap((key) =>
    metadata[key] === undefined ? [] : [`${key}=${String(metadata[key])}`],
  );
  const failed = status === 'error' ? ' failed' : '';
  return oneLine(
    `${kind} ${name} +${start_ms} ms, ${duration_ms} ms${failed} ${told.join(' ')}`,
    200,
  );
}
