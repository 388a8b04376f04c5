// Skills for programs: the registry of a run, found once, and the text of a skill with its arguments put in.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { envEffects } from '../io/index.ts';
import { emitRunEvent, type RunContext, type ServiceKey, type Suspending } from '../run/index.ts';
import { skillEffects } from './effects.ts';
import { skillErrors } from './errors.ts';
import { HOST_LAYER, hostText, withHostSkills } from './host-skills.ts';
import type { SkillCatalog } from './layers.ts';
import type { SkillProvenance } from './provenance.ts';
import { skillId } from './skill.ts';

interface Known {
  catalog: SkillCatalog | undefined;
}

const knownKey: ServiceKey<Known> = {
  name: 'skills.known',
  create: () => ({ catalog: undefined }),
};

/** How a skill is loaded. */
export interface LoadSkill {
  readonly name: string;
  /** What stands for `$1`, `$2` and `$ARGUMENTS`. */
  readonly args?: readonly string[];
  readonly requireSignature?: boolean;
  /** Whether a model asks. */
  readonly byModel?: boolean;
  readonly sessionId?: string | null;
}

/** What a load comes to, for the history: whose text it is, and whether that is trusted. */
export type SkillLoaded = {
  readonly skill_id: string;
  readonly signer_fingerprint: string | null;
  readonly signed: boolean;
  readonly trusted: boolean;
};

/** Looks for skills, once in a run. `from` is the folder of its program; `given` comes before the folders of its start. */
function* prepare(
  ctx: RunContext,
  from: string,
  given: readonly string[] = [],
): Suspending<SkillCatalog> {
  const known = ctx.get(knownKey);
  if (known.catalog === undefined) {
    const asked = ctx.run.start.options['skill_dirs'];
    const dirs = [...given, ...(Array.isArray(asked) ? (asked as string[]) : [])];
    const found = yield* ctx.perform(skillEffects.find, [{ from, dirs }]);
    known.catalog = yield* withHostSkills(ctx, found);
  }
  return known.catalog;
}

/** The cards that were found, as a registry has them; none before anybody has looked. */
function cards(ctx: RunContext): readonly JsonObject[] {
  return ctx.get(knownKey).catalog?.skills.map(({ card }) => card) ?? [];
}

/** The text of a skill of a registry, with its arguments put in. */
function* load(
  ctx: RunContext,
  registry: readonly JsonObject[],
  asked: LoadSkill,
  onLoaded?: (loaded: SkillLoaded) => void,
): Suspending<string> {
  const entry =
    registry.find((one) => skillId(one) === asked.name) ??
    registry.find(({ name }) => name === asked.name);
  if (entry === undefined) {
    const known = registry.map(skillId).join(', ');
    throw skillErrors.unknown({ skill: asked.name, known: known === '' ? 'none' : known });
  }
  if (asked.byModel === true && entry['disable_model_invocation'] === true)
    throw skillErrors.notForModels({ skill: asked.name });
  const { args = [], sessionId = null } = asked;
  return render(ctx, yield* bodyOf(ctx, entry, asked, onLoaded), {
    args,
    folder: entry['skill_dir'],
    sessionId,
  });
}

/** A text that a program wrote is its own; that of a file is as good as its signature. */
function* bodyOf(
  ctx: RunContext,
  entry: JsonObject,
  asked: LoadSkill,
  onLoaded: ((loaded: SkillLoaded) => void) | undefined,
): Suspending<string> {
  const id = skillId(entry);
  const tell = (loaded: SkillLoaded) => {
    emitRunEvent(ctx, { event_type: 'transcript', kind: 'skill.loaded', payload: loaded });
    onLoaded?.(loaded);
  };
  const folder = entry['skill_dir'];
  const required = asked.requireSignature === true || mustBeSigned(ctx, entry);
  if (typeof folder !== 'string') {
    const isOfHost = entry['source'] === HOST_LAYER;
    if (isOfHost && required)
      throw skillErrors.unsigned({ skill: id, reason: 'the host keeps it' });
    const kept = isOfHost ? yield* hostText(ctx, entry) : undefined;
    tell({ skill_id: id, signer_fingerprint: null, signed: false, trusted: false });
    if (kept !== undefined) return kept;
    return String(entry['body'] ?? entry['prompt'] ?? '');
  }
  // Found with the card, so that a run which takes a parked loop over asks the same signers.
  const found = entry['signer_registry'];
  const signers = typeof found === 'string' ? found : (ctx.get(knownKey).catalog?.signers ?? null);
  const { body, provenance } = yield* ctx.perform(skillEffects.read, [id, folder, signers]);
  const { signed, trusted, signer_fingerprint } = provenance;
  const isTrusted = trusted && isAllowed(entry, provenance);
  tell({ skill_id: id, signer_fingerprint, signed, trusted: isTrusted });
  if (required) assertTrusted(id, entry, provenance);
  return body;
}

function mustBeSigned(ctx: RunContext, entry: JsonObject): boolean {
  if (entry['require_signature'] === true) return true;
  return ctx.sync(envEffects.get, ['HARN_REQUIRE_SIGNED_SKILLS']) === '1';
}

function isAllowed(entry: JsonObject, { signer_fingerprint: signer }: SkillProvenance): boolean {
  const allowed = entry['trusted_signers'];
  return !Array.isArray(allowed) || (allowed as readonly Json[]).includes(signer);
}

/** Throws `unsigned` or `untrusted` unless a skill is signed by somebody who is trusted and whom it names. */
export function assertTrusted(skill: string, entry: JsonObject, provenance: SkillProvenance): void {
  const { signed, trusted, signer_fingerprint: signer, reason } = provenance;
  if (!signed) throw skillErrors.unsigned({ skill, reason: reason ?? '' });
  const who = signer ?? '';
  if (!trusted) throw skillErrors.untrusted({ skill, signer: who, reason: reason ?? '' });
  if (!isAllowed(entry, provenance)) {
    throw skillErrors.untrusted({
      skill,
      signer: who,
      reason: 'whom its trusted_signers do not name',
    });
  }
}

/** What is put into the text of a skill. */
interface Filling {
  readonly args: readonly string[];
  readonly folder: Json | undefined;
  readonly sessionId: string | null;
}

/** Puts arguments into a text. What was not given stays as it is written, so that its author sees what is missing. */
function render(ctx: RunContext, text: string, { args, folder, sessionId }: Filling): string {
  return text.replace(/\$(?:(\$)|ARGUMENTS\b|(\d+)|\{([A-Za-z_]\w*)\})/g, (whole, ...parts) => {
    const [dollar, number, variable] = parts as (string | undefined)[];
    if (dollar !== undefined) return '$';
    if (number !== undefined) return number === '0' ? whole : (args[Number(number) - 1] ?? whole);
    if (variable === undefined) return args.join(' ');
    if (variable === 'HARN_SKILL_DIR') return typeof folder === 'string' ? folder : whole;
    if (variable === 'HARN_SESSION_ID') return sessionId ?? whole;
    return ctx.sync(envEffects.get, [variable]) ?? whole;
  });
}

export const skillCalls = {
  prepare,
  cards,
  load,
  render,
  isCard: (value: Json): value is JsonObject =>
    isJsonObject(value) && typeof value['name'] === 'string',
};
