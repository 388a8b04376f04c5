import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { STD_SOURCES } from './std-sources.ts';

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'std');

it('the embedded standard library is what stands in src/std (else run node scripts/gen-std.mjs)', () => {
  const entries = existsSync(FOLDER)
    ? readdirSync(FOLDER, { withFileTypes: true, recursive: true })
    : [];
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.harn'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const onDisk = files.map((file) => {
    const name = path.relative(FOLDER, file).split(path.sep).join('/').slice(0, -'.harn'.length);
    return [`std/${name}`, readFileSync(file, 'utf8')] as const;
  });
  expect(Object.fromEntries(STD_SOURCES)).toEqual(Object.fromEntries(onDisk));
});
