// What an MCP server of ours serves, whoever provides it: a program of the language, or pipelines of TypeScript. The
// protocol side (protocol.ts) knows only this; every call comes back as something that can be awaited and ended.
import type { Json, JsonObject } from '../../base/index.ts';

/** A tool as clients see it. */
export interface ServedTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** A JSON Schema of type object; arguments that do not fit are refused before anything runs. */
  readonly inputSchema: JsonObject;
  /** A JSON Schema of type object; results are then given as data too. */
  readonly outputSchema?: JsonObject | undefined;
  /** `readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint`, `title`. */
  readonly annotations?: JsonObject | undefined;
}

/** A text at an address. */
export interface ServedResource {
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly text: string;
}

/** Texts whose addresses follow a template; reading one is a call. */
export interface ServedTemplate {
  readonly uriTemplate: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
}

export interface ServedPrompt {
  readonly name: string;
  readonly description?: string | undefined;
  readonly arguments?:
    | readonly {
        readonly name: string;
        readonly description?: string;
        readonly required?: boolean;
      }[]
    | undefined;
}

/** What a client asks for. */
export interface ServedAsk {
  readonly kind: 'tool' | 'resource' | 'prompt';
  /** The name of a tool or prompt, the template of a resource. */
  readonly name: string;
  readonly arguments: JsonObject;
}

/** How a call came out. Messages are what clients may see. */
export type ServedOutcome =
  | { readonly status: 'done'; readonly value: Json }
  | { readonly status: 'failed'; readonly message: string }
  /** It waits for somebody: the run is kept, and goes on elsewhere. */
  | { readonly status: 'parked'; readonly message: string };

/** How far a call is. */
export interface ServedProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** A call under way: a run. */
export interface ServedCall {
  readonly runId: string;
  readonly done: Promise<ServedOutcome>;
  /** The caller does not want it any more: it is ended, and what is open is settled. */
  cancel(reason: string): void;
  /** Nobody waits any more: it stops where anybody can go on. */
  park(reason: string): void;
}

export interface McpProvider {
  readonly name: string;
  readonly version: string;
  readonly title?: string | undefined;
  /** What a model should know about the server as a whole. */
  readonly instructions?: string | undefined;
  /** A Server Card, given as the resource `well-known://mcp-card`. */
  readonly card?: JsonObject | undefined;
  readonly tools: readonly ServedTool[];
  readonly resources: readonly ServedResource[];
  readonly templates: readonly ServedTemplate[];
  readonly prompts: readonly ServedPrompt[];
  start(ask: ServedAsk, onProgress: (progress: ServedProgress) => void): ServedCall;
}
