// What the project of a program says of models. Small, because every run asks: what reads the tables loads only when there
// may be some.
import type { JsonObject } from '../base/index.ts';
import { findProjectDir, type Host, joinPath } from '../runtime/host/index.ts';

/** The tables for a program file, or for what runs in the working directory; undefined when there are none. */
export async function modelTables(host: Host, file?: string): Promise<JsonObject | undefined> {
  const cwd = host.system.cwd();
  const folder =
    file === undefined ? cwd : folderOf(file.startsWith('/') ? file : joinPath(cwd, file));
  const isNamed = (host.env.get('HARN_PROVIDERS_CONFIG') ?? '') !== '';
  const home = joinPath(host.system.homeDir(), '.config/harn/providers.toml');
  const mayHave =
    isNamed || (await host.fs.exists(home)) || (await findProjectDir(host, folder)) !== undefined;
  if (!mayHave) return undefined;
  const { loadLlmTables } = await import('../runtime/llm/index.ts');
  return loadLlmTables(host, folder);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
