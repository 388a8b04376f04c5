// `harn chat`: a conversation with a model that has tools, at a terminal or through a pipe. The conversation is a run.
import { HarnError, type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import type { AgentTool, Result, Runtime } from '../../runtime/harness/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { createRuntime } from '../../runtime/index.ts';
import { Catalog } from '../../runtime/llm/index.ts';
import { runErrors } from '../../runtime/run/index.ts';
import { skillId } from '../../runtime/skills/index.ts';
import type { Store } from '../../store/index.ts';
import type { Arguments } from '../arguments.ts';
import { commandNames } from '../chat/command-names.ts';
import { type ChatPlace, isMocked, runCommand, toModel } from '../chat/commands.ts';
import { Driver } from '../chat/driver.ts';
import { chatOfSession, type Earlier, type Handed, handOver, lastChat } from '../chat/earlier.ts';
import type { ChatSkill, Front } from '../chat/front.ts';
import { lookAtNames, namesProblem } from '../chat/model-names.ts';
import { PipeFront } from '../chat/pipe-front.ts';
import { type ChatInput, type ChatSaid, type ChatState, chatPipeline } from '../chat/pipeline.ts';
import { TerminalFront } from '../chat/terminal-front.ts';
import { chatTools } from '../chat/tools.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { limitOption } from '../number-option.ts';
import type { Output } from '../output.ts';
import { type Project, withProject } from '../project.ts';
import { modelTables } from '../project-settings.ts';
import { foundSkills, skillDirsOf } from '../skill-dirs.ts';
import { onStopSignal } from '../stop-signals.ts';

const PARKED = 124;

export const chat: Command = {
  async run(args, { host: getHost, output, version }) {
    if (args.has('continue') && args.has('session')) throw usageErrors.twoChats({});
    const compactAt = limitOption(args, 'compact-at');
    const host = await getHost();
    return withProject(host, async (project) => {
      const tools = await toolsFor(args, { host, project, output, version });
      const skills = await chatSkills(host, args);
      const front = await frontFor(args, { host, project, output }, skills);
      const world = { args, host, project, output, front, tools, skills, compactAt };
      try {
        return await new ChatCommand(world).run();
      } finally {
        front.close();
      }
    });
  },
};

/** The skills that can be called by name; one that is named like a command stands behind it. */
async function chatSkills(host: Host, args: Arguments): Promise<readonly ChatSkill[]> {
  const { skills } = await foundSkills(host, args);
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  return skills.flatMap(({ card }) => {
    const id = skillId(card);
    if (card['user_invocable'] === false || commandNames.some((name) => name === id)) return [];
    return [{ id, short: card.short, hint: text(card['argument_hint']) }];
  });
}

async function frontFor(
  args: Arguments,
  { host, project, output }: Pick<World, 'host' | 'project' | 'output'>,
  skills: readonly ChatSkill[],
): Promise<Front> {
  const { stdio, system } = host;
  if (args.has('json')) return new PipeFront(host, output, await project.redactor(), skills);
  if (stdio.isTty('stdin') && stdio.isTty('stdout'))
    return new TerminalFront(output, system.homeDir(), process, skills);
  return new PipeFront(host, output, undefined, skills);
}

/** The tools of a chat; those of a program stand in place of ours of the same name. */
async function toolsFor(
  args: Arguments,
  place: {
    readonly host: Host;
    readonly project: Project;
    readonly output: Output;
    readonly version: string;
  },
): Promise<readonly AgentTool[]> {
  const own = chatTools(place.host);
  const file = args.value('tools');
  if (file === undefined) return own;
  const { programTools } = await import('../chat/program-tools.ts');
  const given = await programTools(file, place);
  const names = new Set(given.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...given];
}

interface World {
  readonly args: Arguments;
  readonly host: Host;
  readonly project: Project;
  readonly output: Output;
  readonly front: Front;
  readonly tools: readonly AgentTool[];
  readonly skills: readonly ChatSkill[];
  readonly compactAt: number | undefined;
}

class ChatCommand {
  readonly #args: Arguments;
  readonly #host: Host;
  readonly #project: Project;
  readonly #output: Output;
  readonly #front: Front;
  readonly #tools: readonly AgentTool[];
  readonly #skills: readonly ChatSkill[];
  readonly #compactAt: number | undefined;
  #model: string | null;
  #provider: string | null;
  #llm: Promise<JsonObject | undefined> | undefined;

  constructor({ args, host, project, output, front, tools, skills, compactAt }: World) {
    this.#skills = skills;
    this.#args = args;
    this.#host = host;
    this.#project = project;
    this.#output = output;
    this.#front = front;
    this.#tools = tools;
    this.#compactAt = compactAt;
    this.#model = args.value('model') ?? null;
    this.#provider = args.value('provider') ?? null;
  }

  async run(): Promise<number> {
    if (this.#model !== null || this.#provider !== null) {
      const to = { model: this.#model, provider: this.#provider };
      const remark = lookAtNames(await this.#place(), to);
      if (remark !== undefined) this.#front.show({ type: 'note', text: remark });
    }
    const earlier = await this.#earlier();
    if (earlier?.openRun !== undefined) {
      const code = await this.#goOn(earlier.openRun, earlier.sessionId);
      if (code !== undefined) return code;
    }
    return this.#begin(earlier);
  }

  async #earlier(): Promise<Earlier | undefined> {
    const session = this.#args.value('session');
    if (session !== undefined) return chatOfSession(await this.#project.requireStore(), session);
    return this.#args.has('continue') ? lastChat(await this.#project.requireStore()) : undefined;
  }

  /** Goes on with a run that is open; undefined when its code was that of another version. */
  async #goOn(runId: string, sessionId: string): Promise<number | undefined> {
    const store = await this.#project.store();
    const isOther = this.#model !== null || this.#provider !== null;
    const queue = isOther ? [{ model: this.#model, provider: this.#provider }] : [];
    const { driver, runtime } = await this.#prepare(store, queue);
    try {
      const run = await runtime.resume<ChatState>(runId);
      const messages = (await handOver(store, sessionId)).seed.length;
      this.#front.show({ type: 'session', session_id: sessionId, run_id: runId, messages });
      return await this.#follow(driver, run);
    } catch (error) {
      const isOlder = HarnError.is(error) && error.code === runErrors.$code('otherProgram');
      if (!isOlder) throw error;
      return undefined;
    }
  }

  /** A run of its own, with what was said before if there is something. */
  async #begin(earlier: Earlier | undefined): Promise<number> {
    const { projectDir: root } = await this.#project.root();
    const handed =
      earlier === undefined
        ? this.#nothing()
        : await handOver(await this.#project.store(), earlier.sessionId);
    const { session_id, seed } = handed;
    this.#front.show({ type: 'session', session_id, run_id: null, messages: seed.length });
    const to = { model: this.#model, provider: this.#provider };
    if (isMocked(await this.#place(), to)) this.#front.show({ type: 'note', text: MOCKED });
    const typed = await this.#first();
    if (typed === undefined) return 0;
    const first = toModel(typed, await this.#place(), {
      model: this.#model,
      provider: this.#provider,
    });
    const { driver, runtime, pipeline } = await this.#prepare(await this.#project.store(), []);
    const { system: before, ...rest } = handed;
    const input: ChatInput = {
      ...rest,
      root,
      system: this.#args.value('system') ?? before ?? systemText(this.#host.system.cwd()),
      model: this.#model,
      provider: this.#provider,
      first,
      skill_dirs: skillDirsOf(this.#host, this.#args) ?? [],
      ...(this.#compactAt === undefined ? {} : { compact_at: Math.floor(this.#compactAt) }),
    };
    return this.#follow(driver, runtime.start(pipeline, input));
  }

  /** What the project says of models, read once; a chat that goes on keeps what it began with. */
  #tables(): Promise<JsonObject | undefined> {
    this.#llm ??= modelTables(this.#host);
    return this.#llm;
  }

  async #place(): Promise<ChatPlace> {
    const tables = await this.#tables();
    return { host: this.#host, catalog: tables && new Catalog(tables) };
  }

  #nothing(): Handed {
    const session_id = uuidV7(this.#host.clock.nowMs(), this.#host.random);
    const spent = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
    return { session_id, seed: [], spent, system: null };
  }

  /** The first message: until there is one, nothing is kept. */
  async #first(): Promise<ChatSaid | undefined> {
    const never = new AbortController().signal;
    const place = await this.#place();
    for (;;) {
      const typed = await this.#front.next(never);
      if (typed.kind === 'leave') return undefined;
      if (typed.kind === 'message') {
        if (typed.text.trim() !== '') return { say: typed.text };
        continue;
      }
      const toolNames = this.#tools.map(({ name }) => name);
      const note = (text: string) => this.#front.show({ type: 'note', text });
      const said = runCommand(typed, {
        state: undefined,
        toolNames,
        skills: this.#skills,
        note,
        look: (to) => namesProblem(place, to),
      });
      if (said === undefined || 'fork' in said) continue;
      if ('say' in said) return said;
      if ('quit' in said) return undefined;
      this.#model = said.model;
      this.#provider = said.provider;
    }
  }

  async #prepare(store: Store, queue: readonly ChatSaid[]) {
    const tools = this.#tools;
    const driver = new Driver({
      ...(await this.#place()),
      store,
      front: this.#front,
      toolNames: tools.map(({ name }) => name),
      skills: this.#skills,
      yes: this.#args.has('yes'),
      reviewer: this.#host.env.get('USER') ?? this.#host.env.get('LOGNAME'),
      queue,
    });
    const pipeline = chatPipeline({ tools, onState: driver.stand });
    const runtime: Runtime = createRuntime({
      store,
      host: this.#host,
      pipelines: [pipeline],
      // What a loop remarks is for people who look at its tools, not for a conversation.
      sink: { write: () => undefined },
      llm: { onPiece: driver.hear, tables: await this.#tables() },
      records: { folder: await this.#project.recordFolder() },
      redaction: await this.#project.redactionPolicy(),
    });
    return { driver, runtime, pipeline };
  }

  async #follow(driver: Driver, run: Parameters<Driver['follow']>[0]): Promise<number> {
    const stopListening = onStopSignal((signal) => void run.park(signal));
    let result: Result<ChatState>;
    try {
      result = await driver.follow(run);
    } finally {
      stopListening();
    }
    if (result.status === 'failed') throw result.error;
    if (result.status === 'parked') {
      this.#output.remark('harn: the chat is parked. Go on with: harn chat --continue');
      return PARKED;
    }
    const { error = null } = driver.state?.last ?? {};
    return error === null ? 0 : 1;
  }
}

const MOCKED =
  'no model is set up here, so a mock answers: see harn doctor, or set a key such as ANTHROPIC_API_KEY and --provider';

function systemText(cwd: string): string {
  return [
    `You are an assistant in a terminal. You work in the directory ${cwd}.`,
    'Look at the files with your tools before you answer questions about them or change them.',
    'Keep answers short, in plain text. Say what you have changed. When a call is denied, ask what to do instead.',
  ].join(' ');
}
