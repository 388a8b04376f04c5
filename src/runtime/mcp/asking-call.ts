// One call of a tool whose server may ask its client in the middle of it. Requests come from the connection and answers from
// the run; both meet here. The same request, asked again when the call is made again, has the same answer: it is known by
// what it asks for and by how often that was asked before in the call.
import { canonicalJson, type JsonObject, sha256 } from '../../base/index.ts';

/** What a server asks for, without what only its transport needs. */
export type ServerRequest = {
  readonly kind: 'sampling' | 'elicitation';
  readonly params: JsonObject;
};

/** The result for the server, or why there is none. */
export type Answer =
  | { readonly ok: true; readonly result: JsonObject }
  | { readonly ok: false; readonly reason: string };

/** One request of a call. */
export class Asked {
  readonly request: ServerRequest;
  readonly answer: Promise<Answer>;
  readonly settle: (answer: Answer) => void;
  /** Somebody sees to it. */
  isTaken = false;

  constructor(request: ServerRequest) {
    let settle = (_: Answer) => {};
    this.request = request;
    this.answer = new Promise((resolve) => {
      settle = resolve;
    });
    this.settle = settle;
  }
}

export class AskingCall {
  readonly #asked = new Map<string, Asked[]>();
  readonly #counts = new Map<string, number>();
  readonly #untaken: Asked[] = [];
  #wake: (() => void) | undefined;
  #waiting = 0;
  #people = false;
  /** Called when the server begins or ends to wait for us. */
  onWaiting: (isWaiting: boolean) => void = () => undefined;
  /** Called when the answer begins or ends to depend on people alone. */
  onPeople: (isPeople: boolean) => void = () => undefined;

  /** The call is made (again): the server asks from the beginning. */
  begin(): void {
    this.#counts.clear();
  }

  get awaitsPeople(): boolean {
    return this.#people;
  }

  set awaitsPeople(isPeople: boolean) {
    this.#people = isPeople;
    this.onPeople(isPeople);
  }

  /** The server asks. The signal ends only its waiting. */
  async ask(request: ServerRequest, signal: AbortSignal): Promise<Answer> {
    const key = keyOf(request);
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    const asked = this.#asked.get(key)?.[count] ?? this.#add(key, request);
    this.#wait(1);
    try {
      return await Promise.race([asked.answer, aborted(signal)]);
    } finally {
      this.#wait(-1);
    }
  }

  /** The next request that nobody sees to. */
  async next(signal: AbortSignal): Promise<ServerRequest> {
    for (;;) {
      signal.throwIfAborted();
      const asked = this.#untaken.find((one) => !one.isTaken);
      if (asked !== undefined) return asked.request;
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        aborted(signal),
      ]);
    }
  }

  /** Sees to a request: one that was asked, or one of an earlier life of the run that will be asked again. */
  take(request: ServerRequest): Asked {
    const key = keyOf(request);
    const asked = this.#asked.get(key)?.find((one) => !one.isTaken) ?? this.#add(key, request);
    asked.isTaken = true;
    const at = this.#untaken.indexOf(asked);
    if (at !== -1) this.#untaken.splice(at, 1);
    return asked;
  }

  #add(key: string, request: ServerRequest): Asked {
    const asked = new Asked(request);
    this.#asked.set(key, [...(this.#asked.get(key) ?? []), asked]);
    this.#untaken.push(asked);
    this.#wake?.();
    return asked;
  }

  #wait(by: 1 | -1): void {
    this.#waiting += by;
    if (this.#waiting === 0 || (this.#waiting === 1 && by === 1)) this.onWaiting(by === 1);
  }
}

function keyOf({ kind, params }: ServerRequest): string {
  return sha256(canonicalJson([kind, params]));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
