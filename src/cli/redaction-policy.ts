// `[redaction]` of a project's harn.toml: what its records, fixtures, events and packs must not show.
import { isJsonObject, type Json } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import type { RedactionPolicy } from '../runtime/records/index.ts';
import { cliErrors } from './errors.ts';

const LISTS = ['env', 'names', 'pointers', 'patterns'] as const;

/** The policy that `harn.toml` in the project's folder declares; an empty one without it. */
export async function readRedactionPolicy(
  host: Host,
  projectDir: string,
): Promise<RedactionPolicy> {
  const path = `${projectDir}/harn.toml`;
  if (!(await host.fs.exists(path))) return {};
  const declared = await sectionOf(await host.fs.readText(path), path);
  if (declared === undefined) return {};
  const policy: { [name: string]: readonly string[] } = {};
  for (const [name, value] of Object.entries(declared)) {
    if (!LISTS.some((list) => list === name)) {
      const reason = `[redaction] has no ${JSON.stringify(name)}; it has ${LISTS.join(', ')}`;
      throw cliErrors.badToml({ path, reason });
    }
    const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
    if (!isTexts)
      throw cliErrors.badToml({ path, reason: `[redaction] ${name} is a list of texts` });
    policy[name] = value as readonly string[];
  }
  return policy;
}

async function sectionOf(
  content: string,
  path: string,
): Promise<{ readonly [name: string]: Json } | undefined> {
  // Most projects have none, and a parser is not loaded to find that out.
  if (!content.includes('redaction')) return undefined;
  const { parseToml, tomlReason } = await import('../text/index.ts');
  let manifest: Json;
  try {
    manifest = await parseToml(content);
  } catch (cause) {
    throw cliErrors.badToml({ path, reason: tomlReason(cause) }, { cause });
  }
  const declared = isJsonObject(manifest) ? manifest['redaction'] : undefined;
  return isJsonObject(declared) ? declared : undefined;
}
