// The history of lines that a person typed, in a file of their home.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Newest first, as readline keeps it. */
export function readHistory(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse() : [];
}

/** A history that cannot be kept is no reason to stop. */
export function writeHistory(file: string, entries: readonly string[]): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${entries.toReversed().join('\n')}\n`, { mode: 0o600 });
  } catch {
    return;
  }
}
