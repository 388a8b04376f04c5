// harn.toml, as far as compiling needs it: which edition a project is written in. The parser and the language load only
// where there is a manifest.
import path from 'node:path';
import { isJsonObject } from '../base/index.ts';
import type { Edition } from '../lang/index.ts';
import { sourceErrors } from './errors.ts';
import type { SourceFs } from './loader.ts';

const MANIFEST = 'harn.toml';

/** The edition that the nearest `harn.toml` at or above `folder` declares; undefined when none does. */
export async function manifestEdition(folder: string, fs: SourceFs): Promise<Edition | undefined> {
  const file = nearestManifest(path.resolve(folder), fs);
  if (file === undefined) return undefined;
  const declared = await packageOf(file, fs);
  const { editionOfRange, toEdition } = await import('../lang/index.ts');
  const { edition, harn } = declared;
  if (edition !== undefined) {
    const known = typeof edition === 'string' ? toEdition(edition) : undefined;
    if (known !== undefined) return known;
    throw sourceErrors.badManifest({
      path: file,
      reason: `[package] edition must be "0.7" or "2026", not ${JSON.stringify(edition)}`,
    });
  }
  return typeof harn === 'string' ? editionOfRange(harn) : undefined;
}

function nearestManifest(folder: string, fs: SourceFs): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, MANIFEST);
    if (fs.kind(file) === 'file') return file;
    if (at === path.dirname(at)) return undefined;
  }
}

async function packageOf(
  file: string,
  fs: SourceFs,
): Promise<{ readonly edition?: unknown; readonly harn?: unknown }> {
  const { parse } = await import('smol-toml');
  let manifest: unknown;
  try {
    manifest = parse(new TextDecoder('utf-8', { fatal: true }).decode(fs.read(file)));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw sourceErrors.badManifest({ path: file, reason }, { cause: error });
  }
  const declared = isJsonObject(manifest) ? manifest['package'] : undefined;
  return isJsonObject(declared) ? declared : {};
}
