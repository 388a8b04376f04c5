// Artifacts and handoffs, as `harness.agent.artifact_*` and the older globals. Ids and times are drawn once and recorded.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import {
  type ArtifactOrigin,
  artifactBuilders,
  artifactErrors,
  artifactJson,
  artifactOrigin,
  defaultScores,
  deriveArtifact,
  handoffArtifact,
  handoffContext,
  microcompact,
  packContext,
  prepareContext,
  readArtifact,
  readArtifacts,
  readAssembleOptions,
  readContextPolicy,
  readHandoff,
  readScores,
  renderArtifacts,
  selectAdaptive,
  selectArtifacts,
} from '../runtime/agent/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  dictGet,
  display,
  fromJson,
  isDict,
  isFunction,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData, toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';

export function artifactRows(): readonly BuiltinRow[] {
  return [...makingRows(), ...builderRows(), ...choosingRows(), ...handoffRows()];
}

type Method = (origin: ArtifactOrigin, args: readonly Json[]) => Json | object;

/** A row under its name in the tree and its older global one. */
function row(signature: string, doc: string, method: Method): BuiltinRow {
  const name = signature.slice(0, signature.indexOf('('));
  const impl = (ctx: Ctx, ...given: Value[]) => {
    const args = given[0] instanceof HarnHandle ? given.slice(1) : given;
    const data = args.map((arg) => toData(arg));
    return fromJson(method(artifactOrigin(ctx as RunContext), data) as Json);
  };
  return builtin(`agent.${signature}`, { doc, effect: 'ambient', aliases: [name] }, impl);
}

const text = (value: Json | undefined): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value);
const maybe = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : text(value);
const dict = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

function makingRows(): readonly BuiltinRow[] {
  return [
    row(
      'artifact(payload: dict) -> dict',
      'A complete artifact: `{kind, text?, title?, data?, priority?, relevance?, ...}`.',
      (origin, [payload]) => artifactJson(readArtifact(payload, origin)),
    ),
    row(
      'artifact_derive(parent: dict, kind: string, extra: dict?) -> dict',
      'An artifact made of another one; its lineage goes on.',
      (origin, [parent, kind, extra]) =>
        artifactJson(deriveArtifact(parent, text(kind), dict(extra), origin)),
    ),
  ];
}

const build = artifactBuilders;

function builderRows(): readonly BuiltinRow[] {
  return [
    row(
      'artifact_workspace_file(path: string, content: string, extra: dict?) -> dict',
      'A file of the workspace.',
      (o, [path, content, extra]) =>
        build.workspace_file(o, text(path), text(content), dict(extra)),
    ),
    row(
      'artifact_workspace_snapshot(paths: list, summary: any?, extra: dict?) -> dict',
      'What is in a workspace, as paths and a summary.',
      (o, [paths, summary, extra]) =>
        build.workspace_snapshot(o, list(paths).map(text), maybe(summary), dict(extra)),
    ),
    row(
      'artifact_editor_selection(path: string, text: string, extra: dict?) -> dict',
      'What is selected in an editor.',
      (o, [path, selected, extra]) =>
        build.editor_selection(o, text(path), text(selected), dict(extra)),
    ),
    row(
      'artifact_verification_result(title: string, text: any, extra: dict?) -> dict',
      'What a check found.',
      (o, [title, found, extra]) =>
        build.verification_result(o, text(title), text(found), dict(extra)),
    ),
    row(
      'artifact_test_result(title: string, text: any, extra: dict?) -> dict',
      'What tests found.',
      (o, [title, found, extra]) => build.test_result(o, text(title), text(found), dict(extra)),
    ),
    row(
      'artifact_command_result(command: string, output: any, extra: dict?) -> dict',
      'What a command came to.',
      (o, [command, output, extra]) =>
        build.command_result(o, text(command), output ?? null, dict(extra)),
    ),
    row(
      'artifact_diff(path: string, before: string, after: string, extra: dict?) -> dict',
      'A change of one file, line by line.',
      (o, [path, before, after, extra]) =>
        build.diff(o, text(path), text(before), text(after), dict(extra)),
    ),
    row(
      'artifact_git_diff(diff_text: string, extra: dict?) -> dict',
      'A difference as git shows it.',
      (o, [diff, extra]) => build.git_diff(o, text(diff), dict(extra)),
    ),
    row(
      'artifact_diff_review(target: dict, summary: any?, extra: dict?) -> dict',
      'A review of a change.',
      (o, [target, summary, extra]) =>
        build.diff_review(o, target ?? null, maybe(summary), dict(extra)),
    ),
    row(
      'artifact_review_decision(target: dict, decision: string, extra: dict?) -> dict',
      'What a review decided.',
      (o, [target, decision, extra]) =>
        build.review_decision(o, target ?? null, text(decision), dict(extra)),
    ),
    row(
      'artifact_patch_proposal(target: dict, patch: string, extra: dict?) -> dict',
      'A proposed change of something.',
      (o, [target, patch, extra]) =>
        build.patch_proposal(o, target ?? null, text(patch), dict(extra)),
    ),
    row(
      'artifact_verification_bundle(title: string, checks: list, extra: dict?) -> dict',
      'Several checks as one artifact.',
      (o, [title, checks, extra]) =>
        build.verification_bundle(o, text(title), list(checks), dict(extra)),
    ),
    row(
      'artifact_apply_intent(target: dict, intent: string, extra: dict?) -> dict',
      'That something reviewed is to be applied.',
      (o, [target, intent, extra]) =>
        build.apply_intent(o, target ?? null, text(intent), dict(extra)),
    ),
  ];
}

function choosingRows(): readonly BuiltinRow[] {
  return [
    row(
      'artifact_select(artifacts: list, policy: dict?) -> list',
      'The artifacts that a context policy admits, in the order they are shown.',
      (origin, [artifacts, policy]) => [
        ...selectArtifacts(readArtifacts(artifacts, origin), readContextPolicy(policy)),
      ],
    ),
    row(
      'artifact_context(artifacts: list, policy: dict?) -> string',
      'The chosen artifacts as text for a prompt.',
      (origin, [artifacts, policy]) => {
        const rules = readContextPolicy(policy);
        return renderArtifacts(selectArtifacts(readArtifacts(artifacts, origin), rules), rules);
      },
    ),
    row(
      'select_artifacts_adaptive(artifacts: list, policy: dict?) -> list',
      'Like artifact_select, without copies and with very long texts cut.',
      (origin, [artifacts, policy]) => [
        ...selectAdaptive(readArtifacts(artifacts, origin), readContextPolicy(policy)),
      ],
    ),
    builtin(
      'microcompact(text: string, max_chars: int?) -> string',
      { doc: 'A text that is too long without its middle.' },
      (_, given, max) => microcompact(display(given), toNumber(max, 20_000)),
    ),
    builtin(
      'estimate_tokens(messages: any) -> int',
      { doc: 'About how many tokens messages cost: a quarter of their characters.' },
      (_, messages) => {
        const given = toData(messages);
        const all = Array.isArray(given) ? (given as readonly Json[]) : [given];
        const chars = all.map((one) => text(isJsonObject(one) ? one['content'] : one).length);
        return Math.ceil(chars.reduce((sum, count) => sum + count, 0) / 4);
      },
    ),
    builtin(
      'agent.assemble_context(options: dict) -> dict',
      {
        doc: 'Packs artifacts into a token budget and says why each piece is in or out.',
        effect: 'ambient',
        aliases: ['assemble_context'],
      },
      function* (ctx: Ctx, ...given: Value[]): Steps {
        const [options] = given[0] instanceof HarnHandle ? given.slice(1) : given;
        return fromJson(yield* assemble(ctx as RunContext, options ?? null));
      },
    ),
  ];
}

function* assemble(ctx: RunContext, given: Value): Suspending<Json> {
  if (!isDict(given)) throw artifactErrors.badOption({ option: 'options', expected: 'a dict' });
  const { ranker_callback: _ranker, ...plain } = given as unknown as {
    readonly [k: string]: Value;
  };
  const ranker = dictGet(given, 'ranker_callback');
  const data = Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [key, toData(value)]),
  );
  const options = readAssembleOptions(data);
  const artifacts = readArtifacts(data['artifacts'], artifactOrigin(ctx));
  const prepared = prepareContext(artifacts, options);
  if (options.strategy !== 'relevance' || ranker === undefined || !isFunction(ranker)) {
    return packContext(prepared, defaultScores(prepared));
  }
  const chunks = fromJson([...prepared.chunks] as unknown as Json);
  const scores = yield* call(ranker, ctx, [options.query, chunks]) as Suspending<Value>;
  return packContext(prepared, readScores(toData(scores), prepared));
}

function handoffRows(): readonly BuiltinRow[] {
  return [
    row(
      'handoff(payload: dict) -> dict',
      'A complete handoff to a persona or a person, or the one in an artifact.',
      (origin, [payload]) => readHandoff(payload, origin),
    ),
    row(
      'handoff_artifact(handoff: dict) -> dict',
      'The artifact that carries a handoff.',
      (origin, [payload]) => handoffArtifact(payload, origin),
    ),
    row(
      'handoff_context(handoff: dict) -> string',
      'A handoff as text for whoever takes it over.',
      (origin, [payload]) => handoffContext(payload, origin),
    ),
  ];
}
