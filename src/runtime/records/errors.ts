// Error table of the records room: family REC.
import { defineErrors, row } from '../../base/index.ts';

/** Family REC: run records, fixtures and evaluations. */
export const recErrors = defineErrors('REC', {
  unreadable: row<{ path: string; reason: string }>({
    number: 1,
    message: ({ path, reason }) => `failed to read run record: ${path}: ${reason}`,
    hint: 'check the path, and that this user may read it',
  }),
  unparsable: row<{ path: string; reason: string }>({
    number: 2,
    message: ({ path, reason }) => `failed to parse run record: ${path}: ${reason}`,
    hint: 'the file is left as it is; restore it from a copy, or delete it yourself',
  }),
  wrongField: row<{ field: string; expected: string }>({
    number: 3,
    message: ({ field, expected }) => `${field} should be ${expected}`,
  }),
  notSaved: row<{ path: string; reason: string }>({
    number: 4,
    message: ({ path, reason }) => `failed to persist run record: ${path}: ${reason}`,
    hint: 'the file that was there is unchanged',
  }),
  otherFile: row<{ path: string }>({
    number: 5,
    message: ({ path }) => `${path} is there and is not a run record`,
    hint: 'save to another path, or move that file away; it is not overwritten',
  }),
  notFixture: row<{ path: string; reason: string }>({
    number: 6,
    message: ({ path, reason }) => `${path} is not a run fixture: ${reason}`,
    hint: 'make one with `harn fixture RUN -o FILE`',
  }),
  notEnded: row<{ run: string; status: string }>({
    number: 7,
    message: ({ run, status }) =>
      `run ${run} is ${status}; only a run that has ended can be a fixture`,
    hint: 'let it end first: `harn resume RUN`, or `harn runs cancel RUN`',
  }),
  badManifest: row<{ path: string; reason: string }>({
    number: 8,
    message: ({ path, reason }) => `${path} is neither a suite nor a pack: ${reason}`,
  }),
  unknownFixture: row<{ fixture: string; case: string }>({
    number: 9,
    message: ({ fixture, case: name }) => `case ${name} names an unknown fixture \`${fixture}\``,
    hint: 'declare it under [[fixtures]], or give a path that exists',
  }),
  treeCycle: row<{ run: string }>({
    number: 10,
    message: ({ run }) => `run ${run} is its own ancestor in these records`,
    hint: 'one of the records names a wrong run_path',
  }),
  needsExecution: row<{ path: string }>({
    number: 12,
    message: ({ path }) => `${path} is a fixture that must be executed; this evaluation only reads`,
    hint: 'evaluate it with `harn eval` or `harn replay`',
  }),
  badRedaction: row<{ what: string; reason: string }>({
    number: 20,
    message: ({ what, reason }) => `${what} cannot be used for redaction: ${reason}`,
    hint: 'correct the redaction policy: `[redaction]` in harn.toml, or the option of the call',
  }),
  badMetric: row<{ reason: string }>({
    number: 13,
    message: ({ reason }) => `this metric cannot be noted: ${reason}`,
  }),
  badFriction: row<{ reason: string }>({
    number: 21,
    message: ({ reason }) => `this friction cannot be reported: ${reason}`,
    hint: 'give {kind, redacted_summary, ...}; see docs/records.md',
  }),
  frictionKind: row<{ kind: string }>({
    number: 22,
    message: ({ kind }) => `friction has no kind "${kind}"`,
    hint: 'kinds: repeated_query, repeated_clarification, approval_stall, missing_context, manual_handoff, tool_gap, failed_assumption, expensive_model_used_for_deterministic_step, human_hypothesis',
  }),
  badContextPack: row<{ reason: string }>({
    number: 23,
    message: ({ reason }) => `this is no context pack: ${reason}`,
  }),
  handoffField: row<{ field: string }>({
    number: 11,
    message: ({ field }) => `handoff ${field} is required`,
  }),
});
