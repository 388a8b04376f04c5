// The skills of a loop: which are in force, from when and why. Those that fit are looked for before the first turn, and
// before every turn where they do not stay; those that the model loads are in force from the next turn on. What is in force
// is part of the session, so who goes on with it elsewhere has the same without looking again.
import { HarnError, type JsonObject } from '../../base/index.ts';
import { stdioEffects } from '../io/index.ts';
import { callHandler, type Handler, type RunContext, type Suspending } from '../run/index.ts';
import {
  candidateOf,
  findSkill,
  isMatchable,
  meansTool,
  type Skill,
  type SkillMatch,
  skillCalls,
  skillEffects,
  toolsOf,
} from '../skills/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import type { LoopPlan } from './loop-options.ts';
import type { Session } from './session.ts';
import { askHost } from './skill-host.ts';
import type { ActiveAsk, SkillPlan } from './skill-options.ts';
import { SkillServers, serversOf } from './skill-servers.ts';
import { type ActiveSkill, activeSkills, loadedEvent, skillEvent } from './skill-tool.ts';
import { type TranscriptEvent, type TranscriptMessage, textOfContent } from './transcript.ts';

interface Owner {
  readonly ctx: RunContext;
  readonly session: Session;
  readonly emit: (event: AgentEventBody) => Suspending<void>;
}

/** Why a skill comes into force. */
interface Activation {
  readonly by: ActiveSkill['by'];
  readonly reason: string;
  readonly score?: number;
  /** As the program asked for it. */
  readonly asked?: ActiveAsk;
}

export class LoopSkills {
  readonly #owner: Owner;
  readonly #plan: SkillPlan;
  /** What was said since the last look, by others than the loop itself. */
  #news: string[] = [];
  /** What was looked with last. */
  #prompt = '';
  #hasLooked = false;
  #hasBegun = false;
  readonly #servers: SkillServers;

  constructor(owner: Owner, plan: SkillPlan) {
    this.#owner = owner;
    this.#plan = plan;
    this.#servers = new SkillServers(owner.ctx);
  }

  /** Something that is to be done was said. */
  hear(...said: readonly (string | TranscriptMessage)[]): void {
    for (const one of said) {
      const text = typeof one === 'string' ? one : textOfContent(one.content);
      if (text.trim() !== '') this.#news.push(text);
    }
  }

  /** Before a turn: looks which skills fit, where that is due. */
  *before(iteration: number): Suspending<void> {
    const { strategy, sticky, topN, files } = this.#plan;
    if (!this.#hasBegun) yield* this.#begin(iteration);
    if (strategy === 'manual' || (sticky && this.#hasLooked)) return;
    this.#hasLooked = true;
    if (this.#news.length > 0) this.#prompt = this.#news.splice(0).join('\n');
    else if (this.#prompt === '') this.#prompt = this.#lastSaid();
    const { candidates, by } = yield* this.#look();
    const found = { iteration, strategy: by, candidates, working_files: files };
    yield* this.#tell({ type: 'skill_matched', ...found }, skillEvent('skill_matched', found));
    const chosen = candidates.slice(0, topN);
    if (!sticky) {
      for (const one of this.#active()) {
        const stays = one.by !== 'match' || chosen.some(({ name }) => name === one.id);
        if (!stays) yield* this.#deactivate(one, iteration);
      }
    }
    for (const { name, score, reason } of chosen) {
      yield* this.#activate(name, { by: 'match', reason, score }, iteration);
    }
  }

  /** What the program puts in force, and the servers of what was in force already. */
  *#begin(iteration: number): Suspending<void> {
    this.#hasBegun = true;
    for (const asked of this.#plan.active) {
      const about = { by: 'code' as const, reason: 'put in force by the program', asked };
      yield* this.#activate(asked.id, about, iteration);
    }
    for (const { id } of this.#active()) if (!this.#servers.hasLooked(id)) yield* this.#bind(id);
  }

  /** The loop is over: what it held open for skills is let go. */
  end(): void {
    this.#servers.end();
  }

  /** After a turn: skills that the model has loaded are in force from here on. */
  *after(loaded: readonly string[], iteration: number): Suspending<void> {
    for (const id of loaded) {
      yield* this.#activate(id, { by: 'load', reason: 'loaded by the model' }, iteration);
    }
  }

  /** The plan of a turn: without the tools that no skill in force lets through. */
  narrow(plan: LoopPlan): LoopPlan {
    const { narrowed } = this.#plan;
    const scopes = this.#active().flatMap(({ id }) => {
      const skill = findSkill(this.#plan.skills, id);
      const tools = skill === undefined ? undefined : toolsOf(skill);
      return tools === undefined ? [] : [tools];
    });
    const entries = scopes.length === 0 ? undefined : scopes.flat();
    const served = this.#servers.toolsFor(entries);
    if (entries === undefined && served.length === 0) return plan;
    const own = [...plan.tools].filter(
      ([name, tool]) =>
        !narrowed.has(name) ||
        entries === undefined ||
        entries.some((entry) => meansTool(entry, tool)),
    );
    const tools = new Map(own);
    for (const tool of served) if (!plan.tools.has(tool.name)) tools.set(tool.name, tool);
    return { ...plan, tools };
  }

  /** The part of the system prompt about the skills in force. */
  get section(): string | undefined {
    const active = this.#active();
    if (active.length === 0) return undefined;
    const parts = active.map(({ id, prompt, missing }) => {
      const { card } = findSkill(this.#plan.skills, id) as Skill;
      const { description } = candidateOf(card);
      const tools = toolsOf({ card });
      return [
        `### ${id}`,
        ...(description === '' ? [] : [description]),
        ...(prompt === null || prompt === '' ? [] : [prompt]),
        ...(tools === undefined ? [] : [`Scoped tools: ${tools.join(', ')}`]),
        ...missing.map((why) => `Not available: ${why}`),
      ].join('\n');
    });
    return ['## Active skills', ...parts].join('\n\n');
  }

  /** Those that this loop knows; what another loop of the session had is none of its business. */
  #active(): readonly ActiveSkill[] {
    const { metadata } = this.#owner.session.transcript;
    return activeSkills(metadata).filter(
      ({ id }) => findSkill(this.#plan.skills, id) !== undefined,
    );
  }

  #keep(active: readonly ActiveSkill[]): void {
    this.#owner.session.note((transcript) => transcript.withMetadata({ active_skills: active }));
  }

  #lastSaid(): string {
    const { messages } = this.#owner.session.transcript;
    const last = messages.toArray().findLast(({ role }) => role === 'user');
    return last === undefined ? '' : textOfContent(last.content);
  }

  *#look(): Suspending<{ readonly candidates: readonly SkillMatch[]; readonly by: string }> {
    const { skills, files, strategy } = this.#plan;
    const candidates = skills
      .map(({ card }) => card)
      .filter(isMatchable)
      .map(candidateOf);
    const query = { prompt: this.#prompt, files, candidates };
    const { ctx } = this.#owner;
    if (strategy === 'host') {
      const answer = yield* askHost(ctx, query);
      if (answer !== undefined) return { candidates: answer, by: 'host' };
    }
    return { candidates: yield* ctx.perform(skillEffects.match, [query]), by: 'metadata' };
  }

  *#activate(
    id: string,
    { by, reason, score, asked }: Activation,
    iteration: number,
  ): Suspending<void> {
    const skill = findSkill(this.#plan.skills, id);
    const active = this.#active();
    if (skill === undefined || active.some((one) => one.id === id)) return;
    const hasText = by !== 'load' && asked?.hasText !== false;
    const prompt = hasText ? yield* this.#textOf(id, asked) : null;
    if (prompt === undefined) return;
    this.#keep([...active, { id, by, reason, prompt, missing: [] }]);
    const facts = { iteration, reason, ...(score === undefined ? {} : { score }) };
    yield* this.#tell(
      { type: 'skill_activated', skill_name: id, ...facts },
      skillEvent('skill_activated', { name: id, ...facts }),
    );
    const tools = toolsOf(skill);
    if (tools !== undefined) {
      yield* this.#tell(
        { type: 'skill_scope_tools', skill_name: id, allowed_tools: tools },
        skillEvent('skill_scope_tools', { name: id, allowed_tools: tools }),
      );
    }
    yield* this.#bind(id);
    yield* this.#call(skill.onActivate, { name: id, ...facts });
  }

  *#deactivate({ id }: ActiveSkill, iteration: number): Suspending<void> {
    this.#keep(this.#active().filter((one) => one.id !== id));
    yield* this.#tell(
      { type: 'skill_deactivated', skill_name: id, iteration },
      skillEvent('skill_deactivated', { name: id, iteration }),
    );
    const servers = this.#servers.letGo(id);
    if (servers.length > 0) {
      yield* this.#tell(
        { type: 'skill_mcp_unbound', skill_name: id, servers },
        skillEvent('skill_mcp_unbound', { name: id, servers }),
      );
    }
    yield* this.#call(findSkill(this.#plan.skills, id)?.onDeactivate, { name: id, iteration });
  }

  /** Has the servers that a skill needs; what cannot be had is said and stands in the prompt. */
  *#bind(id: string): Suspending<void> {
    const card = findSkill(this.#plan.skills, id)?.card ?? {};
    if (serversOf(card).length === 0) return;
    const { servers, failed } = yield* this.#servers.bind(id, card);
    if (servers.length > 0) {
      yield* this.#tell(
        { type: 'skill_mcp_bound', skill_name: id, servers },
        skillEvent('skill_mcp_bound', { name: id, servers }),
      );
    }
    for (const { server, error } of failed) {
      yield* this.#owner.ctx.perform(stdioEffects.eprintln, [
        `[agent_loop] the skill ${id} needs the MCP server ${server}: ${error}`,
      ]);
      yield* this.#tell(
        { type: 'skill_mcp_bind_failed', skill_name: id, server, error },
        skillEvent('skill_mcp_bind_failed', { name: id, server, error }),
      );
    }
    const missing = failed.map(({ server, error }) => `the MCP server ${server} (${error})`);
    this.#keep(this.#active().map((one) => (one.id === id ? { ...one, missing } : one)));
  }

  *#call(handler: Handler | undefined, about: JsonObject): Suspending<void> {
    if (handler !== undefined) yield* callHandler(this.#owner.ctx, handler, [about]);
  }

  /** The text of a skill that fits; undefined: it cannot be had, or not be trusted, so it is not put in force. */
  *#textOf(id: string, asked: ActiveAsk | undefined): Suspending<string | undefined> {
    const { ctx, session } = this.#owner;
    const cards = this.#plan.skills.map(({ card }) => card);
    const args = asked?.args ?? [];
    const noted: TranscriptEvent[] = [];
    const told: AgentEventBody[] = [];
    let text: string | undefined;
    try {
      text = yield* skillCalls.load(
        ctx,
        cards,
        { name: id, args, sessionId: session.id },
        (loaded) => {
          noted.push(loadedEvent(loaded));
          told.push({ type: 'skill.loaded', ...loaded });
        },
      );
    } catch (error) {
      // What was asked for by name is not left out quietly.
      if (asked !== undefined || !isOfSkill(error)) throw error;
      yield* ctx.perform(stdioEffects.eprintln, [`[agent_loop] ${error.message}`]);
    }
    for (const [k, event] of told.entries()) yield* this.#tell(event, noted[k] as TranscriptEvent);
    return text;
  }

  *#tell(event: AgentEventBody, fact: TranscriptEvent): Suspending<void> {
    this.#owner.session.note((transcript) => transcript.withEvent(fact));
    yield* this.#owner.emit(event);
  }
}

/** What is wrong with a skill is no reason to end a loop that merely fitted it. */
function isOfSkill(error: unknown): error is HarnError {
  if (!HarnError.is(error)) return false;
  return error.code.startsWith('HARN-SKL-') || error.code.startsWith('HARN-HST-');
}
