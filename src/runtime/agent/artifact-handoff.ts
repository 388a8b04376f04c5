// Handoffs as artifacts: work described so that a persona or a person can take it over. Complete data, checked when it
// is made. Handoffs that a run delivers to another pipeline are of the lifecycle room.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { checkHandoff, readDocument } from '../records/index.ts';
import { type Artifact, type ArtifactOrigin, readArtifact } from './artifact.ts';
import { artifactErrors } from './artifact-errors.ts';

/** A complete handoff from its fields, or the one that an artifact holds. */
export function readHandoff(given: Json | undefined, origin: ArtifactOrigin): JsonObject {
  if (!isJsonObject(given)) throw artifactErrors.notHandoff({});
  const fields = given['kind'] === 'handoff' ? given['data'] : given;
  if (!isJsonObject(fields)) throw artifactErrors.notHandoff({});
  const target = fields['target_persona_or_human'];
  const person =
    typeof target === 'string' ? { kind: 'persona', id: target, label: target } : target;
  const whole = {
    ...fields,
    ...(person === undefined ? {} : { target_persona_or_human: person }),
    id: typeof fields['id'] === 'string' && fields['id'] !== '' ? fields['id'] : newId(origin),
    created_at: fields['created_at'] ?? origin.now(),
  };
  const [read] = readDocument({ handoffs: [whole] }).handoffs;
  if (read === undefined) throw artifactErrors.notHandoff({});
  const { confidence } = read;
  const kind = read.target_persona_or_human.kind === 'human' ? 'human' : 'persona';
  const handoff = {
    ...read,
    target_persona_or_human: { ...read.target_persona_or_human, kind },
    confidence: confidence === null ? null : Math.min(1, Math.max(0, confidence)),
  };
  checkHandoff(handoff);
  return handoff as unknown as JsonObject;
}

/** The artifact that carries a handoff. */
export function handoffArtifact(given: Json | undefined, origin: ArtifactOrigin): Artifact {
  const handoff = readHandoff(given, origin);
  const { kind, label } = targetOf(handoff);
  return readArtifact(
    {
      id: `artifact_${String(handoff['id'])}`,
      kind: 'handoff',
      title: `Handoff to ${label}`,
      text: handoffContext(handoff, origin),
      data: handoff,
      source: handoff['source_persona'] ?? null,
      created_at: handoff['created_at'] ?? null,
      freshness: 'fresh',
      relevance: handoff['confidence'] ?? 1,
      metadata: { handoff_id: handoff['id'] ?? null, target_kind: kind, target_label: label },
    },
    origin,
  );
}

const LISTS: readonly (readonly [field: string, tag: string])[] = [
  ['files_or_entities_touched', 'touched'],
  ['open_questions', 'open_question'],
  ['blocked_on', 'blocked_on'],
  ['requested_capabilities', 'requested_capability'],
  ['allowed_side_effects', 'allowed_side_effect'],
];

/** A handoff as a prompt shows it to whoever takes it over. */
export function handoffContext(given: Json | undefined, origin: ArtifactOrigin): string {
  const handoff = readHandoff(given, origin);
  const lines: [string, Json | undefined][] = [
    ['source', handoff['source_persona']],
    ['target', targetOf(handoff).label],
    ['task', handoff['task']],
    ['reason', handoff['reason']],
  ];
  for (const [field, tag] of LISTS) {
    for (const item of (handoff[field] ?? []) as readonly Json[]) lines.push([tag, item]);
  }
  for (const ref of (handoff['evidence_refs'] ?? []) as readonly JsonObject[]) {
    const { label, artifact_id, path, uri } = ref;
    lines.push(['evidence', label ?? artifact_id ?? path ?? uri]);
  }
  const body = lines.flatMap(([tag, text]) =>
    text === undefined || text === null || text === '' ? [] : [`<${tag}>${String(text)}</${tag}>`],
  );
  return ['<handoff>', ...body, '</handoff>'].join('\n');
}

function targetOf(handoff: JsonObject): { readonly kind: string; readonly label: string } {
  const target = handoff['target_persona_or_human'] as JsonObject;
  const kind = String(target['kind'] ?? 'persona');
  return { kind, label: String(target['label'] ?? target['id'] ?? kind) };
}

function newId({ newId: draw }: ArtifactOrigin): string {
  return draw().replace(/^artifact_/, 'handoff_');
}
