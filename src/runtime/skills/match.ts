// Which skills fit what is asked for: words of their cards, their names, and the files that are worked on. The same for
// loops and for `harn skills match`, and the same on every machine.
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { matchGlob, parseGlob } from '../host/index.ts';
import { skillId } from './skill.ts';

/** What is matched: what was said, and the files that are worked on. */
export type SkillQuery = {
  readonly prompt: string;
  readonly files: readonly string[];
  /** `{name, description, when_to_use, paths}` of each; `name` is the id. */
  readonly candidates: readonly SkillCandidate[];
};

export type SkillCandidate = {
  readonly name: string;
  readonly description: string;
  readonly when_to_use: string;
  readonly paths: readonly string[];
};

/** A skill that fits, how well, and why. */
export type SkillMatch = {
  readonly name: string;
  readonly score: number;
  readonly reason: string;
};

/** A name that is mentioned says more than any number of words; a file says more than a word. */
const NAMED = 2;
const TOUCHED = 1;
const WORD = 0.4;
const WHEN_WORD = 0.3;

/** Words that say nothing about a task. */
const EMPTY: ReadonlySet<string> = new Set(
  [
    'the and for with this that these those from into onto over under when then than them they their there here',
    'user users says say asks ask asked wants want needs need using used use uses help please task tasks work',
    'you your our are was were has have had can could will would should may might must not any all some each',
    'what which who how why where does did done its it is be to of in on at by as an or if do go get new now',
    'skill skills about just also only very more most such out off let make makes',
  ].flatMap((line) => line.split(' ')),
);

/** Whether a matcher may bring a card up by itself. */
export function isMatchable(card: JsonObject): boolean {
  const { disable_model_invocation: disabled, invocation } = card;
  return (
    disabled !== true && card['disable-model-invocation'] !== true && invocation !== 'explicit'
  );
}

/** A card as matchers see it. */
export function candidateOf(card: JsonObject): SkillCandidate {
  const text = (field: string) => (typeof card[field] === 'string' ? String(card[field]) : '');
  const paths = card['paths'];
  const about = [text('short'), text('description')].filter((part) => part !== '');
  return {
    name: skillId(card),
    description: [...new Set(about)].join(' '),
    when_to_use: text('when_to_use'),
    paths: Array.isArray(paths) ? paths.filter((one: Json) => typeof one === 'string') : [],
  };
}

/** The skills that fit at all, the best first; of equals the one that comes first. */
export function rankSkills({ prompt, files, candidates }: SkillQuery): readonly SkillMatch[] {
  const said = [...new Set(wordsOf(prompt))];
  const spelled = ` ${spacedOf(prompt)} `;
  return candidates
    .flatMap((candidate, at) => {
      const found = scoreOf(candidate, said, spelled, files);
      return found === undefined ? [] : [{ at, found }];
    })
    .sort((a, b) => b.found.score - a.found.score || a.at - b.at)
    .map(({ found }) => found);
}

function scoreOf(
  { name, description, when_to_use, paths }: SkillCandidate,
  said: readonly string[],
  spelled: string,
  files: readonly string[],
): SkillMatch | undefined {
  const bare = name.slice(name.lastIndexOf('/') + 1);
  const isNamed = spelled.includes(` ${spacedOf(bare)} `);
  const own = wordsOf(`${bare} ${description}`);
  const when = wordsOf(when_to_use);
  const hits = said.filter((word) => own.some((one) => isSame(word, one)));
  const whenHits = said.filter(
    (word) => !hits.includes(word) && when.some((one) => isSame(word, one)),
  );
  const touched = files.filter((file) => paths.some((path) => fits(path, file)));
  const score =
    (isNamed ? NAMED : 0) +
    hits.length * WORD +
    whenHits.length * WHEN_WORD +
    touched.length * TOUCHED;
  if (score === 0) return undefined;
  const count = hits.length + whenHits.length;
  const reasons = [
    ...(isNamed ? [`prompt mentions '${bare}'`] : []),
    ...(count > 0 ? [`${count} keyword hit(s)`] : []),
    ...(touched.length > 0 ? [`${touched.length} path(s) match`] : []),
  ];
  return { name, score: Math.round(score * 1000) / 1000, reason: reasons.join('; ') };
}

/** A path of a card is a pattern; one that is none fits nothing. */
function fits(path: string, file: string): boolean {
  const plain = file.replace(/^\.\//, '');
  try {
    return matchGlob(parseGlob(path.replace(/^\.\//, '')), plain, { includeHidden: true });
  } catch (error) {
    if (HarnError.is(error)) return false;
    throw error;
  }
}

/** Words in small letters, those that say something. */
function wordsOf(text: string): readonly string[] {
  return spacedOf(text)
    .split(' ')
    .filter((word) => word.length > 2 && !EMPTY.has(word));
}

function spacedOf(text: string): string {
  const spaced = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return (spaced.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

/** The same word, or one that grew out of the other: deploy and deployment, file and files. */
function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.startsWith(short);
}
