// Whom a chat is to ask, looked at before anything is sent: names that stand for nothing are refused, and a model that the
// catalog does not have is remarked on, since it may be newer than the catalog.
import { HarnError } from '../../base/index.ts';
import {
  Catalog,
  likelyModel,
  llmDestination,
  llmErrors,
  refusePrefix,
} from '../../runtime/llm/index.ts';
import type { ChatPlace } from './commands.ts';
import type { ChatState } from './pipeline.ts';

/** What is certain before a call is made. Keys and addresses may be given until then. */
const CERTAIN: ReadonlySet<string> = new Set([
  llmErrors.$code('unknownProvider'),
  llmErrors.$code('noProvider'),
  llmErrors.$code('noModel'),
]);

/** Throws for a provider, an alias or a model that nobody can be asked by; gives a remark on a name that may be a slip. */
export function lookAtNames(
  { host, catalog = new Catalog() }: ChatPlace,
  { provider, model }: Pick<ChatState, 'model' | 'provider'>,
): string | undefined {
  try {
    const wish = { provider, model, tape: null, mocked: false };
    if (provider === null && model !== null) refusePrefix(catalog, model);
    const to = llmDestination(wish, host.env, {}, catalog);
    const likely = to.kind === 'network' ? likelyModel(catalog, to) : undefined;
    if (likely === undefined) return undefined;
    return `${to.model} is not in the catalog; did you mean ${likely}? It is asked all the same.`;
  } catch (error) {
    if (HarnError.is(error) && CERTAIN.has(error.code)) throw error;
    return undefined;
  }
}

/** The same for who cannot do anything about an error but say so. */
export function namesProblem(
  place: ChatPlace,
  to: Pick<ChatState, 'model' | 'provider'>,
): { readonly refused: boolean; readonly text: string } | undefined {
  try {
    const text = lookAtNames(place, to);
    return text === undefined ? undefined : { refused: false, text };
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    const hint = error.hint === undefined ? '' : `; ${error.hint}`;
    return { refused: true, text: `${error.message}${hint}` };
  }
}
