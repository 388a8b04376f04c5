// Tapes: answers of models in a JSONL file beside a program, so that a demo or a test runs without a provider and says
// the same every time. An answer is found by the key of its request, which knows neither provider nor model. A request
// that occurs several times has several lines, and its n-th occurrence gets the n-th; nothing else depends on order.
import { canonicalJson, isJsonObject, type Json, sha256 } from '../../base/index.ts';
import { type Host, isHostError } from '../host/index.ts';
import { defineSyncEffect, type ServiceKey } from '../run/index.ts';
import { llmErrors } from './errors.ts';
import { type LlmRequest, snippetOf } from './request.ts';
import type { LlmAnswer } from './result.ts';
import type { LlmRoute } from './route.ts';

const KEY_LENGTH = 24;
const ENCODER = new TextEncoder();

/** One line of a tape. Keys are in this order so that tapes read well. */
interface TapeLine {
  readonly v: 1;
  readonly key: string;
  readonly request: { readonly prompt: string; readonly provider: string; readonly model: string };
  readonly result: LlmAnswer;
}

/** The key of a request: what is asked, without where it is asked and how long one waits. */
export function tapeKey(request: LlmRequest): string {
  const { timeout_ms: _timeout, cache: _cache, ...asked } = request;
  return sha256(canonicalJson(asked as Json)).slice(0, KEY_LENGTH);
}

/** Reading and writing the tapes of one run. */
export class LlmTapes {
  readonly #host: Host;
  readonly #turns = new Map<string, number>();
  readonly #read = new Map<string, Promise<ReadonlyMap<string, readonly LlmAnswer[]>>>();
  #writing: Promise<void> = Promise.resolve();
  readonly #sound = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** How often this request was made in this run, this time included. */
  nextTurn(key: string): number {
    const turn = (this.#turns.get(key) ?? 0) + 1;
    this.#turns.set(key, turn);
    return turn;
  }

  /** The recorded answer of the `turn`-th request like this. */
  async answer(tape: string, request: LlmRequest, turn: number): Promise<LlmAnswer> {
    let lines = this.#read.get(tape);
    if (lines === undefined) {
      lines = readTape(this.#host, tape);
      this.#read.set(tape, lines);
    }
    const key = tapeKey(request);
    const found = (await lines).get(key)?.[turn - 1];
    if (found === undefined) {
      throw llmErrors.tapeMissing({ tape, key, asked: snippetOf(request), nth: turn });
    }
    // Nobody was paid this time.
    return { ...found, cost_usd: 0 };
  }

  /** Adds an answer to a tape; on disk when it resolves. Answers of one run are written one after another. */
  record(tape: string, request: LlmRequest, route: LlmRoute, answer: LlmAnswer): Promise<void> {
    const line: TapeLine = {
      v: 1,
      key: tapeKey(request),
      request: { prompt: snippetOf(request), provider: route.provider, model: route.model },
      result: answer,
    };
    const write = async () => {
      await this.#repair(tape);
      await this.#host.fs.append(tape, `${JSON.stringify(line)}\n`);
    };
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Takes away half a line that a killed process left at the end. */
  async #repair(tape: string): Promise<void> {
    if (this.#sound.has(tape)) return;
    this.#sound.add(tape);
    const text = await textOfTape(this.#host, tape);
    if (text === undefined || text === '' || text.endsWith('\n')) return;
    await this.#host.fs.writeFile(tape, ENCODER.encode(text.slice(0, text.lastIndexOf('\n') + 1)));
  }
}

/** The tapes of this run. */
export const llmTapesKey: ServiceKey<LlmTapes> = {
  name: 'llm.tapes',
  create: (services) => new LlmTapes(services.host),
};

/** Counts a request of a tape: memory of the run, counted again by replay. */
export const llmTapeTurn = defineSyncEffect(
  { name: 'llm.tape_turn', class: 'local', access: 'read' },
  (env, request: LlmRequest): number => env.get(llmTapesKey).nextTurn(tapeKey(request)),
);

async function textOfTape(host: Host, tape: string): Promise<string | undefined> {
  try {
    return await host.fs.readText(tape);
  } catch (error) {
    if (isHostError(error, 'notFound')) return undefined;
    throw error;
  }
}

async function readTape(
  host: Host,
  tape: string,
): Promise<ReadonlyMap<string, readonly LlmAnswer[]>> {
  const byKey = new Map<string, LlmAnswer[]>();
  const lines = (await host.fs.readText(tape)).split('\n');
  // What follows the last line break was never finished.
  lines.pop();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { key, result } = parseLine(line, tape, index + 1);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [result]);
    else known.push(result);
  }
  return byKey;
}

function parseLine(line: string, tape: string, number: number): TapeLine {
  let parsed: Json;
  try {
    parsed = JSON.parse(line) as Json;
  } catch (error) {
    throw llmErrors.tapeUnreadable({ tape, line: number }, { cause: error });
  }
  const result = isJsonObject(parsed) ? parsed['result'] : undefined;
  const sound =
    isJsonObject(parsed) &&
    parsed['v'] === 1 &&
    typeof parsed['key'] === 'string' &&
    isJsonObject(result) &&
    typeof result['text'] === 'string';
  if (!sound) throw llmErrors.tapeUnreadable({ tape, line: number });
  return parsed as unknown as TapeLine;
}
