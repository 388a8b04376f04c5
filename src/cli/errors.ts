// Errors of the command line itself: what was typed wrong, and what cannot be found. Everything else that a command
// can run into has its code in the room that raises it.
import { defineErrors, HarnError, row } from '../base/index.ts';
import { oneLine, type Warning } from './output.ts';

/** "did you mean" as people read it; nothing when there is no near name. */
const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`;

/** What was typed does not make sense: exit code 2. */
export const usageErrors = defineErrors('CLI', {
  unknownCommand: row<{ name: string; suggestion?: string | undefined }>({
    number: 1,
    message: ({ name, suggestion }) => `there is no command \`${name}\`${meant(suggestion)}`,
    hint: 'see all commands with `harn --help`; a program is run with `harn run FILE`',
  }),
  unknownOption: row<{ option: string; command: string; suggestion?: string | undefined }>({
    number: 2,
    message: ({ option, command, suggestion }) =>
      `\`${command}\` has no option \`${option}\`${meant(suggestion)}`,
    hint: ({ command }) => `see its options with \`${command} --help\``,
  }),
  missingValue: row<{ option: string; value: string; command: string }>({
    number: 3,
    message: ({ option, value }) => `\`${option}\` needs a value: \`${option} ${value}\``,
    hint: ({ command }) => `see \`${command} --help\``,
  }),
  unwantedValue: row<{ option: string; command: string }>({
    number: 4,
    message: ({ option }) => `\`${option}\` takes no value`,
    hint: ({ command }) => `see \`${command} --help\``,
  }),
  badChoice: row<{ option: string; value: string; choices: string }>({
    number: 5,
    message: ({ option, value, choices }) =>
      `\`${value}\` is not a value of \`${option}\`: it is one of ${choices}`,
  }),
  missingArgument: row<{ argument: string; command: string }>({
    number: 6,
    message: ({ argument, command }) => `\`${command}\` needs ${argument}`,
    hint: ({ command }) => `see \`${command} --help\``,
  }),
  extraArgument: row<{ argument: string; command: string; advice: string }>({
    number: 7,
    message: ({ argument, command }) => `\`${command}\` does not take \`${argument}\``,
    hint: ({ advice }) => advice,
  }),
  quietWithoutJson: row<Record<string, never>>({
    number: 8,
    message: () => '`--quiet` only goes with `--json`',
    hint: 'it drops the stdout and stderr events of the stream; without --json, redirect instead',
  }),
  twoPrograms: row<{ file: string }>({
    number: 9,
    message: ({ file }) => `\`-e\` and the file \`${file}\` are two programs`,
    hint: 'give one of them; arguments of the program come after `--`',
  }),
  missingSubcommand: row<{ group: string; choices: string }>({
    number: 10,
    message: ({ group, choices }) => `\`harn ${group}\` needs one of: ${choices}`,
    hint: ({ group }) => `see \`harn ${group} --help\``,
  }),
  unknownCode: row<{ code: string; suggestion?: string | undefined }>({
    number: 11,
    message: ({ code, suggestion }) => `there is no error code \`${code}\`${meant(suggestion)}`,
    hint: 'list them all with `harn explain --list`',
  }),
  unknownCapability: row<{ word: string; suggestion?: string | undefined; capabilities: string }>({
    number: 12,
    message: ({ word, suggestion }) => `\`--deny ${word}\` names nothing${meant(suggestion)}`,
    hint: ({ capabilities }) =>
      `deny a capability (${capabilities}), a method such as fs.write_text, or an access such as fs:write`,
  }),
  missingAnswer: row<Record<string, never>>({
    number: 13,
    message: () => 'give TEXT or `--json VALUE`, one of them',
    hint: 'see what is asked with `harn hitl show ID`',
  }),
  badJson: row<{ option: string; reason: string }>({
    number: 14,
    message: ({ option, reason }) => `the value of \`${option}\` is not JSON: ${reason}`,
    hint: 'quote it for your shell; a text in JSON has quotes of its own',
  }),
  compareManifest: row<{ kind: string }>({
    number: 21,
    message: ({ kind }) => `--compare is not supported with eval ${kind} manifests`,
    hint: 'a case names its baseline itself: `compare_to`',
  }),
  noRetentionRule: row<Record<string, never>>({
    number: 22,
    message: () => 'say what to keep',
    hint: '`--keep N`, `--older-than 30d`, or both',
  }),
  onlyForPacks: row<{ option: string }>({
    number: 40,
    message: ({ option }) => `\`${option}\` is only for packs`,
    hint: 'name a file that `harn pack` has made',
  }),
  notWithScenario: row<{ option: string }>({
    number: 47,
    message: ({ option }) => `\`${option}\` and --scenario do not go together`,
    hint: 'a run in a scenario is a rehearsal: its store is memory, nobody answers, and nothing is left behind',
  }),
  openServer: row<{ variable: string }>({
    number: 48,
    message: ({ variable }) => `beyond this machine a server needs keys: ${variable} is not set`,
    hint: 'set it to the keys of your clients, or listen at 127.0.0.1',
  }),
  signNeedsKey: row<Record<string, never>>({
    number: 41,
    message: () => '`--sign` and `--key PEM` go together',
    hint: 'make a key with `openssl genpkey -algorithm ed25519 -out key.pem`',
  }),
  badOffset: row<{ value: string }>({
    number: 42,
    message: ({ value }) => `\`--from ${value}\` is no number of an entry`,
    hint: 'entries count from 1; `harn runs events RUN` shows their numbers',
  }),
  badId: row<{ value: string; form: string }>({
    number: 43,
    message: ({ value, form }) =>
      `\`--id\` must be ${form}, not ${JSON.stringify(value.slice(0, 40))}`,
  }),
  twoChats: row<Record<string, never>>({
    number: 80,
    message: () => '`--continue` and `--session` name two conversations',
    hint: 'give one of them',
  }),
  twoOptions: row<{ one: string; other: string }>({
    number: 81,
    message: ({ one, other }) => `\`${one}\` and \`${other}\` do not go together`,
    hint: 'give one of them',
  }),
  noAnswers: row<{ path: string }>({
    number: 82,
    message: ({ path }) => `there is no file of answers at ${path}`,
    hint: 'it holds one answer per line, such as {"text": "fine"}, or what --llm-mock-record kept',
  }),
  badPattern: row<{ pattern: string; reason: string }>({
    number: 60,
    message: ({ pattern, reason }) => `\`${pattern}\` is not a regular expression: ${reason}`,
  }),
  badProjectName: row<{ name: string }>({
    number: 62,
    message: ({ name }) => `\`${name}\` cannot be the name of a project`,
    hint: 'it begins with a letter and goes on with letters, digits, - and _; at most 64',
  }),
  badAmount: row<{ option: string; value: string; wanted: string }>({
    number: 61,
    message: ({ option, value, wanted }) => `\`${option} ${value}\` is not ${wanted}`,
  }),
});

/** What was asked for is not there or not possible: exit code 1. */
export const cliErrors = defineErrors('CLI', {
  unknownRun: row<{ run: string; suggestion?: string | undefined }>({
    number: 101,
    message: ({ run, suggestion }) => `there is no run ${run} here${meant(suggestion)}`,
    hint: 'list the runs of this project with `harn runs ls`',
  }),
  ambiguousRun: row<{ run: string; candidates: string }>({
    number: 102,
    message: ({ run, candidates }) => `\`${run}\` fits several runs: ${candidates}`,
    hint: 'give more of the id; its end works as well as its beginning',
  }),
  noStore: row<{ path: string }>({
    number: 103,
    message: ({ path }) => `no run has been kept here: there is no ${path}`,
    hint: 'go to the directory the run was started in, or set HARN_STATE_DIR',
  }),
  emptyProgram: row<{ path: string }>({
    number: 104,
    message: ({ path }) => `${path} is empty`,
    hint: 'a program needs at least one statement, `fn main` or a pipeline',
  }),
  unreadable: row<{ path: string; reason: string }>({
    number: 105,
    message: ({ path, reason }) => `cannot read ${path}: ${reason}`,
    hint: 'check the spelling, and that this user may read it',
  }),
  unknownHandoff: row<{ handoff: string; suggestion?: string | undefined }>({
    number: 106,
    message: ({ handoff, suggestion }) => `there is no handoff ${handoff} here${meant(suggestion)}`,
    hint: 'list them with `harn handoffs ls`',
  }),
  stillRunning: row<{ run: string; holder: string }>({
    number: 107,
    message: ({ run, holder }) =>
      `run ${run} is being worked on by ${holder}, which was asked to end it and has not done so yet`,
    hint: 'it ends the run when the program next waits for something; `--force` takes the run away',
  }),
  noTargetCode: row<{ target: string }>({
    number: 108,
    message: ({ target }) =>
      `the code of the run that made this handoff (${target}) is not at hand`,
    hint: 'name the code that has the target pipeline with `--file FILE`',
  }),
  noSuchPipeline: row<{ pipeline: string; file: string }>({
    number: 109,
    message: ({ pipeline, file }) => `${file} has no pipeline \`${pipeline}\``,
    hint: 'name the code that has it with `--file FILE`',
  }),
  noWorkingDirectory: row<Record<string, never>>({
    number: 110,
    message: () => 'the working directory is gone',
    hint: 'somebody deleted or moved it; go to a directory that exists',
  }),
  unknownQuestion: row<{ question: string; suggestion?: string | undefined }>({
    number: 111,
    message: ({ question, suggestion }) =>
      `there is no question ${question} here${meant(suggestion)}`,
    hint: 'list them with `harn hitl ls --all`',
  }),
  noReplayCode: row<{ run: string }>({
    number: 121,
    message: ({ run }) =>
      `run ${run} is of a TypeScript pipeline, whose code is not in its fixture`,
    hint: 'replay it from the program that defines the pipeline: `replayFixture`',
  }),
  badToml: row<{ path: string; reason: string }>({
    number: 122,
    message: ({ path, reason }) => `cannot read ${path} as TOML: ${reason}`,
  }),
  alreadyThere: row<{ path: string }>({
    number: 160,
    message: ({ path }) => `${path} is there already, and not empty`,
    hint: 'name a folder that is not there yet; nothing was changed',
  }),
  unknownBuiltin: row<{ name: string; suggestion?: string | undefined }>({
    number: 161,
    message: ({ name, suggestion }) => `there is no builtin \`${name}\`${meant(suggestion)}`,
    hint: 'list them all with `harn docs`',
  }),
  noChat: row<Record<string, never>>({
    number: 181,
    message: () => 'there is no chat to go on with here',
    hint: 'begin one with `harn chat`',
  }),
  nothingToServe: row<{ path: string }>({
    number: 182,
    message: ({ path }) => `${path} has nothing to serve`,
    hint: 'declare a `pub fn`, a `pipeline` or a `tool`, or register tools with mcp_tools',
  }),
  noSurface: row<{ reason: string }>({
    number: 183,
    message: ({ reason }) =>
      `the program failed before it had registered what it serves: ${reason}`,
  }),
  cannotListen: row<{ address: string; reason: string }>({
    number: 184,
    message: ({ address, reason }) => `cannot listen at ${address}: ${reason}`,
    hint: 'name another address: with --bind, of a login with --redirect-uri',
  }),
  noAddress: row<{ server: string }>({
    number: 185,
    message: ({ server }) => `${server} is a process: there is nowhere to log in`,
  }),
  noLogin: row<{ seconds: number }>({
    number: 186,
    message: ({ seconds }) => `nobody answered the login within ${seconds} s`,
  }),
  unknownSession: row<{ session: string; suggestion?: string | undefined }>({
    number: 180,
    message: ({ session, suggestion }) => `there is no session ${session} here${meant(suggestion)}`,
    hint: 'list them with `harn sessions ls`',
  }),
  internal: row<{ text: string }>({
    number: 199,
    message: ({ text }) => `harn failed in a way it should not: ${text}`,
    hint: 'please report this with the command you typed; HARN_DEBUG=1 shows where it happened',
  }),
});

/** 2 for what was typed wrong, 1 for everything else. */
export function exitCodeOfError(error: HarnError): number {
  return usageErrors.$docs.some(({ code }) => code === error.code) ? 2 : 1;
}

/** Anything thrown as an error for people. What has no code is a defect of ours and says so. */
export function toCliError(error: unknown): HarnError {
  if (HarnError.is(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  return cliErrors.internal({ text: text.split('\n', 1)[0] ?? '' }, { cause: error });
}

/** What went wrong beside the answer, as a warning on one line. */
export function warningOf(what: string, error: unknown): Warning {
  const { code, message } = toCliError(error);
  return { code, message: `${what}: ${oneLine(message)}` };
}
