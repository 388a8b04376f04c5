// Errors of artifacts (ART).
import { defineErrors, row } from '../../base/index.ts';

/** Family ART: artifacts, their selection, handoffs. */
export const artifactErrors = defineErrors('ART', {
  notArtifact: row<Record<never, never>>({
    number: 1,
    message: () => 'artifact: a dict is required',
    hint: 'artifact({kind: "summary", text: "..."})',
  }),
  notList: row<Record<never, never>>({
    number: 2,
    message: () => 'artifacts must be a list of artifacts',
  }),
  wrongField: row<{ field: string; expected: string }>({
    number: 3,
    message: ({ field, expected }) => `artifact: ${field} must be ${expected}`,
  }),
  badPolicy: row<{ field: string; expected: string }>({
    number: 4,
    message: ({ field, expected }) => `context policy: ${field} must be ${expected}`,
  }),
  badOption: row<{ option: string; expected: string }>({
    number: 5,
    message: ({ option, expected }) => `assemble_context: \`${option}\` must be ${expected}`,
  }),
  badScores: row<{ expected: number }>({
    number: 6,
    message: ({ expected }) =>
      `assemble_context: the ranker must return a list of ${expected} numbers, one per chunk`,
  }),
  notHandoff: row<Record<never, never>>({
    number: 7,
    message: () => 'handoff: a handoff, or an artifact that holds one, is required',
  }),
});
