// Asks a provider until it answers, the time is up, the run gives up, or somebody cuts this call.
import type { HarnError } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { llmCallsKey } from './call-registry.ts';
import { catalogKey, requireProvider } from './catalog/catalog.ts';
import { llmConfigKey } from './config.ts';
import type { LlmDelta } from './delta.ts';
import { categorised } from './errors.ts';
import { cutByHand } from './lost-call.ts';
import type { LlmRequest } from './request.ts';
import type { LlmAnswer } from './result.ts';
import type { LlmRoute } from './route.ts';
import { llmTapesKey } from './tape.ts';

/** Why a call was cut, when not by its run. */
const TIMED_OUT = Symbol('timed out');

/** The answer of a real provider, written to the tape of the run if there is one. */
export async function askNetwork(
  env: EffectEnv,
  request: LlmRequest,
  route: LlmRoute,
  signal: AbortSignal,
  onDelta?: (delta: LlmDelta) => void,
): Promise<LlmAnswer> {
  const answer = await askInTime(env, request, route, signal, onDelta);
  const { recordTape } = env.get(llmConfigKey);
  if (recordTape !== undefined) {
    await env.get(llmTapesKey).record(recordTape, request, route, answer);
  }
  return answer;
}

async function askInTime(
  env: EffectEnv,
  request: LlmRequest,
  route: LlmRoute,
  signal: AbortSignal,
  onDelta: ((delta: LlmDelta) => void) | undefined,
): Promise<LlmAnswer> {
  const { host } = env;
  const { model } = route;
  const catalog = env.get(catalogKey);
  const provider = requireProvider(catalog, route.provider);
  // The list of open calls can end it too, by this one.
  const cut = env.get(llmCallsKey).controllerOf(route.call_id) ?? new AbortController();
  const byRun = () => cut.abort(signal.reason);
  signal.addEventListener('abort', byRun, { once: true });
  const cancelTimeout = host.clock.after(request.timeout_ms, () => cut.abort(TIMED_OUT));
  if (signal.aborted) byRun();
  try {
    if (cut.signal.aborted) throw cut.signal.reason;
    const { askProvider } = await import('./providers/ask.ts');
    const asked = { host, request, provider, model, catalog, signal: cut.signal, onDelta };
    return await askProvider(asked);
  } catch (error) {
    if (!cut.signal.aborted) throw error;
    throw cutError(cut.signal.reason, error, request, route);
  } finally {
    cancelTimeout();
    signal.removeEventListener('abort', byRun);
  }
}

function cutError(
  reason: unknown,
  cause: unknown,
  { timeout_ms: timeoutMs }: LlmRequest,
  route: LlmRoute,
): HarnError {
  if (reason !== TIMED_OUT)
    return cutByHand(typeof reason === 'string' ? reason : 'its task ended', cause, route);
  const { provider, model } = route;
  const message = `no answer within ${timeoutMs} ms`;
  return categorised({ category: 'timeout', message, provider, model }, { cause });
}
