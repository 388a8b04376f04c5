// Friction in an evaluation: what the reports of a fixture suggest, held against what its rubrics expect.
import type { Json } from '../../base/index.ts';
import {
  contextPackSuggestions,
  frictionEvalFixture,
  suggestionFailures,
} from './context-suggestions.ts';
import type { Rubric } from './eval-rubric.ts';
import { fieldAt } from './shape.ts';

/** Rubrics of this kind judge suggestions, not runs. */
export const isFrictionRubric = ({ kind }: Pick<Rubric, 'kind'>): boolean => kind === 'friction';

const KNOWN: ReadonlySet<string> = new Set(['context-pack-suggestion', 'context_pack_suggestion']);

/** What is missing among the suggestions of events; the events may say themselves what they expect. */
export function frictionFailures(given: Json, rubrics: readonly Rubric[]): readonly string[] {
  const own =
    fieldAt(given, 'expected_suggestions') === undefined ? [] : frictionEvalFixture(given).failures;
  const suggestions = contextPackSuggestions(given, fieldAt(given, 'options') ?? null);
  const asked = rubrics.flatMap(({ assertions }) =>
    assertions.flatMap(({ kind, contains, expected }) => {
      if (!KNOWN.has(kind)) return [`assertion kind '${kind}' is not supported`];
      const more = contains === null ? {} : { title_contains: contains };
      return suggestionFailures({ ...(expected as object | null), ...more } as Json, suggestions);
    }),
  );
  return [...own, ...asked];
}
