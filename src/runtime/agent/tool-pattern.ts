// Tools found by a regular expression that a model wrote: linear in the text whatever the expression is.
import { RE2JS } from 're2js';
import { corpusOf, type SearchedTool } from './tool-index.ts';

/** The names of the tools that match, in the order they were declared; or what is wrong with the expression. */
export function matchTools(
  pattern: string,
  tools: readonly SearchedTool[],
  most: number,
): { readonly found: readonly string[]; readonly problem: string | null } {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    return {
      found: [],
      problem: `the query is no regular expression: ${String((error as Error).message)}`,
    };
  }
  const found = tools.filter((tool) => compiled.matcher(corpusOf(tool)).find());
  return { found: found.slice(0, most).map(({ name }) => name), problem: null };
}
