// Tools ranked by how well words fit them (BM25 over name, description and parameters).
import { isJsonObject, type JsonObject } from '../../base/index.ts';

/** A tool as it is searched for. */
export type SearchedTool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
};

/** How fast repeated words stop to count, and how much long texts lose: the usual values. */
const K1 = 1.2;
const B = 0.75;

/** The names of the tools that fit, the best first; of equals the one declared first. */
export function rankTools(
  query: string,
  tools: readonly SearchedTool[],
  most: number,
): readonly string[] {
  const docs = tools.map((tool) => wordsOf(corpusOf(tool)));
  const average = docs.reduce((sum, doc) => sum + doc.length, 0) / Math.max(1, docs.length);
  const wanted = new Set(wordsOf(query));
  const rarity = new Map<string, number>();
  for (const word of wanted) {
    const having = docs.filter((doc) => doc.includes(word)).length;
    rarity.set(word, Math.log(1 + (docs.length - having + 0.5) / (having + 0.5)));
  }
  const scored = docs.map((doc, at) => {
    let score = 0;
    for (const word of wanted) {
      const count = doc.filter((one) => one === word).length;
      const length = 1 - B + (B * doc.length) / Math.max(1, average);
      score += ((rarity.get(word) ?? 0) * count * (K1 + 1)) / (count + K1 * length);
    }
    return { at, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, most)
    .map(({ at }) => (tools[at] as SearchedTool).name);
}

/** The text that is searched. */
export function corpusOf({ name, description, parameters }: SearchedTool): string {
  const { properties } = parameters;
  const params = Object.entries(isJsonObject(properties) ? properties : {}).map(
    ([param, schema]) => {
      const about = isJsonObject(schema) ? schema['description'] : undefined;
      return typeof about === 'string' ? `${param} ${about}` : param;
    },
  );
  return [name, description, ...params].join('\n');
}

/** Words in small letters; names in snake_case and camelCase are several. */
function wordsOf(text: string): readonly string[] {
  const spaced = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.match(/[\p{L}\p{N}]+/gu) ?? [];
}
