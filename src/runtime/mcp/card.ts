// Server Cards: what a server says about itself without a connection. Looked up by the name of a declared server, by address
// or by file, and kept for five minutes.
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import { responseText } from '../host/index.ts';
import type { EffectEnv, ServiceKey } from '../run/index.ts';
import { connectionsKey } from './connections.ts';
import { mcpErrors } from './errors.ts';

const KEPT_MS = 5 * 60_000;

const cardsKey: ServiceKey<Map<string, { readonly card: JsonObject; readonly untilMs: number }>> = {
  name: 'mcp.cards',
  create: () => new Map(),
};

/** The card of a server; `HARN-MCP-013` when there is none, or it cannot be read. */
export async function serverCard(env: EffectEnv, asked: string): Promise<JsonObject> {
  const cards = env.get(cardsKey);
  const nowMs = env.host.clock.monotonicMs();
  const kept = cards.get(asked);
  if (kept !== undefined && kept.untilMs > nowMs) return kept.card;
  const source = await sourceOf(env, asked);
  let card: unknown;
  try {
    card = JSON.parse(await textAt(env, source));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw mcpErrors.badCard({ source: asked, reason }, { cause: error });
  }
  if (!isJsonObject(card))
    throw mcpErrors.badCard({ source: asked, reason: 'it is not a JSON object' });
  cards.set(asked, { card, untilMs: nowMs + KEPT_MS });
  return card;
}

async function sourceOf(env: EffectEnv, asked: string): Promise<string> {
  if (/^https?:\/\//.test(asked) || /[/\\.]/.test(asked)) return asked;
  const { card } = await env.get(connectionsKey).declared(asked);
  if (card !== undefined) return card;
  throw mcpErrors.badCard({ source: asked, reason: 'harn.toml declares no card for it' });
}

async function textAt(env: EffectEnv, source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return env.host.fs.readText(source, { signal: env.signal });
  const answer = await env.host.http.request({ method: 'GET', url: source, signal: env.signal });
  if (answer.status === 200) return responseText(answer);
  throw mcpErrors.badCard({ source, reason: `status ${answer.status}` });
}
