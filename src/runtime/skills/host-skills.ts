// Skills that the host keeps (`skills.list`, `skills.fetch`): a layer of its own, the last one where harn.toml says nothing
// else. An entry that only names a skill is fetched when skills are looked for, so that its card says what it narrows; a text
// is not kept with the card. Nobody has signed such a skill.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { hostCalls } from '../boundary/index.ts';
import { stdioEffects } from '../io/index.ts';
import { coerceError, type RunContext, runErrors, type Suspending } from '../run/index.ts';
import { skillErrors } from './errors.ts';
import type { FoundSkill, SkillCatalog } from './layers.ts';
import { skillId } from './skill.ts';
import { readCard } from './skill-file.ts';

export const HOST_LAYER = 'host';

/** What an entry has that only names a skill. */
const NAMING: ReadonlySet<string> = new Set(['id', 'name', 'description', 'source']);

/** The skills of files with those of the host among them. What the host cannot say is told on stderr and left out. */
export function* withHostSkills(ctx: RunContext, found: SkillCatalog): Suspending<SkillCatalog> {
  const isOn = found.order?.includes(HOST_LAYER) === true;
  if (!isOn || !hostCalls.has(ctx, 'skills', 'list')) return found;
  const listed = yield* asked(ctx, 'skills.list', {});
  if (listed === undefined) return found;
  const skills = new Map(found.skills.map((one) => [skillId(one.card), one]));
  const shadowed = [...found.shadowed];
  const broken = [...found.broken];
  for (const entry of entriesOf(listed)) {
    const id = String(entry['id'] ?? entry['name'] ?? '');
    const read = readHostCard(id, yield* wholeOf(ctx, id, entry));
    if (typeof read === 'string') {
      broken.push({ path: `host:${id}`, reason: read });
      continue;
    }
    const other = skills.get(skillId(read.card));
    if (other?.layer === HOST_LAYER) continue;
    if (other !== undefined && rank(found, other) < rank(found, read)) shadowed.push(read);
    else {
      if (other !== undefined) shadowed.push(other);
      skills.set(skillId(read.card), read);
    }
  }
  return { ...found, skills: [...skills.values()], shadowed, broken };
}

const rank = ({ order = [] }: SkillCatalog, { layer }: FoundSkill) => order.indexOf(layer);

/** The text of a skill that the host keeps; undefined for other cards. */
export function* hostText(ctx: RunContext, card: JsonObject): Suspending<string | undefined> {
  const id = card['host_id'];
  if (card['source'] !== HOST_LAYER || typeof id !== 'string') return undefined;
  try {
    const { body, prompt } = flat(yield* hostCalls.call(ctx, 'skills.fetch', { id }));
    const text = body ?? prompt;
    if (typeof text === 'string') return text;
  } catch (error) {
    throw notRead(id, error);
  }
  throw skillErrors.notRead({ path: `host:${id}`, reason: 'the host gives no body' });
}

/** Why the host could not answer; undefined for what ends the task. What the host throws comes as itself, and recorded as 015. */
export function hostFailure(error: unknown): string | undefined {
  const { code, message } = coerceError(error);
  const isOfTheTask = /^HARN-(?:RUN|JRN)-/.test(code) && code !== runErrors.$code('foreignThrow');
  return isOfTheTask ? undefined : message;
}

function notRead(id: string, error: unknown): unknown {
  const reason = hostFailure(error);
  if (reason === undefined) return error;
  return skillErrors.notRead({ path: `host:${id}`, reason }, { cause: error });
}

/** An entry with what the host says of it elsewhere. */
function* wholeOf(ctx: RunContext, id: string, entry: JsonObject): Suspending<JsonObject> {
  const whole = flat(entry);
  const namesOnly = Object.keys(whole).every((field) => NAMING.has(field));
  if (!namesOnly || !hostCalls.has(ctx, 'skills', 'fetch')) return whole;
  const fetched = yield* asked(ctx, 'skills.fetch', { id });
  return fetched === undefined ? whole : { ...whole, ...flat(fetched) };
}

function* asked(ctx: RunContext, name: string, params: JsonObject): Suspending<Json | undefined> {
  try {
    return yield* hostCalls.call(ctx, name, params);
  } catch (error) {
    const reason = hostFailure(error);
    if (reason === undefined) throw error;
    yield* ctx.perform(stdioEffects.eprintln, [`[skills] ${name} of the host failed: ${reason}`]);
    return undefined;
  }
}

/** A list, alone or as `skills`, also inside of `result`. */
function entriesOf(answer: Json): readonly JsonObject[] {
  if (Array.isArray(answer)) return (answer as readonly Json[]).filter(isJsonObject);
  if (!isJsonObject(answer)) return [];
  const inner = answer['skills'] ?? answer['result'];
  return inner === undefined ? [] : entriesOf(inner);
}

/** What stands in `manifest` and beside it, on one level. */
function flat(answer: Json): JsonObject {
  if (!isJsonObject(answer)) return {};
  const { manifest = {}, ...rest } = answer;
  return isJsonObject(manifest) ? { ...manifest, ...rest } : rest;
}

function readHostCard(id: string, whole: JsonObject): FoundSkill | string {
  const { id: _id, body: _body, prompt: _prompt, source: _source, ...fields } = whole;
  const { name, namespace } = namesOf(id, fields);
  const { skill_dir: _dir, signer_registry: _registry, ...said } = fields;
  const file = readCard({ ...said, name }, name);
  if (typeof file === 'string') return file;
  const about = { source: HOST_LAYER, host_id: id };
  const card = { ...file.card, ...about, ...(namespace === undefined ? {} : { namespace }) };
  return { card, layer: HOST_LAYER, folder: `host:${id}`, problems: [] };
}

/** `acme/ops/review` is `review` of `acme/ops`. */
function namesOf(id: string, { name, namespace }: JsonObject) {
  const at = id.lastIndexOf('/');
  const own = typeof name === 'string' && name !== '' ? name : id.slice(at + 1);
  if (typeof namespace === 'string') return { name: own, namespace };
  return at > 0 && id.slice(at + 1) === own
    ? { name: own, namespace: id.slice(0, at) }
    : { name: own };
}
