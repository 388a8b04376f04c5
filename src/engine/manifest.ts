// harn.toml, as far as compiling and checking need it: the edition, and how strictly types are checked. The parser and the language load only
// where there is a manifest.
import path from 'node:path';
import { type Diagnostic, isJsonObject, type Source } from '../base/index.ts';
import type { Edition } from '../lang/index.ts';
import { sourceErrors } from './errors.ts';
import type { SourceFs } from './loader.ts';
import type { DeclaredHook } from './manifest-hooks.ts';

const MANIFEST = 'harn.toml';

/** What a project says about all of its files. */
export interface ManifestSettings {
  readonly edition: Edition | undefined;
  /** `[check] strict_types`: values from outside must be checked before something is read from them. */
  readonly strictTypes: boolean;
}

/** What a program that is going to run needs of its project. */
export interface RunSettings {
  readonly edition: Edition | undefined;
  readonly hooks: readonly DeclaredHook[];
}

const NOTHING: ManifestSettings = { edition: undefined, strictTypes: false };

/** The edition that the nearest `harn.toml` at or above `folder` declares; undefined when none does. */
export async function manifestEdition(folder: string, fs: SourceFs): Promise<Edition | undefined> {
  return (await manifestSettings(folder, fs)).edition;
}

/** What the nearest `harn.toml` at or above `folder` says about how programs are read. */
export async function manifestSettings(folder: string, fs: SourceFs): Promise<ManifestSettings> {
  const file = nearestManifest(path.resolve(folder), fs);
  if (file === undefined) return NOTHING;
  const { manifest, text } = await readManifest(file, fs);
  return {
    edition: await editionOf({ file, text }, section(manifest, 'package')),
    strictTypes: await strictTypesOf({ file, text }, section(manifest, 'check')),
  };
}

/** What a program of a folder is compiled with: the edition, and the hooks that watch it. */
export async function runSettings(folder: string, fs: SourceFs): Promise<RunSettings> {
  const file = nearestManifest(path.resolve(folder), fs);
  if (file === undefined) return { edition: undefined, hooks: [] };
  const { manifest, text } = await readManifest(file, fs);
  const edition = await editionOf({ file, text }, section(manifest, 'package'));
  if (!isJsonObject(manifest) || manifest['hooks'] === undefined) return { edition, hooks: [] };
  const { declaredHooks } = await import('./manifest-hooks.ts');
  return { edition, hooks: declaredHooks({ file, manifest }, fs) };
}

/** What is wrong with the nearest `harn.toml`, and its text, named from `cwd`. */
export async function checkManifest(
  folder: string,
  { cwd, fs }: { readonly cwd: string; readonly fs: SourceFs },
): Promise<{ readonly source: Source; readonly findings: readonly Diagnostic[] } | undefined> {
  const file = nearestManifest(path.resolve(folder), fs);
  if (file === undefined) return undefined;
  const { diagnoseManifest } = await import('./manifest-tools.ts');
  const source = { id: path.relative(cwd, file).split(path.sep).join('/'), text: textOf(file, fs) };
  return { source, findings: await diagnoseManifest(source) };
}

/** A manifest that is being read. */
interface Reading {
  readonly file: string;
  readonly text: string;
}

/** A setting with a value that it cannot have. */
async function badSetting({ file, text }: Reading, table: string, key: string, wanted: string) {
  const { entryAt, tomlEntries } = await import('./manifest-places.ts');
  const at = entryAt(tomlEntries(text), [table, key])?.key?.start ?? 0;
  const line = text.slice(0, at).split('\n').length;
  const reason = `line ${line}: [${table}] ${key} must be ${wanted}`;
  return sourceErrors.badManifest({ path: file, reason });
}

async function editionOf(at: Reading, { edition, harn }: Section): Promise<Edition | undefined> {
  if (edition === undefined && typeof harn !== 'string') return undefined;
  const { editionOfRange, toEdition } = await import('../lang/index.ts');
  if (edition === undefined) return typeof harn === 'string' ? editionOfRange(harn) : undefined;
  const known = typeof edition === 'string' ? toEdition(edition) : undefined;
  if (known !== undefined) return known;
  throw await badSetting(
    at,
    'package',
    'edition',
    `"0.7" or "2026", not ${JSON.stringify(edition)}`,
  );
}

async function strictTypesOf(at: Reading, { strict_types: value = false }: Section) {
  if (typeof value === 'boolean') return value;
  throw await badSetting(
    at,
    'check',
    'strict_types',
    `true or false, not ${JSON.stringify(value)}`,
  );
}

type Section = { readonly [key: string]: unknown };

function section(manifest: unknown, name: string): Section {
  const declared = isJsonObject(manifest) ? manifest[name] : undefined;
  return isJsonObject(declared) ? declared : {};
}

function nearestManifest(folder: string, fs: SourceFs): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, MANIFEST);
    if (fs.kind(file) === 'file') return file;
    if (at === path.dirname(at)) return undefined;
  }
}

async function readManifest(
  file: string,
  fs: SourceFs,
): Promise<{ readonly manifest: unknown; readonly text: string }> {
  const text = textOf(file, fs);
  const { parse, TomlError } = await import('smol-toml');
  try {
    return { manifest: parse(text), text };
  } catch (error) {
    const told = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const at = error instanceof TomlError ? `line ${error.line}, column ${error.column}: ` : '';
    const reason = at + told.replace('Invalid TOML document: ', '');
    throw sourceErrors.badManifest({ path: file, reason }, { cause: error });
  }
}

function textOf(file: string, fs: SourceFs): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fs.read(file));
  } catch (cause) {
    throw sourceErrors.badManifest({ path: file, reason: 'it is not UTF-8 text' }, { cause });
  }
}
