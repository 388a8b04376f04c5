// What the project of a program says besides how it is compiled: of models, and where spans go. Small, because every run
// asks: it only looks for the files, and what reads them loads when they have something to say.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import type { OtlpSettings } from '../runtime/trace/index.ts';

/** The tables of models for a program file, or for what runs in the working directory; undefined when there are none. */
export async function modelTables(host: Host, file?: string): Promise<JsonObject | undefined> {
  const { env, system } = host;
  const folder = file === undefined ? system.cwd() : path.dirname(path.resolve(system.cwd(), file));
  const isNamed = (env.get('HARN_PROVIDERS_CONFIG') ?? '') !== '';
  const home = path.join(system.homeDir(), '.config/harn/providers.toml');
  if (!isNamed && nearestManifest(folder) === undefined && !existsSync(home)) return undefined;
  const { loadLlmTables } = await import('../runtime/llm/index.ts');
  return loadLlmTables(host, folder);
}

/** The `[telemetry]` of the project in the working directory; undefined without one. */
export async function telemetrySettings(host: Host): Promise<OtlpSettings | undefined> {
  const manifest = nearestManifest(host.system.cwd());
  if (manifest === undefined) return undefined;
  const text = readFileSync(manifest, 'utf8');
  if (!text.includes('telemetry')) return undefined;
  const { readTelemetry } = await import('./telemetry.ts');
  return readTelemetry(text, manifest);
}

function nearestManifest(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'harn.toml');
    if (existsSync(file)) return file;
    if (at === path.dirname(at)) return undefined;
  }
}
