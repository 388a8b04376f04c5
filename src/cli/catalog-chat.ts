// Commands for talking with models, as data: the sessions that agents have left. Part of catalog.ts.
import type { PositionalSpec } from './arguments.ts';
import { HELP, JSON_OPTION } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

const SESSION: PositionalSpec = { name: 'SESSION' };

/** In the order of the help. */
export const CHAT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'sessions ls',
    summary: 'list what agents have talked about, the latest first',
    positionals: [],
    options: [
      { name: 'run', value: 'RUN', help: 'only sessions that this run took part in' },
      { name: 'limit', value: 'N', help: 'at most so many (default 20)' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'A session is deleted with the last run that took part in it: see `harn runs prune`.',
    ],
    examples: [['harn sessions ls', 'what was said here last']],
    load: async () => (await import('./commands/sessions.ts')).sessionsLs,
  },
  {
    name: 'sessions show',
    summary: 'what was said in a session',
    positionals: [SESSION],
    options: [{ name: 'full', help: 'results of tools as long as they are' }, JSON_OPTION, HELP],
    examples: [['harn sessions show 0198f3', 'any unique beginning or end of the id']],
    load: async () => (await import('./commands/sessions.ts')).sessionsShow,
  },
  {
    name: 'sessions fork',
    summary: 'a new session with what was said in another one',
    positionals: [SESSION],
    options: [
      { name: 'at', value: 'N', help: 'keep the first N messages (default: all)' },
      { name: 'id', value: 'ID', help: 'the id of the new session' },
      JSON_OPTION,
      HELP,
    ],
    details: ['The other session stays as it is. `harn sessions show` numbers the messages.'],
    examples: [['harn sessions fork 0198f3 --at 4', 'from where it went another way']],
    load: async () => (await import('./commands/sessions.ts')).sessionsFork,
  },
];
