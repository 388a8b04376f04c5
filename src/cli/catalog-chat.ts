// Commands for talking with models, as data: the sessions that agents have left. Part of catalog.ts.
import type { PositionalSpec } from './arguments.ts';
import { HELP, JSON_OPTION, SKILL_DIR } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

const SESSION: PositionalSpec = { name: 'SESSION' };

/** In the order of the help. */
export const CHAT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'chat',
    summary: 'talk with a model that can work in this project',
    positionals: [],
    options: [
      { name: 'model', value: 'MODEL', help: 'ask this model (or HARN_LLM_MODEL)' },
      { name: 'provider', value: 'NAME', help: 'ask this provider (or HARN_LLM_PROVIDER)' },
      { name: 'continue', help: 'go on with the chat that began last' },
      { name: 'session', value: 'SESSION', help: 'go on with what was said in this session' },
      { name: 'system', value: 'TEXT', help: 'what the model is told about itself' },
      {
        name: 'tools',
        value: 'FILE',
        help: 'the tools of this program as well; calls need approval',
      },
      {
        name: 'compact-at',
        value: 'TOKENS',
        help: 'summarize the older part from here on (96000 estimated; 0: never)',
      },
      SKILL_DIR,
      { name: 'yes', help: 'approve every tool that changes something' },
      { name: 'json', help: 'one JSON event per line' },
      HELP,
    ],
    details: [
      'The model reads and searches files on its own; to write one or run a command it asks. Its tools reach files of this',
      'project only; a command that was approved can do anything. Ctrl-C stops a turn, twice at an empty prompt it leaves.',
      'Everything said is kept as it is said: after a kill, --continue goes on in the middle of the turn and asks for nothing',
      'again that was answered. Through a pipe every line is a message. /help lists what else can be typed.',
      'The model knows the skills that are found from here and loads what it needs; /NAME ARGUMENTS calls one.',
      'Without a key in the environment a mock answers.',
    ],
    examples: [
      ['harn chat', 'a new conversation'],
      ['harn chat --continue', 'the last one'],
      ['echo "what is in src?" | harn chat', 'through a pipe'],
    ],
    load: async () => (await import('./commands/chat.ts')).chat,
  },
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
  {
    name: 'sessions say',
    summary: 'say something to the agent that works in a session',
    positionals: [SESSION, { name: 'TEXT' }],
    options: [
      {
        name: 'mode',
        value: 'MODE',
        help: 'finish_step (default), interrupt_immediate or wait_for_completion',
      },
      {
        name: 'exact',
        help: 'SESSION is a whole id, also one that has not finished its first turn',
      },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Heard by loops with `host_messages: true` and by daemons with a session: after the turn under way, before the next call of',
      'the answer (interrupt_immediate), or when the agent yields. It waits in the store until then, each message is heard once.',
    ],
    examples: [['harn sessions say 0198f3 "look at the tests first"', 'after the turn under way']],
    load: async () => (await import('./commands/sessions-say.ts')).sessionsSay,
  },
];
