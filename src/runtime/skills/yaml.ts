// YAML, for who reads frontmatter. Loaded by `import()`: the package is not one that a bundle can load lazily by itself.
import { parse } from 'yaml';

/** The value of a YAML text; throws what is wrong with it. */
export function parseYaml(text: string): unknown {
  return parse(text);
}
