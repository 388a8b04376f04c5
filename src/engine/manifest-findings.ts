// What is wrong with a harn.toml: text that is no TOML, tables and keys that nobody looks at, values of the wrong kind, what
// has to be there and is not. `harn check` and editors tell it with the place. What tables of other tools hold is never an
// error here.
import { type Diagnostic, type HarnError, nearestName, type Source } from '../base/index.ts';
import { isProgramHookEvent } from '../builtins/index.ts';
import { sourceErrors } from './errors.ts';
import { isHookHandler } from './manifest-hooks.ts';
import { entryAt, type TomlEntry, type TomlPath, tomlEntries } from './manifest-places.ts';
import { expectationOf, isOfKind, isTable, MANIFEST, type Setting } from './manifest-schema.ts';

/** What is known elsewhere and only needed here. */
export interface ManifestKnowledge {
  readonly lintRules: readonly string[];
}

/** The oddities of a manifest, by what was read from its text, in the order of the text. */
export function manifestFindings(
  source: Source,
  manifest: unknown,
  known: ManifestKnowledge,
): readonly Diagnostic[] {
  const entries = tomlEntries(source.text);
  const judge = new Judge(source, entries, known);
  judge.top(manifest);
  return judge.found.sort((a, b) => a.span.start - b.span.start);
}

/** A text that is no TOML, where the parser stopped. */
export function syntaxFinding(
  source: Source,
  {
    reason,
    line,
    column,
  }: { readonly reason: string; readonly line: number; readonly column: number },
): Diagnostic {
  const lines = source.text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const start = Math.min(source.text.length, before + Math.max(0, column - 1));
  const span = { source: source.id, start, end: Math.min(source.text.length, start + 1) };
  return diagnosticOf(sourceErrors.badManifest({ path: source.id, reason }), span, 'error');
}

function diagnosticOf(
  { code, message, hint, data }: HarnError,
  span: Diagnostic['span'],
  severity: Diagnostic['severity'],
): Diagnostic {
  return { severity, code, message, span, hint, data };
}

/** Where a value stands, and how much that matters. */
interface Place {
  readonly path: TomlPath;
  readonly isForeign: boolean;
}

class Judge {
  readonly found: Diagnostic[] = [];
  readonly #source: Source;
  readonly #entries: readonly TomlEntry[];
  readonly #known: ManifestKnowledge;

  constructor(source: Source, entries: readonly TomlEntry[], known: ManifestKnowledge) {
    this.#source = source;
    this.#entries = entries;
    this.#known = known;
  }

  top(manifest: unknown): void {
    if (!isTable(manifest)) return;
    for (const [name, value] of Object.entries(manifest)) {
      const setting = Object.hasOwn(MANIFEST, name) ? MANIFEST[name] : undefined;
      if (setting === undefined) {
        const near = nearest(name, Object.keys(MANIFEST));
        if (near !== undefined) this.#unknown({ path: [name], isForeign: true }, near);
        continue;
      }
      this.#value(setting, value, { path: [name], isForeign: setting.foreign === true });
    }
    this.#personas(manifest['personas']);
    this.#fixtures(manifest);
  }

  #value(setting: Setting, value: unknown, place: Place): void {
    if (setting.type === 'either') {
      const fits = setting.of.find((each) => isOfKind(each, value));
      if (fits !== undefined) this.#value(fits, value, place);
      else this.#wrong(setting, value, place);
      return;
    }
    if (!isOfKind(setting, value)) {
      this.#wrong(setting, value, place);
      return;
    }
    if (setting.type === 'list' || setting.type === 'tables') {
      (value as readonly unknown[]).forEach((item, i) => {
        this.#value(setting.of, item, { ...place, path: [...place.path, i] });
      });
    } else if (setting.type === 'map') {
      for (const [key, item] of Object.entries(value as object))
        this.#value(setting.of, item, { ...place, path: [...place.path, key] });
    } else if (setting.type === 'table') this.#table(setting, value as object, place);
    else if (setting.type === 'string') this.#text(setting, String(value), place);
  }

  #table(setting: Setting & { readonly type: 'table' }, value: object, place: Place): void {
    const names = Object.keys(setting.keys);
    for (const [key, item] of Object.entries(value)) {
      const inside = { ...place, path: [...place.path, key] };
      const known = Object.hasOwn(setting.keys, key) ? setting.keys[key] : undefined;
      if (known !== undefined) {
        this.#value(known, item, inside);
        continue;
      }
      const near = nearest(key, names);
      if (near !== undefined || setting.others !== 'free')
        this.#unknown(inside, near, setting.others === 'refused');
    }
    for (const wanted of setting.required ?? []) {
      const either = typeof wanted === 'string' ? [wanted] : wanted;
      if (either.some((name) => Object.hasOwn(value, name))) continue;
      const error = sourceErrors.missingSetting({
        where: labelOf(place.path),
        names: either.map((name) => `\`${name}\``).join(' or '),
      });
      this.#report(error, place, 'key');
    }
  }

  #text(setting: Setting & { readonly type: 'string' }, value: string, place: Place): void {
    const { form, values } = setting;
    if (values !== undefined && !values.includes(value)) {
      const near = nearestName(value, values);
      const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
      this.#unfit(`${expectationOf(setting)}, not ${JSON.stringify(value)}${hint}`, place);
    } else if (form === 'http' && !/^https?:\/\/./.test(value)) {
      this.#unfit(`an http address, not ${JSON.stringify(value)}`, place);
    } else if (form === 'capability' && !/^[A-Za-z_]\w*\.[A-Za-z_*][\w.]*$/.test(value)) {
      this.#unfit(`"capability.operation", not ${JSON.stringify(value)}`, place);
    } else if (form === 'hook-handler' && !isHookHandler(value)) {
      this.#unfit(`"function" or "module::function", not ${JSON.stringify(value)}`, place);
    } else if (form === 'hook-event' && !isProgramHookEvent(value)) {
      this.#unfit(`an event of hooks, not ${JSON.stringify(value)}`, place);
    } else if (form === 'lint-rule' && !this.#known.lintRules.includes(value)) {
      const near = nearestName(value, this.#known.lintRules);
      const hint = near === undefined ? '' : ` (did you mean \`${near}\`?)`;
      this.#unfit(`a rule of harn lint, not ${JSON.stringify(value)}${hint}`, place);
    }
  }

  // ------------------------------------------------------------- across tables

  /** A handoff goes to a persona or to people: only what is nearly the name of a persona is one that was misspelt. */
  #personas(personas: unknown): void {
    if (!Array.isArray(personas)) return;
    const names = personas.flatMap((one: unknown) =>
      isTable(one) && typeof one['name'] === 'string' ? [one['name']] : [],
    );
    personas.forEach((one: unknown, i) => {
      const handoffs = isTable(one) ? one['handoffs'] : undefined;
      if (!Array.isArray(handoffs)) return;
      handoffs.forEach((to: unknown, at) => {
        if (typeof to !== 'string' || names.includes(to)) return;
        const near = nearest(to, names);
        if (near === undefined) return;
        const place = { path: ['personas', i, 'handoffs', at], isForeign: true };
        this.#unfit(`a persona (did you mean "${near}"?), not "${to}"`, place);
      });
    });
  }

  /** A fixture is for a connector of the same package, where it says which ones it has. */
  #fixtures({
    providers,
    connector_contract: contract,
  }: {
    readonly [key: string]: unknown;
  }): void {
    const fixtures = isTable(contract) ? contract['fixtures'] : undefined;
    if (!Array.isArray(providers) || !Array.isArray(fixtures)) return;
    const ids = providers.flatMap((one: unknown) =>
      isTable(one) && typeof one['id'] === 'string' ? [one['id']] : [],
    );
    fixtures.forEach((one: unknown, i) => {
      const provider = isTable(one) ? one['provider'] : undefined;
      if (typeof provider !== 'string' || ids.includes(provider)) return;
      const place = { path: ['connector_contract', 'fixtures', i, 'provider'], isForeign: true };
      this.#unfit(`the id of one of the [[providers]], not "${provider}"`, place);
    });
  }

  // ------------------------------------------------------------------ reports

  #unknown(place: Place, suggestion: string | undefined, isRefused = false): void {
    const name = String(place.path.at(-1));
    const where = labelOf(place.path.slice(0, -1));
    const error = sourceErrors.unknownSetting({ name, where, suggestion });
    this.#report(error, { ...place, isForeign: !isRefused }, 'key');
  }

  #wrong(setting: Setting, value: unknown, place: Place): void {
    this.#unfit(`${expectationOf(setting)}, not ${kindOf(value)}`, place);
  }

  #unfit(wanted: string, place: Place): void {
    const key = place.path.findLast((step) => typeof step === 'string') ?? '';
    const end = place.path.lastIndexOf(key);
    const isItem = end < place.path.length - 1;
    const where = labelOf(place.path.slice(0, end));
    const error = sourceErrors.badSetting({ where, name: String(key), isItem, wanted });
    this.#report(error, place, 'value');
  }

  #report(error: HarnError, place: Place, side: 'key' | 'value'): void {
    const range = this.#range(place.path, side);
    const span = { source: this.#source.id, ...range };
    this.found.push(diagnosticOf(error, span, place.isForeign ? 'warning' : 'error'));
  }

  /** What of a path is written: itself, or the nearest that is around it. */
  #range(path: TomlPath, side: 'key' | 'value'): { readonly start: number; readonly end: number } {
    for (let length = path.length; length > 0; length -= 1) {
      const entry = entryAt(this.#entries, path.slice(0, length));
      const range = side === 'value' ? (entry?.value ?? entry?.key) : (entry?.key ?? entry?.value);
      if (range !== undefined) return range;
    }
    return { start: 0, end: 0 };
  }
}

/** Nearer than for names of programs: tables of other tools are no misspellings. */
function nearest(name: string, known: readonly string[]): string | undefined {
  return nearestName(name, known, name.length > 5 ? 2 : 1);
}

/** How a table is written in a manifest. */
export function labelOf(path: TomlPath): string {
  const names = path.filter((step) => typeof step === 'string');
  if (names.length === 0) return 'harn.toml';
  return typeof path.at(-1) === 'number' ? `[[${names.join('.')}]]` : `[${names.join('.')}]`;
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return value.length > 30 ? 'a text' : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isTable(value) ? 'a table' : 'a date';
}
