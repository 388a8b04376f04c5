// Redaction: what must not leave a run in clear when something of it is written for others. Secrets are found by value
// (of environment names that look secret, and declared ones), by the shape that keys and tokens have, by the name of the
// field they stand in, and at JSON pointers. A whole value becomes `{"$harn_redacted": reason}`; inside a longer text only
// the secret does, as `[redacted reason]`. Hashes that a run made of its content were made before.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type HostEnv, isSecretName } from '../host/index.ts';
import { recErrors } from './errors.ts';

/** What a project wants redacted besides what always is. From `[redaction]` in `harn.toml`, or given in TypeScript. */
export interface RedactionPolicy {
  /** Secret texts themselves; of fewer than 4 characters they are not looked for. */
  readonly values?: readonly string[] | undefined;
  /** Names of environment variables whose values are secret although the names do not look so. */
  readonly env?: readonly string[] | undefined;
  /** Names of fields whose values are secret, whatever they are; case, `-` and `_` do not count. */
  readonly names?: readonly string[] | undefined;
  /** Places by JSON pointer; a step `*` stands for any one name or index, `**` for any number of them. */
  readonly pointers?: readonly string[] | undefined;
  /** Regular expressions of texts that are secret, without look-around and references back. */
  readonly patterns?: readonly string[] | undefined;
}

/** Redacts JSON. The same value again when nothing in it is secret. */
export interface Redactor {
  /** By value, shape, field name and pointer. */
  redact(value: Json): Json;
  /** By value and shape only: what is left can still be executed or compared where no secret was. */
  redactValues(value: Json): Json;
  /** By value and shape, inside of texts only, so that the value keeps its type: for showing. */
  redactTexts<T>(value: T): T;
  text(text: string): string;
}

/** The field of what stands for a redacted value. */
export const REDACTED = '$harn_redacted';

/** Shorter values of the environment are words such as `1` or `debug`, and would redact half of every record. */
const MIN_ENV_LENGTH = 6;
const MIN_DECLARED_LENGTH = 4;

/** Names of fields that hold credentials. Narrower than for environment names: a `key` in data is seldom secret. */
const SECRET_FIELD =
  /^(?:proxy)?authorization$|^(?:set)?cookie$|^x?apikey$|passw(?:or)?d$|^passphrase$|secret$|(?:access|secret|private|api|signing|encryption)key$|(?:access|refresh|auth|bearer|id|api|session|csrf)token$|^token$|^credentials?$|^jwt$/;

/** What keys and tokens look like wherever they stand: the whole match is secret, or its group `secret`. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  [
    'authorization',
    /\bauthorization["']?\s*[:=]\s*["']?(?:Bearer|Basic|Token|Digest)\s+(?<secret>[^\s"',;[]{4,})/gi,
  ],
  // Without that word only what no word of a language looks like.
  [
    'authorization',
    /\b(?:Bearer|Basic)\s+(?<secret>(?=[A-Za-z]*[0-9._~+/=-])[A-Za-z0-9._~+/=-]{8,})/gi,
  ],
  [
    'private key',
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  ],
  ['key', /\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9]{16,}\b/g],
  ['key', /\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_[A-Za-z0-9_]{20,}\b/g],
  ['key', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}\b|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b/g],
  ['token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g],
];

/** What every text of one of the shapes has in it: one look at most texts, instead of one for each shape. */
const MAYBE_SHAPED =
  /bearer|basic|authorization|PRIVATE KEY|[spr]k[-_]|gh[pousr]_|github_pat_|xox|AKIA|AIza|eyJ/i;

/** A redactor for what this process knows to be secret now. Patterns take time that grows with the text and not faster. */
export async function createRedactor(
  env: HostEnv,
  policy: RedactionPolicy = {},
): Promise<Redactor> {
  const { patterns = [] } = policy;
  if (patterns.length === 0) return redactorFor(env, policy);
  const { RE2JS } = await import('re2js');
  const compiled = patterns.map((source) => {
    try {
      const engine = RE2JS.compile(source.replace(UNICODE_ESCAPE, '\\x{$1$2}'));
      return (text: string) => engine.matcher(text).replaceAll(mark('pattern'));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw recErrors.badRedaction({ what: `the pattern ${source}`, reason }, { cause: error });
    }
  });
  return redactorFor(env, policy, compiled);
}

/** JavaScript's spelling of a character by number, which the linear engine spells otherwise. */
const UNICODE_ESCAPE = /\\u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]+)\})/g;

/** A redactor with the patterns of its policy compiled already; `policy.patterns` is not looked at. */
export function redactorFor(
  env: HostEnv,
  policy: RedactionPolicy = {},
  patterns: readonly ((text: string) => string)[] = [],
): Redactor {
  const known = knownSecrets(env, policy);
  const byText = new Map<string, string>();
  for (const [secret, reason] of known) {
    for (const spelling of spellingsOf(secret)) byText.set(spelling, reason);
  }
  // The longest first: a secret that contains another goes whole.
  const alternatives = [...byText.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const values = alternatives.length === 0 ? undefined : new RegExp(alternatives.join('|'), 'g');
  const names = new Set((policy.names ?? []).map(plainName));
  const pointers = (policy.pointers ?? []).map(stepsOf);

  const text = (given: string): string => {
    let out = given;
    if (values !== undefined) out = out.replace(values, (hit) => mark(byText.get(hit) ?? 'secret'));
    if (MAYBE_SHAPED.test(out)) {
      for (const [reason, shape] of SHAPES) out = replaceShape(out, shape, reason);
    }
    for (const replace of patterns) out = replace(out);
    return out;
  };
  const isNamed = (name: string, value: Json | undefined) => {
    const plain = plainName(name);
    if (names.has(plain)) return value !== null && value !== undefined && !isRedacted(value);
    // A name that was itself a secret ends with the name of its variable now.
    return SECRET_FIELD.test(plain) && !name.includes('[redacted ') && isSecret(value);
  };
  const walker = new Walker(text, isNamed, true);
  const inTexts = new Walker(text, isNamed, false);
  return {
    text,
    redact: (value) => walker.walk(value, pointers, true),
    redactValues: (value) => walker.walk(value, [], false),
    // What a walker without marks changes are characters, never types.
    redactTexts: <T>(value: T) => inTexts.walk(value as Json, [], false) as T,
  };
}

/** Whether a value is what stands for a redacted one. */
export function isRedacted(value: Json | undefined): value is { readonly [REDACTED]: string } {
  return isJsonObject(value) && typeof value[REDACTED] === 'string';
}

/** What stands for a redacted value, where only text can stand. */
export function redactedText(value: { readonly [REDACTED]: string }): string {
  return mark(value[REDACTED]);
}

/** The secrets that are known by value, with why they are. */
export function knownSecrets(
  env: HostEnv,
  policy: RedactionPolicy = {},
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const asked = new Set(policy.env ?? []);
  for (const name of env.names()) {
    if (!asked.has(name) && !isSecretName(name)) continue;
    const value = env.get(name) ?? '';
    if (value.trim().length >= MIN_ENV_LENGTH) found.set(value, `env ${name}`);
  }
  for (const value of policy.values ?? []) {
    if (value.length >= MIN_DECLARED_LENGTH) found.set(value, 'declared');
  }
  return found;
}

/** How a secret may be spelled inside of text: as it is, in JSON, in a URL, in base64. */
function spellingsOf(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const spellings = [secret, secret.trim(), inJson, btoa(utf8(secret))];
  if (!/\p{Surrogate}/u.test(secret)) spellings.push(encodeURIComponent(secret));
  return spellings;
}

function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

function mark(reason: string): string {
  return `[redacted ${reason}]`;
}

function replaceShape(text: string, shape: RegExp, reason: string): string {
  return text.replace(shape, (hit: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as { readonly secret?: string } | string;
    const secret = typeof groups === 'object' ? groups.secret : undefined;
    return secret === undefined ? mark(reason) : hit.slice(0, -secret.length) + mark(reason);
  });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

type Steps = readonly string[];

function stepsOf(pointer: string): Steps {
  if (!pointer.startsWith('/')) {
    const reason = 'a JSON pointer begins with /';
    throw recErrors.badRedaction({ what: `the pointer ${pointer}`, reason });
  }
  const steps = pointer.slice(1).split('/');
  return steps.map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** What is left of the pointers one step further in. */
function following(pointers: readonly Steps[], name: string): readonly Steps[] {
  if (pointers.length === 0) return pointers;
  return pointers.flatMap((steps) => {
    const [step, ...rest] = steps;
    if (step === '**') return [steps, ...following([rest], name)];
    return step === '*' || step === name ? [rest] : [];
  });
}

/** Whether one of the pointers ends here. */
function ends(pointers: readonly Steps[]): boolean {
  return pointers.some((steps) => steps.every((step) => step === '**'));
}

type IsSecretField = (name: string, value: Json | undefined) => boolean;

class Walker {
  readonly #text: (text: string) => string;
  readonly #isSecretField: IsSecretField;
  /** Whether a text that is nothing but a secret becomes a mark. */
  readonly #marks: boolean;

  constructor(text: (text: string) => string, isSecretField: IsSecretField, marks: boolean) {
    this.#text = text;
    this.#isSecretField = isSecretField;
    this.#marks = marks;
  }

  walk(value: Json, pointers: readonly Steps[], byName: boolean): Json {
    if (pointers.length > 0 && ends(pointers)) return { [REDACTED]: 'pointer' };
    if (typeof value === 'string') return this.#ofText(value);
    if (Array.isArray(value)) return this.#ofList(value as readonly Json[], pointers, byName);
    if (!isJsonObject(value) || isRedacted(value)) return value;
    return this.#ofObject(value, pointers, byName);
  }

  #ofText(value: string): Json {
    const out = this.#text(value);
    if (out === value || !this.#marks) return out;
    const whole = /^\[redacted ([^\][]*)\]$/.exec(out);
    return whole === null ? out : { [REDACTED]: whole[1] as string };
  }

  #ofList(list: readonly Json[], pointers: readonly Steps[], byName: boolean): Json {
    // A header as a pair: ["Authorization", "…"].
    const [name, held] = list;
    const isPair = byName && list.length === 2 && typeof name === 'string';
    if (isPair && this.#isSecretField(name, held)) return [name, { [REDACTED]: 'name' }];
    let changed = false;
    const out = list.map((item, i) => {
      const after = this.walk(item, following(pointers, String(i)), byName);
      changed ||= after !== item;
      return after;
    });
    return changed ? out : list;
  }

  #ofObject(value: JsonObject, pointers: readonly Steps[], byName: boolean): Json {
    let changed = false;
    const entries: [string, Json][] = [];
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      const isNamed = byName && this.#isSecretIn(value, name);
      const key = this.#text(name);
      const after: Json = isNamed
        ? { [REDACTED]: 'name' }
        : this.walk(item, following(pointers, name), byName);
      changed ||= after !== item || key !== name;
      entries.push([key, after]);
    }
    return changed ? Object.fromEntries(entries) : value;
  }

  /** By its own name, or as the value of a header written `{name: "Authorization", value: "…"}`. */
  #isSecretIn(value: JsonObject, name: string): boolean {
    const item = value[name];
    if (this.#isSecretField(name, item)) return true;
    if (name !== 'value') return false;
    const label = value['name'] ?? value['header'] ?? value['key'];
    return typeof label === 'string' && this.#isSecretField(label, item);
  }
}

/** Only texts, and lists and objects of them, are credentials: a count of tokens is not, nor is a flag. */
function isSecret(value: Json | undefined): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'object' && value !== null && !isRedacted(value);
}
