// Going on to another provider or model when one cannot answer: the chain of a call (`fallback_chain`), else that of the
// project (`[llm.fallbacks]`). Each step is a call of its own with recorded outcomes, so a replay takes the same path. An
// answer of which something was heard is not asked for again elsewhere.
import { HarnError } from '../../base/index.ts';
import { emitRunEvent, type RunContext, type Suspending } from '../run/index.ts';
import { type Catalog, catalogKey, type FallbackStep } from './catalog/catalog.ts';
import { failureOf, llmErrors } from './errors.ts';
import type { ParsedCall } from './options.ts';
import { trace } from './trace.ts';

/** Failures that are the provider's, or the way to it: another one may do better. */
const ELSEWHERE = (
  [
    ...['rateLimit', 'timeout', 'overloaded', 'serverError', 'network', 'badResponse'],
    ...['auth', 'modelUnavailable', 'quota', 'noKey', 'noBaseUrl', 'noModel', 'streamCut'],
    'emptyAnswer',
  ] as readonly (keyof typeof llmErrors & string)[]
).map((name) => llmErrors.$code(name as Parameters<typeof llmErrors.$code>[0]));

/** Asks along the chain until one answers. `heard` says whether anything of an answer was heard. */
export function* withFallbacks<T>(
  ctx: RunContext,
  call: ParsedCall,
  heard: () => boolean,
  ask: (call: ParsedCall) => Suspending<T>,
): Suspending<T> {
  let chain: readonly FallbackStep[] | undefined;
  let asked = call;
  for (let at = 0; ; at += 1) {
    try {
      return yield* ask(asked);
    } catch (error) {
      if (!HarnError.is(error) || !ELSEWHERE.includes(error.code) || heard()) throw error;
      const failed = placeOf(error, asked);
      chain ??= chainOf(ctx.get(catalogKey), call, failed);
      const next = chain[at];
      if (next === undefined) throw error;
      asked = { ...call, provider: next.provider, model: next.model, routePolicy: undefined };
      const { category, message } = failureOf(error, failed);
      const to = { provider: next.provider, model: next.model };
      trace(ctx, { type: 'provider_fallback', from: failed, to, category });
      emitRunEvent(ctx, {
        event_type: 'transcript',
        kind: 'provider_fallback',
        payload: {
          type: 'provider_fallback',
          from: failed,
          to,
          error: { code: error.code, category, message },
        },
      });
    }
  }
}

function chainOf(
  catalog: Catalog,
  { fallbacks }: ParsedCall,
  failed: { readonly provider: string; readonly model: string },
): readonly FallbackStep[] {
  if (fallbacks === undefined) return catalog.fallbacks(failed);
  return fallbacks.map((name) => catalog.step(name));
}

function placeOf({ data }: HarnError, { provider, model }: ParsedCall) {
  const text = (value: unknown, other: string | null) =>
    typeof value === 'string' ? value : (other ?? '');
  return { provider: text(data['provider'], provider), model: text(data['model'], model) };
}
