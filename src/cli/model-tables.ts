// What the project of a program says of models. Small, because every run asks: it only looks for the files, and what reads
// them loads when there are some.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';

/** The tables for a program file, or for what runs in the working directory; undefined when there are none. */
export async function modelTables(host: Host, file?: string): Promise<JsonObject | undefined> {
  const { env, system } = host;
  const folder = file === undefined ? system.cwd() : path.dirname(path.resolve(system.cwd(), file));
  const isNamed = (env.get('HARN_PROVIDERS_CONFIG') ?? '') !== '';
  const home = path.join(system.homeDir(), '.config/harn/providers.toml');
  if (!isNamed && !hasManifest(folder) && !existsSync(home)) return undefined;
  const { loadLlmTables } = await import('../runtime/llm/index.ts');
  return loadLlmTables(host, folder);
}

function hasManifest(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'harn.toml'))) return true;
    if (at === path.dirname(at)) return false;
  }
}
