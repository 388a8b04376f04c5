// A port: the agent session in whose name a task acts, which the room of agents knows.
import type { RunContext, ServiceKey } from '../run/index.ts';

/** The session in whose name a task acts; the agent room provides it. */
export const currentSessionKey: ServiceKey<{
  readonly sessionOf: (ctx: RunContext) => string | null;
}> = { name: 'work.current_session', create: () => ({ sessionOf: () => null }) };
