// harn.toml, as far as compiling and checking need it: the edition, and how strictly types are checked. The parser and the language load only
// where there is a manifest.
import path from 'node:path';
import { isJsonObject } from '../base/index.ts';
import type { Edition } from '../lang/index.ts';
import { sourceErrors } from './errors.ts';
import type { SourceFs } from './loader.ts';

const MANIFEST = 'harn.toml';

/** What a project says about all of its files. */
export interface ManifestSettings {
  readonly edition: Edition | undefined;
  /** `[check] strict_types`: values from outside must be checked before something is read from them. */
  readonly strictTypes: boolean;
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
  const manifest = await readManifest(file, fs);
  return {
    edition: await editionOf(file, section(manifest, 'package')),
    strictTypes: strictTypesOf(file, section(manifest, 'check')),
  };
}

async function editionOf(path: string, { edition, harn }: Section): Promise<Edition | undefined> {
  if (edition === undefined && typeof harn !== 'string') return undefined;
  const { editionOfRange, toEdition } = await import('../lang/index.ts');
  if (edition === undefined) return typeof harn === 'string' ? editionOfRange(harn) : undefined;
  const known = typeof edition === 'string' ? toEdition(edition) : undefined;
  if (known !== undefined) return known;
  const reason = `[package] edition must be "0.7" or "2026", not ${JSON.stringify(edition)}`;
  throw sourceErrors.badManifest({ path, reason });
}

function strictTypesOf(path: string, { strict_types: value = false }: Section): boolean {
  if (typeof value === 'boolean') return value;
  const reason = `[check] strict_types must be true or false, not ${JSON.stringify(value)}`;
  throw sourceErrors.badManifest({ path, reason });
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

async function readManifest(file: string, fs: SourceFs): Promise<unknown> {
  const { parse } = await import('smol-toml');
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(fs.read(file)));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw sourceErrors.badManifest({ path: file, reason }, { cause: error });
  }
}
