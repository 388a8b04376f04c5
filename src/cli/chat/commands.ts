// The commands of a chat: `/help`, `/model`, ... What only tells is told here; what changes the chat is said to its run.
import type { Host } from '../../runtime/host/index.ts';
import { type Catalog, llmDestination } from '../../runtime/llm/index.ts';
import { oneLine } from '../output.ts';
import { nearest } from '../suggest.ts';
import { commandNames } from './command-names.ts';
import type { ChatSkill, Typed } from './front.ts';
import type { ChatSaid, ChatState } from './pipeline.ts';
import { spentText } from './show.ts';

const HELP = [
  '/help            this text',
  '/tools           what the model can do',
  '/skills          the skills that are here; /NAME [ARGUMENTS] calls one',
  '/model [NAME]    the model from here on: NAME, or PROVIDER:NAME; `default` for that of the environment',
  '/cost            tokens and dollars so far',
  '/fork [N]        go on in a new session with the first N messages (all of them)',
  '/quit            leave (or Ctrl-D); harn chat --continue goes on',
  'A line that ends with \\ goes on in the next; """ alone begins and ends a block. Several lines that are pasted are one',
  'message. Tab completes commands. Ctrl-C stops the turn.',
];

/** Where a chat is held: the machine, and what its project says of models. */
export interface ChatPlace {
  readonly host: Host;
  readonly catalog?: Catalog | undefined;
}

/** Whether only the mock answers, as things stand here. */
export function isMocked(
  { host, catalog }: ChatPlace,
  { model, provider }: Pick<ChatState, 'model' | 'provider'>,
): boolean {
  try {
    const wish = { provider, model, tape: null, mocked: false };
    return llmDestination(wish, host.env, {}, catalog).kind === 'mock';
  } catch {
    // What cannot be asked says so when it is asked.
    return false;
  }
}

/** A message as it is said to the model that is to answer it. */
export function toModel(
  said: ChatSaid,
  place: ChatPlace,
  to: Pick<ChatState, 'model' | 'provider'> = { model: null, provider: null },
): ChatSaid {
  return 'say' in said && isMocked(place, to) ? { ...said, no_tools: true } : said;
}

interface Around {
  readonly state: ChatState | undefined;
  readonly toolNames: readonly string[];
  readonly skills: readonly ChatSkill[];
  readonly note: (text: string) => void;
  /** What is wrong with the names of a model and its provider, as far as that is certain. */
  readonly look?:
    | ((to: Whom) => { readonly refused: boolean; readonly text: string } | undefined)
    | undefined;
}

type Whom = Pick<ChatState, 'model' | 'provider'>;

/** Carries a command out, or gives what is to be said to the run. */
export function runCommand(
  { name, rest }: Extract<Typed, { readonly kind: 'command' }>,
  { state, toolNames, skills, note, look }: Around,
): ChatSaid | undefined {
  switch (name) {
    case 'help':
      note(HELP.join('\n'));
      return undefined;
    case 'tools':
      note(toolNames.length === 0 ? 'no tools' : toolNames.join(', '));
      return undefined;
    case 'skills':
      note(skillsText(skills));
      return undefined;
    case 'cost':
      note(state === undefined ? 'nothing yet' : spentText(state.spent));
      return undefined;
    case 'model':
      return lookedAt(modelCommand(rest, state, note), { note, look });
    case 'fork':
      return forkCommand(rest, note);
    case 'quit':
    case 'exit':
      return { quit: true };
    default:
      return skillCommand({ name, rest }, skills, note);
  }
}

function skillsText(skills: readonly ChatSkill[]): string {
  if (skills.length === 0) return 'no skill is found from here; `harn skills new NAME` begins one';
  const rows = skills.map(({ id, short, hint }) => [`/${id} ${hint}`.trim(), short] as const);
  const width = Math.max(...rows.map(([call]) => call.length));
  return rows.map(([call, short]) => `${call.padEnd(width)}  ${oneLine(short)}`).join('\n');
}

/** A skill that is called by its name; what is none may be a slip. */
function skillCommand(
  { name, rest }: { readonly name: string; readonly rest: string },
  skills: readonly ChatSkill[],
  note: (text: string) => void,
): ChatSaid | undefined {
  const found = skills.find(({ id }) => id === name);
  if (found !== undefined) {
    return { say: `/${name} ${rest}`.trim(), skill: { name: found.id, args: wordsOf(rest) } };
  }
  const near = nearest(name, [...commandNames, ...skills.map(({ id }) => id)]);
  const meant = near === undefined ? '' : ` (did you mean /${near}?)`;
  note(`there is no command /${name}${meant}; /help lists them`);
  return undefined;
}

/** Words with spaces in quotes, as a shell has them. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** A model that is changed to, unless its names stand for nothing. */
function lookedAt(
  said: Whom | undefined,
  { note, look }: Pick<Around, 'note' | 'look'>,
): ChatSaid | undefined {
  const problem = said && look?.(said);
  if (problem !== undefined) note(problem.text);
  return problem?.refused === true ? undefined : said;
}

function modelCommand(
  rest: string,
  state: ChatState | undefined,
  note: (text: string) => void,
): Whom | undefined {
  if (rest === '') {
    const { provider = null, model = null } = state ?? {};
    note(
      `model: ${model ?? 'that of the environment'}${provider === null ? '' : ` (${provider})`}`,
    );
    return undefined;
  }
  if (rest === 'default') return { model: null, provider: null };
  const colon = rest.indexOf(':');
  if (colon <= 0) return { model: rest, provider: state?.provider ?? null };
  return { provider: rest.slice(0, colon), model: rest.slice(colon + 1) || null };
}

function forkCommand(rest: string, note: (text: string) => void): ChatSaid | undefined {
  if (rest === '') return { fork: null };
  const keep = Number(rest);
  if (Number.isSafeInteger(keep) && keep >= 0) return { fork: keep };
  note('/fork takes a number of messages');
  return undefined;
}
