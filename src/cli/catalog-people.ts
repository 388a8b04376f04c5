// Commands for what runs wait for: people who answer and approve, and names that somebody completes. Part of catalog.ts.
import type { PositionalSpec } from './arguments.ts';
import { HELP, JSON_OPTION } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

const QUESTION: PositionalSpec = { name: 'ID' };

/** In the order of the help. */
export const PEOPLE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'hitl ls',
    summary: 'list what people are asked',
    positionals: [],
    options: [
      { name: 'all', help: 'also what is answered, timed out or withdrawn' },
      { name: 'run', value: 'RUN', help: 'only questions of this run' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn hitl ls', 'what still waits for an answer']],
    load: async () => (await import('./commands/hitl.ts')).hitlLs,
  },
  {
    name: 'hitl show',
    summary: 'one question: what is asked, by whom, until when',
    positionals: [QUESTION],
    options: [JSON_OPTION, HELP],
    examples: [['harn hitl show hitl_question_4b', 'any unique beginning or end of the id']],
    load: async () => (await import('./commands/hitl.ts')).hitlShow,
  },
  {
    name: 'hitl answer',
    summary: 'answer a question',
    positionals: [QUESTION, { name: 'TEXT', optional: true }],
    options: [
      { name: 'json', value: 'VALUE', help: 'the answer as JSON instead of text' },
      { name: 'reviewer', value: 'NAME', help: 'who answers (default: you)' },
      { name: 'reason', value: 'TEXT', help: 'why, for the record' },
      HELP,
    ],
    details: [
      'Text is read as what the question expects: a number, yes or no, JSON. The first answer counts. A process that',
      'has the run at work goes on by itself; a parked run goes on with `harn resume`.',
    ],
    examples: [
      ['harn hitl answer hitl_question_4b yes', 'any unique beginning or end of the id'],
      [`harn hitl answer 4b --json '{"size": 3}'`, 'an answer with structure'],
    ],
    load: async () => (await import('./commands/hitl.ts')).hitlAnswer,
  },
  {
    name: 'hitl approve',
    summary: 'approve a request, or accept an escalation',
    positionals: [QUESTION],
    options: [
      { name: 'reviewer', value: 'NAME', help: 'who approves (default: you)' },
      { name: 'reason', value: 'TEXT', help: 'why, for the record' },
      HELP,
    ],
    examples: [['harn hitl approve hitl_approval_4b --reviewer ada', 'one of those it needs']],
    load: async () => (await import('./commands/hitl.ts')).hitlApprove,
  },
  {
    name: 'hitl deny',
    summary: 'deny a request, or refuse an escalation',
    positionals: [QUESTION],
    options: [
      { name: 'reviewer', value: 'NAME', help: 'who denies (default: you)' },
      { name: 'reason', value: 'TEXT', help: 'why, for who asked' },
      HELP,
    ],
    examples: [['harn hitl deny hitl_approval_4b --reason "not on a Friday"', 'ends the request']],
    load: async () => (await import('./commands/hitl.ts')).hitlDeny,
  },
  {
    name: 'waitpoints ls',
    summary: 'list the waitpoints that nobody has completed',
    positionals: [],
    options: [{ name: 'all', help: 'also what is completed or cancelled' }, JSON_OPTION, HELP],
    examples: [['harn waitpoints ls', 'what runs may be waiting for']],
    load: async () => (await import('./commands/waitpoints.ts')).waitpointsLs,
  },
  {
    name: 'waitpoints complete',
    summary: 'complete a waitpoint and wake who waits for it',
    positionals: [{ name: 'ID' }, { name: 'TEXT', optional: true }],
    options: [{ name: 'json', value: 'VALUE', help: 'the value as JSON instead of text' }, HELP],
    details: [
      'One that nobody has made is made. The first resolution counts. A process that has the run at work goes on by itself;',
      'a parked run goes on with `harn resume`.',
    ],
    examples: [['harn waitpoints complete deploy.approved yes', 'with a value']],
    load: async () => (await import('./commands/waitpoints.ts')).waitpointsComplete,
  },
  {
    name: 'waitpoints cancel',
    summary: 'say that nobody will complete a waitpoint',
    positionals: [{ name: 'ID' }],
    options: [{ name: 'reason', value: 'TEXT', help: 'why, for those who wait' }, HELP],
    examples: [
      ['harn waitpoints cancel deploy.approved --reason "no deploy today"', 'with a reason'],
    ],
    load: async () => (await import('./commands/waitpoints.ts')).waitpointsCancel,
  },
];
