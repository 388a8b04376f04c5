// Which memories fit a query: BM25 over words, with a boost for a word that is the record's key or one of its tags. The
// same records and the same query give the same order, wherever it is computed; nothing outside is asked.
import type { Json } from '../../base/index.ts';

/** What ranking looks at. */
export interface Ranked {
  readonly key: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly value: Json;
}

/** How fast further occurrences of a word count less, and how much long records are held back. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
const KEY_BOOST = 1;
const TAG_BOOST = 0.5;

/** The words of a text: letters and digits, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** All words by which a record is found. */
export function recordWords({ key, text, tags, value }: Ranked): readonly string[] {
  const held = typeof value === 'string' ? '' : JSON.stringify(value);
  // A text that is the JSON of the value would count every word twice.
  return wordsOf([key, ...tags, text, held === text ? '' : held].join(' '));
}

/** The score of each record, in their order; 0 says that no word of the query is in it. */
export function scores(records: readonly Ranked[], query: string): readonly number[] {
  const asked = new Set(wordsOf(query));
  const documents = records.map((record) => countsOf(recordWords(record)));
  const total = documents.reduce((sum, { length }) => sum + length, 0);
  const average = total === 0 ? 1 : total / documents.length;
  const weights = new Map<string, number>();
  for (const word of asked) {
    const having = documents.filter(({ counts }) => counts.has(word)).length;
    weights.set(word, Math.log(1 + (documents.length - having + 0.5) / (having + 0.5)));
  }
  return records.map((record, i) => {
    const { counts, length } = documents[i] as Counted;
    const damping = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / average);
    let score = 0;
    for (const [word, weight] of weights) {
      const times = counts.get(word) ?? 0;
      if (times > 0) score += (weight * times * (SATURATION + 1)) / (times + damping);
    }
    return score === 0 ? 0 : score + boost(record, query, asked);
  });
}

function boost({ key, tags }: Ranked, query: string, asked: ReadonlySet<string>): number {
  const isKey = key.toLowerCase() === query.trim().toLowerCase() || asked.has(key.toLowerCase());
  const named = tags.filter((tag) => asked.has(tag.toLowerCase())).length;
  return (isKey ? KEY_BOOST : 0) + named * TAG_BOOST;
}

interface Counted {
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

function countsOf(words: readonly string[]): Counted {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, length: words.length };
}
