// Writes the JSON Schema of the lines of `harn run --json` from the table in src/cli/event-schema.fixture.ts.
//
//   node scripts/gen-events-schema.mjs            writes docs/events.schema.json
//   node scripts/gen-events-schema.mjs --check    fails when it is stale
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'docs', 'events.schema.json');

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/event-schema.fixture.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { eventSchema } = await import(`data:text/javascript;base64,${code}`);
const schema = eventSchema();

// Compared as data: how the file is broken into lines is the formatter's business.
if (!process.argv.includes('--check')) {
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
} else if (JSON.stringify(JSON.parse(readFileSync(target, 'utf8'))) !== JSON.stringify(schema)) {
  process.stderr.write(
    'docs/events.schema.json is stale: run node scripts/gen-events-schema.mjs\n',
  );
  process.exit(1);
}
