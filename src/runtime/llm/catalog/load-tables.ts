// Where the tables of a project are: the file that HARN_PROVIDERS_CONFIG names, else `~/.config/harn/providers.toml`, and
// after it `[llm]` and `[capabilities]` of the nearest harn.toml.
import { isJsonObject, type Json, type JsonObject } from '../../../base/index.ts';
import { findProjectDir, type Host, joinPath, resolvePath } from '../../host/index.ts';
import { llmErrors } from '../errors.ts';
import { type LlmTables, mergeTables, readTables } from './tables.ts';

/**
 * What files say of models, for programs below `folder` (absolute, or from the working directory of the host): a
 * providers file, and after it `[llm]` and `[capabilities]` of the nearest `harn.toml`. The answer is data for `llm.tables`
 * of `createRuntime`, and for `listModels`; undefined when nobody says anything. `folder` is the working directory when
 * it is left out.
 * @throws HARN-LLM-203 for what makes no sense, or is no TOML.
 */
export async function loadLlmTables(
  host: Host,
  folder: string = host.system.cwd(),
): Promise<LlmTables | undefined> {
  const layers: LlmTables[] = [];
  const named = host.env.get('HARN_PROVIDERS_CONFIG') ?? '';
  const home = joinPath(host.system.homeDir(), '.config/harn/providers.toml');
  if (named !== '' || (await host.fs.exists(home))) {
    const path = named === '' ? home : named;
    const file = await parsed(host, path);
    layers.push(readTables(isJsonObject(file['llm']) ? file['llm'] : file, path));
  }
  const project = await findProjectDir(host, resolvePath(host.system.cwd(), folder));
  if (project !== undefined) {
    const path = joinPath(project, 'harn.toml');
    // Most manifests say nothing of models, and need not be read again.
    if (/\b(?:llm|capabilities)\b/.test(await host.fs.readText(path))) {
      const { llm = {}, capabilities } = await parsed(host, path);
      if (!isJsonObject(llm))
        throw llmErrors.badTables({ where: path, problem: 'llm must be a table' });
      const tables = capabilities === undefined ? llm : { ...llm, capabilities };
      if (Object.keys(tables).length > 0) layers.push(readTables(tables, path));
    }
  }
  return layers.length === 0 ? undefined : mergeTables(layers);
}

async function parsed(host: Host, path: string): Promise<JsonObject> {
  const { parse } = await import('smol-toml');
  try {
    return parse(await host.fs.readText(path)) as { readonly [key: string]: Json };
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw llmErrors.badTables({ where: path, problem }, { cause: error });
  }
}
