// Handoffs of a record kept in step: those listed, those that stand in artifacts, the link from each back to this run,
// and the artifact that shows it. Doing it twice changes nothing.
import { isJsonObject, type Json } from '../../base/index.ts';
import { recErrors } from './errors.ts';
import { fillMissing } from './merge.ts';
import {
  type ArtifactRecord,
  artifactShape,
  type HandoffRecord,
  handoffShape,
  type ReceiptLink,
} from './record-parts.ts';
import type { RunDocument } from './run-document.ts';
import { emptyOf, tryRead } from './shape.ts';

/** The record with its handoffs, their links and their artifacts in step. */
export function withHandoffs(run: RunDocument): RunDocument {
  const embedded = run.artifacts.flatMap((artifact) => handoffIn(artifact) ?? []);
  if (run.handoffs.length === 0 && embedded.length === 0) return run;
  const byId = new Map<string, HandoffRecord>();
  for (const handoff of [...run.handoffs, ...embedded]) {
    const known = byId.get(handoff.id);
    byId.set(handoff.id, known === undefined ? handoff : mergeHandoffs(known, handoff));
  }
  const handoffs = [...byId.values()]
    .map((handoff) => linked(handoff, run))
    .sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0));
  return { ...run, handoffs, artifacts: handoffs.reduce(withArtifact, run.artifacts) };
}

/** Refuses a handoff that a person or program cannot act on. */
export function checkHandoff(handoff: HandoffRecord): void {
  const target = handoff.target_persona_or_human;
  const fields: readonly (readonly [string, string])[] = [
    ['source_persona', handoff.source_persona],
    ['target_persona_or_human', target.label ?? target.id ?? ''],
    ['task', handoff.task],
    ['reason', handoff.reason],
  ];
  for (const [field, value] of fields) {
    if (value.trim() === '') throw recErrors.handoffField({ field });
  }
}

/** Who gets it, as people say it. */
export function targetLabel({ target_persona_or_human: target }: HandoffRecord): string {
  return target.label ?? target.id ?? target.kind;
}

function handoffIn(artifact: ArtifactRecord): HandoffRecord | undefined {
  if (artifact.kind !== 'handoff' || !isJsonObject(artifact.data)) return undefined;
  const handoff = tryRead(handoffShape, artifact.data);
  return handoff === undefined || handoff.id === '' ? undefined : handoff;
}

function mergeHandoffs(known: HandoffRecord, more: HandoffRecord): HandoffRecord {
  return {
    ...fillMissing(known, more),
    receipt_links: more.receipt_links.reduce(withLink, known.receipt_links),
    metadata: { ...more.metadata, ...known.metadata },
  };
}

function linked(handoff: HandoffRecord, run: RunDocument): HandoffRecord {
  const link: ReceiptLink = {
    kind: 'run_receipt',
    label: run.workflow_name ?? run.workflow_id,
    run_id: run.id,
    artifact_id: null,
    path: run.persisted_path,
    href: null,
  };
  return {
    ...handoff,
    parent_run_id: handoff.parent_run_id ?? run.id,
    receipt_links: withLink(handoff.receipt_links, link),
  };
}

function withLink(links: readonly ReceiptLink[], link: ReceiptLink): readonly ReceiptLink[] {
  const same = (a: ReceiptLink) =>
    (['kind', 'run_id', 'artifact_id', 'path', 'href'] as const).every((f) => a[f] === link[f]);
  return links.some(same) ? links : [...links, link];
}

function withArtifact(
  artifacts: readonly ArtifactRecord[],
  handoff: HandoffRecord,
): readonly ArtifactRecord[] {
  const id = `artifact_${handoff.id}`;
  const at = artifacts.findIndex(
    (artifact) => artifact.id === id || handoffIn(artifact)?.id === handoff.id,
  );
  const made = artifactOf(handoff, id, artifacts[at]);
  if (at === -1) return [...artifacts, made];
  return artifacts.map((artifact, i) => (i === at ? made : artifact));
}

function artifactOf(
  handoff: HandoffRecord,
  id: string,
  before: ArtifactRecord | undefined,
): ArtifactRecord {
  const text = handoffText(handoff);
  const base = before ?? { ...emptyOf(artifactShape), id, created_at: handoff.created_at };
  return {
    ...base,
    kind: 'handoff',
    title: `Handoff to ${targetLabel(handoff)}`,
    text,
    data: handoff as unknown as Json,
    freshness: 'fresh',
    priority: 85,
    relevance: handoff.confidence ?? 1,
    estimated_tokens: Math.ceil(new TextEncoder().encode(text).length / 4),
    metadata: {
      ...base.metadata,
      handoff_id: handoff.id,
      target_kind: handoff.target_persona_or_human.kind,
      target_label: targetLabel(handoff),
    },
  };
}

function handoffText(handoff: HandoffRecord): string {
  const lines: [string, string][] = [
    ['source', handoff.source_persona],
    ['target', targetLabel(handoff)],
    ['task', handoff.task],
    ['reason', handoff.reason],
    ...handoff.open_questions.map((text): [string, string] => ['open_question', text]),
    ...handoff.blocked_on.map((text): [string, string] => ['blocked_on', text]),
  ];
  const body = lines
    .filter(([, text]) => text !== '')
    .map(([tag, text]) => `<${tag}>${text}</${tag}>`);
  return ['<handoff>', ...body, '</handoff>'].join('\n');
}
