// What stands between the wire and the answers: requests out of turn, parameters of the wrong shape, requests that are
// taken back, and refusals of ours. Each gets the code that the protocol has for it; any other failure is a defect of ours.
import type { CancellationToken, Position, Range } from 'vscode-languageserver';
import { HarnError } from '../../base/index.ts';
import { lspErrors } from './errors.ts';

/** Codes of the protocol. */
const CODE = {
  invalidRequest: -32_600,
  invalidParams: -32_602,
  notInitialized: -32_002,
  cancelled: -32_800,
  failed: -32_803,
} as const;

export type MakeError = (code: number, message: string, data: unknown) => Error;

/** What a request must carry. */
const NEEDS = {
  uri: (params: Fields) =>
    isFields(params['textDocument']) && isText(params['textDocument']['uri']),
  position: (params: Fields) => isPosition(params['position']),
  range: (params: Fields) => isRange(params['range']),
  positions: (params: Fields) => isListOf(params['positions'], isPosition),
  newName: (params: Fields) => isText(params['newName']),
  query: (params: Fields) => isText(params['query']),
  context: (params: Fields) => isFields(params['context']),
  item: ({ item }: Fields) =>
    isFields(item) && isText(item['uri']) && isRange(item['selectionRange']),
  files: ({ files }: Fields) => isListOf(files, isFileRename),
} as const;

export type Need = keyof typeof NEEDS;

type Handler<P, R> = (params: P, token?: CancellationToken) => R | Promise<R>;

export class Gate {
  readonly #make: MakeError;
  #state: 'before' | 'open' | 'shut' = 'before';

  constructor(make: MakeError) {
    this.#make = make;
  }

  open(): void {
    this.#state = 'open';
  }

  shut(): void {
    this.#state = 'shut';
  }

  /** A handler that is only asked what it can answer. */
  guard<P, R>(needs: readonly Need[], handler: Handler<P, R>) {
    return async (params: P, token?: CancellationToken): Promise<R> => {
      const refused = this.#refusal(needs, params);
      if (refused !== undefined) throw this.#failure(refused.code, refused.error);
      if (token?.isCancellationRequested === true)
        throw this.#failure(CODE.cancelled, lspErrors.cancelled({}));
      try {
        return await handler(params, token);
      } catch (error) {
        throw HarnError.is(error) ? this.#failure(CODE.failed, error) : error;
      }
    };
  }

  #refusal(needs: readonly Need[], params: unknown) {
    if (this.#state === 'before')
      return { code: CODE.notInitialized, error: lspErrors.notInitialized({}) };
    if (this.#state === 'shut')
      return { code: CODE.invalidRequest, error: lspErrors.isShutDown({}) };
    const missing = needs.find((need) => !isFields(params) || !NEEDS[need](params));
    if (missing === undefined) return undefined;
    return { code: CODE.invalidParams, error: lspErrors.badParams({ missing }) };
  }

  #failure(code: number, { message, code: ours, hint }: HarnError): Error {
    return this.#make(code, message, {
      code: ours,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

type Fields = { readonly [key: string]: unknown };

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function isFileRename(value: unknown): value is { oldUri: string; newUri: string } {
  return isFields(value) && isText(value['oldUri']) && isText(value['newUri']);
}

function isPosition(value: unknown): value is Position {
  return isFields(value) && Number.isInteger(value['line']) && Number.isInteger(value['character']);
}

function isRange(value: unknown): value is Range {
  return isFields(value) && isPosition(value['start']) && isPosition(value['end']);
}

/** Whether something is a change of a text: of a stretch, or the whole of it. */
export function isTextChange(value: unknown): boolean {
  if (!isFields(value) || !isText(value['text'])) return false;
  return value['range'] === undefined || isRange(value['range']);
}

/** Parameters that are no object are looked at before we are asked: they become empty ones. */
export function withParams<M extends object>(message: M): M {
  // What arrives need not be a message at all, whatever its type says.
  const isOdd =
    isFields(message) && 'method' in message && 'params' in message && !isFields(message.params);
  return isOdd ? { ...message, params: {} } : message;
}
