// YAML 1.2, one document per text.
import { type CST, Document, Parser, parseDocument, Scalar } from 'yaml';
import type { ExactData } from './exact.ts';
import { FormatError } from './format-error.ts';

/** Deeper nesting is refused: the library goes down by calls, and what it does at the end of the stack can end the process. */
const DEEPEST = 256;

/** The data of a YAML text. Aliases are followed, up to a bound that stops texts made to explode. */
export function parseYaml(text: string): ExactData {
  if (text.length > DEEPEST && isDeep(text)) {
    throw new FormatError(`nested more than ${DEEPEST} levels deep`);
  }
  const document = parseDocument(text, { intAsBigInt: true, logLevel: 'silent', merge: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new FormatError(firstLine(problem.message));
  try {
    return dataOf(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    throw new FormatError(error instanceof Error ? firstLine(error.message) : String(error));
  }
}

/** Looks at the tokens, which are read without going down by calls. */
function isDeep(text: string): boolean {
  let level: CST.Token[] = [];
  for (const token of new Parser().parse(text)) {
    if (token.type === 'document' && token.value !== undefined) level.push(token.value);
  }
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((token) =>
      'items' in token
        ? token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat())
        : [],
    );
  }
  return false;
}

/** Data as YAML in block style, two spaces deep, with a line break at the end. */
export function formatYaml(data: ExactData): string {
  return new Document(scalars(data), { aliasDuplicateObjects: false }).toString({ lineWidth: 0 });
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}

/** Timestamps stay the text they are; whatever a tag made of a text becomes text again. */
function dataOf(value: unknown): ExactData {
  if (Array.isArray(value)) return value.map(dataOf);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value as ExactData;
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dataOf(item)]));
}

/** `1.0` stays a float for whoever reads it. */
function scalars(data: ExactData): unknown {
  if (Array.isArray(data)) return data.map(scalars);
  if (typeof data === 'number' && Number.isInteger(data)) {
    const scalar = new Scalar(data);
    scalar.minFractionDigits = 1;
    return scalar;
  }
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, scalars(item)]));
}
