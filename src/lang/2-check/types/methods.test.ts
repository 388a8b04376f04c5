// Methods of built-in values: what the checker knows of their results, and says of those that are not there.
import { inPipeline } from './findings.fixture.ts';
import { table } from './findings.fixture.ts';

const missing = (type: string, name: string, suggestion?: string) => {
  const more = suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`;
  return `warning TYP-512 ${type} has no method \`${name}\`${more} @ ${name}`;
};
