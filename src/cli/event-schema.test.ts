import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { eventSchema } from './event-schema.fixture.ts';

it('the published schema is that of the table (else run node scripts/gen-events-schema.mjs)', () => {
  const file = path.resolve(import.meta.dirname, '../../docs/events.schema.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(eventSchema());
});
