// A client as programs hold it: a name for a server, never the way to it. What is secret about the server stays inside, and
// writing a client down gives its name only.
import type { McpServer } from './server-config.ts';

/** What a server says about one of its tools, as far as the journal has to know it. */
export interface ToolFacts {
  /** It only looks: a call is a read. */
  readonly read_only: boolean;
  /** Calling it twice is calling it once. */
  readonly idempotent: boolean;
}

/** What was learnt when the connection was made. */
export type ConnectFacts = {
  /** What the server calls itself. */
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly protocol: string;
  /** Which of tools, resources and prompts it has. */
  readonly capabilities: readonly string[];
  readonly tools: { readonly [tool: string]: ToolFacts };
};

export class McpClient {
  /** Tells clients of one run apart. */
  readonly id: string;
  /** How the server is called here. */
  readonly name: string;
  /** Undefined for servers that are connected when they are first needed. */
  readonly facts: ConnectFacts | undefined;
  readonly #server: McpServer | undefined;

  constructor(id: string, name: string, server?: McpServer, facts?: ConnectFacts) {
    this.id = id;
    this.name = name;
    this.facts = facts;
    this.#server = server;
  }

  /** The declaration; undefined when it stands in harn.toml. */
  static serverOf(client: McpClient): McpServer | undefined {
    return client.#server;
  }

  with(facts: ConnectFacts): McpClient {
    return new McpClient(this.id, this.name, this.#server, facts);
  }

  toJSON(): { readonly mcp_client: string } {
    return { mcp_client: this.name };
  }
}
