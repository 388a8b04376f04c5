// YAML 1.2, one document per text.
import { type CST, Document, Parser, parseDocument, Scalar, stringify } from 'yaml';
import type { ExactData } from './exact.ts';
import { FormatError } from './format-error.ts';

/** Deeper nesting is refused: the library goes down by calls, and what it does at the end of the stack can end the process. */
const DEEPEST = 256;

/** The data of a YAML text. Aliases are followed, up to a bound that stops texts made to explode. */
export function parseYaml(text: string): ExactData {
  if (text.length > DEEPEST && isDeep(text)) {
    throw new FormatError(`nested more than ${DEEPEST} levels deep`);
  }
  const document = parseDocument(text, { intAsBigInt: true, logLevel: 'error', merge: true });
  const [problem] = document.errors;
  if (problem?.code === 'MULTIPLE_DOCS') throw new FormatError('there is more than one document');
  if (problem !== undefined) throw new FormatError(firstLine(problem.message));
  try {
    return dataOf(document.toJS({ maxAliasCount: 100, mapAsMap: true }), []);
  } catch (error) {
    if (error instanceof FormatError) throw error;
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

/** Data as YAML in block style, two spaces deep, with a line break at the end. Texts that readers of YAML 1.1 take for something else (`yes`, `012`) are quoted. */
export function formatYaml(data: ExactData): string {
  const options = { aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;
  return new Document(scalars(data), options).toString({ lineWidth: 0 });
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}

/** Timestamps stay the text they are. `inside` are the containers on the way: an alias may lead back to one of them. */
function dataOf(value: unknown, inside: readonly unknown[]): ExactData {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value as ExactData;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (inside.includes(value)) throw new FormatError('a value contains itself');
  const deeper = [...inside, value];
  if (Array.isArray(value)) return value.map((item) => dataOf(item, deeper));
  if (value instanceof Set) return new Set([...value].map((item) => dataOf(item, deeper)));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [keyOf(key), dataOf(item, deeper)]));
}

/** Keys are texts: others become what the document would have as text. */
function keyOf(key: unknown): string {
  if (typeof key === 'string') return key;
  const flow = { collectionStyle: 'flow', lineWidth: 0 } as const;
  return typeof key === 'object' && key !== null ? stringify(key, flow).trim() : String(key);
}

/** `1.0` stays a float for whoever reads it. */
function scalars(data: ExactData): unknown {
  if (Array.isArray(data)) return data.map(scalars);
  if (typeof data === 'number' && Number.isInteger(data)) {
    const scalar = new Scalar(data);
    scalar.minFractionDigits = 1;
    return scalar;
  }
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return data;
  if (data instanceof Set) return [...data].map(scalars);
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, scalars(item)]));
}
