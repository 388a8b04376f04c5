// What checks and editors ask of a harn.toml: what is wrong with it, what can stand at a place, what a key is for.
// Loaded on demand, with the schema.
import type { Diagnostic, Source } from '../base/index.ts';
import { loadLangTools } from '../lang/index.ts';
import { labelOf, manifestFindings, syntaxFinding } from './manifest-findings.ts';
import { type TomlPath, type TomlRange, tomlEntries } from './manifest-places.ts';
import { expectationOf, MANIFEST, type Setting, settingAt } from './manifest-schema.ts';

/** Everything that is wrong with the text of a manifest; one finding when it is no TOML. */
export async function diagnoseManifest(source: Source): Promise<readonly Diagnostic[]> {
  const { parse, TomlError } = await import('smol-toml');
  let manifest: unknown;
  try {
    manifest = parse(source.text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const told = error.message.split('\n')[0] ?? '';
    const { line, column } = error;
    const reason = told.replace('Invalid TOML document: ', '');
    return [syntaxFinding(source, { reason, line, column })];
  }
  const { LINT_RULES } = await loadLangTools();
  return manifestFindings(source, manifest, { lintRules: LINT_RULES });
}

/** One thing that can be written at a place. */
export interface ManifestCompletion {
  readonly label: string;
  readonly kind: 'table' | 'key' | 'value';
  readonly detail: string;
  readonly doc: string | undefined;
  /** What takes the place of `replaces`. */
  readonly text: string;
  readonly replaces: TomlRange;
}

/** What a key is for, and the place of the key. */
export function hoverManifest(
  text: string,
  offset: number,
):
  | { readonly code: string; readonly doc: string | undefined; readonly span: TomlRange }
  | undefined {
  const under = tomlEntries(text).findLast(
    ({ key }) => key !== undefined && key.start <= offset && offset <= key.end,
  );
  if (under?.key === undefined) return undefined;
  const { path, key } = under;
  const setting = settingAt(path);
  if (setting === undefined) return undefined;
  const isTable = setting.type === 'table' && (under.isHeader || typeof path.at(-1) === 'number');
  const name = String(path.findLast((step) => typeof step === 'string'));
  const code = isTable ? labelOf(path) : `${name} = ${expectationOf(setting)}`;
  return { code, doc: setting.doc, span: key };
}

/** What can stand at a place of a text that is being written. */
export async function completeManifest(
  text: string,
  offset: number,
): Promise<readonly ManifestCompletion[]> {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  const header = /^\s*(\[\[?)\s*([\w.-]*)$/.exec(line);
  if (header !== null) return headers(header[1] === '[[', replaced(offset, header[2] ?? ''));
  // A comment, or nothing that a name can begin behind.
  if (/^[^"'=]*#/.test(line)) return [];
  const entries = tomlEntries(text.slice(0, offset));
  const table = entries.findLast(({ isHeader }) => isHeader)?.path ?? [];
  const key = /^\s*((?:[\w-]+\s*\.\s*)*)([\w-]*)$/.exec(line);
  const isInside = entries.some(({ value, isHeader }) => {
    return !isHeader && value !== undefined && value.start < lineStart && value.end >= offset;
  });
  if (key !== null && !isInside) {
    const above = (key[1] ?? '').split('.').map((part) => part.trim());
    const path = [...table, ...above.filter((part) => part !== '')];
    return keys(text, path, replaced(offset, key[2] ?? ''));
  }
  return values(entries, offset);
}

function replaced(offset: number, typed: string): TomlRange {
  return { start: offset - typed.length, end: offset };
}

/** Names for headers: `[check]`, `[[hooks]]`, `[llm.providers]`. */
function headers(isList: boolean, replaces: TomlRange): readonly ManifestCompletion[] {
  return tablesIn(MANIFEST, [], 2).flatMap(({ path, setting }) => {
    if ((setting.type === 'tables') !== isList) return [];
    const label = path.join('.');
    const { doc } = setting;
    return [{ label, kind: 'table' as const, detail: '', doc, text: label, replaces }];
  });
}

interface NamedTable {
  readonly path: readonly string[];
  readonly setting: Setting;
}

function tablesIn(
  settings: { readonly [key: string]: Setting },
  above: readonly string[],
  depth: number,
): readonly NamedTable[] {
  return Object.entries(settings).flatMap(([name, setting]): readonly NamedTable[] => {
    const path = [...above, name];
    const kinds = setting.type === 'either' ? setting.of : [setting];
    return kinds.flatMap((kind) => {
      const isAny = kind.type === 'any' && above.length === 0 && kinds.length === 1;
      if (!['table', 'map', 'tables'].includes(kind.type) && !isAny) return [];
      const inside = kind.type === 'table' && depth > 1 ? tablesIn(kind.keys, path, depth - 1) : [];
      return [{ path, setting: { ...kind, ...docOf(setting, kind) } }, ...inside];
    });
  });
}

function docOf(outer: Setting, inner: Setting): { readonly doc?: string } {
  const doc = outer.doc ?? inner.doc;
  return doc === undefined ? {} : { doc };
}

/** The keys of a table that it does not have yet. */
function keys(text: string, path: TomlPath, replaces: TomlRange): readonly ManifestCompletion[] {
  const setting = settingAt(path);
  const kinds = setting?.type === 'either' ? setting.of : [setting];
  const table = kinds.find((kind) => kind?.type === 'table');
  if (table?.type !== 'table') return [];
  const taken = new Set(
    tomlEntries(text)
      .filter(({ path: other, key }) => {
        const isIn = other.length === path.length + 1 && path.every((step, i) => step === other[i]);
        return isIn && key?.start !== replaces.start;
      })
      .map(({ path: other }) => other.at(-1)),
  );
  return Object.entries(table.keys)
    .filter(([name]) => !taken.has(name))
    .map(([name, { doc, ...kind }]) => ({
      label: name,
      kind: 'key' as const,
      detail: expectationOf(kind),
      doc,
      text: `${name} = `,
      replaces,
    }));
}

/** What the value at the end of a text can be. */
async function values(
  entries: ReturnType<typeof tomlEntries>,
  offset: number,
): Promise<readonly ManifestCompletion[]> {
  const at =
    entries.findLast(({ value }) => value !== undefined && value.end === offset) ??
    entries.findLast(({ isHeader }) => !isHeader);
  if (at === undefined) return [];
  const setting = settingAt(at.path);
  // An item that is still missing is of the list that it will be in.
  const item = setting?.type === 'list' && at.value !== undefined ? setting.of : setting;
  const start = item === setting ? (at.value?.start ?? offset) : offset;
  const choices = item === undefined ? [] : await choicesOf(item);
  return choices.map((text) => ({
    label: text,
    kind: 'value' as const,
    detail: '',
    doc: undefined,
    text,
    replaces: { start, end: offset },
  }));
}

async function choicesOf(setting: Setting): Promise<readonly string[]> {
  if (setting.type === 'boolean') return ['true', 'false'];
  if (setting.type !== 'string') return [];
  const names = setting.form === 'lint-rule' ? (await loadLangTools()).LINT_RULES : setting.values;
  return (names ?? []).map((name) => JSON.stringify(name));
}
