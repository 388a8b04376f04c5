// Every command of the command line, as data: names, arguments, options, examples. The parser, `--help` and
// "did you mean" read this; the code of a command loads when it is called.
import type { OptionSpec, PositionalSpec } from './arguments.ts';
import { CHAT_COMMANDS } from './catalog-chat.ts';
import { MCP_COMMANDS } from './catalog-mcp.ts';
import {
  DURABILITY,
  HELP,
  INSPECT,
  INSPECT_BRK,
  JSON_OPTION,
  LLM_MOCK,
  SCENARIO,
  SKILL_DIR,
  TRACE,
} from './catalog-options.ts';
import { PEOPLE_COMMANDS } from './catalog-people.ts';
import { SKILL_COMMANDS } from './catalog-skills.ts';
import { SOURCE_COMMANDS } from './catalog-source.ts';
import { TOOL_COMMANDS } from './catalog-tools.ts';
import type { CommandSpec } from './command.ts';

const RUN: PositionalSpec = { name: 'RUN' };
const HANDOFF: PositionalSpec = { name: 'ID' };
const WORKER: PositionalSpec = { name: 'ID' };
const WORKER_STATUSES = [
  ...['running', 'suspended', 'awaiting', 'completed', 'failed'],
  ...['cancelled', 'stopped', 'interrupted'],
];

const STREAM: OptionSpec = { name: 'json', help: 'print the run as a stream of JSON events' };
const QUIET: OptionSpec = {
  name: 'quiet',
  help: 'with --json: leave out stdout and stderr events',
};
const STRICT: OptionSpec = {
  name: 'strict',
  help: 'exit 75 when the run succeeded but left work abandoned or unknown',
};
const WAIT: OptionSpec = {
  name: 'wait',
  help: 'stay and wait when only people can move the run, instead of parking it',
};

const TRUST: OptionSpec = {
  name: 'trust',
  value: 'KEYFILE',
  repeat: true,
  help: 'trust packs signed by the public keys in this file (repeatable)',
};
const ALLOW_UNSIGNED: OptionSpec = {
  name: 'allow-unsigned',
  help: 'take a pack that nobody has signed, or nobody you trust',
};

/** Options of `harn run`; `harn FILE` and `harn -e CODE` take them too. */
const RUN_OPTIONS: readonly OptionSpec[] = [
  { name: 'eval', short: 'e', value: 'CODE', help: 'run this text instead of a file' },
  STREAM,
  QUIET,
  STRICT,
  WAIT,
  DURABILITY,
  {
    name: 'deny',
    value: 'CAPABILITY',
    repeat: true,
    help: 'take a capability away, such as net or process.exec (repeatable)',
  },
  { name: 'token-budget', value: 'N', help: 'tokens that all model calls of the run may take' },
  { name: 'cost-budget', value: 'USD', help: 'dollars that all model calls of the run may cost' },
  SCENARIO,
  ...LLM_MOCK,
  TRACE,
  SKILL_DIR,
  { name: 'pipeline', value: 'NAME', help: 'start this pipeline instead of the default one' },
  { name: 'task', value: 'TEXT', help: 'the task text that the program sees as `task`' },
  {
    name: 'id',
    value: 'ID',
    help: 'start the run of this id once; later starts come to the same run',
  },
  {
    name: 'edition',
    value: 'EDITION',
    help: 'read the program as this edition: 0.7 or 2026 (or HARN_EDITION)',
  },
  TRUST,
  ALLOW_UNSIGNED,
  { name: 'dry-run-verify', help: 'check a pack as for a run, and run nothing' },
  INSPECT,
  INSPECT_BRK,
  HELP,
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    summary: 'run a program',
    positionals: [{ name: 'FILE' }],
    options: RUN_OPTIONS,
    passesRest: true,
    details: [
      'What the program prints goes to stdout; remarks of harn go to stderr. Ctrl-C parks the run: it stops, keeps',
      'everything durably, and prints the command that goes on with it. A second Ctrl-C leaves at once; nothing',
      'durable is lost by that either.',
      '',
      'With --id the work is done once, however often the command is given: a run of that id that was parked or killed',
      'goes on, one that another process works on is waited for, one that has ended gives its result and exit code from',
      'the record. Other code or arguments under the same id are refused. Deleting the run frees its id.',
      '',
      'Exit codes: the int that the program returns, 1 for Err and for errors, n for exit(n), 2 for wrong usage,',
      '75 with --strict when work was left abandoned or unknown, 124 when the run was parked.',
    ],
    examples: [
      ['harn run triage.harn', 'run a file'],
      ['harn triage.harn -- --since 2d', 'arguments for the program come after --'],
      ['harn run --id nightly-2026-11-20 nightly.harn', 'once, also when cron asks twice'],
      [`harn run -e 'println("hello")'`, 'run a text'],
      ['harn run --deny net --strict triage.harn', 'without network; insist on nothing left over'],
      ['harn run --json triage.harn', 'one JSON event per line'],
      ['harn run --trust team.pub triage.harnpack', 'a pack signed by a key of your team'],
    ],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'resume',
    summary: 'go on with a run that was parked, interrupted or killed',
    positionals: [RUN],
    options: [
      {
        name: 'with',
        value: 'FILE',
        help: 'go on with this code instead of what the run began with',
      },
      { name: 'force', help: 'take the run over even when another process holds it' },
      ...LLM_MOCK,
      STREAM,
      QUIET,
      STRICT,
      WAIT,
      HELP,
    ],
    details: [
      'The run goes on with the code it was started with, whatever its files say by now. Nothing that was done is',
      'done again, and nothing that was printed is printed again.',
    ],
    examples: [
      ['harn resume 0198f3', 'any unique beginning or end of the id'],
      ['harn resume 0198f3 --with fixed.harn', 'move it to other code'],
    ],
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  ...SOURCE_COMMANDS,
  {
    name: 'pack verify',
    summary: 'check a pack: whole, unchanged, signed by a key you trust',
    positionals: [{ name: 'BUNDLE' }],
    options: [TRUST, ALLOW_UNSIGNED, JSON_OPTION, HELP],
    details: [
      'Exits 1 when anything is wrong with the file, or nobody you trust has signed it. A key that comes with the pack',
      'is not trusted for that: name it with --trust, or list it in harn/trusted-keys in your configuration folder',
      '($XDG_CONFIG_HOME, else ~/.config). Key files hold PEM public keys, or one key of 64 hex digits per line.',
    ],
    examples: [
      ['harn pack verify triage.harnpack --trust team.pub', 'who made it, and is it whole'],
    ],
    load: async () => (await import('./commands/pack-verify.ts')).packVerify,
  },
  {
    name: 'pack',
    summary: 'put a program and all it imports into one file',
    positionals: [{ name: 'FILE' }],
    options: [
      { name: 'out', short: 'o', value: 'FILE', help: 'write here instead of beside the entry' },
      { name: 'sign', help: 'sign the pack with the key of --key' },
      { name: 'key', value: 'PEM', help: 'an Ed25519 private key (PKCS #8, PEM)' },
      {
        name: 'edition',
        value: 'EDITION',
        help: 'read the program as this edition: 0.7 or 2026 (or HARN_EDITION)',
      },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Equal programs give equal bytes. What is packed lies at or below the folder with harn.toml, else the folder of',
      'the entry. Packs run only when they are signed by a key that the one who runs them trusts.',
    ],
    examples: [
      ['harn pack triage.harn', 'writes triage.harnpack'],
      ['harn pack triage.harn --sign --key key.pem', 'with a signature'],
    ],
    load: async () => (await import('./commands/pack.ts')).pack,
  },
  {
    name: 'runs ls',
    summary: 'list the runs of this project',
    positionals: [],
    options: [
      {
        name: 'status',
        value: 'STATUS',
        choices: [
          'running',
          'finishing',
          'interrupted',
          'parked',
          'completed',
          'failed',
          'cancelled',
        ],
        help: 'only runs with this status',
      },
      { name: 'limit', value: 'N', help: 'at most so many (default 20)' },
      JSON_OPTION,
      HELP,
    ],
    details: ['`interrupted` means that the process which held the run is gone: resume it.'],
    examples: [
      ['harn runs ls', 'the newest runs'],
      ['harn runs ls --status parked', 'what waits'],
    ],
    load: async () => (await import('./commands/runs-ls.ts')).runsLs,
  },
  {
    name: 'runs show',
    summary: 'what a run did and how it ended',
    positionals: [RUN],
    options: [
      { name: 'graph', help: 'its action graph as Mermaid text' },
      { name: 'spans', help: 'what took how long and because of what, as a tree' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn runs show 0198f3', 'its result, receipt, effects and children']],
    load: async () => (await import('./commands/runs-show.ts')).runsShow,
  },
  {
    name: 'runs events',
    summary: 'the journal of a run, entry by entry',
    positionals: [RUN],
    options: [
      { name: 'from', value: 'N', help: 'begin with entry N' },
      { name: 'follow', short: 'f', help: 'go on with entries to come, until it ends or parks' },
      { name: 'json', help: 'one JSON envelope per line' },
      HELP,
    ],
    details: [
      'Entries are numbered from 1 and never change. A reader that was cut off after entry N goes on with --from N+1.',
    ],
    examples: [
      ['harn runs events 0198f3 --follow', 'watch a run from another terminal'],
      ['harn runs events 0198f3 --json --from 42 --follow', 'go on watching after entry 41'],
    ],
    load: async () => (await import('./commands/runs-events.ts')).runsEvents,
  },
  {
    name: 'runs cancel',
    summary: 'end a run, with a receipt; a process that works on it is asked to',
    positionals: [RUN],
    options: [
      { name: 'reason', value: 'TEXT', help: 'why, for the receipt' },
      { name: 'force', help: 'take the run away from the process that holds it' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn runs cancel 0198f3 --reason "not needed any more"', 'give a run up']],
    load: async () => (await import('./commands/runs-cancel.ts')).runsCancel,
  },
  {
    name: 'runs tree',
    summary: 'a run with the runs it started',
    positionals: [{ name: 'RUN|FILE' }],
    options: [JSON_OPTION, HELP],
    details: ['FILE is a run record; its children are looked for beside it.'],
    examples: [['harn runs tree 0198f3', 'who handed work to whom, and how it stands']],
    load: async () => (await import('./commands/runs-tree.ts')).runsTree,
  },
  {
    name: 'runs diff',
    summary: 'what is different between two runs',
    positionals: [{ name: 'A' }, { name: 'B' }],
    options: [JSON_OPTION, HELP],
    details: ['A and B are runs of this project or record files. Exits 1 when they are different.'],
    examples: [['harn runs diff 0198f3 0198f4', 'did the second run do the same?']],
    load: async () => (await import('./commands/runs-diff.ts')).runsDiff,
  },
  {
    name: 'runs prune',
    summary: 'delete runs that have ended, and their record files',
    positionals: [],
    options: [
      { name: 'keep', value: 'N', help: 'keep the newest N' },
      { name: 'older-than', value: 'AGE', help: 'only of runs that ended longer ago, such as 30d' },
      { name: 'records-only', help: 'only the record files; the journals stay in the store' },
      { name: 'dry-run', help: 'only say what would be deleted' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Journal, record file and timers of a run go together, and the space is given back to the disk. Runs that run or wait',
      'stay, and so do those that something open still needs: a run of their tree that goes on, a handoff, a question, a',
      'worker. What is not a run record is left alone.',
    ],
    examples: [['harn runs prune --keep 100 --older-than 30d --dry-run', 'look first']],
    load: async () => (await import('./commands/runs-prune.ts')).runsPrune,
  },
  {
    name: 'replay',
    summary: 'execute a run again with its recorded outcomes',
    positionals: [{ name: 'RUN|FILE' }],
    options: [
      { name: 'with', value: 'FILE', help: 'with this code instead of what the run began with' },
      { name: 'output', help: 'also show what it prints' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Nothing outside is touched: every effect gets the outcome that was recorded for it, matched by task, place and',
      'arguments. Exits 1 and names the first difference when the run comes to something else. FILE is a fixture, or a',
      'run record, which has no outcomes and is only checked against its own assertions.',
    ],
    examples: [
      ['harn replay 0198f3', 'does it come to the same?'],
      ['harn replay good.fixture.json --with triage.harn', 'does the changed program?'],
    ],
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  {
    name: 'fixture',
    summary: 'make a file of a run that has ended, for replay and eval',
    positionals: [RUN],
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        help: 'where to write it (default: RUN.fixture.json)',
      },
      { name: 'redact', help: 'also what the redaction policy names, not only known secrets' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'The file holds the program, every recorded outcome and the record. Known secrets are taken out of it, with --redact',
      'also what [redaction] in harn.toml names; what is left may still be private: look before you share it.',
      'It is replayed once; exits 1 when that does not come to the same.',
    ],
    examples: [['harn fixture 0198f3 -o good.fixture.json', 'a production run becomes a test']],
    load: async () => (await import('./commands/fixture.ts')).fixture,
  },
  {
    name: 'eval',
    summary: 'check runs, fixtures, suites or packs; exit 1 on failure',
    positionals: [{ name: 'RUN|FILE|FOLDER' }],
    options: [
      { name: 'with', value: 'FILE', help: 'execute fixtures with this code' },
      { name: 'compare', value: 'RUN', help: 'must also be the same as this run or record' },
      { name: 'trials', value: 'N', help: 'execute each fixture of a pack so often' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'A pack is TOML or JSON with cases, rubrics, thresholds and severities; a suite is JSON with cases. Rubrics that',
      'need a model as their judge are not run, and fail where they would block.',
    ],
    examples: [
      ['harn eval good.fixture.json --with triage.harn', 'gate a change in CI'],
      ['harn eval harn.eval.toml', 'a pack'],
    ],
    load: async () => (await import('./commands/eval.ts')).evaluate,
  },
  {
    name: 'why',
    summary: 'what a run waits for, who can answer, and until when',
    positionals: [RUN],
    options: [JSON_OPTION, HELP],
    examples: [['harn why 0198f3', 'why it does not go on']],
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'handoffs ls',
    summary: 'list work that was handed over',
    positionals: [],
    options: [
      { name: 'all', help: 'also what is delivered or acknowledged' },
      { name: 'target', value: 'NAME', help: 'only for this target' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn handoffs ls', 'what still waits for somebody']],
    load: async () => (await import('./commands/handoffs.ts')).handoffsLs,
  },
  {
    name: 'handoffs show',
    summary: 'one handoff with its payload and history',
    positionals: [HANDOFF],
    options: [JSON_OPTION, HELP],
    examples: [['harn handoffs show handoff_0198', 'any unique beginning or end of the id']],
    load: async () => (await import('./commands/handoffs.ts')).handoffsShow,
  },
  {
    name: 'handoffs deliver',
    summary: 'start the target of a handoff and run it to its end',
    positionals: [HANDOFF],
    options: [
      { name: 'file', value: 'FILE', help: 'code that has the target pipeline' },
      STREAM,
      QUIET,
      STRICT,
      HELP,
    ],
    examples: [['harn handoffs deliver handoff_0198 --file triage.harn', 'with code you name']],
    load: async () => (await import('./commands/handoffs-deliver.ts')).handoffsDeliver,
  },
  {
    name: 'handoffs ack',
    summary: 'mark a handoff as taken care of',
    positionals: [HANDOFF],
    options: [{ name: 'reason', value: 'TEXT', help: 'why, for the audit' }, JSON_OPTION, HELP],
    examples: [['harn handoffs ack handoff_0198', 'somebody has done it by hand']],
    load: async () => (await import('./commands/handoffs.ts')).handoffsAck,
  },
  {
    name: 'workers ls',
    summary: 'list delegated work, the latest change first',
    positionals: [],
    options: [
      { name: 'status', value: 'STATUS', choices: WORKER_STATUSES, help: 'only these' },
      { name: 'limit', value: 'N', help: 'how many at most (default 50)' },
      JSON_OPTION,
      HELP,
    ],
    examples: [['harn workers ls --status suspended', 'what waits to be resumed']],
    load: async () => (await import('./commands/workers.ts')).workersLs,
  },
  {
    name: 'workers show',
    summary: 'one worker: its task, what it waits for, who can wake it',
    positionals: [WORKER],
    options: [
      {
        name: 'export',
        value: 'FILE',
        help: 'write its snapshot to a file, for resume_agent elsewhere',
      },
      JSON_OPTION,
      HELP,
    ],
    examples: [
      ['harn workers show 4b2f', 'any unique beginning or end of the id'],
      ['harn workers show 4b2f --export clerk.json', 'to go on with it on another machine'],
    ],
    load: async () => (await import('./commands/workers.ts')).workersShow,
  },
  {
    name: 'workers resume',
    summary: 'go on with a worker whose run has ended, in a run of its own',
    positionals: [WORKER],
    options: [
      { name: 'input', value: 'TEXT|JSON', help: 'what it is told; without it, its task stands' },
      { name: 'no-transcript', help: 'go on from a digest of the conversation' },
      STREAM,
      QUIET,
      STRICT,
      WAIT,
      HELP,
    ],
    details: [
      'The run has the program of the run that made the worker, and is durable itself. Handlers that stand at the top',
      'level of a module, and `tool` declarations, are found again there; a worker that needs a closure is refused.',
    ],
    examples: [["harn workers resume 4b2f --input 'she says yes'", 'answer and go on']],
    load: async () => (await import('./commands/workers-resume.ts')).workersResume,
  },
  {
    name: 'workers wake',
    summary: 'go on with every worker whose wait is over',
    positionals: [],
    options: [JSON_OPTION, HELP],
    details: [
      'Timeouts, events and triggers of workers whose run has ended. Call it from cron, for one.',
    ],
    examples: [['harn workers wake', 'all that are due now']],
    load: async () => (await import('./commands/workers-resume.ts')).workersWake,
  },
  {
    name: 'workers stop',
    summary: 'end a worker and keep what it has as a handoff',
    positionals: [WORKER],
    options: [{ name: 'reason', value: 'TEXT', help: 'why, for the record' }, JSON_OPTION, HELP],
    examples: [['harn workers stop 4b2f', 'nobody needs it any more']],
    load: async () => (await import('./commands/workers.ts')).workersStop,
  },
  {
    name: 'workers close',
    summary: 'end a worker now',
    positionals: [WORKER],
    options: [JSON_OPTION, HELP],
    examples: [['harn workers close 4b2f', 'forget about it']],
    load: async () => (await import('./commands/workers.ts')).workersClose,
  },
  ...PEOPLE_COMMANDS,
  ...SKILL_COMMANDS,
  ...CHAT_COMMANDS,
  ...MCP_COMMANDS,
  {
    name: 'doctor',
    summary: 'look at this machine and this project',
    positionals: [],
    options: [JSON_OPTION, HELP],
    examples: [['harn doctor', 'what works here and what does not']],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'models',
    summary: 'the models that are known by name: prices, capabilities, keys',
    positionals: [{ name: 'NAME', optional: true }],
    options: [{ name: 'available', help: 'only those that can be asked here' }, JSON_OPTION, HELP],
    details: [
      'NAME is an alias, a model, PROVIDER:MODEL, or a provider for its default model.',
      'Nothing is sent anywhere: what is told is what the catalog and the files of the project say.',
    ],
    examples: [
      ['harn models', 'all of them; of keys only whether they are there'],
      ['harn models mid', 'what an alias stands for, what it costs and can do'],
      ['harn models --available --json', 'what can be asked here, for programs'],
    ],
    load: async () => (await import('./commands/models.ts')).models,
  },
  {
    name: 'explain',
    summary: 'explain an error code',
    positionals: [{ name: 'CODE', optional: true }],
    options: [{ name: 'list', help: 'all codes' }, JSON_OPTION, HELP],
    examples: [
      ['harn explain HARN-RUN-002', 'what it means and what to do'],
      ['harn explain --list', 'all of them'],
    ],
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  ...TOOL_COMMANDS,
];

/** What a program is run with when no command is named. */
export const RUN_COMMAND = COMMANDS[0] as CommandSpec;

/** Short and long spellings of the options that `harn run` takes. */
export const RUN_OPTION_WORDS: ReadonlySet<string> = new Set(
  RUN_OPTIONS.filter(({ name }) => name !== 'help').flatMap(({ name, short }) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]),
);
