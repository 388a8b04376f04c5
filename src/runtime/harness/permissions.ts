// Permissions and hooks of tools in TypeScript: functions among the rules, as the runtime takes them.
import type { Json, JsonObject } from '../../base/index.ts';
import { CODE_PLACE } from '../agent/index.ts';
import type { Handler, RunContext } from '../run/index.ts';
import type { Harness } from './tree.ts';

/** Decides by the arguments of a call. Its answer is recorded by being made again: use only the arguments. */
export type PermissionTest = (args: JsonObject) => boolean | Promise<boolean>;

/** Names of tools (`*` for any text), or for each of them patterns of texts among the arguments, or a function of them. */
export type PermissionRules =
  | readonly string[]
  | { readonly [tool: string]: true | string | readonly string[] | PermissionTest };

/** What an agent asks for that its permissions do not let it do. */
export type PermissionRequest = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly reason: string;
  readonly tool_call_id: string;
  readonly session_id: string;
};

/** `true` and `once`: this call; `session`: every call of the tool with these arguments; `tool`: every call of the tool. */
export type PermissionAnswer =
  | boolean
  | {
      readonly grant?: 'once' | 'session' | 'tool';
      readonly approver?: string;
      readonly reason?: string;
    };

/** What one agent may call, below the policy in force. Deny wins. */
export interface AgentPermissions {
  readonly allow?: PermissionRules;
  readonly deny?: PermissionRules;
  /** Asks others by the harness that it is handed; that of the body is in the middle of the loop. */
  readonly on_escalation?: (
    request: PermissionRequest,
    harness: Harness,
  ) => PermissionAnswer | Promise<PermissionAnswer>;
}

type Code = (...args: never[]) => unknown;

/** An async function as a handler: called with data, gives data. */
export function codeHandler(code: Code, harnessFor?: (ctx: RunContext) => Harness): Handler {
  return {
    kind: 'async',
    name: code.name,
    fn: code,
    run: async (lane, args) => {
      const more = harnessFor === undefined ? [] : [harnessFor(lane)];
      return ((await code(...([...args, ...more] as never[]))) ?? null) as Json;
    },
  };
}

/** The data of permissions, with a place for each function, and the functions in the order of their places. */
export function detachPermissions(
  given: unknown,
  harnessFor: (ctx: RunContext) => Harness,
): {
  readonly data: Json;
  readonly code: readonly Handler[];
} {
  const code: Handler[] = [];
  const detached = (value: unknown): Json => {
    if (typeof value === 'function') {
      code.push(codeHandler(value as Code, harnessFor));
      return { [CODE_PLACE]: code.length - 1 };
    }
    if (Array.isArray(value)) return value.map(detached);
    if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, detached(item)]));
  };
  return { data: detached(given), code };
}
