// Builders of the common kinds of artifacts: what a host, an editor or a tool has at hand, in one call. Each gives the
// fields; the caller's `extra` goes over them.
import { dataText, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Artifact, type ArtifactOrigin, readArtifact } from './artifact.ts';
import { lineDiff } from './artifact-diff.ts';

/** The fields of one artifact. */
type Fields = { readonly kind: string } & JsonObject;

const FRESH = { freshness: 'fresh', relevance: 1 } as const;

function build(fields: Fields, extra: JsonObject, origin: ArtifactOrigin): Artifact {
  const metadata = {
    ...(isJsonObject(fields['metadata']) ? fields['metadata'] : {}),
    ...(isJsonObject(extra['metadata']) ? extra['metadata'] : {}),
  };
  return readArtifact({ ...FRESH, ...fields, ...extra, kind: fields.kind, metadata }, origin);
}

/** An artifact about another one: its lineage is the target's and the target itself. */
function about(target: Json, fields: Fields, extra: JsonObject, origin: ArtifactOrigin): Artifact {
  const { id, title, lineage } = readArtifact(target, origin);
  const from = extra['lineage'];
  const more = Array.isArray(from) ? (from as readonly Json[]) : [];
  const metadata = { target_id: id, target_title: title, ...asObject(fields['metadata']) };
  const { lineage: _, ...rest } = extra;
  const whole = [...new Set([...lineage, id, ...more])];
  return build({ ...fields, lineage: whole, metadata }, rest, origin);
}

/** Builders by the name that programs use. */
export const artifactBuilders = {
  workspace_file: (o: ArtifactOrigin, path: string, content: string, extra: JsonObject = {}) =>
    build(
      {
        kind: 'workspace_file',
        title: path,
        text: content,
        source: 'workspace',
        metadata: { path },
      },
      extra,
      o,
    ),

  workspace_snapshot: (
    o: ArtifactOrigin,
    paths: readonly string[],
    summary: string | null = null,
    extra: JsonObject = {},
  ) =>
    build(
      {
        kind: 'workspace_snapshot',
        title: `workspace snapshot (${paths.length} ${paths.length === 1 ? 'path' : 'paths'})`,
        text: summary ?? paths.join('\n'),
        source: 'workspace',
        data: { paths },
        metadata: { paths },
      },
      extra,
      o,
    ),

  editor_selection: (o: ArtifactOrigin, path: string, text: string, extra: JsonObject = {}) =>
    build(
      {
        kind: 'editor_selection',
        title: `selection ${path}`,
        text,
        source: 'editor',
        metadata: { path },
      },
      extra,
      o,
    ),

  verification_result: (o: ArtifactOrigin, title: string, text: string, extra: JsonObject = {}) =>
    build({ kind: 'verification_result', title, text, source: 'verification' }, extra, o),

  test_result: (o: ArtifactOrigin, title: string, text: string, extra: JsonObject = {}) =>
    build({ kind: 'test_result', title, text, source: 'test_runner' }, extra, o),

  command_result: (o: ArtifactOrigin, command: string, output: Json, extra: JsonObject = {}) =>
    build(
      {
        kind: 'command_result',
        title: command,
        text: outputText(output),
        source: 'command',
        data: typeof output === 'string' ? { output } : output,
        metadata: { command },
      },
      extra,
      o,
    ),

  diff: (o: ArtifactOrigin, path: string, before: string, after: string, extra: JsonObject = {}) =>
    build(
      {
        kind: 'diff',
        title: path,
        text: unified(path, before, after),
        source: 'diff',
        data: { path, before, after },
        metadata: { path },
      },
      extra,
      o,
    ),

  git_diff: (o: ArtifactOrigin, text: string, extra: JsonObject = {}) =>
    build({ kind: 'git_diff', title: 'git diff', text, source: 'git' }, extra, o),

  diff_review: (
    o: ArtifactOrigin,
    target: Json,
    summary: string | null = null,
    extra: JsonObject = {},
  ) =>
    about(
      target,
      {
        kind: 'diff_review',
        title: reviewTitle('review', target),
        text: summary,
        source: 'review',
      },
      extra,
      o,
    ),

  review_decision: (o: ArtifactOrigin, target: Json, decision: string, extra: JsonObject = {}) =>
    about(
      target,
      {
        kind: 'review_decision',
        title: reviewTitle(decision, target),
        text: decision,
        source: 'review',
        data: { decision },
        metadata: { decision },
      },
      extra,
      o,
    ),

  patch_proposal: (o: ArtifactOrigin, target: Json, patch: string, extra: JsonObject = {}) =>
    about(
      target,
      { kind: 'patch_proposal', title: reviewTitle('patch', target), text: patch, source: 'patch' },
      extra,
      o,
    ),

  verification_bundle: (
    o: ArtifactOrigin,
    title: string,
    checks: readonly Json[],
    extra: JsonObject = {},
  ) =>
    build(
      {
        kind: 'verification_bundle',
        title,
        text: checks.map(checkLine).join('\n'),
        source: 'verification',
        data: { checks },
        metadata: { check_count: checks.length },
      },
      extra,
      o,
    ),

  apply_intent: (o: ArtifactOrigin, target: Json, intent: string, extra: JsonObject = {}) =>
    about(
      target,
      {
        kind: 'apply_intent',
        title: reviewTitle(intent, target),
        text: intent,
        source: 'review',
        data: { intent },
        metadata: { intent },
      },
      extra,
      o,
    ),
} as const;

function unified(path: string, before: string, after: string): string {
  return [`--- a/${path}`, `+++ b/${path}`, ...lineDiff(before, after)].join('\n');
}

function reviewTitle(what: string, target: Json): string {
  const title = asObject(target)['title'];
  return typeof title === 'string' && title !== '' ? `${what}: ${title}` : what;
}

function outputText(output: Json): string {
  if (typeof output === 'string') return output;
  const fields = asObject(output);
  const said = ['stdout', 'stderr', 'text', 'output'].flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  return said.length > 0 ? said.join('\n') : dataText(output);
}

function checkLine(check: Json): string {
  if (typeof check === 'string') return `- ${check}`;
  const { name, title, status, ok, passed } = asObject(check);
  const passes = typeof ok === 'boolean' ? ok : passed;
  const result = status ?? (typeof passes === 'boolean' ? (passes ? 'passed' : 'failed') : null);
  const label = name ?? title ?? JSON.stringify(check);
  return result === null ? `- ${String(label)}` : `- ${String(label)}: ${String(result)}`;
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
