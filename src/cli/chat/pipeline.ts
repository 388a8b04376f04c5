// A chat as a pipeline: message, agent loop, message. What the user says and decides comes in as answers to questions of
// the run, so it is as durable as everything else: killed anywhere, the run goes on with all that was said.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  type AgentTool,
  type Harness,
  type PermissionRequest,
  type Pipeline,
  pipeline,
} from '../../runtime/harness/index.ts';
import { CHAT_PIPELINE } from '../go-on.ts';

/** The prompt of the question that waits for the next message. */
export const NEXT_MESSAGE = 'the next message of this chat';

/** How a chat begins. Kept with its run. */
export type ChatInput = {
  readonly session_id: string;
  /** The tools reach files below it only. */
  readonly root: string;
  readonly system: string;
  readonly model: string | null;
  readonly provider: string | null;
  /** What was said in the session before this run. */
  readonly seed: readonly JsonObject[];
  readonly spent: ChatSpent;
  readonly first: ChatSaid;
  /** Estimated tokens from which on the older part is summarized; 0: never. */
  readonly compact_at?: number;
  /** Folders of skills before all others; without it the chat is of a time without skills. */
  readonly skill_dirs?: readonly string[];
};

/** By default; most models take more. */
const COMPACT_AT = 96_000;

/** What the turns so far have cost. */
export type ChatSpent = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Of the turns whose price is known. */
  readonly cost_usd: number;
};

/** A skill that is called by its name, and what stands behind that. */
export type SkillAsk = { readonly name: string; readonly args: readonly string[] };

/** What can be said to a chat. A text alone, as `harn hitl answer` gives it, is a message. */
export type ChatSaid =
  /** Without tools where a mock answers: it would only call them. */
  | { readonly say: string; readonly no_tools?: boolean; readonly skill?: SkillAsk }
  | { readonly model: string | null; readonly provider: string | null }
  /** A new session with the first so many messages; all of them: null. */
  | { readonly fork: number | null }
  | { readonly quit: true };

/** How a chat stands between turns. */
export type ChatState = {
  readonly session_id: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly spent: ChatSpent;
  readonly messages: number;
  readonly last: ChatTurn | null;
};

/** How a turn ended: as its loop did, stopped by the user, or with an error of the model call. */
export type ChatTurn = {
  readonly status: string;
  readonly text: string;
  /** How often the older part of the conversation was summarized in it. */
  readonly compactions?: number;
  readonly error: { readonly code: string; readonly message: string } | null;
};

export interface ChatWorld {
  readonly tools: readonly AgentTool[];
  /** Told how the chat stands before it waits for the next message; again when a resumed run gets there. */
  readonly onState?: (state: ChatState) => void;
}

/** People take their time: a message is waited for as long as it takes. */
const FOR_EVER_MS = 100 * 365 * 86_400_000;

/** The waitpoint that stops a turn of a run. */
export function stopPoint(runId: string, turn: number): string {
  return `chat.stop.${runId}.${turn}`;
}

/** The pipeline, with the tools of this process. */
export function chatPipeline(world: ChatWorld): Pipeline<ChatInput, ChatState> {
  return pipeline(CHAT_PIPELINE, (harness, input: ChatInput) =>
    new Chat(harness, input, world).run(),
  );
}

type Message = Extract<ChatSaid, { readonly say: string }>;

/** How much of a prompt the cards of skills may be. */
const CATALOG_CHARACTERS = 8_000;

class Chat {
  readonly #harness: Harness;
  readonly #input: ChatInput;
  readonly #world: ChatWorld;
  #session: string;
  #model: string | null;
  #provider: string | null;
  #spent: ChatSpent;
  #last: ChatTurn | null = null;
  #skills: readonly JsonObject[] = [];
  #turns = 0;
  /** Turns of this run that are in what was spent, by session. */
  readonly #counted = new Map<string, number>();

  constructor(harness: Harness, input: ChatInput, world: ChatWorld) {
    this.#harness = harness;
    this.#input = input;
    this.#world = world;
    this.#session = harness.agent.open(input.session_id);
    this.#model = input.model;
    this.#provider = input.provider;
    this.#spent = input.spent;
  }

  async run(): Promise<ChatState> {
    for (const message of this.#input.seed) this.#harness.agent.inject(this.#session, message);
    const { skill_dirs: dirs } = this.#input;
    if (dirs !== undefined) this.#skills = await this.#harness.skills.find({ dirs });
    let said = this.#input.first;
    while (!('quit' in said)) {
      await this.#take(said);
      this.#world.onState?.(this.#state());
      const { interaction } = this.#harness;
      said = readSaid(await interaction.askUser(NEXT_MESSAGE, { timeout: FOR_EVER_MS }));
    }
    const state = this.#state();
    await this.#harness.agent.close(state.session_id, 'left');
    return state;
  }

  #state(): ChatState {
    return {
      session_id: this.#session,
      model: this.#model,
      provider: this.#provider,
      spent: this.#spent,
      messages: this.#harness.agent.length(this.#session),
      last: this.#last,
    };
  }

  async #take(said: Exclude<ChatSaid, { readonly quit: true }>): Promise<void> {
    this.#last = null;
    if ('say' in said) {
      this.#last = await this.#turn(said);
    } else if ('fork' in said) {
      const { agent } = this.#harness;
      const keep = Math.min(said.fork ?? Number.POSITIVE_INFINITY, agent.length(this.#session));
      this.#session = agent.forkAt(this.#session, keep);
    } else {
      this.#model = said.model;
      this.#provider = said.provider;
    }
  }

  /** One message and what the model does about it, until it is done or the user stops it. */
  async #turn(said: Message): Promise<ChatTurn> {
    const stop = stopPoint(this.#harness.runId, this.#turns);
    this.#turns += 1;
    const first = await this.#harness.sync.race(['work', 'stop'], async (lane, which) => {
      // A race waits for the first that succeeds: what ends the whole run has to come out of it, too.
      if (which === 'work') {
        return this.#work(lane, said).then(
          (turn) => ({ turn }),
          (thrown: unknown) => ({ thrown }),
        );
      }
      await lane.waitpoints.wait(stop);
      return { turn: STOPPED };
    });
    if ('thrown' in first) throw first.thrown;
    const ended = first.turn;
    if (ended.status === STOPPED.status) {
      const message = { role: 'user', content: '[I stopped you here.]' };
      this.#harness.agent.inject(this.#session, message);
    }
    if (ended.status === STOPPED.status || ended.error !== null) await this.#countUnfinished();
    // A skill holds for what it was called for: the next message has all tools again.
    this.#harness.agent.clearSkills(this.#session);
    return ended;
  }

  /** A loop that did not come to its end does not say what its turns have cost: their events do. */
  async #countUnfinished(): Promise<void> {
    const { agent, runId } = this.#harness;
    const events = await agent.replayEvents(this.#session);
    const turns = events.flatMap(({ event, execution_id }) =>
      event.type === 'turn_end' && execution_id === runId ? [event.turn_info] : [],
    );
    const counted = this.#counted.get(this.#session) ?? 0;
    for (const info of turns.slice(counted)) this.#spend(info, 1);
  }

  #spend({ input_tokens, output_tokens, cost_usd }: JsonObject, turns: number): void {
    const number = (value: Json | undefined) => (typeof value === 'number' ? value : 0);
    this.#spent = {
      input_tokens: this.#spent.input_tokens + number(input_tokens),
      output_tokens: this.#spent.output_tokens + number(output_tokens),
      cost_usd: this.#spent.cost_usd + number(cost_usd),
    };
    this.#counted.set(this.#session, (this.#counted.get(this.#session) ?? 0) + turns);
  }

  /** What a message is to the model: a skill that was called comes with its text. */
  async #taskOf(lane: Harness, { say, skill }: Message): Promise<string> {
    if (skill === undefined) return say;
    const session = { sessionId: this.#session };
    return `${say}\n\n${await lane.skills.load(skill.name, { args: skill.args, ...session })}`;
  }

  /** Skills come into force when they are called or loaded; the model knows the cards of those that it may load. */
  #skillOptions({ skill, no_tools: noTools }: Message) {
    const { system } = this.#input;
    if (this.#skills.length === 0 || noTools === true) return { system };
    const offered = this.#skills.filter((card) => card['disable_model_invocation'] !== true);
    const catalog = this.#harness.skills.catalog(offered, CATALOG_CHARACTERS);
    return {
      system: offered.length === 0 ? system : `${system}\n\n${catalog}`,
      skills: this.#skills,
      skill_match: {
        strategy: 'manual',
        active: skill === undefined ? [] : [{ name: skill.name, prompt: false }],
      },
    };
  }

  async #work(lane: Harness, said: Message): Promise<ChatTurn> {
    const { root, compact_at: compactAt = COMPACT_AT } = this.#input;
    const tools = said.no_tools === true ? [] : this.#world.tools;
    try {
      const task = await this.#taskOf(lane, said);
      const result = await lane.agent.loop({
        task,
        ...this.#skillOptions(said),
        tools,
        session_id: this.#session,
        policy: { workspace_roots: [root] },
        ...(this.#model === null ? {} : { model: this.#model }),
        ...(this.#provider === null ? {} : { provider: this.#provider }),
        permissions: permissionsFor(tools),
        ...(compactAt === 0 ? {} : { compaction: 'hybrid', compact_threshold: compactAt }),
      });
      this.#spend(result.llm, result.llm.iterations);
      const compactions = Number(result.trace['compactions']);
      return {
        status: result.status,
        text: result.visible_text,
        ...(compactions === 0 ? {} : { compactions }),
        error: null,
      };
    } catch (error) {
      if (!HarnError.is(error) || /^HARN-(RUN|JRN)-/.test(error.code)) throw error;
      const { code, message } = error;
      return { status: 'failed', text: '', error: { code, message } };
    }
  }
}

const STOPPED: ChatTurn = { status: 'stopped', text: '', error: null };

/** What looks is allowed; what changes something is asked about. */
function permissionsFor(tools: readonly AgentTool[]) {
  return {
    allow: [
      ...tools.filter(({ mutates }) => mutates === false).map(({ name }) => name),
      'load_skill',
    ],
    on_escalation: async (request: PermissionRequest, harness: Harness) => {
      const question = approvalPrompt(request);
      const options = { timeout: FOR_EVER_MS };
      const answer = String(await harness.interaction.askUser(question, options)).trim();
      if (/^a(lways)?$/i.test(answer)) return { grant: 'tool', approver: 'user' } as const;
      if (/^y(es)?$/i.test(answer)) return { grant: 'once', approver: 'user' } as const;
      const why = /^(no?)?$/i.test(answer) ? 'the user said no' : `the user said: ${answer}`;
      return { reason: why };
    },
  };
}

/** `run_command {"command":"npm test"}: yes, no or always?` */
function approvalPrompt({ tool, args }: PermissionRequest): string {
  return `${tool} ${JSON.stringify(args)}: yes, no or always?`;
}

function readSkill(value: Json | undefined): SkillAsk | undefined {
  if (!isJsonObject(value ?? null)) return undefined;
  const { name, args } = value as JsonObject;
  if (typeof name !== 'string') return undefined;
  return { name, args: Array.isArray(args) ? args.map(String) : [] };
}

/** Reads an answer, which anyone may have given. What cannot be meant is a message. */
export function readSaid(answer: Json): ChatSaid {
  if (typeof answer === 'string') return { say: answer };
  if (!isJsonObject(answer)) return { say: JSON.stringify(answer) };
  const { say, no_tools = false, skill, model, provider = null, fork, quit } = answer;
  if (quit === true) return { quit };
  if (typeof say === 'string') {
    const asked = readSkill(skill);
    return { say, no_tools: no_tools === true, ...(asked && { skill: asked }) };
  }
  if (fork === null || (typeof fork === 'number' && Number.isInteger(fork) && fork >= 0)) {
    return { fork };
  }
  const isName = (value: Json | undefined) => value === null || typeof value === 'string';
  if (isName(model) && isName(provider)) {
    return { model: model as string | null, provider: provider as string | null };
  }
  return { say: JSON.stringify(answer) };
}
