// The servers that harn.toml declares: `[[mcp]]`, one table each. Read when a program first names one.
import { isJsonObject, type Json } from '../../base/index.ts';
import { findProjectDir, type Host, joinPath } from '../host/index.ts';
import { mcpErrors } from './errors.ts';
import { type McpServer, readServer } from './server-config.ts';

/** The declared servers by name; none without a manifest. A server without a name is refused. */
export async function manifestServers(host: Host): Promise<ReadonlyMap<string, McpServer>> {
  const servers = new Map<string, McpServer>();
  const project = await findProjectDir(host, host.system.cwd());
  if (project === undefined) return servers;
  const path = joinPath(project, 'harn.toml');
  const { parse } = await import('smol-toml');
  let declared: unknown;
  try {
    declared = parse(await host.fs.readText(path))['mcp'] ?? [];
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw mcpErrors.badManifest({ path, reason }, { cause: error });
  }
  if (!Array.isArray(declared)) {
    throw mcpErrors.badManifest({ path, reason: 'write [[mcp]], once for each server' });
  }
  for (const one of declared as readonly Json[]) {
    const name = isJsonObject(one) ? one['name'] : undefined;
    if (typeof name !== 'string' || name === '') {
      throw mcpErrors.badManifest({ path, reason: 'every [[mcp]] needs a name' });
    }
    const server = readServer(one);
    const cwd = server.cwd === undefined ? project : joinPath(project, server.cwd);
    servers.set(name, { ...server, cwd });
  }
  return servers;
}
