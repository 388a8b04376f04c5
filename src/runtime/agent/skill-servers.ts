// The MCP servers that skills need (`requires_mcp`, or `mcp`): held open while such a skill is in force, their tools among
// those of the loop. A server that cannot be had is said, to whoever watches and to the model; the loop goes on without it.
import { HarnError, type JsonObject } from '../../base/index.ts';
import { mcpCalls } from '../mcp/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { meansTool } from '../skills/index.ts';
import { serverTools } from './mcp-tools.ts';
import { isOfTheTask } from './task-errors.ts';
import type { Tool } from './tools.ts';

/** What came of binding the servers of a skill. */
export interface Bound {
  readonly servers: readonly string[];
  readonly failed: readonly { readonly server: string; readonly error: string }[];
}

/** The servers that a card names. */
export function serversOf(card: JsonObject): readonly string[] {
  const named = card['requires_mcp'] ?? card['mcp'];
  return Array.isArray(named) ? [...new Set(named.map(String))] : [];
}

export class SkillServers {
  readonly #ctx: RunContext;
  /** The tools of each server that is held, and the skills that hold it. */
  readonly #held = new Map<string, { readonly tools: readonly Tool[]; readonly by: Set<string> }>();
  /** Skills whose servers were looked for here. */
  readonly #looked = new Set<string>();

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
  }

  hasLooked(skill: string): boolean {
    return this.#looked.has(skill);
  }

  /** Holds the servers of a skill open. */
  *bind(skill: string, card: JsonObject): Suspending<Bound> {
    this.#looked.add(skill);
    const servers: string[] = [];
    const failed: { server: string; error: string }[] = [];
    for (const server of serversOf(card)) {
      try {
        yield* this.#hold(skill, server);
        servers.push(server);
      } catch (error) {
        if (!HarnError.is(error) || isOfTheTask(error)) throw error;
        failed.push({ server, error: error.message });
      }
    }
    return { servers, failed };
  }

  *#hold(skill: string, server: string): Suspending<void> {
    const held = this.#held.get(server);
    if (held !== undefined) {
      held.by.add(skill);
      return;
    }
    const client = yield* mcpCalls.ensureActive(this.#ctx, server);
    const listed = yield* mcpCalls.listTools(this.#ctx, client, true);
    this.#held.set(server, { tools: serverTools(client, listed), by: new Set([skill]) });
  }

  /** Lets the servers of a skill go; gives those that nobody here holds any more. */
  letGo(skill: string): readonly string[] {
    this.#looked.delete(skill);
    const gone: string[] = [];
    for (const [server, { by }] of this.#held) {
      if (!by.delete(skill) || by.size > 0) continue;
      this.#held.delete(server);
      mcpCalls.release(this.#ctx, server);
      gone.push(server);
    }
    return gone;
  }

  /** The loop is over. */
  end(): void {
    for (const { by } of [...this.#held.values()]) for (const skill of [...by]) this.letGo(skill);
  }

  /** The tools of all servers that are held, as far as the entries of `allowed_tools` mean them; undefined: all of them. */
  toolsFor(entries: readonly string[] | undefined): readonly Tool[] {
    const all = [...this.#held].flatMap(([server, { tools }]) =>
      tools.map((tool) => ({ tool, bare: tool.name.slice(server.length + 2) })),
    );
    const isMeant = ({ tool, bare }: { readonly tool: Tool; readonly bare: string }) =>
      entries === undefined || entries.some((entry) => meansTool(entry, tool) || entry === bare);
    return all.filter(isMeant).map(({ tool }) => tool);
  }
}
