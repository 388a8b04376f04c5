// Where the sources of the standard library lie as files, for those who want to read them.
import { existsSync } from 'node:fs';

/** The URL of a module such as `std/agents`; undefined where the file is not there. */
export function stdFileUrl(id: string): string | undefined {
  if (!/^std\/[\w/]+$/.test(id)) return undefined;
  const url = new URL(`../${id}.harn`, import.meta.url);
  return existsSync(url) ? url.href : undefined;
}
