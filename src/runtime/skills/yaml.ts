// YAML, for who reads frontmatter. Loaded by `import()`: the package is not one that a bundle can load lazily by itself.
import { type CST, Parser, parse } from 'yaml';

/** Nobody nests a card deeper; the library goes down by calls, and what it does at the end of the stack can end the process. */
const DEEPEST = 64;

/** The value of a YAML text; throws what is wrong with it. */
export function parseYaml(text: string): unknown {
  if (isDeep(text)) throw new RangeError(`nested more than ${DEEPEST} levels deep`);
  return parse(text);
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
